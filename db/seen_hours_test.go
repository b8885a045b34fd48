package db_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/mining"
)

// dayHours are the hours of a day, 24 h each of so many machines.
func dayHours(day time.Time, site, class int64, hashing, silent, unseen float64) mining.DayHours {
	d := mining.DayHours{Day: day, Key: mining.FleetKey{SiteID: site, ClassID: class}}
	d.Hours = map[mining.Observed]float64{mining.SeenHashing: 24 * hashing, mining.SeenSilent: 24 * silent}
	if unseen > 0 {
		d.Hours[mining.SeenNothing] = 24 * unseen
	}
	d.HashHours = 24 * hashing * 100e12
	return d
}

func TestSeenHoursAreSummedByDayAndByPlace(t *testing.T) {
	first := tenOClock.Truncate(24 * time.Hour)
	d, _ := dbtest.NewAt(t, func() time.Time { return first.Add(40 * time.Hour) }) // the second day is not over
	second, third := first.AddDate(0, 0, 1), first.AddDate(0, 0, 2)
	n, err := d.Jobs().InsertSeenHours(t.Context(), []mining.DayHours{
		dayHours(first.AddDate(0, 0, -1), 1, 1, 50, 50, 0), // the day before the period
		dayHours(first, 1, 1, 90, 10, 0), dayHours(first, 2, 1, 40, 0, 10), dayHours(first, 2, 7, 5, 0, 0),
		dayHours(second, 1, 1, 95, 5, 0),
		dayHours(third, 1, 1, 1, 1, 0), // the day after it
	})
	if err != nil || n != 2+2+3+2+2+2 {
		t.Fatalf("%d rows, %v", n, err)
	}
	got, err := d.As(access.Executive).SeenHours(t.Context(), first, third)
	if err != nil {
		t.Fatal(err)
	}
	seen := func(hashing, silent, unseen float64) mining.SeenHours {
		h := dayHours(first, 0, 0, hashing, silent, unseen).SeenHours
		if silent == 0 {
			delete(h.Hours, mining.SeenSilent) // nothing was silent
		}
		return h
	}
	want := mining.FleetHours{
		Places: []mining.PlaceHours{
			{Key: mining.FleetKey{SiteID: 1, ClassID: 1}, Whole: 1, WholeHours: 2400, SeenHours: seen(185, 15, 0)},
			{Key: mining.FleetKey{SiteID: 2, ClassID: 1}, Whole: 1, WholeHours: 1200, SeenHours: seen(40, 0, 10)},
			{Key: mining.FleetKey{SiteID: 2, ClassID: 7}, Whole: 1, WholeHours: 120, SeenHours: seen(5, 0, 0)},
		},
		Days: []mining.DayHours{
			{Day: first, Key: mining.FleetKey{ClassID: 1}, SeenHours: seen(130, 10, 10)},
			{Day: first, Key: mining.FleetKey{ClassID: 7}, SeenHours: seen(5, 0, 0)},
			{Day: second, Key: mining.FleetKey{ClassID: 1}, SeenHours: seen(95, 5, 0)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if none, err := d.As(access.Mining).SeenHours(t.Context(), third.AddDate(0, 0, 1), third.AddDate(0, 0, 9)); err != nil || none.Places != nil || none.Days != nil {
		t.Errorf("days without hours: %+v, %v", none, err)
	}
}

// What a cycle has counted of a day stays; a class that it did not count is
// written; and a second time writes nothing.
func TestWrittenHoursLeaveWhatWasCounted(t *testing.T) {
	d, _ := dbtest.New(t)
	s := d.Jobs()
	day := tenOClock.Truncate(24 * time.Hour)
	stored(t, s, tenOClock, reading(1, tenOClock, 100)) // class 2 at site 1
	stored(t, s, tenOClock.Add(time.Minute), reading(1, tenOClock.Add(time.Minute), 100))
	list := []mining.DayHours{dayHours(day, 1, 2, 90, 10, 0), dayHours(day, 1, 3, 40, 2, 0)}
	for _, want := range []int{2, 0} {
		if n, err := s.InsertSeenHours(t.Context(), list); err != nil || n != want {
			t.Errorf("%d rows (%v), want %d", n, err, want)
		}
	}
	got, err := s.SeenHours(t.Context(), day, day.AddDate(0, 0, 1))
	if err != nil || len(got.Places) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if h := got.Places[0].Hours; h[mining.SeenHashing] != 1.0/60 || len(h) != 1 {
		t.Errorf("what was counted is now %v", h)
	}
	if h := got.Places[1].Hours; h[mining.SeenHashing] != 960 || h[mining.SeenSilent] != 48 {
		t.Errorf("what was written is %v", h)
	}
	bad := []mining.DayHours{dayHours(day.AddDate(0, 0, 1), 1, 2, -1, 0, 0)}
	if n, err := s.InsertSeenHours(t.Context(), bad); err == nil {
		t.Errorf("%d rows of less than no hours were written", n)
	}
}

// BenchmarkSeenHours reads periods out of two years of nine classes at four
// sites in six states: 157,680 rows.
func BenchmarkSeenHours(b *testing.B) {
	d, cfg := dbtest.New(b)
	last := tenOClock.Truncate(24 * time.Hour)
	exec(b, connect(b, cfg.URL), `
INSERT INTO mining.seen_hours (day, site_id, class_id, seen, hours, hash_hours)
SELECT date '2026-11-23' - n, site, class, seen, 1000 + n, 1e17
  FROM generate_series(0, 729) n, generate_series(1, 4) site, generate_series(1, 9) class,
       unnest('{hashing,idle,silent,curtailed,repair,unseen}'::text[]) seen`)
	exec(b, connect(b, cfg.URL), `VACUUM ANALYZE mining.seen_hours`)
	for _, c := range []struct {
		name string
		days int
	}{{"7d", 7}, {"30d", 30}, {"1y", 365}, {"2y", 730}} {
		b.Run(c.name, func(b *testing.B) { benchmarkSeenHours(b, d, last.AddDate(0, 0, 1), c.days) })
	}
}

func benchmarkSeenHours(b *testing.B, d *db.DB, to time.Time, days int) {
	for b.Loop() {
		got, err := d.As(access.Mining).SeenHours(b.Context(), to.AddDate(0, 0, -days), to)
		if err != nil || len(got.Places) != 36 || len(got.Days) != 9*days {
			b.Fatalf("%d places and %d days: %v", len(got.Places), len(got.Days), err)
		}
	}
}
