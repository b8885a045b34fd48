package mining

import "switchyard/econ/units"

// Observed is what a machine was seen to do over a span, for M11.
type Observed string

// What a machine is seen to do. Machines that are not in their place are not
// counted.
const (
	SeenHashing   Observed = "hashing"
	SeenIdle      Observed = "idle"      // it answers and does not hash, or says nothing of its hashrate
	SeenSilent    Observed = "silent"    // it does not answer, while others of its site do
	SeenCurtailed Observed = "curtailed" // off by choice, as the register says
	SeenRepair    Observed = "repair"    // broken, as the register says
	SeenNothing   Observed = "unseen"    // it was not asked, or nothing at its site answers: that says nothing of it
)

// FleetKey names machines that are counted together.
type FleetKey struct{ SiteID, ClassID int64 }

// FleetCycle is what the machines of a class at a site said in one cycle.
type FleetCycle struct {
	Key      FleetKey
	Machines int
	Measured int                   // of those, machines that said their hashrate
	Hashing  int                   // of those, machines that hash
	Hashrate Maybe[units.Hashrate] // sum over the measured
	Metered  int                   // machines that said their power
	Power    Maybe[units.Power]    // sum over the metered
	Seen     map[Observed]int      // machines in their place, by what they were seen to do
}

// CountCycle sums the readings of a cycle by site and class. What nobody
// measured is unknown, not zero. A machine without an answer is silent if
// others of its site answered, and unseen if none did or it was not asked. Groups come in the
// order of their first reading.
func CountCycle(readings []Reading) []FleetCycle {
	answered := map[int64]bool{}
	for _, r := range readings {
		if r.Fault == "" {
			answered[r.Target.SiteID] = true
		}
	}
	var list []FleetCycle
	place := map[FleetKey]int{}
	for _, r := range readings {
		key := FleetKey{SiteID: r.Target.SiteID, ClassID: r.Target.ClassID}
		i, known := place[key]
		if !known {
			i = len(list)
			place[key] = i
			list = append(list, FleetCycle{
				Key: key, Seen: map[Observed]int{},
				Hashrate: Unknown[units.Hashrate]("no machine said its hashrate"),
				Power:    Unknown[units.Power]("no machine said its power"),
			})
		}
		list[i].add(r, answered[key.SiteID])
	}
	return list
}

func (c *FleetCycle) add(r Reading, siteAnswers bool) {
	c.Machines++
	if r.Fault == "" && r.Hashrate.Known {
		c.Measured++
		c.Hashrate = Of(c.Hashrate.Value + r.Hashrate.Value)
		if r.Hashrate.Value > 0 {
			c.Hashing++
		}
	}
	if r.Fault == "" && r.Power.Known {
		c.Metered++
		c.Power = Of(c.Power.Value + r.Power.Value)
	}
	if seen, ok := r.seen(siteAnswers); ok {
		c.Seen[seen]++
	}
}

// seen is what the machine did; false for one that is not in its place. What it
// says goes before what the register says: a machine that hashes is not
// curtailed.
func (r Reading) seen(siteAnswers bool) (Observed, bool) {
	hashing := r.Hashing()
	switch r.Target.State {
	case Received, Retired, Sold:
		return "", false
	case Deployed, Running, Curtailed, Repair:
	}
	switch {
	case hashing.Known && hashing.Value:
		return SeenHashing, true
	case r.Target.State == Curtailed:
		return SeenCurtailed, true
	case r.Target.State == Repair:
		return SeenRepair, true
	case r.Fault == "":
		return SeenIdle, true
	case siteAnswers && r.Fault != FaultUnasked && r.Fault != FaultForbidden:
		return SeenSilent, true
	}
	return SeenNothing, true // we did not ask it, or could not reach its site
}

// Plus is the sum of two groups, without their key and what was seen. A sum
// that one of them does not have is that of the other.
func (c FleetCycle) Plus(d FleetCycle) FleetCycle {
	return FleetCycle{
		Machines: c.Machines + d.Machines, Measured: c.Measured + d.Measured, Hashing: c.Hashing + d.Hashing,
		Metered: c.Metered + d.Metered, Hashrate: known(c.Hashrate, d.Hashrate), Power: known(c.Power, d.Power),
	}
}

// known adds what is known of two sums.
func known[T ~float64](a, b Maybe[T]) Maybe[T] {
	switch {
	case !a.Known:
		return b
	case !b.Known:
		return a
	}
	return Of(a.Value + b.Value)
}
