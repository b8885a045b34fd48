package catalogue_test

import (
	"slices"
	"testing"

	"switchyard/econ/mining"
	"switchyard/econ/mining/catalogue"
)

func TestEveryModelIsAClassWithASource(t *testing.T) {
	list, err := catalogue.Models()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range list {
		if err := m.Class().Class().Validate(); err != nil || m.Source == "" || m.Maker == "" || seen[m.Name] {
			t.Errorf("%+v: %v", m, err)
		}
		if !slices.Contains([]string{mining.Air, mining.Hydro, mining.Immersion}, m.Cooling) {
			t.Errorf("%s is cooled by %q", m.Name, m.Cooling)
		}
		if e := m.Class().Class().Nameplate().Efficiency(); e.Value < 10 || e.Value > 110 {
			t.Errorf("%s needs %v J/TH", m.Name, e.Value)
		}
		seen[m.Name] = true
	}
	if len(list) < 30 {
		t.Errorf("%d models", len(list))
	}
}

func TestAModelIsFoundByItsName(t *testing.T) {
	list, err := catalogue.Models()
	if err != nil {
		t.Fatal(err)
	}
	m, ok := catalogue.Find(list, "Antminer S21")
	if !ok || m.Hashrate.String() != "200" || m.Power.String() != "3500" || m.Released != 2024 {
		t.Errorf("got %+v, %v", m, ok)
	}
	if _, ok := catalogue.Find(list, "Antminer"); ok {
		t.Error("found a part of a name")
	}
}
