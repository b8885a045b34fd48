package mining

import "switchyard/econ/units"

// Why says why a step runs or does not.
type Why string

// The reasons.
const (
	Pays     Why = "pays"                           // the price is below the bid
	TooDear  Why = "power costs more than it earns" // the price is above the bid
	Kept     Why = "a switch would cost more"       // as before, within the cost of switching or at equality
	MustRun  Why = "must run"
	AsBefore Why = "always on"
	NoPower  Why = "no power is left" // the interconnect or a firm call
	Resting  Why = "stopped too recently"
)

// Row is a step in one hour, as the merit order shows it.
type Row struct {
	Step
	GroupName       string
	Site            string
	PriceUSDPerMWh  float64 // that its stretch of load meets
	BidUSDPerMWh    float64 // at the hashprice of the hour
	SpreadUSDPerMWh float64 // bid less price
	// CostUSDPerPHDay is what a petahash of the step costs in a day, power and
	// other cost: the hashprice below which it does not pay (M8).
	CostUSDPerPHDay Maybe[float64]
	On              bool
	Drawn           units.Power    // zero if off
	Hashing         units.Hashrate // zero if off
	MarginUSD       float64        // of the hour, without switching; negative if it runs at a loss
	Why             Why
}

// Rows are the steps of an hour of the plan in merit order, the first to stop
// last.
func (p *Plan) Rows(hour int) []Row {
	rows := make([]Row, len(p.Order.Steps))
	for i, s := range p.Order.Steps {
		g, site := p.Order.Groups[s.Group], p.Order.Sites[s.site].Name
		price, share := s.meets(&p.Horizon.Supply[site][hour])
		r := Row{
			Step: s, GroupName: g.Name, Site: site, PriceUSDPerMWh: price,
			BidUSDPerMWh: s.perHashprice*p.view.hashprice[hour] - g.OtherUSDPerMWh,
			On:           p.row(i)[hour] == 1,
		}
		r.SpreadUSDPerMWh = r.BidUSDPerMWh - price
		r.CostUSDPerPHDay = ratio(price+g.OtherUSDPerMWh, s.perHashprice, "it earns nothing at any hashprice")
		if r.On {
			r.Drawn, r.Hashing = s.Power*units.Power(share), s.Hashrate*units.Hashrate(share)
			r.MarginUSD = float64(r.Drawn/units.MW) * r.SpreadUSDPerMWh
		}
		r.Why = p.why(r, g, share, hour)
		rows[i] = r
	}
	return rows
}

func (p *Plan) why(r Row, g Group, share float64, hour int) Why {
	switch {
	case share == 0:
		return NoPower
	case p.Options.Policy == AlwaysOn:
		return AsBefore
	case r.On && r.SpreadUSDPerMWh > 0:
		return Pays
	case r.On && g.MustRun && r.rank == 0:
		return MustRun
	case !r.On && r.SpreadUSDPerMWh < 0:
		return TooDear
	case !r.On && p.rested(r.Group, hour) < g.MinimumOffHours:
		return Resting
	}
	return Kept
}

// rested is for how many hours before this one a group has been off.
func (p *Plan) rested(group, hour int) int {
	n := 0
	for t := hour - 1; t >= 0; t-- {
		if p.steps(group, t) > 0 {
			return n
		}
		n++
	}
	switch s := p.start[group]; {
	case !s.known:
		return n + p.Order.Groups[group].MinimumOffHours
	case s.steps == 0:
		return n + s.offHours
	}
	return n
}

// steps is how many steps of a group run in an hour.
func (p *Plan) steps(group, hour int) int {
	n := 0
	for _, i := range p.Order.byGroup[group] {
		n += int(p.row(i)[hour])
	}
	return n
}

// ModeAt is the mode in which a group, by its place in the order, runs in an
// hour; empty is off.
func (p *Plan) ModeAt(group, hour int) string { return p.Order.modeName(group, p.steps(group, hour)) }

// HoursOff is in how many hours a group draws less than in its nameplate mode.
func (p *Plan) HoursOff(group int) int {
	n := 0
	for t := range p.Hours {
		if p.steps(group, t) < p.Order.nominal[group] {
			n++
		}
	}
	return n
}

// LoadWeightedPrice is the mean of the marginal prices at which power was
// drawn, in USD/MWh, not the mean over hours (M10). If nothing was drawn it is
// undefined.
func (p *Plan) LoadWeightedPrice() Maybe[float64] {
	t := p.Total()
	return ratio(t.PowerCost, t.PowerMW, "no power was drawn")
}

// PricePaid is LoadWeightedPrice with what does not depend on the load: blocks
// at their price, less what was resold. It may be negative.
func (p *Plan) PricePaid() Maybe[float64] {
	t, position := p.Total(), 0.0
	for hour := range p.Hours {
		position += p.position(hour)
	}
	return ratio(t.PowerCost+position, t.PowerMW, "no power was drawn")
}

// position is the cost of an hour at no load at all sites of the order, in USD.
func (p *Plan) position(hour int) float64 {
	sum := 0.0
	for _, site := range p.Order.Sites {
		if supply := p.Horizon.Supply[site.Name]; len(supply) > 0 {
			sum += supply[hour].PositionUSD
		}
	}
	return sum
}
