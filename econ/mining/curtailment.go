package mining

import (
	"cmp"
	"slices"
	"time"

	"switchyard/econ/units"
)

// Curtailment is a spell in which a group drew less than in its nameplate mode,
// with what that was worth. Amounts are rounded once and Net is their sum.
type Curtailment struct {
	Group, Site string
	From, To    time.Time    // UTC
	NotDrawn    units.Energy // at the meter
	Forgone     units.USD    // revenue not earned, net of pool fees
	Avoided     units.USD    // power not bought, or resold; on a call with the credit and the penalty
	OtherSaved  units.USD    // other variable cost
	Switching   units.USD    // the stops and starts that go with it
	Net         units.USD    // Avoided + OtherSaved − Forgone − Switching
}

// CurtailmentLog values every spell of the plan (M10). A spell ends where the
// group is in its nameplate mode again, or with the plan; the start that ends
// it is its cost. It fails if an amount is beyond what can be booked.
func (p *Plan) CurtailmentLog() ([]Curtailment, error) {
	var out []Curtailment
	for g := range p.Order.Groups {
		nominal := p.Order.nominal[g]
		for t := 0; t < len(p.Hours); t++ {
			if p.steps(g, t) >= nominal {
				continue
			}
			end := t
			for end < len(p.Hours) && p.steps(g, end) < nominal {
				end++
			}
			spell, err := p.value(g, t, end)
			if err != nil {
				return nil, err
			}
			out = append(out, spell)
			t = end
		}
	}
	slices.SortStableFunc(out, func(a, b Curtailment) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	return out, nil
}

func (p *Plan) value(group, from, to int) (Curtailment, error) {
	g, nominal := p.Order.Groups[group], p.Order.nominal[group]
	var notDrawn, forgone, avoided, other, switching float64
	before := nominal
	if from == 0 && !p.start[group].known {
		before = p.steps(group, 0)
	} else if from == 0 {
		before = min(nominal, p.start[group].steps)
	}
	for t := from; t <= to && t < len(p.Hours); t++ {
		now := min(nominal, p.steps(group, t))
		p0, _ := p.Order.sumSteps(group, before)
		p1, _ := p.Order.sumSteps(group, now)
		switching += p.switchCost(g, p1-p0)
		before = now
		p.eachDrawn(group, now, nominal, t, t+1, func(mw, revenue, price, o float64) {
			notDrawn += mw
			forgone += mw * revenue
			avoided += mw * price
			other += mw * o
		})
	}
	c := Curtailment{
		Group: g.Name, Site: g.Site, From: p.Horizon.At(from), To: p.Horizon.Before(to), NotDrawn: units.Energy(notDrawn),
	}
	var err error
	for _, line := range []struct {
		to *units.USD
		v  float64
	}{{&c.Forgone, forgone}, {&c.Avoided, avoided}, {&c.OtherSaved, other}, {&c.Switching, switching}} {
		if *line.to, err = units.USDFromFloat(line.v); err != nil {
			return Curtailment{}, err
		}
	}
	c.Net = c.Avoided.Add(c.OtherSaved).Sub(c.Forgone).Sub(c.Switching)
	return c, nil
}
