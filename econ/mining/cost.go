package mining

import "switchyard/econ/units"

// Costs are those of a period. What is not known stays unknown; nothing spent
// is a known zero.
type Costs struct {
	Produced        units.Sats // net of pool fees, so that the fee is not a cost again
	Power           Maybe[units.USD]
	Credits         Maybe[units.USD] // for curtailment, as a positive amount
	Site            Maybe[units.USD] // hosting included
	Overhead        Maybe[units.USD] // selling, general and administrative
	Interest        Maybe[units.USD]
	SustainingCapex Maybe[units.USD]
	Depreciation    Maybe[units.USD]
}

// CostPerBTC is what a bitcoin costs at the labelled levels of M12, in USD.
// Published figures mix them. A net figure may be negative: credits can exceed
// power. Bitcoin held is carried at fair value through income (ASU 2023-08):
// price swings are in earnings, not in here.
type CostPerBTC struct {
	PowerGross       Maybe[units.USD] // (1)
	PowerNet         Maybe[units.USD] // (2) net of curtailment credits
	Cash             Maybe[units.USD] // (3) with site cost
	AllInSustaining  Maybe[units.USD] // (4) with overhead, interest and sustaining capex
	WithDepreciation Maybe[units.USD] // (3) with overhead, interest and depreciation
}

// ComputeCostPerBTC is M12, exact, each level rounded once. A level with an
// unknown part is unknown for the reason of that part; without bitcoin every
// level is undefined.
func ComputeCostPerBTC(c Costs) CostPerBTC {
	net := minus(c.Power, c.Credits)
	cash := plus(net, c.Site)
	running := plus(plus(cash, c.Overhead), c.Interest)
	level := func(cost Maybe[units.USD]) Maybe[units.USD] {
		if !cost.Known {
			return cost
		}
		return perBTC(cost.Value, c.Produced)
	}
	return CostPerBTC{
		PowerGross: level(c.Power), PowerNet: level(net), Cash: level(cash),
		AllInSustaining:  level(plus(running, c.SustainingCapex)),
		WithDepreciation: level(plus(running, c.Depreciation)),
	}
}
