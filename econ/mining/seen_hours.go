package mining

import (
	"time"

	"switchyard/econ/units"
)

// SeenHours are the hours of machines of one class by what they were seen to
// do.
type SeenHours struct {
	Hours map[Observed]float64
	// HashHours is hashrate × hours while hashing, in H/s·h.
	HashHours float64
}

// DayHours are the hours of a class on a day, UTC: at a site, or at all of them
// if the key names none.
type DayHours struct {
	Day time.Time
	Key FleetKey
	SeenHours
}

// PlaceHours are the hours of a class at a site over a period. Of the last day,
// which may not be over, no count of machines can be told.
type PlaceHours struct {
	Key        FleetKey
	Whole      int     // days that are over and have hours
	WholeHours float64 // all hours of those days
	SeenHours
}

// FleetHours are the hours of a fleet over a period, summed two ways.
type FleetHours struct {
	Places []PlaceHours
	Days   []DayHours // by day and class, of all sites; ascending
}

// Machines is the mean count of machines on the days that are over and have
// hours.
func (p PlaceHours) Machines() Maybe[float64] {
	return ratio(p.WholeHours, 24*float64(p.Whole), "no day is over yet")
}

// RatedHours are hours of a class with the nameplate they are held against;
// zero: it is not known.
type RatedHours struct {
	SeenHours
	Nameplate units.Hashrate
}

// CountHours turns the hours of classes into the terms of M11: idle, silent and
// repaired machines could not run. Hours in which nothing of a site was seen are
// left out, and coverage is the fraction of the hours that was seen. What was
// hashed is held against the nameplate of each class; without hashing hours, or
// with one class of unknown nameplate among those that hashed, the performance
// is unknown.
func CountHours(classes ...RatedHours) (h MachineHours, coverage Maybe[float64]) {
	var all, hashed, plated float64
	rated := true
	for _, c := range classes {
		for seen, hours := range c.Hours {
			all += hours
			if seen != SeenNothing {
				h.Installed += hours
			}
		}
		h.Broken += c.Hours[SeenIdle] + c.Hours[SeenSilent] + c.Hours[SeenRepair]
		h.Curtailed += c.Hours[SeenCurtailed]
		hashed += c.HashHours
		plated += c.Hours[SeenHashing] * float64(c.Nameplate)
		rated = rated && (c.Nameplate > 0 || c.Hours[SeenHashing] == 0)
	}
	h.Performance = ratio(hashed, plated, "no machine hashed")
	if !rated {
		h.Performance = Unknown[float64]("the nameplate of a class is not known")
	}
	return h, ratio(h.Installed, all, "there are no hours")
}
