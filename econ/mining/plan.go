package mining

import (
	"fmt"

	"switchyard/econ/units"
)

// Policy is how a plan decides what runs.
type Policy string

// The policies.
const (
	// AlwaysOn runs every group in its nameplate mode, whatever power costs.
	AlwaysOn Policy = "always on"
	// ByRule decides hour by hour, without knowing the next: off when the price
	// is above bid + stop cost/spell, on when below bid − start cost/spell, as
	// before in between (M10).
	ByRule Policy = "by rule"
	// WithForesight knows all hours and finds the best sequence.
	WithForesight Policy = "with foresight"
)

// defaultSpell is how many hours a stop or a start is expected to last (M10, an
// assumption).
const defaultSpell = 3

// PlanOptions say how to plan. The zero value of each field but Policy has a
// meaning: the default spell, and groups of which it is not known how they
// stand, so that each begins as the first hour has it, without cost.
type PlanOptions struct {
	Policy     Policy
	SpellHours float64             // a switch has to pay itself back in
	Start      map[string]Standing // by name of group
}

// Result is what an hour of a plan, or all of them, come to. Energy is what
// Power draws in the hour. Margin is before what does not depend on the load.
type Result struct {
	PowerMW    float64 // in a total: MWh
	HashratePH float64 // in a total: PH/s times hours
	Revenue    float64 // net of pool fees, USD
	PowerCost  float64 // at the marginal prices, USD
	OtherCost  float64 // USD
	SwitchCost float64 // of starts and stops, USD
}

// Margin is revenue less all costs, in USD.
func (r Result) Margin() float64 { return r.Revenue - r.PowerCost - r.OtherCost - r.SwitchCost }

func (r Result) add(s Result) Result {
	return Result{
		PowerMW: r.PowerMW + s.PowerMW, HashratePH: r.HashratePH + s.HashratePH, Revenue: r.Revenue + s.Revenue,
		PowerCost: r.PowerCost + s.PowerCost, OtherCost: r.OtherCost + s.OtherCost, SwitchCost: r.SwitchCost + s.SwitchCost,
	}
}

// Plan says in each hour of a horizon which steps of an order run.
type Plan struct {
	Order   *Order
	Horizon Horizon
	Options PlanOptions
	Hours   []Result

	on    []uint8 // by step, then by hour
	start []start // by group
	view  outlook
}

// start is how a group stands before the first hour.
type start struct {
	known    bool
	steps    int
	offHours int
}

// Plan plans the hours of a horizon (M10). Each step meets the price of its own
// stretch of its site's load, and what the limit leaves of it. With start and
// stop costs or a shortest stop, a plan by rule may fall behind always on;
// without them, and with foresight, it cannot. It fails if the horizon does not
// cover the order's sites, or an option is not sensible.
func (o *Order) Plan(h Horizon, options PlanOptions) (*Plan, error) {
	view, err := o.lay(h)
	if err != nil {
		return nil, err
	}
	if options.SpellHours == 0 {
		options.SpellHours = defaultSpell
	}
	if err := positive("expected spell in hours", options.SpellHours); err != nil {
		return nil, err
	}
	p := &Plan{
		Order: o, Horizon: h, Options: options, view: view,
		Hours: make([]Result, view.hours), on: make([]uint8, len(o.Steps)*view.hours), start: make([]start, len(o.Groups)),
	}
	var scratch []curve
	for g := range o.Groups {
		if p.start[g], err = o.standing(g, options.Start); err != nil {
			return nil, err
		}
		steps := o.byGroup[g]
		for len(scratch) < len(steps) {
			scratch = append(scratch, curve{})
		}
		curves := make([]curve, len(steps))
		for k, i := range steps {
			curves[k] = view.curve(o, &o.Steps[i], &scratch[k])
		}
		switch options.Policy {
		case AlwaysOn:
			p.alwaysOn(g)
		case ByRule:
			p.byRule(g, curves)
		case WithForesight:
			p.withForesight(g, curves)
		default:
			return nil, fmt.Errorf("%q is not a policy", options.Policy)
		}
		for k, i := range steps {
			p.book(i, curves[k])
		}
	}
	return p, nil
}

// standing is how many steps of a group are taken at the start.
func (o *Order) standing(group int, all map[string]Standing) (start, error) {
	g := o.Groups[group]
	at, known := all[g.Name]
	switch {
	case !known:
		return start{}, nil
	case at.OffHours < 0 || (at.Mode != "" && at.OffHours > 0):
		return start{}, fmt.Errorf("group %q runs as %q and was off for %d hours", g.Name, at.Mode, at.OffHours)
	case at.Mode == "":
		return start{known: true, offHours: max(1, at.OffHours)}, nil
	}
	for _, m := range g.Class.Modes {
		if m.Name != at.Mode {
			continue
		}
		// A mode without a step stands for the step beneath it.
		for n := len(o.byGroup[group]); n > 1; n-- {
			if p, _ := o.modeByName(group, o.modeName(group, n)); p.Power <= m.Power {
				return start{known: true, steps: n}, nil
			}
		}
		return start{known: true, steps: min(1, len(o.byGroup[group]))}, nil
	}
	return start{}, fmt.Errorf("group %q has no mode %q", g.Name, at.Mode)
}

func (o *Order) modeByName(group int, name string) (Mode, bool) {
	for _, m := range o.Groups[group].Class.Modes {
		if m.Name == name {
			return m, true
		}
	}
	return Mode{}, false
}

// row is in which hours a step runs.
func (p *Plan) row(step int) []uint8 {
	n := len(p.Hours)
	return p.on[step*n : (step+1)*n : (step+1)*n]
}

func (p *Plan) alwaysOn(group int) {
	for _, i := range p.Order.byGroup[group][:p.Order.nominal[group]] {
		row := p.row(i)
		for t := range row {
			row[t] = 1
		}
	}
}

// book adds what a step comes to in the hours it runs in.
func (p *Plan) book(step int, c curve) {
	s, row := p.Order.Steps[step], p.row(step)
	if len(row) == 0 {
		return
	}
	g := p.Order.Groups[s.Group]
	mw, ph := float64(s.Power/units.MW), float64(s.Hashrate/units.PH)
	before := row[0]
	if st := p.start[s.Group]; st.known {
		before = 0
		if s.rank < st.steps {
			before = 1
		}
	}
	hours, price, hashprice := p.Hours[:len(row)], c.price[:len(row)], p.view.hashprice[:len(row)]
	m, h, earns, other := mw, ph, mw*s.perHashprice, mw*g.OtherUSDPerMWh // of the whole step
	for t, on := range row {
		r := &hours[t]
		if on != before {
			if on == 1 {
				r.SwitchCost += mw * g.StartUSDPerMW
			} else {
				r.SwitchCost += mw * g.StopUSDPerMW
			}
			before = on
		}
		if on == 0 {
			continue
		}
		if c.share != nil {
			m, h = mw*c.share[t], ph*c.share[t]
			earns, other = m*s.perHashprice, m*g.OtherUSDPerMWh
		}
		r.PowerMW += m
		r.HashratePH += h
		r.Revenue += earns * hashprice[t]
		r.PowerCost += m * price[t]
		r.OtherCost += other
	}
}

// Total is the sum of all hours.
func (p *Plan) Total() Result {
	sum := Result{}
	for _, r := range p.Hours {
		sum = sum.add(r)
	}
	return sum
}
