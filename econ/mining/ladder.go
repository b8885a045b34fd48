package mining

import (
	"cmp"
	"fmt"
	"slices"

	"switchyard/econ/units"
)

// Rung is a step of the order that stops when the hashprice falls to its level.
type Rung struct {
	Group, Site, Mode string         // the mode that is left
	HashpriceUSD      Maybe[float64] // USD/PH/day below which it stops
	PriceUSD          Maybe[float64] // the same as USD per BTC, static: at today's difficulty
	Stopped           bool           // at today's hashprice already
	Power             units.Power    // that stops
	Hashrate          units.Hashrate // that stops
	PowerLeft         units.Power    // still drawn below the level
	HashrateLeft      units.Hashrate
	MarginUSDPerDay   Maybe[float64] // of what runs, at the level
}

// Ladder is "if hashprice falls": the steps in the order in which they stop at
// one power price for each site in USD/MWh, the first to stop first (M8, M10).
// Steps that pay at any hashprice, because power and other cost are not above
// zero, come last. It fails if a site with machines has no price, or the pay is
// not sensible.
func (o *Order) Ladder(usdPerMWh map[string]float64, pay Pay) ([]Rung, error) {
	if err := pay.validate(); err != nil {
		return nil, err
	}
	rungs := make([]Rung, len(o.Steps))
	power, hash, cost, paid := units.Power(0), units.Hashrate(0), 0.0, 0.0
	costs, pays := make([]float64, len(rungs)), make([]float64, len(rungs))
	for i, s := range o.Steps {
		price, known := usdPerMWh[o.Sites[s.site].Name]
		if !known || !finite(price) {
			return nil, fmt.Errorf("the power price of site %q is not known", o.Sites[s.site].Name)
		}
		g := o.Groups[s.Group]
		r := Rung{
			Group: g.Name, Site: g.Site, Mode: s.Mode, Power: s.Power, Hashrate: s.Hashrate,
			HashpriceUSD: Unknown[float64](paysAnyway), PriceUSD: Unknown[float64](paysAnyway),
		}
		mw := float64(s.Power / units.MW)
		costs[i], pays[i] = mw*24*(price+g.OtherUSDPerMWh), mw*24*s.perHashprice
		if price+g.OtherUSDPerMWh > 0 {
			r.HashpriceUSD = ratio(price+g.OtherUSDPerMWh, s.perHashprice, "it earns nothing at any hashprice")
			r.PriceUSD = Unknown[float64]("blocks pay nothing")
			if r.HashpriceUSD.Known {
				r.PriceUSD = ratio(r.HashpriceUSD.Value*units.SatsPerBTC, pay.SatPerPHDay, "blocks pay nothing")
			}
			r.Stopped = !r.HashpriceUSD.Known || pay.USDPerPHDay < r.HashpriceUSD.Value
		}
		power, hash, cost, paid = power+s.Power, hash+s.Hashrate, cost+costs[i], paid+pays[i]
		rungs[i] = r
	}
	order := make([]int, len(rungs))
	for i := range order {
		order[i] = len(order) - 1 - i // of equals, the last in merit stops first
	}
	slices.SortStableFunc(order, func(a, b int) int { return compareRungs(rungs[a], rungs[b]) })
	out := make([]Rung, len(rungs))
	for n, i := range order {
		r := rungs[i]
		r.MarginUSDPerDay = r.HashpriceUSD
		if r.HashpriceUSD.Known {
			r.MarginUSDPerDay = Of(paid*r.HashpriceUSD.Value - cost)
		}
		power, hash, cost, paid = power-r.Power, hash-r.Hashrate, cost-costs[i], paid-pays[i]
		r.PowerLeft, r.HashrateLeft = power, hash
		out[n] = r
	}
	return out, nil
}

// compareRungs puts what earns nothing first, then falling hashprices, then
// what pays at any.
func compareRungs(a, b Rung) int {
	class := func(r Rung) int {
		switch {
		case r.HashpriceUSD.Known:
			return 1
		case r.HashpriceUSD.Why == paysAnyway:
			return 2
		}
		return 0
	}
	return cmp.Or(cmp.Compare(class(a), class(b)), cmp.Compare(b.HashpriceUSD.Value, a.HashpriceUSD.Value))
}
