package fleet

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"switchyard/econ/mining"
)

// Unit is one machine. Its serial number is its name for life, in capitals.
type Unit struct {
	ID       int64
	Serial   string
	MAC      string // lower case with colons; empty: not known
	Class    int64
	Site     int64
	Building string
	Aisle    string // row of racks
	Rack     string
	Slot     string // position in the rack
	Address  string // on the network; empty: none
	State    mining.State
	Since    time.Time // when the state began
	Note     string
	At       time.Time // when it was last changed in the register
	Who      string    // who changed it
}

// Event is a step in the life of a unit.
type Event struct {
	At     time.Time    // when it happened
	Before mining.State // empty: the unit was new
	State  mining.State
	Why    string
	Known  time.Time // when it was written
	Who    string
}

// Move is the unit in its next state. It fails if the state may not follow, or
// if the moment is before the present state began or has not come yet.
func (u Unit) Move(next mining.State, at, now time.Time) (Unit, error) {
	if err := u.State.Follow(next); err != nil {
		return u, err
	}
	switch {
	case at.Before(u.Since):
		return u, fmt.Errorf("it has been %s since %s, which is later", u.State, u.Since.UTC().Format(time.DateOnly))
	case at.After(now):
		return u, errors.New("that has not come yet")
	}
	u.State, u.Since = next, at
	return u, nil
}

// Place is where in its building the unit stands, e.g. "A3 / 07 / 12".
func (u Unit) Place() string {
	var parts []string
	for _, p := range []string{u.Aisle, u.Rack, u.Slot} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " / ")
}
