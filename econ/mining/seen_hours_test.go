package mining_test

import (
	"testing"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func hours(hashing, idle, silent, repair, curtailed, unseen, hashHours float64) mining.SeenHours {
	return mining.SeenHours{
		Hours: map[mining.Observed]float64{
			mining.SeenHashing: hashing, mining.SeenIdle: idle, mining.SeenSilent: silent, mining.SeenRepair: repair,
			mining.SeenCurtailed: curtailed, mining.SeenNothing: unseen,
		},
		HashHours: hashHours,
	}
}

// 100 hours: 80 hash at 95 % of the nameplate, 5 idle, 3 silent, 2 in repair,
// 10 curtailed; 25 more were not seen. Available 90 %, used 80/90, realised 76 %.
func TestSeenHoursAreTheTermsOfM11(t *testing.T) {
	h, coverage := mining.CountHours(mining.RatedHours{SeenHours: hours(80, 5, 3, 2, 10, 25, 80*95e12), Nameplate: 100 * units.TH})
	u, err := mining.ComputeUptime(h)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "coverage", coverage.Value, 0.8, 1e-12)
	near(t, "availability", u.Availability.Value, 0.9, 1e-12)
	near(t, "utilisation", u.Utilisation.Value, 80.0/90, 1e-12)
	near(t, "realised", u.Realised.Value, 0.76, 1e-12)
	h, coverage = mining.CountHours(mining.RatedHours{Nameplate: 100 * units.TH})
	if u, err := mining.ComputeUptime(h); err != nil || u.Availability.Known || u.Realised.Known || coverage.Known {
		t.Errorf("no hours: %+v, %v, coverage %+v", u, err, coverage)
	}
}

// Classes are held against their own nameplates: 50 hours at 90 of 100 TH/s and
// 10 at 200 of 200 are 6,500 of 7,000 TH/s·h.
func TestEachClassIsHeldAgainstItsOwnNameplate(t *testing.T) {
	small := mining.RatedHours{SeenHours: hours(50, 0, 0, 0, 0, 0, 50*90e12), Nameplate: 100 * units.TH}
	large := mining.RatedHours{SeenHours: hours(10, 0, 0, 0, 0, 0, 10*200e12), Nameplate: 200 * units.TH}
	h, _ := mining.CountHours(small, large)
	near(t, "performance", h.Performance.Value, 6500.0/7000, 1e-12)
	large.Nameplate = 0
	if h, _ = mining.CountHours(small, large); h.Performance.Known || h.Performance.Reason() != "the nameplate of a class is not known" {
		t.Errorf("a class without a nameplate: %+v", h.Performance)
	}
	// One that did not hash leaves the others' performance known.
	large.SeenHours = hours(0, 0, 0, 10, 0, 0, 0)
	h, _ = mining.CountHours(small, large)
	near(t, "performance of those that hashed", h.Performance.Value, 0.9, 1e-12)
}

// Ten machines a day and twenty the next are fifteen; the day that is not over
// counts for none.
func TestMachinesAreCountedByTheDaysThatAreOver(t *testing.T) {
	p := mining.PlaceHours{Whole: 2, WholeHours: 10*24 + 20*24, SeenHours: hours(800, 0, 0, 0, 0, 0, 0)}
	near(t, "machines", p.Machines().Value, 15, 1e-12)
	p = mining.PlaceHours{SeenHours: hours(80, 0, 0, 0, 0, 0, 0)}
	if m := p.Machines(); m.Known || m.Reason() != "no day is over yet" {
		t.Errorf("on the first day there are %+v machines", m)
	}
}
