package mining

import (
	"math"

	"switchyard/econ/units"
)

// withForesight finds the sequence of modes of a group with the highest margin
// over all hours, by dynamic programming from the last hour back (M10: a switch
// has to earn its cost over the spell that follows). After the last hour
// nothing is counted. Where it makes no difference the group stays as it is.
func (p *Plan) withForesight(group int, curves []curve) {
	o, hours := p.Order, len(p.Hours)
	steps := o.byGroup[group]
	if len(steps) == 0 || hours == 0 {
		return
	}
	f := newForesight(p, group)
	n := f.rest + f.modes
	follow := make([]uint16, hours*n) // by hour, then by the state before it
	value := make([]float64, n)       // of each state, from an hour on
	for t := hours - 1; t >= 0; t-- {
		p.addHour(group, curves, t, f, value)
		if t == 0 {
			break
		}
		for s := range n {
			follow[t*n+s] = uint16(f.best(s, value))
		}
		for s := range n { // what a state is worth beyond its own hour
			next := int(follow[t*n+s])
			f.beyond[s] = value[next] - f.cost(f.mode(s), f.mode(next))
		}
		copy(value, f.beyond)
	}
	s := f.first(p.start[group], value)
	for t := range hours {
		if t > 0 {
			s = int(follow[t*n+s])
		}
		for k, i := range steps {
			if f.mode(s) > k {
				p.row(i)[t] = 1
			}
		}
	}
}

// addHour adds what each state earns in an hour to what it is worth beyond it.
func (p *Plan) addHour(group int, curves []curve, t int, f foresight, value []float64) {
	gain := 0.0
	for k, i := range p.Order.byGroup[group] {
		share := 1.0
		if curves[k].share != nil {
			share = curves[k].share[t]
		}
		s := p.Order.Steps[i]
		bid := s.perHashprice*p.view.hashprice[t] - p.Order.Groups[group].OtherUSDPerMWh
		gain += float64(s.Power/units.MW) * share * (bid - curves[k].price[t])
		value[f.rest+k] += gain
	}
	if f.mustRun {
		for s := range f.rest {
			value[s] = math.Inf(-1)
		}
	}
}

// foresight is the states of a group: 0 to rest−1 are off, for one hour, two,
// and so on, the last for all beyond the shortest stop; then the modes, the
// smallest first.
type foresight struct {
	rest, modes int
	power       []float64 // MW with that many steps
	start, stop float64   // USD/MW
	mustRun     bool
	beyond      []float64 // room to work in
}

func newForesight(p *Plan, group int) foresight {
	g, steps := p.Order.Groups[group], p.Order.byGroup[group]
	f := foresight{
		rest: max(1, g.MinimumOffHours), modes: len(steps), power: make([]float64, len(steps)+1),
		start: g.StartUSDPerMW, stop: g.StopUSDPerMW, mustRun: g.MustRun,
	}
	if g.MustRun { // which overrides the shortest stop
		f.rest = 1
	}
	for k, i := range steps {
		f.power[k+1] = f.power[k] + float64(p.Order.Steps[i].Power/units.MW)
	}
	f.beyond = make([]float64, f.rest+f.modes)
	return f
}

// mode is how many steps are taken in a state.
func (f foresight) mode(state int) int { return max(0, state-f.rest+1) }

// cost is that of going from one number of steps to another.
func (f foresight) cost(from, to int) float64 {
	return f.start*max(0, f.power[to]-f.power[from]) + f.stop*max(0, f.power[from]-f.power[to])
}

// best is the state that follows s in an hour in which states are worth value.
func (f foresight) best(s int, value []float64) int {
	if s < f.rest-1 { // not rested: it grows older
		return s + 1
	}
	best, from := s, f.mode(s)
	worth := value[s]
	try := func(next int) {
		if v := value[next] - f.cost(from, f.mode(next)); v > worth {
			best, worth = next, v
		}
	}
	if from > 0 {
		try(0)
	}
	for next := f.rest; next < len(value); next++ {
		try(next)
	}
	return best
}

// first is the state of the first hour. If it is not known how the group
// stands, it is the best there is, the most running of equals.
func (f foresight) first(s start, value []float64) int {
	switch {
	case s.known && s.steps > 0:
		return f.best(f.rest+s.steps-1, value)
	case s.known:
		return f.best(min(s.offHours, f.rest)-1, value)
	}
	best := len(value) - 1
	for next := best; next >= 0; next-- {
		if value[next] > value[best] {
			best = next
		}
	}
	return best
}
