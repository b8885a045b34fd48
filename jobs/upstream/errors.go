package upstream

import (
	"fmt"
	"strings"
	"time"
)

// Kind says what went wrong with a party.
type Kind string

// The kinds of Error.
const (
	Refused     Kind = "refused"      // no connection, it broke off, or the party said no in its own words
	Timeout     Kind = "timeout"      // no answer in time, or a stream that says nothing
	Status      Kind = "status"       // an HTTP status other than 200
	TooLarge    Kind = "too_large"    // more bytes than the cap
	Malformed   Kind = "decode"       // not what the document describes
	RateLimited Kind = "rate_limited" // 429, or the party's own word for it
	Denied      Kind = "denied"       // 401, 403, or its word for a key or signature it does not accept
	Clock       Kind = "clock"        // a signed time it takes for too early or too late
	Blocked     Kind = "blocked"      // it does not take calls from our address
	NoAccount   Kind = "no_account"   // it does not know the account that was asked for
)

// Error is a failure to get an answer. Its text is for people and holds no
// secrets.
type Error struct {
	Name       string // of the party, e.g. kraken
	Kind       Kind
	Status     int           // HTTP status, zero if there was none
	RetryAfter time.Duration // what the party asked for, capped; zero if it asked for nothing
	Msg        string        // what happened, to follow the party's name
	Err        error         // the cause, nil if there is none to tell

	passing bool // another try may succeed
}

// Error is the party's name and what happened.
func (e *Error) Error() string { return e.Name + ": " + e.Msg }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of a kind that another try will not mend.
func Errorf(name string, kind Kind, format string, args ...any) *Error {
	return &Error{Name: name, Kind: kind, Msg: fmt.Sprintf(format, args...)}
}

// maxBody is how much of a refused row is kept, in bytes.
const maxBody = 4 << 10

// Refusal is one row that failed a check among rows that did not.
type Refusal struct {
	Check string // the check that failed, a sentence for people
	Body  string // the row as it came, cut to 4 kB
}

// Refuse makes the Refusal of a row.
func Refuse(check error, row []byte) Refusal {
	if len(row) > maxBody {
		row = row[:maxBody]
	}
	return Refusal{Check: check.Error(), Body: strings.ToValidUTF8(string(row), "\uFFFD")}
}
