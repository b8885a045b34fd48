package alert

import (
	"time"

	"switchyard/econ/access"
)

// Kind says what a rule compares.
type Kind string

// The kinds of rule.
const (
	Threshold Kind = "threshold" // the value against Limit
	Rate      Kind = "rate"      // the change over Window, a fraction, against Limit
	Stale     Kind = "stale"     // the age of the newest value against MaxAge
)

// Side says on which side of its limit a value is worth an alert.
type Side string

// The sides.
const (
	Above Side = "above"
	Below Side = "below"
)

// Rule is one person's wish to be told about one figure.
type Rule struct {
	ID     int64
	Name   string      // what people call it; begins every sentence
	Owner  string      // who made it and is told
	Figure string      // key of the series or figure, e.g. market.btc_usd
	Unit   string      // of the figure, for the sentences; may be empty
	Room   access.Room // whose readers may see the rule and what it tells

	Kind Kind
	Side Side // for threshold and rate
	// Limit is what the value must pass, in the figure's unit, or the change as
	// a fraction: -0.05 is a fall of 5 %.
	Limit float64
	// Clear is where a rule that fires ends, in the unit of Limit and on its
	// calm side: the values between the two change nothing, so that a figure
	// that trembles around its limit does not flap.
	Clear  float64
	Window time.Duration // of a rate: how long before the value the previous one was
	// MaxAge is how old the newest value may be. A stale rule holds beyond it;
	// for the other kinds an older value decides nothing, and zero accepts any.
	MaxAge time.Duration

	For      time.Duration // persistence: how long the condition must hold before it fires
	Cooldown time.Duration // after a resolve nothing fires again within it
	Critical bool          // worth waking somebody
}

// breached says whether a value is past the limit.
func (r Rule) breached(v float64) bool {
	if r.Side == Below {
		return v < r.Limit
	}
	return v > r.Limit
}

// cleared says whether a value is back at the clear limit or beyond.
func (r Rule) cleared(v float64) bool {
	if r.Side == Below {
		return v >= r.Clear
	}
	return v <= r.Clear
}
