package mining

import (
	"errors"
	"fmt"
)

// MachineHours are the hours of all machines over a period, for M11.
type MachineHours struct {
	Installed float64 // machines × hours
	Broken    float64 // hours in which a machine could not run
	Curtailed float64 // hours in which it could and was told not to
	// Performance is hashrate while running over nameplate: below 1 when
	// underclocked, above when overclocked. Unknown leaves Realised unknown.
	Performance Maybe[float64]
}

// Uptime is three numbers, never one (M11), as fractions. Curtailment lowers
// utilisation, not availability.
type Uptime struct {
	Availability Maybe[float64] // able hours/installed hours
	Utilisation  Maybe[float64] // run hours/able hours
	Realised     Maybe[float64] // product, times the performance
}

// ComputeUptime is M11. Without installed hours all is undefined; without able
// hours utilisation and realised are. It fails if hours are negative or do not
// fit into the installed ones.
func ComputeUptime(h MachineHours) (Uptime, error) {
	if err := errors.Join(notNegative("installed hours", h.Installed), notNegative("broken hours", h.Broken),
		notNegative("curtailed hours", h.Curtailed)); err != nil {
		return Uptime{}, err
	}
	able := h.Installed - h.Broken
	run := able - h.Curtailed
	if run < 0 {
		return Uptime{}, fmt.Errorf("%v broken and %v curtailed hours are more than the %v installed", h.Broken, h.Curtailed, h.Installed)
	}
	u := Uptime{
		Availability: ratio(able, h.Installed, "no machines are installed"),
		Utilisation:  ratio(run, able, "no machine was able to run"),
		Realised:     h.Performance,
	}
	if !h.Performance.Known {
		return u, nil
	}
	if err := notNegative("performance", h.Performance.Value); err != nil {
		return Uptime{}, err
	}
	switch {
	case !u.Availability.Known:
		u.Realised = u.Availability
	case !u.Utilisation.Known:
		u.Realised = u.Utilisation
	default:
		u.Realised = Of(u.Availability.Value * u.Utilisation.Value * h.Performance.Value)
	}
	return u, nil
}
