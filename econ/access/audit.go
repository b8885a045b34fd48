package access

import "time"

// Entry is a line of the audit log: who did what to which thing, and which
// fields were touched. It holds no value of a unit.
type Entry struct {
	ID      int64
	At      time.Time
	PGRole  string // the Postgres role that wrote it
	Actor   Actor
	Room    Room
	Action  string // e.g. "edit site"
	Object  string // e.g. "site 12"
	Fields  []string
	Ordinal int64 // in the sealed chain; 0: not sealed yet
}
