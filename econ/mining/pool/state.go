package pool

import (
	"fmt"
	"strings"
	"time"
)

// State is how it stands with reading an account.
type State string

// The states of an account.
const (
	Working        State = "working"
	NoKey          State = "no key"          // the pool wants a key and there is none
	NeverRead      State = "never read"      // it is new
	KeyRefused     State = "key refused"     //
	Throttled      State = "throttled"       // the pool asks us to wait
	ClockOff       State = "clock off"       // it takes our signed time for wrong
	AddressBlocked State = "address blocked" // it takes no calls from our network address
	AccountUnknown State = "account unknown" //
	FormatChanged  State = "format changed"  // it answers otherwise than it did
	Unreachable    State = "unreachable"     //
)

// Reads is how the reading of an account went. Times that are not are zero.
type Reads struct {
	Keyed bool   // all that the pool wants to be opened with is stored
	Kind  string // of the last error, as jobs/upstream names it; empty if the last reading worked
	Since time.Time
	Retry time.Time // when it is read next
	Last  time.Time // last good reading
}

// Condition is a state in words a person can act on.
type Condition struct {
	State State
	What  string // what is the case
	Do    string // what to do about it; empty if nothing is
}

// ConditionOf says how it stands with an account. when writes a time for the
// reader.
func ConditionOf(f Facts, r Reads, when func(time.Time) string) Condition {
	s := stateOf(f, r)
	c := Condition{State: s, What: s.what(f), Do: s.remedy(f)}
	if s == NoKey || s == NeverRead {
		return c
	}
	if s != Working && !r.Since.IsZero() {
		c.What += " since " + when(r.Since)
	}
	c.What += "."
	switch {
	case s == Working && !r.Last.IsZero():
		c.What = fmt.Sprintf("%s was read at %s.", f.Title, when(r.Last))
	case s != Working && r.Last.IsZero():
		c.What += " It has never been read."
	case s != Working:
		c.What += fmt.Sprintf(" It was last read at %s.", when(r.Last))
	}
	if s != Working && !r.Retry.IsZero() {
		c.What += fmt.Sprintf(" It is tried again at %s.", when(r.Retry))
	}
	return c
}

func stateOf(f Facts, r Reads) State {
	switch {
	case !r.Keyed && (f.Key != "" || f.Secret != ""):
		return NoKey
	case r.Kind == "" && r.Last.IsZero():
		return NeverRead
	case r.Kind == "":
		return Working
	}
	switch r.Kind {
	case "denied":
		return KeyRefused
	case "rate_limited":
		return Throttled
	case "clock":
		return ClockOff
	case "blocked":
		return AddressBlocked
	case "no_account":
		return AccountUnknown
	case "decode", "too_large":
		return FormatChanged
	}
	return Unreachable // refused, timeout, status and what a later client may add
}

// what is the case, without the times and the full stop where they follow.
func (s State) what(f Facts) string {
	switch s {
	case NoKey:
		return fmt.Sprintf("There is no %s for %s.", f.opener(), f.Title)
	case NeverRead:
		return f.Title + " has not been read yet."
	case KeyRefused:
		if f.Key == "" {
			return f.Title + " has refused our calls"
		}
		return fmt.Sprintf("%s has refused the %s", f.Title, f.opener())
	case Throttled:
		return f.Title + " has asked us to call less often"
	case ClockOff:
		return f.Title + " has taken the time of our calls for wrong"
	case AddressBlocked:
		return f.Title + " has taken no calls from our network address"
	case AccountUnknown:
		return fmt.Sprintf("%s has not known the %s", f.Title, inSentence(f.Account))
	case FormatChanged:
		return f.Title + " has answered in another form than it documents"
	case Unreachable:
		return f.Title + " has given no usable answer"
	case Working:
	}
	return f.Title + " is read"
}

// remedy is what a person can do.
func (s State) remedy(f Facts) string {
	switch s {
	case NoKey:
		return fmt.Sprintf("Make one at %s that may only read, and type it here.", f.Title)
	case KeyRefused:
		if f.Key == "" {
			return fmt.Sprintf("Check the %s.", inSentence(f.Account))
		}
		return "It has expired or was withdrawn, or lacks a right. Type a new one."
	case ClockOff:
		return "Set the clock of this server by a time service."
	case AddressBlocked:
		return fmt.Sprintf("Add the address of this server to those that %s lets in, or ask its support.", f.Title)
	case AccountUnknown:
		return fmt.Sprintf("Check how the %s is written at %s.", inSentence(f.Account), f.Title)
	case FormatChanged:
		return "Figures stay as they were last read. This version cannot read the new form: look for a newer one."
	case Unreachable:
		return fmt.Sprintf("If %s works in a browser, check that this server may call it.", f.Title)
	case Working, NeverRead, Throttled:
	}
	return ""
}

// opener is what the pool calls all that opens an account.
func (f Facts) opener() string {
	var names []string
	for _, n := range []string{f.Key, f.Secret} {
		if n != "" {
			names = append(names, inSentence(n))
		}
	}
	return strings.Join(names, " or ")
}

// inSentence is the label of a field within a sentence: "Access token" is
// "access token", "API key" stays.
func inSentence(label string) string {
	if len(label) > 1 && label[1] >= 'a' && label[1] <= 'z' {
		return strings.ToLower(label[:1]) + label[1:]
	}
	return label
}
