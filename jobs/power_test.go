package jobs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/db/dbtest"
	"switchyard/econ/market"
	"switchyard/econ/ops"
	"switchyard/jobs/simulate"
)

// following writes a power contract that follows a point.
func following(t *testing.T, url string, points ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for i, point := range points {
		_, err = conn.Exec(t.Context(), `
INSERT INTO mining.power_contract (id, site_id, name, kind, point, price_usd_per_mwh, loss_pct, adders, blocks, terms, resale_usd_per_mwh, purchase_usd_per_mwh, demand_usd_per_kw, coincident_usd_per_kw, valid_from, known_from, who)
VALUES ($1::bigint, $1::bigint, 'Supply ' || $1::bigint, 'index', $2, 0, 0, '', '', '', 0, 0, 0, 0, now(), now(), 'Test')`, i+1, point)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// withPower is a simulated world whose company follows points.
func withPower(t *testing.T, points ...string) *simulated {
	t.Helper()
	s := newSimulated(t, 5*time.Second)
	d, cfg := dbtest.NewAt(t, s.clock.Now)
	s.cfg.DB, s.store = d, d.Jobs()
	following(t, cfg.URL, points...)
	return s
}

func (s *simulated) powerRun(t *testing.T) ops.Run {
	t.Helper()
	run, ok := lastRun(t, s.store, jobPower)
	if !ok || run.EndedAt.IsZero() {
		t.Fatalf("no run has ended: %+v", run)
	}
	return run
}

func (s *simulated) awaitPower(t *testing.T) ops.Run {
	t.Helper()
	eventually(t, 30*time.Second, func() string {
		if run, ok := lastRun(t, s.store, jobPower); !ok || run.EndedAt.IsZero() {
			return fmt.Sprintf("run %s: %q", run.Status, run.Note)
		}
		return ""
	})
	return s.powerRun(t)
}

func TestPowerPricesAreThoseOfTheMarket(t *testing.T) {
	s := withPower(t, "ERCOT HB_WEST", "ERCOT LZ_WEST/LZEW", "PJM WESTERN")
	r := s.start(t, jobPower)
	run := s.awaitPower(t)
	if run.Status != ops.Succeeded || !strings.Contains(run.Note, "real-time: 60 of ") || !strings.Contains(run.Note, "left for the next run") || !strings.Contains(run.Note, "day-ahead: ") {
		t.Fatalf("run %s: %q %q", run.Status, run.Note, run.Error)
	}
	if !strings.Contains(run.Note, "none names ERCOT LZ_WEST/LZEW") { // the day-ahead market has no price of it
		t.Errorf("note %q", run.Note)
	}
	hour := s.began.Truncate(time.Hour).Add(-3 * time.Hour)
	for point, name := range map[string]string{"ERCOT HB_WEST": "HB_WEST", "ERCOT LZ_WEST/LZEW": "LZ_WEST"} {
		hours, err := s.store.PowerHours(t.Context(), point, hour, hour.Add(time.Hour))
		if err != nil || len(hours) != 1 || hours[0].RealTime.Known != time.Hour {
			t.Fatalf("%s: %+v, %v", point, hours, err)
		}
		var want float64
		for q := range 4 {
			want += s.world.RealTimePower(name, hour.Add(time.Duration(q)*15*time.Minute)) / 4
		}
		if got := hours[0].RealTime.USDPerMWh; got-want > 1e-6 || want-got > 1e-6 {
			t.Errorf("%s at %s: %v, want %v of the market", point, hour, got, want)
		}
		if name == "HB_WEST" && (hours[0].DayAhead.Known != time.Hour || hours[0].DayAhead.USDPerMWh != s.world.DayAheadPower(name, hour)) {
			t.Errorf("day-ahead at %s: %+v, want %v", hour, hours[0].DayAhead, s.world.DayAheadPower(name, hour))
		}
	}
	texas, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	today := s.began.In(texas)
	day := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, texas)
	if today.Hour() >= 14 { // the market sold tomorrow at noon
		day = day.AddDate(0, 0, 1)
	}
	hours, err := s.store.PowerHours(t.Context(), "ERCOT HB_WEST", day, day.AddDate(0, 0, 1))
	if want := int(day.AddDate(0, 0, 1).Sub(day).Hours()); err != nil || len(hours) != want {
		t.Errorf("%d hours of %s are known (%v), want %d", len(hours), day.Format(time.DateOnly), err, want)
	}
	if spans, err := s.store.PowerSpans(t.Context()); err != nil || len(spans) != 3 {
		t.Errorf("stored %+v, %v", spans, err)
	}
	before := run.Rows
	for range 9 { // five days are 480 documents
		s.ask(t, r, jobPower)
	}
	s.ask(t, r, jobPower)
	if run = s.powerRun(t); run.Rows != 0 || !strings.Contains(run.Note, "real-time: 0 of 4") {
		t.Errorf("nothing is new, and run %+v after %d rows at first", run, before)
	}

	// A refused row that is released has the documents read again.
	if err := s.store.Quarantine(t.Context(), []ops.Refused{{Room: roomMining, Source: sourceRealTimePower, At: s.clock.Now(), Check: "a test", Body: "11/23/2026,1"}}); err != nil {
		t.Fatal(err)
	}
	rows, err := s.store.QuarantineList(t.Context(), 10)
	if err != nil || len(rows) != 1 {
		t.Fatalf("refused %v, %v", rows, err)
	}
	ask := ops.Request{Action: "release", Target: strconv.FormatInt(rows[0].ID, 10), By: "a test", At: s.clock.Now()}
	if _, err := s.store.RequestJob(t.Context(), ask); err != nil {
		t.Fatal(err)
	}
	r.Wake()
	eventually(t, 20*time.Second, func() string {
		if run, _ := lastRun(t, s.store, jobPower); strings.Contains(run.Note, "real-time: 60 of 4") && run.Rows == 0 {
			return ""
		}
		return "the documents are not read again"
	})
}

func TestWithoutAContractOnTheSpotPriceNobodyIsAsked(t *testing.T) {
	s := withPower(t, "PJM WESTERN")
	s.servers.Inject("ercot", simulate.Fault{Kind: simulate.ServerError})
	s.start(t, jobPower)
	if run := s.awaitPower(t); run.Status != ops.Succeeded || run.Note != "No power contract follows a point of ERCOT." {
		t.Errorf("run %s: %q", run.Status, run.Note)
	}
}

func TestAMarketThatFailsIsAskedAgain(t *testing.T) {
	s := withPower(t, "ERCOT HB_WEST")
	s.servers.Inject("ercot", simulate.Fault{Kind: simulate.ServerError})
	r := s.start(t, jobPower)
	if run := s.awaitPower(t); run.Status != ops.Failed {
		t.Fatalf("run %s: %q", run.Status, run.Note)
	}
	list, err := s.store.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(src ops.Source) bool { return src.Name == sourceDayAheadPower })
	if i < 0 || list[i].Failures == 0 || !list[i].SucceededAt.IsZero() {
		t.Errorf("source %d of %+v", i, list)
	}
	s.servers.Clear("ercot")
	s.ask(t, r, jobPower)
	if run := s.powerRun(t); run.Status != ops.Succeeded || run.Rows == 0 {
		t.Errorf("run %s: %q %q", run.Status, run.Note, run.Error)
	}
	point := market.PowerPoint{Market: "ERCOT", Name: "HB_WEST"}
	if hours, err := s.store.PowerHours(t.Context(), point.String(), s.began.Add(-6*time.Hour), s.began); err != nil || len(hours) < 5 {
		t.Errorf("hours %v, %v", hours, err)
	}
}
