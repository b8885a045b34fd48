package alert

import (
	"math"
	"time"
)

// verdict is how an observation stands against a rule.
type verdict int

const (
	unknown verdict = iota // it decides nothing
	calm                   // at the clear limit or beyond
	between                // past the clear limit, not past the limit
	breach                 // the condition holds
)

// reading is a verdict and what it was taken from.
type reading struct {
	verdict verdict
	note    string  // why it is unknown
	change  float64 // of a rate: a fraction
}

// Evaluate moves a rule on: it takes the state the last evaluation returned,
// what is known of the figure, and the time. It returns the new state and the
// event that came of it, nil for none. To evaluate the same observation at the
// same time again changes nothing more.
func Evaluate(r Rule, s State, o Observation, now time.Time) (State, *Event) {
	if s.Phase == "" {
		s.Phase, s.Since = OK, now
	}
	if known(o.Value) {
		v := *o.Value
		s.LastValue, s.LastAt = &v, o.At
	}
	seen := r.read(s, o, now)
	if seen.verdict == unknown {
		s.Note = seen.note
		if s.UnknownAt.IsZero() {
			s.UnknownAt = now
		}
		return s, nil
	}
	if s.Phase == Pending && !s.UnknownAt.IsZero() {
		s.Since = s.Since.Add(max(0, now.Sub(s.UnknownAt)))
	}
	s.UnknownAt, s.Note = time.Time{}, ""
	return r.step(s, seen, now)
}

// step changes the phase by a verdict that is known.
func (r Rule) step(s State, seen reading, now time.Time) (State, *Event) {
	switch {
	case s.Phase == Firing && seen.verdict == calm:
		s.Phase, s.Since, s.ResolvedAt = OK, now, now
		return s, r.event(Resolved, s, seen, now)
	case s.Phase == Firing:
		return s, nil
	case seen.verdict != breach:
		if s.Phase == Pending {
			s.Phase, s.Since = OK, now
		}
		return s, nil
	}
	if s.Phase != Pending {
		s.Phase, s.Since = Pending, now
	}
	rested := s.ResolvedAt.IsZero() || now.Sub(s.ResolvedAt) >= r.Cooldown
	if now.Sub(s.Since) < r.For || !rested {
		return s, nil
	}
	s.Phase, s.Since, s.FiredAt = Firing, now, now
	return s, r.event(Fired, s, seen, now)
}

// read judges an observation. The state holds the newest known value already.
func (r Rule) read(s State, o Observation, now time.Time) reading {
	switch {
	case r.Kind == Stale:
		if s.LastAt.IsZero() || now.Sub(s.LastAt) > r.MaxAge {
			return reading{verdict: breach}
		}
		return reading{verdict: calm}
	case !known(o.Value):
		return reading{note: "The figure has no value, so nothing was decided."}
	case r.MaxAge > 0 && now.Sub(o.At) > r.MaxAge:
		return reading{note: "The newest value is older than " + span(r.MaxAge) + ", so nothing was decided."}
	case r.Kind == Threshold:
		return reading{verdict: r.weigh(*o.Value)}
	case r.Kind != Rate:
		return reading{note: "The rule compares nothing that is known, so nothing was decided."}
	case !known(o.Previous):
		return reading{note: "There is no value from " + span(r.Window) + " before, so nothing was decided."}
	}
	// The base is taken without its sign: from −10 to −5 is a rise of one half.
	change := (*o.Value - *o.Previous) / math.Abs(*o.Previous)
	if !finite(change) {
		return reading{note: "The value before was zero, so there is no change to judge and nothing was decided."}
	}
	return reading{verdict: r.weigh(change), change: change}
}

// weigh holds a number against both limits.
func (r Rule) weigh(v float64) verdict {
	switch {
	case r.breached(v):
		return breach
	case r.cleared(v):
		return calm
	default:
		return between
	}
}

// known says whether a value is there and a number.
func known(v *float64) bool { return v != nil && finite(*v) }
