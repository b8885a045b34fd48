package demo

import (
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/catalogue"
	"switchyard/jobs/simulate"
)

// Machines says what stands at an address of the demo's register, for the
// simulated machines to answer as: the class of its hall, at rest if it is
// curtailed, and dead if it is in repair.
func Machines() (func(id int64) simulate.Machine, error) {
	list, err := catalogue.Models()
	if err != nil {
		return nil, err
	}
	classes := make([]mining.Mode, len(halls))
	for h, hall := range halls {
		model, ok := catalogue.Find(list, hall.model)
		if !ok {
			continue
		}
		class := model.Class()
		classes[h] = class.Class().Nameplate()
	}
	return func(id int64) simulate.Machine {
		h, i := int(id>>16)-firstNetwork, int(id>>8&255)*perNetwork+int(id&255)-1
		if h < 0 || h >= len(halls) {
			return simulate.Machine{Fault: simulate.MinerDead}
		}
		m := simulate.Machine{Vendor: simulate.Bitmain, Model: halls[h].model, Hashrate: float64(classes[h].Hashrate), Power: float64(classes[h].Power)}
		switch state, _ := stateOf(i, time.Time{}, time.Time{}); state {
		case mining.Curtailed:
			m.Off = true
		case mining.Running:
		default:
			m.Fault = simulate.MinerDead
		}
		return m
	}, nil
}
