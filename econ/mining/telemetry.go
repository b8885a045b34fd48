package mining

import (
	"net/netip"
	"time"

	"switchyard/econ/units"
)

// Target is a machine of the register that can be asked how it does.
type Target struct {
	UnitID  int64
	SiteID  int64
	ClassID int64
	State   State      // what the register says it is
	Address netip.Addr // where it answers
}

// Fault is why a machine gave no reading; empty if it gave one.
type Fault string

// The faults.
const (
	FaultForbidden Fault = "forbidden" // its address is outside the networks that may be asked
	FaultRefused   Fault = "refused"   // no connection came about
	FaultTimeout   Fault = "timeout"   // no whole answer in time
	FaultBroken    Fault = "broken"    // the connection broke off, or the answer was half
	FaultGarbled   Fault = "garbled"   // the answer is not what a miner says
	FaultTooLarge  Fault = "too_large" // more bytes than a miner says
	FaultDenied    Fault = "denied"    // the miner said no in its own words
	FaultWaiting   Fault = "waiting"   // dead for long: it is not asked in every cycle
	FaultUnasked   Fault = "unasked"   // the cycle ended before its turn
)

// Failed says whether the machine was asked and gave no reading.
func (f Fault) Failed() bool { return f != "" && f != FaultWaiting && f != FaultUnasked }

// Faults are all faults, in the order people read them.
func Faults() []Fault {
	return []Fault{
		FaultForbidden, FaultRefused, FaultTimeout, FaultBroken, FaultGarbled,
		FaultTooLarge, FaultDenied, FaultWaiting, FaultUnasked,
	}
}

// Reading is what one machine said of itself. What it did not say is unknown.
type Reading struct {
	Target Target
	At     time.Time // when it was asked
	Fault  Fault     // why there is no reading; the fields below are unknown then
	Why    string    // the fault as a sentence

	Model    string // empty if it does not say, as all texts here
	Firmware string
	Mode     string // power mode by the vendor's name

	Hashrate Maybe[units.Hashrate] // the mean over seconds to a minute
	Average  Maybe[units.Hashrate] // the mean since it started
	Expected Maybe[units.Hashrate] // what the vendor says it should be
	Power    Maybe[units.Power]    // at the machine
	InletC   Maybe[float64]        // °C of the air it takes in
	BoardC   Maybe[float64]        // °C of the hottest board
	ChipC    Maybe[float64]        // °C of the hottest chip
	FansRPM  []int                 // those that exist
	Uptime   Maybe[time.Duration]  // of the mining program

	Accepted       Maybe[int64] // shares since it started
	Rejected       Maybe[int64]
	HardwareErrors Maybe[int64]

	PoolURL   string // of the pool in use, without user and password
	Worker    string
	PoolAlive Maybe[bool]
}

// Hashing says whether the machine answered that it hashes; unknown if it did
// not answer, or not that.
func (r Reading) Hashing() Maybe[bool] {
	return mapped(r.Hashrate, func(h units.Hashrate) bool { return h > 0 })
}
