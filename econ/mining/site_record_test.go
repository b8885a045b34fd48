package mining_test

import (
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func TestARecordIsComputedWithInWattsAndItsZone(t *testing.T) {
	mw, err := units.ParseRate("74.5")
	if err != nil {
		t.Fatal(err)
	}
	pue, err := units.ParseRate("1.04")
	if err != nil {
		t.Fatal(err)
	}
	got := mining.SiteRecord{Name: "North", Interconnect: mw, PUE: pue}.Site(time.UTC)
	if want := (mining.Site{Name: "North", Interconnect: 74.5e6, PUE: 1.04, Zone: time.UTC}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
}
