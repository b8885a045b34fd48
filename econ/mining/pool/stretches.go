package pool

import (
	"fmt"
	"slices"
	"time"

	"switchyard/econ/units"
)

// Network is what the network asked for a block and paid for it from a moment
// on, until the next one.
type Network struct {
	From       time.Time
	Difficulty float64
	Subsidy    units.Sats
	MeanFees   float64 // satoshi per block
}

// Stretches cuts [from, to) with its mean hashrate wherever the network
// changes, as at a retarget or a halving. It fails if nothing is known of the
// network at the begin, or if a stretch cannot be computed with.
func Stretches(from, to time.Time, hashrate units.Hashrate, network []Network) ([]Work, error) {
	sorted := slices.SortedStableFunc(slices.Values(network), func(a, b Network) int { return a.From.Compare(b.From) })
	if len(sorted) == 0 || sorted[0].From.After(from) {
		return nil, fmt.Errorf("the difficulty at %s is not known", from.UTC().Format(time.RFC3339))
	}
	var out []Work
	for i, n := range sorted {
		w := Work{From: from, To: to, Hashrate: hashrate, Difficulty: n.Difficulty, Subsidy: n.Subsidy, MeanFees: n.MeanFees}
		if n.From.After(w.From) {
			w.From = n.From
		}
		if i+1 < len(sorted) && sorted[i+1].From.Before(w.To) {
			w.To = sorted[i+1].From
		}
		if !w.To.After(w.From) {
			continue // of another time, or replaced at once
		}
		if err := w.Validate(); err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the span from %s ends before it has begun", from.UTC().Format(time.RFC3339))
	}
	return out, nil
}
