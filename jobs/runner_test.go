package jobs

import (
	"context"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/market"
	"switchyard/econ/ops"
)

// pair is two runners on one database. The first reaches it by way of a cable.
type pair struct {
	store         *db.Store
	cable         *cable
	first, second *Runner
	one, two      *venueCalls
}

func newPair(t *testing.T) pair {
	t.Helper()
	b, cfg := dbtest.New(t)
	cable, detour := newCable(t, cfg.URL)
	cfg.DirectURL = detour
	a, err := db.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	p := pair{
		store: b.Jobs(), cable: cable,
		one: &venueCalls{name: "one", now: time.Now}, two: &venueCalls{name: "two", now: time.Now},
	}
	// Each runner has a venue of its own, so that it can be told who streams.
	p.first = made(t, Config{DB: a, World: market.Simulated, Venues: []Venue{p.one}, Mempool: noMempool()})
	p.second = made(t, Config{DB: b, World: market.Simulated, Venues: []Venue{p.two}, Mempool: noMempool()})
	return p
}

func (p pair) begin(t *testing.T) {
	t.Helper()
	if err := p.first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, func() string {
		if !p.first.Leading() || p.one.opened() != 1 {
			return "the first runner does not work"
		}
		return ""
	})
	if err := p.second.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// handedOver waits until the second works and the first does nothing.
func (p pair) handedOver(t *testing.T) {
	t.Helper()
	eventually(t, 15*time.Second, func() string {
		switch {
		case p.one.opened() != 0:
			return "the first runner still streams"
		case !p.second.Leading() || p.two.opened() != 1:
			return "the second runner does not work"
		case p.first.Leading():
			return "the first runner believes that it leads"
		}
		return ""
	})
}

func TestOfTwoRunnersOneWorksAndTheOtherTakesOverWhenItStops(t *testing.T) {
	p := newPair(t)
	p.begin(t)
	for range 5 { // the second asks for the lock ten times a second
		waitFor(t, 100*time.Millisecond)
		if p.second.Leading() || p.two.opened() != 0 {
			t.Fatal("both runners work")
		}
	}
	stopped(t, p.first)
	p.handedOver(t)
	stopped(t, p.first)
}

func TestTheOtherTakesOverWhenTheLocksConnectionDies(t *testing.T) {
	p := newPair(t)
	p.begin(t)
	p.cable.cut()
	eventually(t, 15*time.Second, func() string {
		if p.first.Leading() == p.second.Leading() || p.one.opened()+p.two.opened() != 1 {
			return "not exactly one runner works"
		}
		if p.first.Leading() != (p.one.opened() == 1) {
			return "it is not the leader who streams"
		}
		return ""
	})
}

func TestALockThatDoesNotAnswerIsALockLost(t *testing.T) {
	p := newPair(t)
	p.begin(t)
	p.cable.fallSilent()
	eventually(t, 15*time.Second, func() string {
		if p.one.opened() != 0 || p.first.Leading() {
			return "the first runner still works"
		}
		return ""
	})
	p.cable.cut()
	p.handedOver(t)
}

func TestWhoTakesOverClosesTheRunsThatWereLeftOpen(t *testing.T) {
	p := newPair(t)
	if err := p.store.DeclareJobs(t.Context(), declared(table())); err != nil {
		t.Fatal(err)
	}
	id, err := p.store.StartRun(t.Context(), "market.fees", roomMarket)
	if err != nil {
		t.Fatal(err)
	}
	p.begin(t)
	list, err := p.store.Runs(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range list {
		if run.ID == id && run.Status != ops.Abandoned {
			t.Errorf("a run left open by a process that is gone: got %s, want abandoned", run.Status)
		}
	}
}

func TestStartTwiceIsAnErrorAndStopTwiceIsNot(t *testing.T) {
	venue := &venueCalls{name: "one", now: time.Now}
	d, _ := dbtest.New(t)
	r := started(t, Config{DB: d, World: market.Simulated, Venues: []Venue{venue}, Mempool: noMempool()})
	if err := r.Start(t.Context()); err == nil {
		t.Error("the second start: got no error")
	}
	stopped(t, r)
	stopped(t, r)
	if got := venue.opened(); got != 0 {
		t.Errorf("after Stop %d streams are open, want none", got)
	}
}

func TestNewRefusesWhatCannotRun(t *testing.T) {
	d, _ := dbtest.New(t)
	log := testLog(t)
	venue := &venueCalls{name: "one"}
	for name, cfg := range map[string]Config{
		"nothing":     {},
		"no venue":    {DB: d, Log: log, Mempool: noMempool(), Ercot: noErcot(t), Delivery: delivery()},
		"no database": {Log: log, Mempool: noMempool(), Ercot: noErcot(t), Venues: []Venue{venue}, Delivery: delivery()},
		"no notices":  {DB: d, Log: log, Mempool: noMempool(), Ercot: noErcot(t), Venues: []Venue{venue}},
		"twice":       {DB: d, Log: log, Mempool: noMempool(), Ercot: noErcot(t), Venues: []Venue{venue, venue}, Delivery: delivery()},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestPagesMayAskForARun(t *testing.T) {
	d, _ := dbtest.New(t)
	ran := make(chan string, 10)
	r := made(t, Config{DB: d, World: market.Simulated, Venues: []Venue{&venueCalls{name: "one", now: time.Now}}, Mempool: noMempool()})
	r.table = []Job{{Name: "core.rare", Room: roomCore, Every: time.Hour, Run: func(context.Context, *Env) (int64, error) {
		ran <- "core.rare"
		return 0, nil
	}}}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-ran // the first start
	store := d.Jobs()
	eventually(t, 5*time.Second, func() string {
		if run, ok := lastRun(t, store, "core.rare"); !ok || run.Status != ops.Succeeded {
			return "the first run has not ended"
		}
		return ""
	})
	for _, target := range []string{"core.unknown", "core.rare"} {
		if _, err := store.RequestJob(t.Context(), ops.Request{Action: "run", Target: target, By: "a test", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	r.Wake()
	select {
	case <-ran:
	case <-time.After(3 * time.Second):
		t.Fatal("a requested run did not begin within three seconds of the wake-up")
	}
}

// waitFor lets time pass in which something must not happen.
func waitFor(t *testing.T, d time.Duration) {
	t.Helper()
	if !pause(t.Context(), d) {
		t.Fatal("the test ended")
	}
}
