package db_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

var tenOClock = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func reading(id int64, at time.Time, ths float64) mining.Reading {
	return mining.Reading{
		Target: mining.Target{UnitID: id, SiteID: 1, ClassID: 2, State: mining.Running}, At: at, Model: "Model",
		Hashrate: mining.Of(units.Hashrate(ths) * units.TH), BoardC: mining.Of(61.5), FansRPM: []int{5400, 5460},
		Uptime: mining.Of(time.Hour), PoolAlive: mining.Of(true),
	}
}

func stored(t testing.TB, s *db.Store, at time.Time, readings ...mining.Reading) {
	t.Helper()
	if _, err := s.StoreCycle(t.Context(), at, readings, mining.CountCycle(readings)); err != nil {
		t.Fatal(err)
	}
}

func TestAFailedMachineKeepsWhatItSaidLast(t *testing.T) {
	d, cfg := dbtest.New(t)
	s := d.Jobs()
	stored(t, s, tenOClock, reading(1, tenOClock, 100), reading(2, tenOClock, 90))
	later := tenOClock.Add(time.Minute)
	bad := mining.Reading{Target: mining.Target{UnitID: 1, SiteID: 1, ClassID: 2, State: mining.Running}, At: later, Fault: mining.FaultTimeout, Why: "no whole answer in time"}
	waiting := bad
	waiting.Target.UnitID, waiting.Fault = 2, mining.FaultWaiting
	stored(t, s, later, bad, waiting)
	bad.At = later.Add(time.Minute)
	stored(t, s, bad.At, bad)

	conn := connect(t, cfg.URL)
	got := value[string](t, conn, `SELECT concat_ws('|', fault, failures, hashrate_hs / 1e12, power_w IS NULL, fans_rpm, checked_at - answered_at)
  FROM mining.unit_reading WHERE unit_id = 1`)
	if want := "timeout|2|100|t|5400 5460|00:02:00"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// A machine that had no turn is not touched.
	if got := value[int](t, conn, `SELECT failures FROM mining.unit_reading WHERE unit_id = 2 AND fault = ''`); got != 0 {
		t.Errorf("%d failures of a machine that was left alone", got)
	}
	stored(t, s, later.Add(5*time.Minute), reading(1, later.Add(5*time.Minute), 101))
	if got := value[string](t, conn, `SELECT concat_ws('|', fault, failures, hashrate_hs / 1e12) FROM mining.unit_reading WHERE unit_id = 1`); got != "|0|101" {
		t.Errorf("after it came back: %s", got)
	}
}

func TestTheTimeBetweenTwoCyclesIsCountedOnce(t *testing.T) {
	d, _ := dbtest.NewAt(t, func() time.Time { return tenOClock })
	s := d.Jobs()
	at := tenOClock
	stored(t, s, at, reading(1, at, 100), reading(2, at, 0))
	at = at.Add(3 * time.Minute)
	stored(t, s, at, reading(1, at, 100), reading(2, at, 0))
	stored(t, s, at, reading(1, at, 100), reading(2, at, 0)) // the same again adds nothing
	at = at.Add(time.Hour)                                   // a pause of ours says nothing of the machines
	stored(t, s, at, reading(1, at, 100), reading(2, at, 0))
	day := tenOClock.Truncate(24 * time.Hour)
	got, err := d.As(access.Mining).SeenHours(t.Context(), day, tenOClock.AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	sum := mining.SeenHours{Hours: map[mining.Observed]float64{mining.SeenHashing: 0.05, mining.SeenIdle: 0.05}, HashHours: 5e12}
	want := mining.FleetHours{
		Places: []mining.PlaceHours{{Key: mining.FleetKey{SiteID: 1, ClassID: 2}, SeenHours: sum}},
		Days:   []mining.DayHours{{Day: day, Key: mining.FleetKey{ClassID: 2}, SeenHours: sum}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTargetsAreMachinesInTheirPlaceWithAnAddress(t *testing.T) {
	d, cfg := dbtest.New(t)
	conn := connect(t, cfg.URL)
	for _, unit := range []string{
		`(1, 'TEST-1', '', 2, 1, '', '', '', '', '10.0.0.1', 'running', now(), '', now(), 'Test')`,
		`(2, 'TEST-2', '', 2, 1, '', '', '', '', '10.0.0.2', 'sold', now(), '', now(), 'Test')`,
		`(3, 'TEST-3', '', 2, 1, '', '', '', '', '', 'running', now(), '', now(), 'Test')`,
		`(4, 'TEST-4', '', 3, 2, '', '', '', '', '10.0.0.4', 'curtailed', now(), '', now(), 'Test')`,
		`(5, 'TEST-5', '', 3, 2, '', '', '', '', 'the attic', 'running', now(), '', now(), 'Test')`,
	} {
		if _, err := conn.Exec(t.Context(), `INSERT INTO mining.unit VALUES `+unit); err != nil {
			t.Fatal(err)
		}
	}
	list, err := d.Jobs().TelemetryTargets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []mining.Target{
		{UnitID: 1, SiteID: 1, ClassID: 2, State: mining.Running, Address: netip.MustParseAddr("10.0.0.1")},
		{UnitID: 4, SiteID: 2, ClassID: 3, State: mining.Curtailed, Address: netip.MustParseAddr("10.0.0.4")},
	}
	if fmt.Sprint(list) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", list, want)
	}
}

// BenchmarkStoreCycle stores the readings of 2,000 machines that are there.
func BenchmarkStoreCycle(b *testing.B) {
	d, _ := dbtest.New(b)
	s, at := d.Jobs(), tenOClock
	for b.Loop() {
		at = at.Add(time.Minute)
		readings := make([]mining.Reading, 2000)
		for i := range readings {
			readings[i] = reading(int64(i+1), at, 100)
		}
		if n, err := s.StoreCycle(b.Context(), at, readings, mining.CountCycle(readings)); err != nil || n != 2000 {
			b.Fatalf("%d rows, %v", n, err)
		}
	}
}
