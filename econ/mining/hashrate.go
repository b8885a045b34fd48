package mining

import (
	"fmt"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/units"
)

// Hashrates are four numbers that are not synonyms (product.md 3.2).
type Hashrates struct {
	Deployed  units.Hashrate        // nameplate of all machines in their place
	Energised units.Hashrate        // of those, nameplate of all with power and in order
	Operating Maybe[units.Hashrate] // measured, mean over the period
	Realised  Maybe[units.Hashrate] // what the bitcoin earned would take at the network's difficulty
}

// Census counts the machines of a class by state.
type Census struct {
	Class  MachineClass
	Counts map[State]int
}

// CountHashrates are the deployed and the energised nameplate of a fleet.
// Deployed are machines that are deployed, running, curtailed or in repair;
// energised those running or curtailed. Operating and realised hashrate are not
// counted but measured: they are unknown until the caller fills them in. It
// fails on a class or count that is not sensible; a fleet of no machines has
// none of either.
func CountHashrates(fleet []Census) (Hashrates, error) {
	h := Hashrates{
		Operating: Unknown[units.Hashrate]("no hashrate was measured"),
		Realised:  Unknown[units.Hashrate]("the bitcoin earned is not known"),
	}
	for _, c := range fleet {
		if err := c.Class.Validate(); err != nil {
			return Hashrates{}, err
		}
		each := c.Class.Nameplate().Hashrate
		for state, n := range c.Counts {
			if _, ok := transitions[state]; !ok || n < 0 {
				return Hashrates{}, fmt.Errorf("machine class %q: %d machines %q cannot be", c.Class.Name, n, state)
			}
			switch state {
			case Running, Curtailed:
				h.Energised += each * units.Hashrate(n)
				h.Deployed += each * units.Hashrate(n)
			case Deployed, Repair:
				h.Deployed += each * units.Hashrate(n)
			case Received, Retired, Sold: // not in its place
			}
		}
	}
	return h, nil
}

// HashSample is a hashrate measured over a span of time.
type HashSample struct {
	Span     time.Duration
	Hashrate Maybe[units.Hashrate]
}

// OperatingHashrate is the mean over time of what was measured, and the
// fraction of the time that was. Time without measurement is left out, not
// counted as standstill; without any measured time it is unknown.
func OperatingHashrate(samples []HashSample) (mean Maybe[units.Hashrate], coverage float64) {
	var known, all time.Duration
	work := 0.0
	for _, s := range samples {
		if s.Span <= 0 {
			continue
		}
		all += s.Span
		if s.Hashrate.Known && finite(float64(s.Hashrate.Value)) {
			known += s.Span
			work += float64(s.Hashrate.Value) * s.Span.Seconds()
		}
	}
	if known == 0 {
		return Unknown[units.Hashrate]("no hashrate was measured in the period"), 0
	}
	return Of(units.Hashrate(work / known.Seconds())), known.Seconds() / all.Seconds()
}

// RealisedHashrate is the hashrate that is expected to earn an amount in a
// time: BTC ÷ (days × expected BTC of 1 H/s a day), gross of pool fees, with
// the hashprice of the period (product.md 3.2). Without time or hashprice it is
// unknown.
func RealisedHashrate(earned units.Sats, span time.Duration, pay market.Hashprice) Maybe[units.Hashrate] {
	days := span.Hours() / 24
	if !(days > 0) || !(pay.SatPerPHDay > 0) || !finite(pay.SatPerPHDay) {
		return Unknown[units.Hashrate]("the length of the period or its hashprice is not known")
	}
	return Of(units.Hashrate(float64(earned)/(days*pay.SatPerPHDay)) * units.PH)
}
