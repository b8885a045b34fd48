package simulate_test

import (
	"testing"
	"time"

	"switchyard/jobs/simulate"
)

// The shares of a day are shares of the whole day, the same in every run of a
// world; each site loses its line now and then, and heat takes its toll.
func TestADayOfMachinesIsWholeAndTheSameInEveryRun(t *testing.T) {
	origin := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	run := func(seed uint64) *simulate.World {
		return simulate.NewWorld(simulate.Config{Origin: origin, Seed: seed, Now: func() time.Time { return origin }})
	}
	w, again, other := run(7), run(7), run(8)
	if got := w.Origin(); !got.Equal(time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the world begins on %s", got)
	}
	differ := 0
	for site := range int64(4) {
		c := simulate.Climate{Site: site, Heat: float64(site) / 3}
		storms := 0
		for n := range 730 {
			day := w.Origin().AddDate(0, 0, -1-n)
			f := w.FleetDay(c, site, day)
			if f != again.FleetDay(c, site, day) {
				t.Fatalf("%s: the day of another run is another", day)
			}
			if f != other.FleetDay(c, site, day) {
				differ++
			}
			sum := 0.0
			for _, share := range []float64{f.Unseen, f.Repair, f.Silent, f.Idle, f.Curtailed} {
				if share < 0 {
					t.Errorf("%s: %+v", day, f)
				}
				sum += share
			}
			if sum > 1 || f.Performance < 0.85 || f.Performance > 1.02 {
				t.Errorf("%s: %+v", day, f)
			}
			if f.Unseen > 0.4 {
				storms++
			}
		}
		if storms < 2 || storms > 5 {
			t.Errorf("site %d has %d storms in two years", site, storms)
		}
	}
	if differ != 4*730 {
		t.Errorf("%d days differ from those of another seed", differ)
	}
}
