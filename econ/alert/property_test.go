package alert_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"switchyard/econ/alert"
)

// world makes rules and walks of values that cross their limits often.
type world struct{ *rand.Rand }

func (w world) minutes(n int) time.Duration { return time.Duration(w.IntN(n)) * time.Minute }

func (w world) rule() alert.Rule {
	r := low()
	r.Kind = []alert.Kind{alert.Threshold, alert.Rate, alert.Stale}[w.IntN(3)]
	r.Side = []alert.Side{alert.Above, alert.Below}[w.IntN(2)]
	band := float64(w.IntN(3)) / 10
	r.Limit = float64(w.IntN(5)-2) / 10
	if r.Clear = r.Limit + band; r.Side == alert.Above {
		r.Clear = r.Limit - band
	}
	r.Window = time.Hour
	r.MaxAge = w.minutes(20) + time.Minute
	r.For, r.Cooldown = w.minutes(12), w.minutes(30)
	return r
}

// value is often missing, sometimes not a number, else between -1 and 1.
func (w world) value() *float64 {
	switch w.IntN(12) {
	case 0, 1:
		return nil
	case 2:
		return ptr([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}[w.IntN(3)])
	default:
		return ptr(float64(w.IntN(21)-10) / 10)
	}
}

func (w world) observation(now time.Time) alert.Observation {
	o := alert.Observation{Value: w.value(), Previous: w.value()}
	if w.IntN(8) > 0 {
		o.At = now.Add(-w.minutes(25))
	}
	return o
}

// move is one evaluation and what came of it.
type move struct {
	before, after alert.State
	seen          alert.Observation
	now           time.Time
	event         *alert.Event
}

// walks runs many rules over many observations and shows every move of each.
func walks(t *testing.T, check func(t *testing.T, r alert.Rule, moves []move)) {
	t.Helper()
	for seed := range uint64(200) {
		w := world{rand.New(rand.NewPCG(seed, 23))}
		r := w.rule()
		var s alert.State
		var moves []move
		now := start
		for range 200 {
			m := move{before: s, seen: w.observation(now), now: now}
			m.after, m.event = alert.Evaluate(r, s, m.seen, now)
			moves = append(moves, m)
			s = m.after
			now = now.Add(w.minutes(4))
		}
		check(t, r, moves)
		if t.Failed() {
			t.Fatalf("seed %d, rule %+v", seed, r)
		}
	}
}

func TestNoTwoFiresWithoutAResolveBetween(t *testing.T) {
	fires := 0
	walks(t, func(t *testing.T, _ alert.Rule, moves []move) {
		open := false
		for i, m := range moves {
			if m.event == nil {
				continue
			}
			if fired := m.event.Kind == alert.Fired; fired == open {
				t.Errorf("move %d: %s follows an event of its own kind", i, m.event.Kind)
			}
			open = !open
			fires++
		}
	})
	if fires < 300 {
		t.Errorf("only %d events in all walks: the walks test little", fires)
	}
}

// A fire needs an unbroken run of known observations past the limit (unknown
// ones may lie between, but do not count) that lasted for the persistence.
func TestNoFireBeforeThePersistenceAndTheCooldown(t *testing.T) {
	walks(t, func(t *testing.T, r alert.Rule, moves []move) {
		var held time.Duration // for which the condition is known to have held
		var last time.Time     // of the evaluation before
		counts, usable := false, false
		var resolved time.Time
		for i, m := range moves {
			pending := m.after.Phase != alert.OK && m.before.Phase != alert.Firing
			if counts && usable {
				held += m.now.Sub(last)
			}
			usable = m.after.Note == ""
			if !pending {
				held, counts = 0, false
			} else if !counts {
				held, counts = 0, true
			}
			last = m.now
			if m.event == nil {
				continue
			}
			if m.event.Kind == alert.Resolved {
				resolved = m.now
				continue
			}
			if held < r.For {
				t.Errorf("move %d: fired after %s, want at least %s", i, held, r.For)
			}
			if !resolved.IsZero() && m.now.Sub(resolved) < r.Cooldown {
				t.Errorf("move %d: fired %s after a resolve, want at least %s", i, m.now.Sub(resolved), r.Cooldown)
			}
			held, counts = 0, false
		}
	})
}

func TestTheBandChangesNothingThatFires(t *testing.T) {
	seen := 0
	walks(t, func(t *testing.T, r alert.Rule, moves []move) {
		for i, m := range moves {
			if r.Kind != alert.Threshold || m.after.Note != "" {
				continue
			}
			low, high := min(r.Limit, r.Clear), max(r.Limit, r.Clear)
			inside := *m.seen.Value > low && *m.seen.Value < high
			if !inside {
				continue
			}
			seen++
			if m.event != nil || (m.before.Phase == alert.Firing) != (m.after.Phase == alert.Firing) {
				t.Errorf("move %d: %v lies in the band (%v, %v) and moved %s to %s", i, *m.seen.Value, low, high, m.before.Phase, m.after.Phase)
			}
		}
	})
	if seen < 60 {
		t.Errorf("only %d values lay in a band", seen)
	}
}

func TestUnknownKeepsThePhaseAndSaysSo(t *testing.T) {
	walks(t, func(t *testing.T, r alert.Rule, moves []move) {
		for i, m := range moves {
			missing := m.seen.Value == nil || math.IsNaN(*m.seen.Value) || math.IsInf(*m.seen.Value, 0)
			if r.Kind == alert.Stale || (!missing && m.now.Sub(m.seen.At) <= r.MaxAge) {
				continue
			}
			before := m.before.Phase
			if before == "" {
				before = alert.OK
			}
			if m.event != nil || m.after.Phase != before || m.after.Note == "" {
				t.Errorf("move %d: unknown moved %s to %s with note %q and event %v", i, before, m.after.Phase, m.after.Note, m.event)
			}
		}
	})
}

func TestEvaluateIsDeterministicAndIdempotent(t *testing.T) {
	walks(t, func(t *testing.T, r alert.Rule, moves []move) {
		for i, m := range moves {
			state, event := alert.Evaluate(r, m.before, m.seen, m.now)
			if !reflect.DeepEqual(m.after, state) || !reflect.DeepEqual(m.event, event) {
				t.Fatalf("move %d: the same arguments gave\n%+v, %+v, before\n%+v, %+v", i, state, event, m.after, m.event)
			}
			again, event := alert.Evaluate(r, m.after, m.seen, m.now)
			if !reflect.DeepEqual(m.after, again) || event != nil {
				t.Fatalf("move %d: evaluated again it moves on: event %v, state\n%+v, before\n%+v", i, event, again, m.after)
			}
		}
	})
}
