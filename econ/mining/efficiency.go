package mining

import "switchyard/econ/units"

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
// leaves out what is switched off.
func FleetEfficiency(loads []Load) Efficiencies {
	var hash, onHash units.Hashrate
	var watts, meter, onWatts, onMeter units.Power
	for _, l := range loads {
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
	}
}
