package upstream

import (
	"fmt"
	"time"
)

// Kind says what went wrong with a party.
type Kind string

// The kinds.
const (
	Unreachable Kind = "unreachable"  // no connection, or it broke
	Timeout     Kind = "timeout"      // no answer in time
	Status      Kind = "status"       // an HTTP status that is not 200
	RateLimited Kind = "rate_limited" // 429, or the party's own word for it
	TooLarge    Kind = "too_large"    // more bytes than the cap
	Malformed   Kind = "malformed"    // not what the document describes
	Silent      Kind = "silent"       // a stream that says nothing
	Refused     Kind = "refused"      // the party refused in its own words
)

// Error is a failure to get an answer, without secrets.
type Error struct {
	Party      string // e.g. kraken
	Kind       Kind
	Status     int           // HTTP status, if there was one
	RetryAfter time.Duration // what the party asked for; zero: nothing
	Msg        string        // a sentence for people
	Err        error         // the cause; may be nil
}

func (e *Error) Error() string { return e.Party + ": " + e.Msg }

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of a kind.
func Errorf(party string, kind Kind, format string, args ...any) *Error {
	return &Error{Party: party, Kind: kind, Msg: fmt.Sprintf(format, args...)}
}

// transient says whether another try may succeed.
func (e *Error) transient() bool {
	switch e.Kind {
	case Unreachable, Timeout, RateLimited:
		return true
	case Status:
		return e.Status >= 500
	default:
		return false
	}
}

// Refusal is one row that failed a check among rows that did not.
type Refusal struct {
	Check string // the check that failed, a sentence
	Body  string // the row as it came
}
