package pool

import (
	"net/netip"

	"switchyard/econ/units"
)

// Machine is a machine of the register as a worker may name it.
type Machine struct {
	UnitID    int64
	SiteID    int64
	Site      string // its name
	Building  string
	Aisle     string
	Rack      string
	Slot      string
	Serial    string
	MAC       string
	Address   netip.Addr
	Nameplate units.Hashrate
}

// Why says why a worker has no machine.
type Why string

// The reasons.
const (
	NoRule       Why = "no rule"       // no rule reads its name
	NoMachine    Why = "no machine"    // its name tells of a machine that the register has not
	TwoMachines  Why = "two machines"  // its name fits several
	MachineTwice Why = "machine twice" // other workers name the same machine
)

// Unmatched is a worker without a machine.
type Unmatched struct {
	Worker string
	Why    Why
	Unit   int64 // that is named twice; 0 otherwise
}

// Matches is which worker is which machine.
type Matches struct {
	Units     map[string]int64 // unit by the worker's name
	Unmatched []Unmatched      // in the order of the workers
}

// index is the machines by the key of a rule. One that several share is
// ambiguous.
type index map[string]int64

const ambiguous = -1

// Match names machines from workers' names. The first rule by which a name
// tells of exactly one machine counts. The same name twice is one worker; two
// names of one machine give it to neither, because one of them is wrong. It
// takes time in proportion to rules × (workers + machines).
func Match(rules []Rule, workers []string, machines []Machine) Matches {
	s := search{rules: rules, machines: machines, indexes: make([]index, len(rules))}
	units := make(map[string]int64, len(workers))
	named := make(map[int64]int, len(workers)) // how many workers name a unit
	found := make([]Unmatched, 0, len(workers))
	for _, w := range workers {
		if _, seen := units[w]; seen {
			continue
		}
		u := Unmatched{Worker: w}
		u.Unit, u.Why = s.find(w)
		units[w] = u.Unit
		found = append(found, u)
		if u.Why == "" {
			named[u.Unit]++
		}
	}
	out := Matches{Units: units}
	for _, u := range found {
		switch {
		case u.Why == "" && named[u.Unit] == 1:
			continue
		case u.Why == "":
			u.Why = MachineTwice
		}
		delete(units, u.Worker)
		out.Unmatched = append(out.Unmatched, u)
	}
	return out
}

// search holds the index of each rule, made when the first name is of the rule.
type search struct {
	rules    []Rule
	machines []Machine
	indexes  []index
}

// find is the unit a worker names, or why there is none.
func (s search) find(worker string) (int64, Why) {
	why := NoRule
	for i, r := range s.rules {
		key, ok := r.read(worker)
		if !ok {
			continue
		}
		if s.indexes[i] == nil {
			s.indexes[i] = r.index(s.machines)
		}
		unit, ok := s.indexes[i][key]
		switch {
		case !ok && why == NoRule:
			why = NoMachine
		case ok && unit == ambiguous:
			why = TwoMachines
		case ok:
			return unit, ""
		}
	}
	return 0, why
}

func (r Rule) index(machines []Machine) index {
	out := make(index, len(machines))
	for _, m := range machines {
		if r.Site != 0 && r.Site != m.SiteID {
			continue
		}
		key, ok := r.key(func(i int) string { return m.value(r.fields[i]) })
		if !ok {
			continue
		}
		if _, taken := out[key]; taken {
			out[key] = ambiguous
			continue
		}
		out[key] = m.UnitID
	}
	return out
}

// value is what the register says of a field; empty if it says nothing.
func (m Machine) value(f Field) string {
	switch f {
	case FieldSite:
		return m.Site
	case FieldBuilding:
		return m.Building
	case FieldAisle:
		return m.Aisle
	case FieldRack:
		return m.Rack
	case FieldSlot:
		return m.Slot
	case FieldSerial:
		return m.Serial
	case FieldMAC:
		return m.MAC
	case FieldAddress:
		if a := m.Address.Unmap(); a.Is4() {
			return a.String()
		}
	case FieldAny:
	}
	return ""
}
