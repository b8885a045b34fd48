package market

import "time"

// FreshState is how a figure stands against the time it should be renewed in.
type FreshState string

// The states, best first.
const (
	Live  FreshState = "live"  // pushed, within twice its cadence
	Aged  FreshState = "aged"  // polled, on time
	Late  FreshState = "late"  // past twice its cadence
	Stale FreshState = "stale" // past four times its cadence
	Off   FreshState = "off"   // never
)

// Freshness is a state and the time it is judged by.
type Freshness struct {
	State FreshState
	At    time.Time
	Age   time.Duration
}

// JudgeFreshness judges by the last successful check, not by the last change:
// blocks come at random. A zero time was never; without a cadence nothing is
// late.
func JudgeFreshness(succeededAt time.Time, cadence time.Duration, pushed bool, now time.Time) Freshness {
	f := Freshness{State: Off, At: succeededAt}
	if succeededAt.IsZero() {
		return f
	}
	f.Age = max(0, now.Sub(succeededAt))
	switch {
	case cadence > 0 && f.Age > 4*cadence:
		f.State = Stale
	case cadence > 0 && f.Age > 2*cadence:
		f.State = Late
	case pushed:
		f.State = Live
	default:
		f.State = Aged
	}
	return f
}
