package mining

import (
	"time"

	"switchyard/econ/record"
	"switchyard/econ/units"
)

// SiteRecord is a site as people type it: exact, and as a version.
type SiteRecord struct {
	ID           int64
	Name         string
	Place        string     // town and region, for people
	TimeZone     string     // IANA name, e.g. "America/Chicago"
	Interconnect units.Rate // megawatts the grid connection may carry
	PUE          units.Rate // energy at the meter ÷ energy of the machines, 1 or more
	record.Version
}

// Site is the record to compute with, in its time zone.
func (r SiteRecord) Site(zone *time.Location) Site {
	return Site{Name: r.Name, Interconnect: units.Power(r.Interconnect.Float64() * 1e6), PUE: r.PUE.Float64(), Zone: zone}
}
