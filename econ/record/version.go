// Package record holds what every record that people type has: a version of
// it says since when it holds, since when it is known, and who said so.
package record

import "time"

// Version is one version of a record. An edit closes the one that is known and
// adds the next; nothing is overwritten.
type Version struct {
	ValidFrom time.Time // day
	KnownFrom time.Time
	KnownTo   time.Time // zero: still what is known
	Who       string
}
