package demo_test

import (
	"math"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/jobs/simulate"
)

func sumOf(h mining.SeenHours) float64 {
	sum := 0.0
	for _, hours := range h.Hours {
		sum += hours
	}
	return sum
}

// seeded is the demo company with the days before today of which hours are kept.
func seeded(t *testing.T, d *db.DB, w *simulate.World, back int) mining.FleetHours {
	t.Helper()
	write(t, d, w)
	today := w.Now().Truncate(24 * time.Hour)
	f, err := d.As(access.Mining).SeenHours(t.Context(), today.AddDate(0, 0, -back), today.AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The day before the first start has 24 hours of every machine in its place, and
// each of the 730 days whole machines of the halls that stood then.
func TestTheHistoryAgreesWithTheRegister(t *testing.T) {
	d, _ := dbtest.New(t)
	w := world()
	f := seeded(t, d, w, 1)
	reg, err := d.As(access.Mining).Register(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	machines := map[mining.FleetKey]float64{}
	for _, c := range reg.Counts {
		if fleet.Placed(c.State) {
			machines[mining.FleetKey{SiteID: c.Site, ClassID: c.Class}] += float64(c.N)
		}
	}
	if len(f.Places) != len(machines) || len(machines) != 13 {
		t.Errorf("%d places have hours, %d have machines", len(f.Places), len(machines))
	}
	for _, p := range f.Places {
		if got, want := sumOf(p.SeenHours), 24*machines[p.Key]; math.Abs(got-want) > 1e-6 {
			t.Errorf("yesterday %+v has %v hours, want %v", p.Key, got, want)
		}
	}
	f = seeded(t, d, w, 800)
	first := w.Now().Truncate(24*time.Hour).AddDate(0, 0, -730)
	if got := f.Days[0].Day; !got.Equal(first) {
		t.Errorf("the history begins on %s, want %s", got, first)
	}
	// The seven halls that are two years old, and have no younger one of their
	// class beside them, stood for all of it.
	whole := 0
	for _, p := range f.Places {
		if p.Whole == 730 {
			whole++
		}
	}
	if whole != 7 {
		t.Errorf("%d places have all 730 days, want 7", whole)
	}
	for _, day := range f.Days {
		if n := sumOf(day.SeenHours) / 24; math.Abs(n-math.Round(n)) > 1e-9*n {
			t.Fatalf("%s: %v machines of class %d", day.Day, n, day.Key.ClassID)
		}
	}
}

// A year's numbers are those of a real fleet: one to three in a hundred broken,
// summers slower than winters, storms that hide some hours.
func TestTheHistoryIsPlausible(t *testing.T) {
	d, _ := dbtest.New(t)
	f := seeded(t, d, world(), 730)
	reg, err := d.As(access.Mining).Register(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	uptime := func(keep func(mining.DayHours) bool) (mining.Uptime, mining.MachineHours, float64) {
		var list []mining.RatedHours
		for _, day := range f.Days {
			if keep(day) {
				list = append(list, mining.RatedHours{SeenHours: day.SeenHours, Nameplate: reg.Classes[day.Key.ClassID].Nameplate().Hashrate})
			}
		}
		h, coverage := mining.CountHours(list...)
		u, err := mining.ComputeUptime(h)
		if err != nil {
			t.Fatal(err)
		}
		return u, h, coverage.Value
	}
	all, _, coverage := uptime(func(mining.DayHours) bool { return true })
	summer, hot, _ := uptime(func(d mining.DayHours) bool { return d.Day.Month() == time.July })
	winter, cold, _ := uptime(func(d mining.DayHours) bool { return d.Day.Month() == time.December })
	t.Logf("all %+v, coverage %v; July %+v; December %+v", all, coverage, summer, winter)
	if a := all.Availability.Value; a < 0.97 || a > 0.99 {
		t.Errorf("availability is %v", a)
	}
	if coverage < 0.99 || coverage >= 1 {
		t.Errorf("coverage is %v", coverage)
	}
	if hot.Performance.Value > cold.Performance.Value-0.01 || summer.Utilisation.Value > winter.Utilisation.Value || summer.Utilisation.Value < 0.8 {
		t.Errorf("in July %+v, in December %+v", summer, winter)
	}
}

// A restart two days later adds the days between, and leaves those that are
// there: counted ones, and those written before.
func TestARestartAddsTheDaysSince(t *testing.T) {
	now := time.Now()
	restart := func() time.Time { return time.Now().AddDate(0, 0, 2) }
	d, _ := dbtest.NewAt(t, restart)
	later := simulate.NewWorld(simulate.Config{Origin: now, Seed: 7, Now: restart})
	before := seeded(t, d, simulate.NewWorld(simulate.Config{Origin: now, Seed: 7, Now: func() time.Time { return now }}), 730)
	today := now.UTC().Truncate(24 * time.Hour)
	counted := mining.DayHours{Day: today, Key: before.Places[0].Key, SeenHours: mining.SeenHours{Hours: map[mining.Observed]float64{mining.SeenIdle: 1.5}}}
	if _, err := d.Jobs().InsertSeenHours(t.Context(), []mining.DayHours{counted}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		f := seeded(t, d, later, 2)
		if len(f.Places) != 13 {
			t.Fatalf("%d places have hours of the days since", len(f.Places))
		}
		for _, p := range f.Places {
			if p.Whole != 2 {
				t.Errorf("%+v has %d days, want 2", p.Key, p.Whole)
			}
		}
		if idle := f.Places[0].Hours[mining.SeenIdle] - 1.5; idle < 0 || sumOf(f.Places[0].SeenHours) > 1.5+24*3700 {
			t.Errorf("what was counted is not kept: %v", f.Places[0].Hours)
		}
	}
	s := d.As(access.Mining)
	bars, err := s.Bars(t.Context(), "mining.operating_hashrate_hs.1", market.LevelDay, today.AddDate(0, 0, -730), today.AddDate(0, 0, 2))
	if err != nil || len(bars) != 732 {
		t.Fatalf("%d days of hashrate (%v), want 732", len(bars), err)
	}
	if first, last := bars[0].Last/1e18, bars[731].Last/1e18; first < 1.5 || first > 2.2 || last < 6 || last > 7.5 {
		t.Errorf("Hallam went from %.2f to %.2f EH/s", first, last)
	}
}
