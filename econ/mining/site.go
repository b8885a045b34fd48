// Package mining says what the mining unit has and what its machines earn.
package mining

import (
	"switchyard/econ/access"
	"switchyard/econ/units"
)

// Site is a place with a connection to the grid.
type Site struct {
	ID           int64
	Name         string
	Place        string     // town and region, for people
	TimeZone     string     // IANA name, e.g. "America/Chicago"
	Interconnect units.Rate // megawatts the grid connection may carry
	PUE          units.Rate // energy at the meter ÷ energy of the machines, 1 or more
	access.Version
}
