package handlers_test

import (
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/market"
)

// The fleet's operating hashrate is what machines were measured to do lately, and
// says at how many sites; an old measure is none.
func TestTheOperatingHashrateIsMeasured(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	s.company()
	const sum, class = "mining.operating_hashrate_hs.1", "mining.operating_hashrate_hs.1.2"
	for _, key := range []string{sum, class} {
		if err := s.db.Jobs().EnsureSeries(t.Context(), market.SeriesDef{Key: key, Unit: "H/s", Interval: time.Minute, Source: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	s.ticks(sum, market.Point{T: clock.now(), V: 1.23e18})
	s.ticks(class, market.Point{T: clock.now(), V: 9e18}) // a part of it
	s.as(access.Mining)
	if text := textOf(s.page("/mining/fleet").root); !contains(text, "1.23 EH/s") && !contains(text, "1.23\u00a0EH/s") || !contains(text, "measured at 1 of 1 site") {
		t.Error("the page does not say what was measured, and where")
	}
	clock.add(6 * time.Minute)
	s.as(access.Mining)
	if text := textOf(s.page("/mining/fleet").root); contains(text, "1.23") || !contains(text, "no machine was measured in the last five minutes") {
		t.Error("an old measure stands for the present")
	}
}

// An open fleet page hears of every stored cycle, and fetches what was measured
// again.
func TestAStoredCycleMovesTheOpenFleetPage(t *testing.T) {
	s := open(t, nil)
	s.company()
	const sum = "mining.operating_hashrate_hs.1"
	if err := s.db.Jobs().EnsureSeries(t.Context(), market.SeriesDef{Key: sum, Unit: "H/s", Interval: time.Minute, Source: "test"}); err != nil {
		t.Fatal(err)
	}
	s.as(access.Mining)
	page := s.page("/mining/fleet")
	if got := page.attr("#fleet-now", "data-refetch"); !contains(got, "mining.telemetry") {
		t.Errorf("the figures are fetched again after %q", got)
	}
	if got := page.attr("main", "data-topics"); !contains(got, "mining.telemetry:0") || !contains(got, "mining.fleet:") {
		t.Errorf("the page follows %q", got)
	}
	ws := s.follow(map[string]int64{"mining.telemetry": 0})
	until(t, ws, "the feed's state", func(e event) bool { return e.Op == "feed" })
	now := time.Now()
	s.ticks(sum, market.Point{T: now, V: 1.23e18})
	if _, err := s.db.Jobs().StoreCycle(t.Context(), now, nil, nil); err != nil {
		t.Fatal(err)
	}
	e := until(t, ws, "the cycle", func(e event) bool { return e.Topic == "mining.telemetry" })
	if e.Seq != 1 || len(e.Text) != 0 {
		t.Errorf("got %+v", e)
	}
	page = s.page("/mining/fleet")
	if got := page.text("#fleet-now"); !contains(got, "measured at 1 of 1 site") {
		t.Errorf("fetched again, the figures say %q", got)
	}
	if got := page.attr("main", "data-topics"); !contains(got, "mining.telemetry:1") {
		t.Errorf("fetched again, the page stands at %q", got)
	}
}
