package mining

import (
	"switchyard/econ/record"
	"switchyard/econ/units"
)

// Names of the power modes, in the order in which a class lists them.
const (
	Nameplate = "nameplate"
	Eco       = "eco"
	Overclock = "overclock"
)

// Ways to cool a machine.
const (
	Air       = "air"
	Hydro     = "hydro"
	Immersion = "immersion"
)

// ModeRecord is a power mode as people type it: one machine in the mode.
type ModeRecord struct {
	Name     string     // one of the names of the power modes
	Hashrate units.Rate // TH/s
	Power    units.Rate // W, at the machine
}

// ClassRecord is a machine class as people type it: exact, and as a version.
type ClassRecord struct {
	ID      int64
	Name    string
	Maker   string
	Cooling string // one of the ways
	Source  string // where the figures come from
	Modes   []ModeRecord
	record.Version
}

// Class is the record to compute with.
func (r ClassRecord) Class() MachineClass {
	c := MachineClass{Name: r.Name}
	for _, m := range r.Modes {
		c.Modes = append(c.Modes, Mode{Name: m.Name, Hashrate: units.Hashrate(m.Hashrate.Float64()) * units.TH, Power: units.Power(m.Power.Float64())})
	}
	return c
}

// Mode is the mode of a name; false if the class does not have it.
func (r ClassRecord) Mode(name string) (ModeRecord, bool) {
	for _, m := range r.Modes {
		if m.Name == name {
			return m, true
		}
	}
	return ModeRecord{}, false
}
