package jobs

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/market"
	"switchyard/econ/ops"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/bitstamp"
	"switchyard/jobs/upstream/coinbase"
	"switchyard/jobs/upstream/kraken"
)

// scriptedVenues are the real clients of the three venues, in front of servers
// that speak their documents.
func scriptedVenues(t *testing.T, s *scripted) []Venue {
	t.Helper()
	options := func(venue string) upstream.Options {
		address, socket := s.serve(t, venue)
		return upstream.Options{BaseURL: address, WSURL: socket, Now: s.now, Rate: 1000, Burst: 1000, Retries: -1}
	}
	return []Venue{coinbase.New(options("coinbase")), kraken.New(options("kraken")), bitstamp.New(options("bitstamp"))}
}

// onlyJobs leaves the named lines of the table.
func onlyJobs(names ...string) []Job {
	var list []Job
	for _, job := range table() {
		for _, name := range names {
			if job.Name == name {
				list = append(list, job)
			}
		}
	}
	return list
}

// setupPrices runs the index alone over scripted venues.
func setupPrices(t *testing.T, prices map[string]float64) (*scripted, *db.Store, *testClock) {
	t.Helper()
	clock := &testClock{}
	s := newScripted(clock.Now, prices)
	d, _ := dbtest.NewAt(t, clock.Now)
	r := made(t, Config{DB: d, World: market.Simulated, Venues: scriptedVenues(t, s), Mempool: noMempool(), Now: clock.Now})
	r.table = onlyJobs("market.index")
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, d.Jobs(), clock
}

// awaitPoint waits until the newest value of a series is want.
func awaitPoint(t *testing.T, store *db.Store, key string, want float64, within time.Duration) market.Point {
	t.Helper()
	var p market.Point
	eventually(t, within, func() string {
		var err error
		p, err = store.LastPoint(t.Context(), key)
		if err != nil {
			return err.Error()
		}
		if math.Abs(p.V-want) > 1e-9 {
			return fmt.Sprintf("newest value of %s: got %v, want %v", key, p.V, want)
		}
		return ""
	})
	return p
}

func TestTheIndexIsTheMedianOfThreeVenuesAtEverySecond(t *testing.T) {
	t.Parallel()
	s, store, _ := setupPrices(t, map[string]float64{"coinbase": 90_000, "kraken": 90_010, "bitstamp": 90_040})
	awaitPoint(t, store, keyIndex, 90_010, 10*time.Second)
	awaitPoint(t, store, keyVenues, 3, 10*time.Second)
	awaitPoint(t, store, keySpread, 40, 5*time.Second)
	for venue, want := range map[string]float64{"coinbase": 90_000, "kraken": 90_010, "bitstamp": 90_040} {
		awaitPoint(t, store, venueKey(venue), want, 5*time.Second)
	}
	s.set("kraken", 90_100)
	awaitPoint(t, store, keyIndex, 90_040, 5*time.Second)
	awaitPoint(t, store, keySpread, 100, 5*time.Second)

	first := awaitPoint(t, store, keyIndex, 90_040, 5*time.Second)
	eventually(t, 10*time.Second, func() string {
		ticks, err := store.Ticks(t.Context(), keyIndex, first.T, first.T.Add(3*time.Second), 10)
		if err != nil {
			return err.Error()
		}
		if len(ticks) != 4 {
			return fmt.Sprintf("the index has %d of 4 consecutive seconds", len(ticks))
		}
		return ""
	})
	eventually(t, 5*time.Second, func() string {
		run, ok := lastRun(t, store, "market.index")
		if want := "index from 3 of 3 venues; no hashprice: no block is known"; !ok || run.Note != want {
			return fmt.Sprintf("note of the running index: got %q, want %q", run.Note, want)
		}
		return ""
	})
	if _, err := store.LastPoint(t.Context(), keyHashpriceUSD); err == nil {
		t.Error("there is a hashprice although no block is known")
	}
}

func TestAVenueThatFallsSilentLeavesTheIndexAfterAMinute(t *testing.T) {
	t.Parallel()
	s, store, clock := setupPrices(t, map[string]float64{"coinbase": 90_000, "kraken": 90_010, "bitstamp": 90_040})
	awaitPoint(t, store, keyVenues, 3, 10*time.Second)
	s.silence("bitstamp", true)
	clock.jump(30 * time.Second)
	before := clock.Now()
	eventually(t, 10*time.Second, func() string {
		p, err := store.LastPoint(t.Context(), keyVenues)
		if err != nil || p.T.Before(before) || p.V != 3 {
			return fmt.Sprintf("half a minute later: got %v venues at %s (%v), want 3", p.V, p.T, err)
		}
		return ""
	})
	clock.jump(35 * time.Second)
	awaitPoint(t, store, keyVenues, 2, 15*time.Second)
	awaitPoint(t, store, keyIndex, 90_005, 5*time.Second)

	s.silence("bitstamp", false)
	awaitPoint(t, store, keyVenues, 3, 40*time.Second)
}

func TestNothingIsWrittenWhileNobodyQuotes(t *testing.T) {
	t.Parallel()
	s, store, clock := setupPrices(t, map[string]float64{"coinbase": 90_000, "kraken": 90_010, "bitstamp": 90_040})
	awaitPoint(t, store, keyVenues, 3, 10*time.Second)
	for _, venue := range []string{"coinbase", "kraken", "bitstamp"} {
		s.silence(venue, true)
	}
	clock.jump(2 * time.Minute)
	eventually(t, 10*time.Second, func() string {
		run, _ := lastRun(t, store, "market.index")
		if !strings.HasPrefix(run.Note, "no venue has a price within the last minute") {
			return "note of the running index: " + run.Note
		}
		return ""
	})
	last, err := store.LastPoint(t.Context(), keyIndex)
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, 2500*time.Millisecond)
	again, err := store.LastPoint(t.Context(), keyIndex)
	if err != nil || !again.T.Equal(last.T) || clock.Now().Sub(again.T) < time.Minute {
		t.Errorf("without quotes: got an index at %s after %s (%v), want none", again.T, last.T, err)
	}
}

func TestAnAbsurdPriceIsQuarantinedAndNotUsed(t *testing.T) {
	t.Parallel()
	s, store, _ := setupPrices(t, map[string]float64{"coinbase": 90_000, "kraken": 90_010, "bitstamp": 90_040})
	awaitPoint(t, store, keyVenues, 3, 10*time.Second)
	s.set("bitstamp", 9_004)
	awaitPoint(t, store, keyVenues, 2, 10*time.Second)
	awaitPoint(t, store, keyIndex, 90_005, 5*time.Second)
	list, err := store.QuarantineList(t.Context(), 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("quarantine: got %d rows (%v), want one in the first minute", len(list), err)
	}
	row := list[0]
	if want := "price is 90.0 % away from the median of the other venues, more than 10 %"; row.Check != want || row.Source != "bitstamp.ticker" {
		t.Errorf("refused row: got %q from %s, want %q from bitstamp.ticker", row.Check, row.Source, want)
	}
	ticks, err := store.Ticks(t.Context(), venueKey("bitstamp"), time.Now().Add(-time.Minute), time.Now().Add(time.Minute), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, tick := range ticks {
		if tick.V != 90_040 {
			t.Errorf("the absurd price %v was stored at %s", tick.V, tick.T)
		}
	}
	s.set("bitstamp", 90_040)
	awaitPoint(t, store, keyVenues, 3, 10*time.Second)

	// The row is still absurd when somebody asks to release it.
	if _, err := store.RequestJob(t.Context(), ops.Request{Action: "release", Target: fmt.Sprint(row.ID), By: "a test", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, func() string {
		open, err := store.OpenRequests(t.Context())
		if err != nil || len(open) > 0 {
			return fmt.Sprintf("%d requests are open (%v)", len(open), err)
		}
		return ""
	})
	if _, err := store.Refused(t.Context(), row.ID); err != nil {
		t.Errorf("an absurd row left the quarantine: %v", err)
	}
}

func TestAReleasedPriceThatPassesNowIsStored(t *testing.T) {
	t.Parallel()
	_, store, clock := setupPrices(t, map[string]float64{"coinbase": 90_000, "kraken": 90_010, "bitstamp": 90_040})
	index := awaitPoint(t, store, keyIndex, 90_010, 10*time.Second)
	at := index.T.Add(-time.Hour)
	body := quoteBody(market.Quote{Venue: "kraken", Price: 90_020, T: at})
	if _, err := store.InsertBars(t.Context(), keyIndex, market.LevelMinute, []market.Bar{oneValue(at.Truncate(time.Minute), 90_010)}); err != nil {
		t.Fatal(err)
	}
	if err := store.Quarantine(t.Context(), []ops.Refused{{Room: roomMarket, Source: "kraken.ticker", At: clock.Now(), Check: "a check", Body: body}}); err != nil {
		t.Fatal(err)
	}
	list, err := store.QuarantineList(t.Context(), 1)
	if err != nil || len(list) != 1 {
		t.Fatalf("quarantine: got %d rows (%v), want one", len(list), err)
	}
	if _, err := store.RequestJob(t.Context(), ops.Request{Action: "release", Target: fmt.Sprint(list[0].ID), By: "a test", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, func() string {
		ticks, err := store.Ticks(t.Context(), venueKey("kraken"), at, at, 1)
		if err != nil || len(ticks) != 1 || ticks[0].V != 90_020 {
			return fmt.Sprintf("released price: got %v (%v), want 90,020", ticks, err)
		}
		n, err := store.CountRefused(t.Context())
		if err != nil || n != 0 {
			return fmt.Sprintf("%d rows are in quarantine (%v), want none", n, err)
		}
		return ""
	})
}

func TestSourcesTellHowTheyAnswer(t *testing.T) {
	t.Parallel()
	s, store, _ := setupPrices(t, map[string]float64{"coinbase": 90_000, "kraken": 90_010, "bitstamp": 90_040})
	source := func(name string) ops.Source {
		list, err := store.Sources(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range list {
			if src.Name == name {
				return src
			}
		}
		t.Fatalf("source %s is not declared", name)
		return ops.Source{}
	}
	eventually(t, 15*time.Second, func() string {
		for _, name := range []string{"coinbase.ticker", "kraken.ticker", "bitstamp.ticker"} {
			if src := source(name); src.SucceededAt.IsZero() || src.Failures != 0 {
				return fmt.Sprintf("%s has not answered: %+v", name, src)
			}
		}
		if src := source("mempool.blocks"); src.Failures < 2 || src.LastError == "" || src.NextTryAt.IsZero() {
			return fmt.Sprintf("mempool.blocks, whose server is not there: %+v", src)
		}
		return ""
	})
	s.silence("coinbase", true) // neither prices nor heartbeats: five seconds are its limit
	eventually(t, 15*time.Second, func() string {
		if src := source("coinbase.ticker"); src.Failures == 0 || src.LastError == "" {
			return fmt.Sprintf("coinbase.ticker has fallen silent: %+v", src)
		}
		return ""
	})
}
