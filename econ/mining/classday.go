package mining

import (
	"fmt"

	"switchyard/econ/units"
)

// ClassDay is what a group earns and costs in a day of 24 hours at one power
// price (M8). Amounts are rounded to the cent and the margin is their
// difference, so that rows add up.
type ClassDay struct {
	Group     string
	Hashrate  units.Hashrate // nameplate, before uptime
	Power     units.Power    // at the meter, before uptime
	Energy    units.Energy   // at the meter, after uptime
	Earned    units.Sats     // net of pool fees
	Revenue   units.USD      // net of pool fees
	PowerCost units.USD
	OtherCost units.USD
	Margin    units.USD
	BreakEven BreakEven

	sat, revenue, cost, other float64 // before rounding
}

// ComputeClassDay is M8 for the machines of a group in a mode, by its place in
// the class: revenue = PH·u·hp·(1−f), energy = MW·24·u. A group without
// machines earns and costs nothing. It fails if an input is not sensible.
func ComputeClassDay(g Group, mode int, site Site, powerUSDPerMWh float64, pay Pay) (ClassDay, error) {
	if err := g.Validate(); err != nil {
		return ClassDay{}, err
	}
	if err := site.Validate(); err != nil {
		return ClassDay{}, err
	}
	if mode < 0 || mode >= len(g.Class.Modes) || g.Site != site.Name {
		return ClassDay{}, fmt.Errorf("group %q has no mode %d at site %q", g.Name, mode, site.Name)
	}
	m := g.Class.Modes[mode]
	be, err := ComputeBreakEven(m.Efficiency().Value, site.PUE, g.PoolFee, powerUSDPerMWh, g.OtherUSDPerMWh, pay)
	if err != nil {
		return ClassDay{}, fmt.Errorf("group %q: %w", g.Name, err)
	}
	n := float64(g.Count)
	d := ClassDay{
		Group: g.Name, BreakEven: be,
		Hashrate: m.Hashrate * units.Hashrate(n), Power: m.Power * units.Power(n*site.PUE),
	}
	paid := float64(d.Hashrate/units.PH) * g.Uptime * (1 - g.PoolFee)
	mwh := float64(d.Power/units.MW) * 24 * g.Uptime
	d.Energy = units.Energy(mwh)
	d.sat, d.revenue = paid*pay.SatPerPHDay, paid*pay.USDPerPHDay
	d.cost, d.other = mwh*powerUSDPerMWh, mwh*g.OtherUSDPerMWh
	return d, d.round()
}

// round books the figures, once.
func (d *ClassDay) round() (err error) {
	if d.Earned, err = units.SatsFromFloat(d.sat); err != nil {
		return err
	}
	for _, line := range []struct {
		to *units.USD
		v  float64
	}{{&d.Revenue, d.revenue}, {&d.PowerCost, d.cost}, {&d.OtherCost, d.other}} {
		if *line.to, err = units.USDFromFloat(line.v); err != nil {
			return err
		}
	}
	d.Margin = d.Revenue.Sub(d.PowerCost).Sub(d.OtherCost)
	return nil
}

// FleetDay is the sum of days of groups: summed first, then rounded (M8). Its
// break-even is left out: a fleet stops in parts.
func FleetDay(days []ClassDay) (ClassDay, error) {
	sum := ClassDay{Group: "fleet"}
	for _, d := range days {
		sum.Hashrate += d.Hashrate
		sum.Power += d.Power
		sum.Energy += d.Energy
		sum.sat += d.sat
		sum.revenue += d.revenue
		sum.cost += d.cost
		sum.other += d.other
	}
	return sum, sum.round()
}
