package mining_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func said(site, class int64, state mining.State, ths float64, watts float64) mining.Reading {
	r := mining.Reading{Target: mining.Target{SiteID: site, ClassID: class, State: state}, Hashrate: mining.Of(units.Hashrate(ths) * units.TH)}
	if watts > 0 {
		r.Power = mining.Of(units.Power(watts))
	}
	return r
}

func failed(site, class int64, state mining.State, fault mining.Fault) mining.Reading {
	return mining.Reading{Target: mining.Target{SiteID: site, ClassID: class, State: state}, Fault: fault}
}

func TestACycleIsCountedBySiteAndClassAndUnknownIsNotZero(t *testing.T) {
	groups := mining.CountCycle([]mining.Reading{
		said(1, 1, mining.Running, 100, 3000),
		said(1, 1, mining.Running, 0, 0),
		failed(1, 1, mining.Running, mining.FaultTimeout),
		said(1, 1, mining.Curtailed, 0, 40),
		said(1, 1, mining.Curtailed, 90, 2900), // it hashes, whatever the register says
		failed(1, 1, mining.Repair, mining.FaultWaiting),
		failed(1, 1, mining.Sold, mining.FaultRefused),
		failed(1, 1, mining.Running, mining.FaultUnasked),
		failed(1, 1, mining.Running, mining.FaultForbidden),
		failed(2, 1, mining.Running, mining.FaultTimeout), // nothing at site 2 answers
	})
	if len(groups) != 2 {
		t.Fatalf("got %d groups", len(groups))
	}
	one, two := groups[0], groups[1]
	want := map[mining.Observed]int{
		mining.SeenHashing: 2, mining.SeenIdle: 1, mining.SeenSilent: 1, mining.SeenCurtailed: 1, mining.SeenRepair: 1,
		mining.SeenNothing: 2,
	}
	if diff := cmp.Diff(want, one.Seen); diff != "" {
		t.Error(diff)
	}
	if one.Machines != 9 || one.Measured != 4 || one.Hashing != 2 || one.Metered != 3 ||
		one.Hashrate.Value != 190*units.TH || one.Power.Value != 5940 {
		t.Errorf("got %+v", one)
	}
	if two.Hashrate.Known || two.Power.Known || two.Seen[mining.SeenNothing] != 1 {
		t.Errorf("a site that does not answer: %+v", two)
	}
	if sum := one.Plus(two); sum.Hashrate.Value != 190*units.TH || sum.Machines != 10 {
		t.Errorf("sum %+v", sum)
	}
}
