package upstream

import (
	"slices"
	"time"

	"switchyard/econ/market"
)

// Tidy puts candles into the shape every venue's client returns: only closed
// ones that begin in [from, to), ascending, one for each interval.
func Tidy(candles []market.Candle, width time.Duration, from, to, now time.Time) []market.Candle {
	kept := make([]market.Candle, 0, len(candles))
	for _, c := range candles {
		if !c.T.Before(from) && c.T.Before(to) && !c.T.Add(width).After(now) {
			kept = append(kept, c)
		}
	}
	slices.SortStableFunc(kept, func(a, b market.Candle) int { return a.T.Compare(b.T) })
	return slices.CompactFunc(kept, func(a, b market.Candle) bool { return a.T.Equal(b.T) })
}
