package market_test

import (
	"testing"
	"time"

	"switchyard/econ/market"
)

func TestJudgeFreshness(t *testing.T) {
	now := time.Date(2026, 11, 23, 14, 32, 8, 0, time.UTC)
	const cadence = time.Minute
	for _, c := range []struct {
		age     time.Duration
		cadence time.Duration
		pushed  bool
		want    market.FreshState
	}{
		{0, cadence, true, market.Live},
		{0, cadence, false, market.Aged},
		{2 * cadence, cadence, true, market.Live},
		{2 * cadence, cadence, false, market.Aged},
		{2*cadence + 1, cadence, true, market.Late},
		{2*cadence + 1, cadence, false, market.Late},
		{4 * cadence, cadence, true, market.Late},
		{4*cadence + 1, cadence, true, market.Stale},
		{4*cadence + 1, cadence, false, market.Stale},
		{-time.Second, cadence, true, market.Live}, // a clock ahead of ours
		{1000 * time.Hour, 0, false, market.Aged},  // without a cadence nothing is late
	} {
		got := market.JudgeFreshness(now.Add(-c.age), c.cadence, c.pushed, now)
		want := market.Freshness{State: c.want, At: now.Add(-c.age), Age: max(0, c.age)}
		if got != want {
			t.Errorf("%s old, every %s, pushed %v: got %+v, want %+v", c.age, c.cadence, c.pushed, got, want)
		}
	}
	if got := market.JudgeFreshness(time.Time{}, cadence, true, now); got != (market.Freshness{State: market.Off}) {
		t.Errorf("never: got %+v", got)
	}
}
