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
