package mining

import (
	"fmt"
	"slices"
	"time"
)

// State is where a machine stands in its life.
type State string

// The states.
const (
	Received  State = "received"  // ours, in store
	Deployed  State = "deployed"  // in its place, without power
	Running   State = "running"   // powered and hashing
	Curtailed State = "curtailed" // powered place, stopped by choice or call
	Repair    State = "repair"    // broken, in its place or on the bench
	Retired   State = "retired"   // out of use, still ours
	Sold      State = "sold"      // not ours any more
)

// transitions are the states that may follow each state. A machine is sold
// from the store or after retirement, never out of a running rack.
var transitions = map[State][]State{
	Received:  {Deployed, Repair, Retired, Sold},
	Deployed:  {Running, Curtailed, Repair, Received, Retired},
	Running:   {Curtailed, Repair, Deployed, Retired},
	Curtailed: {Running, Repair, Deployed, Retired},
	Repair:    {Running, Deployed, Received, Retired},
	Retired:   {Received, Sold},
	Sold:      nil,
}

// States are all states, in the order of a life.
func States() []State {
	return []State{Received, Deployed, Running, Curtailed, Repair, Retired, Sold}
}

// Next are the states that may follow.
func (s State) Next() []State { return slices.Clone(transitions[s]) }

// Follow fails unless the state next may follow s.
func (s State) Follow(next State) error {
	for _, known := range []State{s, next} {
		if _, ok := transitions[known]; !ok {
			return fmt.Errorf("%q is not a state of a machine", known)
		}
	}
	if !slices.Contains(transitions[s], next) {
		return fmt.Errorf("a machine that is %s cannot become %s", s, next)
	}
	return nil
}

// Unit is one machine with its stable name.
type Unit struct {
	ID    string
	Class string
	Site  string
	State State
	Since time.Time // when the state began
}

// Move is the unit in its next state from the time at. It fails if the state
// may not follow, or if at is before the present state began.
func (u Unit) Move(next State, at time.Time) (Unit, error) {
	if err := u.State.Follow(next); err != nil {
		return u, fmt.Errorf("unit %s: %w", u.ID, err)
	}
	if at.Before(u.Since) {
		return u, fmt.Errorf("unit %s: %s at %s would precede %s since %s", u.ID, next,
			at.UTC().Format(time.RFC3339), u.State, u.Since.UTC().Format(time.RFC3339))
	}
	u.State, u.Since = next, at
	return u, nil
}
