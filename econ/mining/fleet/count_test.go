package fleet_test

import (
	"math"
	"testing"

	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/units"
)

func rate(t *testing.T, text string) units.Rate {
	t.Helper()
	r, err := units.ParseRate(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func register(t *testing.T, counts ...fleet.Count) fleet.Register {
	class := func(name string, ths, watts float64) mining.MachineClass {
		return mining.MachineClass{Name: name, Modes: []mining.Mode{{Name: mining.Nameplate, Hashrate: units.Hashrate(ths) * units.TH, Power: units.Power(watts)}}}
	}
	return fleet.Register{
		Counts:  counts,
		Classes: map[int64]mining.MachineClass{1: class("New", 200, 3500), 2: class("Old", 100, 3000)},
		Sites:   map[int64]mining.SiteRecord{1: {ID: 1, Name: "North", PUE: rate(t, "1.1")}, 2: {ID: 2, Name: "Empty", PUE: rate(t, "1.05")}},
	}
}

func TestTheFleetInItsFigures(t *testing.T) {
	reg := register(t,
		fleet.Count{Site: 1, Building: "B1", Class: 1, State: mining.Running, N: 60},
		fleet.Count{Site: 1, Building: "B1", Class: 1, State: mining.Curtailed, N: 20},
		fleet.Count{Site: 1, Building: "B1", Class: 1, State: mining.Repair, N: 5},
		fleet.Count{Site: 1, Building: "B2", Class: 2, State: mining.Running, N: 40},
		fleet.Count{Site: 1, Building: "B2", Class: 2, State: mining.Deployed, N: 10},
		fleet.Count{Site: 1, Class: 2, State: mining.Received, N: 7},
		fleet.Count{Site: 1, Class: 2, State: mining.Sold, N: 9},
	)
	h, err := mining.CountHashrates(reg.Censuses())
	if err != nil {
		t.Fatal(err)
	}
	// 85 × 200 + 50 × 100 TH/s stand in their place, 80 × 200 + 40 × 100 have power.
	if h.Deployed != 22_000*units.TH || h.Energised != 20_000*units.TH || h.Operating.Known || h.Realised.Known {
		t.Errorf("hashrates %+v", h)
	}
	// M9: (85 × 3,500 + 50 × 3,000) W ÷ 22,000 TH/s; of what runs, (60 × 3,500 + 40 × 3,000) ÷ 16,000.
	e, err := mining.FleetEfficiency(reg.Loads())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		got  units.Efficiency
		want float64
	}{"fleet": {e.Fleet.Value, 447_500.0 / 22_000}, "at the meter": {e.FleetAtMeter.Value, 1.1 * 447_500 / 22_000}, "operating": {e.Operating.Value, 330_000.0 / 16_000}} {
		if math.Abs(float64(c.got)-c.want) > 1e-9 {
			t.Errorf("%s: %v J/TH, want %v", name, c.got, c.want)
		}
	}
	groups := reg.Groups()
	if len(groups) != 2 || groups[0].Name != "North B1, New" || groups[0].Count != 80 || groups[1].Name != "North B2, Old" || groups[1].Count != 40 {
		t.Errorf("groups %+v", groups)
	}
	for _, g := range groups {
		if err := g.Validate(); err != nil {
			t.Error(err)
		}
	}
	if s := reg.States(); s[mining.Running] != 100 || s[mining.Retired] != 0 {
		t.Errorf("states %v", s)
	}
	empty := register(t)
	if len(empty.Censuses()) != 0 || len(empty.Groups()) != 0 {
		t.Error("there are machines where there is none")
	}
	if e, err := mining.FleetEfficiency(empty.Loads()); err != nil || e.Fleet.Known {
		t.Errorf("no machine has an efficiency: %+v, %v", e, err)
	}
}

// A class without hashrate cannot be typed; should one come about, the figures
// fail and are not wrong.
func TestAClassWithoutHashrateFailsTheFigures(t *testing.T) {
	reg := register(t, fleet.Count{Site: 1, Class: 1, State: mining.Running, N: 1})
	reg.Classes[1] = mining.MachineClass{Name: "Zero", Modes: []mining.Mode{{Name: mining.Nameplate, Power: 3000}}}
	if _, err := mining.CountHashrates(reg.Censuses()); err == nil {
		t.Error("its hashrate is counted")
	}
	if _, err := mining.FleetEfficiency(reg.Loads()); err == nil {
		t.Error("it has an efficiency")
	}
	if err := reg.Groups()[0].Validate(); err == nil {
		t.Error("its group is valid")
	}
}

// A count of a class or site that is not known is in no group and no sum.
func TestWhatIsNotKnownIsLeftOut(t *testing.T) {
	reg := register(t, fleet.Count{Site: 9, Class: 1, State: mining.Running, N: 1}, fleet.Count{Site: 1, Class: 9, State: mining.Running, N: 1})
	if len(reg.Groups()) != 0 || len(reg.Loads()) != 0 || len(reg.Censuses()) != 1 {
		t.Errorf("groups %+v, loads %+v, censuses %+v", reg.Groups(), reg.Loads(), reg.Censuses())
	}
}

func TestATermIsTheBeginningOfOneThing(t *testing.T) {
	for text, want := range map[string][2]string{
		"sn-00": {fleet.BySerial, "SN-00"}, "10.2.": {fleet.ByAddress, "10.2."}, "0A:1B": {fleet.ByMAC, "0a:1b"}, "1002": {fleet.BySerial, "1002"}, "A.1": {fleet.BySerial, "A.1"}, "FE80::1": {fleet.ByAddress, "fe80::1"}, "0a::": {fleet.ByAddress, "0a::"}, "0a:": {fleet.ByMAC, "0a:"},
	} {
		if column, prefix := fleet.Term(text); column != want[0] || prefix != want[1] {
			t.Errorf("%q is %s %q, want %v", text, column, prefix, want)
		}
	}
}
