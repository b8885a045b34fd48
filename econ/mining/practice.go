package mining

import (
	"slices"

	"github.com/shopspring/decimal"

	"switchyard/econ/record"
	"switchyard/econ/units"
)

// Practice is how the unit runs its machines, where no meter or contract says
// it: what a pool takes, how much of the time a machine that should run does,
// and what it costs to run and to switch.
type Practice struct {
	ID              int64
	PoolFee         units.Rate // percent of the pay
	Uptime          units.Rate // percent of the hours in which a machine that should run does
	OtherUSDPerMWh  units.Rate // variable cost besides power
	StartUSDPerMW   units.Rate // to start a megawatt
	StopUSDPerMW    units.Rate // to stop a megawatt
	MinimumOffHours int        // once stopped, machines stay so
	record.Version
}

// DefaultPractice is assumed until somebody types another.
func DefaultPractice() Practice {
	of := func(value int64, decimals int32) units.Rate { return units.RoundRate(decimal.New(value, -decimals)) }
	return Practice{PoolFee: of(18, 1), Uptime: of(974, 1), OtherUSDPerMWh: of(42, 1), StartUSDPerMW: of(6, 0), StopUSDPerMW: of(3, 0), MinimumOffHours: 1}
}

// Apply gives groups the terms of the practice.
func (p Practice) Apply(groups []Group) []Group {
	out := slices.Clone(groups)
	for i := range out {
		g := &out[i]
		g.PoolFee, g.Uptime = p.PoolFee.Float64()/100, p.Uptime.Float64()/100
		g.OtherUSDPerMWh, g.StartUSDPerMW, g.StopUSDPerMW = p.OtherUSDPerMWh.Float64(), p.StartUSDPerMW.Float64(), p.StopUSDPerMW.Float64()
		g.MinimumOffHours = p.MinimumOffHours
	}
	return out
}
