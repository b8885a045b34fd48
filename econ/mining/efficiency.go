package mining

import (
	"errors"
	"fmt"

	"switchyard/econ/units"
)

// Efficiencies are M9: of the fleet and of what runs of it, at the machine and
// at the meter. Without machines, or with none running, they are undefined.
type Efficiencies struct {
	Fleet, FleetAtMeter         Maybe[units.Efficiency]
	Operating, OperatingAtMeter Maybe[units.Efficiency]
}

// Load is machines in a mode at a site, switched on or off.
type Load struct {
	Mode  Mode
	Count int
	PUE   float64
	On    bool
}

// FleetEfficiency is ΣW/ΣTH, never the mean of J/TH (M9). Operating efficiency
// leaves out what is switched off. It fails on a load that is not sensible.
func FleetEfficiency(loads []Load) (Efficiencies, error) {
	var hash, onHash units.Hashrate
	var watts, meter, onWatts, onMeter units.Power
	for _, l := range loads {
		if l.Count < 0 || !(l.PUE >= 1) || !finite(l.PUE) {
			return Efficiencies{}, fmt.Errorf("%d machines at a PUE of %v cannot be", l.Count, l.PUE)
		}
		if err := errors.Join(positive("hashrate of mode "+l.Mode.Name, float64(l.Mode.Hashrate)), positive("power of mode "+l.Mode.Name, float64(l.Mode.Power))); err != nil {
			return Efficiencies{}, err
		}
		h, w := l.Mode.Hashrate*units.Hashrate(l.Count), l.Mode.Power*units.Power(l.Count)
		hash, watts, meter = hash+h, watts+w, meter+w*units.Power(l.PUE)
		if l.On {
			onHash, onWatts, onMeter = onHash+h, onWatts+w, onMeter+w*units.Power(l.PUE)
		}
	}
	of := func(p units.Power, h units.Hashrate, why string) Maybe[units.Efficiency] {
		e, ok := units.EfficiencyOf(p, h)
		if !ok {
			return Unknown[units.Efficiency](why)
		}
		return Of(e)
	}
	return Efficiencies{
		Fleet: of(watts, hash, "there are no machines"), FleetAtMeter: of(meter, hash, "there are no machines"),
		Operating: of(onWatts, onHash, "no machine runs"), OperatingAtMeter: of(onMeter, onHash, "no machine runs"),
	}, nil
}
