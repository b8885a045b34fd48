package mining

import (
	"cmp"
	"slices"
	"time"

	"switchyard/econ/units"
)

// Switch is a group changing its mode at the beginning of an hour.
type Switch struct {
	At       time.Time // UTC
	Hour     int       // of the plan
	Group    string
	Site     string
	From, To string         // modes; empty is off
	Power    units.Power    // added at the meter; negative is shed
	Hashrate units.Hashrate // added; negative is lost
	Until    time.Time      // when the group is switched next, or the plan ends
	// GainUSD is what the switch brings until then against staying as before,
	// its own cost deducted. By rule it may be a loss, for the rule does not
	// know the hours to come.
	GainUSD float64
}

// Switches are all changes of mode in the plan, by time, then in merit order.
// How a group stood before is compared only if it was known.
func (p *Plan) Switches() []Switch {
	var out []Switch
	for g := range p.Order.Groups {
		if len(p.Order.byGroup[g]) == 0 || len(p.Hours) == 0 {
			continue
		}
		out = append(out, p.switchesOf(g)...)
	}
	slices.SortStableFunc(out, func(a, b Switch) int { return cmp.Compare(a.Hour, b.Hour) })
	return out
}

// SwitchesWithin are those that begin in a span of time: the next 24 hours are
// 24, also on a local day of 23 or 25.
func (p *Plan) SwitchesWithin(from time.Time, span time.Duration) []Switch {
	return slices.DeleteFunc(p.Switches(), func(s Switch) bool {
		return s.At.Before(from) || !s.At.Before(from.Add(span))
	})
}

func (p *Plan) switchesOf(group int) []Switch {
	before := p.steps(group, 0)
	if p.start[group].known {
		before = p.start[group].steps
	}
	g := p.Order.Groups[group]
	var out []Switch
	for t := range p.Hours {
		now := p.steps(group, t)
		if now == before {
			continue
		}
		p0, h0 := p.Order.sumSteps(group, before)
		p1, h1 := p.Order.sumSteps(group, now)
		s := Switch{
			At: p.Horizon.At(t), Hour: t, Group: g.Name, Site: g.Site,
			From: p.Order.modeName(group, before), To: p.Order.modeName(group, now), Power: p1 - p0, Hashrate: h1 - h0,
		}
		end := t + 1
		for end < len(p.Hours) && p.steps(group, end) == now {
			end++
		}
		s.Until = p.Horizon.Before(end)
		s.GainUSD = p.margin(group, before, now, t, end) - p.switchCost(g, p1-p0)
		out, before = append(out, s), now
	}
	return out
}

// switchCost is the cost of adding that much power, or shedding it.
func (p *Plan) switchCost(g Group, added units.Power) float64 {
	if added < 0 {
		return -float64(added/units.MW) * g.StopUSDPerMW
	}
	return float64(added/units.MW) * g.StartUSDPerMW
}

// margin is what a group earns in hours with some steps more than with others,
// before switching; with fewer it is what they lose, negated.
func (p *Plan) margin(group, less, more, from, to int) float64 {
	if less > more {
		return -p.margin(group, more, less, from, to)
	}
	sum := 0.0
	p.eachDrawn(group, less, more, from, to, func(mw, revenue, price, other float64) {
		sum += mw * (revenue - price - other)
	})
	return sum
}

// eachDrawn calls with what the steps from less to more of a group would draw
// in each hour: MW, and revenue, price and other cost in USD/MWh.
func (p *Plan) eachDrawn(group, less, more, from, to int, call func(mw, revenue, price, other float64)) {
	o := p.Order
	for _, i := range o.byGroup[group][less:more] {
		s := o.Steps[i]
		supply := p.Horizon.Supply[o.Sites[s.site].Name]
		for t := from; t < to; t++ {
			price, share := s.meets(&supply[t])
			call(float64(s.Power/units.MW)*share, s.perHashprice*p.view.hashprice[t], price, o.Groups[group].OtherUSDPerMWh)
		}
	}
}
