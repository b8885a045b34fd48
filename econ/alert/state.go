package alert

import "time"

// Phase is where a rule stands.
type Phase string

// The phases.
const (
	OK      Phase = "ok"      // the condition does not hold
	Pending Phase = "pending" // it holds, but not yet for long enough
	Firing  Phase = "firing"  // people were told, and it has not ended
)

// State is what is remembered of a rule between two evaluations. The zero
// State is that of a rule that was never evaluated.
type State struct {
	Phase Phase
	// Since is when the phase began. Time without a usable value does not count
	// towards the persistence: after it, a pending rule's Since is moved on by as
	// much.
	Since time.Time
	// LastValue is the newest value that was known, nil if there never was one;
	// LastAt is its time.
	LastValue *float64
	LastAt    time.Time

	FiredAt    time.Time // of the last fired event; zero: never
	ResolvedAt time.Time // of the last resolved event; zero: never

	UnknownAt time.Time // first evaluation in a row that could decide nothing; zero: the last one could
	Note      string    // why the last evaluation decided nothing, a sentence; empty if it did
}

// Observation is what is known of a figure. Unknown is nil, never zero.
type Observation struct {
	Value    *float64  // in the figure's unit
	At       time.Time // when the value was true
	Previous *float64  // for a rate: the value one Window before At
}

// EventKind says what happened to a rule.
type EventKind string

// The kinds of event.
const (
	Fired    EventKind = "fired"
	Resolved EventKind = "resolved"
)

// Event is something to tell people.
type Event struct {
	Kind  EventKind
	Time  time.Time // of the evaluation
	Value *float64  // the figure's, in its unit; nil if a stale rule has none
	At    time.Time // when Value was true; zero if there is none
	Text  string    // what happened, in plain English
}
