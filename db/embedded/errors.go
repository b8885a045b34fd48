package embedded

import (
	"errors"
	"strings"
)

// What can go wrong, for errors.Is. The text a person reads is in Error.
var (
	// ErrNoPrograms means that no PostgreSQL of the wanted version was found or works.
	ErrNoPrograms = errors.New("no usable PostgreSQL")
	// ErrFolder means that the data folder cannot be created, written or reached.
	ErrFolder = errors.New("data folder not usable")
	// ErrInUse means that another server works in the data folder.
	ErrInUse = errors.New("data folder in use")
	// ErrInit means that a new database could not be created.
	ErrInit = errors.New("database not created")
	// ErrStart means that PostgreSQL ended or did not answer while starting.
	ErrStart = errors.New("database did not start")
	// ErrEnded means that PostgreSQL ended without having been asked to.
	ErrEnded = errors.New("database ended")
)

// Error is a failure of the embedded database: one sentence for a person, the
// kind of failure for errors.Is, and the cause where there is one.
type Error struct {
	Kind     error    // one of the Err values of this package
	Sentence string   // what happened and what to do, without a full stop
	Log      []string // the last lines PostgreSQL wrote, oldest first; may be empty
	Cause    error    // may be nil
}

// Error returns the sentence, followed by the last lines of the log where there are any.
func (e *Error) Error() string {
	if len(e.Log) == 0 {
		return e.Sentence
	}
	return e.Sentence + "; its log ends with: " + strings.Join(e.Log, " | ")
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}
