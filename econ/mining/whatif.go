package mining

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"switchyard/econ/units"
)

// Period is a stretch of a what-if with everything stated: nothing is guessed
// of the future.
type Period struct {
	Start          time.Time
	Span           time.Duration
	Difficulty     float64
	Subsidy        units.Sats
	MeanFees       float64            // satoshi per block
	PriceUSD       float64            // USD per BTC
	PowerUSDPerMWh map[string]float64 // by name of site
}

// DifficultyPath is the difficulty of n periods that grows by a fraction from
// one to the next, beginning with start. It fails if start is not above zero
// or the growth takes everything.
func DifficultyPath(start, growth float64, n int) ([]float64, error) {
	if err := positive("difficulty", start); err != nil {
		return nil, err
	}
	if !(growth > -1) || !finite(growth) || n < 0 {
		return nil, fmt.Errorf("growth of %v over %d periods makes no path", growth, n)
	}
	path := make([]float64, n)
	for i := range path {
		path[i] = start * math.Pow(1+growth, float64(i))
		if !finite(path[i]) {
			return nil, fmt.Errorf("growth of %v over %d periods has no end", growth, n)
		}
	}
	return path, nil
}

// Outcome is what a fleet does and brings in a period. Amounts are rounded once
// and the margin is their difference.
type Outcome struct {
	Period
	Pay       Pay
	Hashrate  units.Hashrate // running, uptime counted
	Power     units.Power    // drawn at the meter, uptime counted
	Energy    units.Energy
	Earned    units.Sats // net of pool fees
	Revenue   units.USD  // net of pool fees
	PowerCost units.USD
	OtherCost units.USD
	Margin    units.USD
	Total     units.USD // margin of all periods until the end of this one
	Off       []string  // groups that draw less than in their nameplate mode
}

// WhatIf is a fleet over a horizon with a stated path of difficulty, price and
// power (M3, M8, M10). In each period a group runs in the mode that pays best,
// or stops, unless keepRunning holds it in its nameplate mode. Within a period
// power has one price: for hours that differ, take a Plan. It fails if a period
// does not follow the one before, or an input is not sensible.
func WhatIf(sites []Site, groups []Group, periods []Period, keepRunning bool) ([]Outcome, error) {
	h := Horizon{Supply: map[string][]Supply{}, Hashprice: make([]float64, len(periods))}
	out := make([]Outcome, len(periods))
	for i, p := range periods {
		pay, err := ComputePay(p.Difficulty, p.Subsidy, p.MeanFees, p.PriceUSD)
		if err == nil && p.Span <= 0 {
			err = errors.New("a period needs a length")
		}
		if err == nil && i > 0 && !p.Start.Equal(periods[i-1].Start.Add(periods[i-1].Span)) {
			err = errors.New("it does not follow the one before")
		}
		if err != nil {
			return nil, fmt.Errorf("period %d: %w", i+1, err)
		}
		out[i] = Outcome{Period: p, Pay: pay}
		h.Hashprice[i] = pay.USDPerPHDay
		for _, s := range sites {
			price, known := p.PowerUSDPerMWh[s.Name]
			if !known {
				return nil, fmt.Errorf("period %d: the power price of site %q is not known", i+1, s.Name)
			}
			h.Supply[s.Name] = append(h.Supply[s.Name], Supply{
				Tiers: []Tier{{USDPerMWh: price}}, Limited: true, Limit: s.Interconnect,
			})
		}
	}
	if len(periods) == 0 {
		return nil, nil
	}
	groups = slices.Clone(groups)
	for i := range groups { // a period is not an hour: switching is left out
		groups[i].StartUSDPerMW, groups[i].StopUSDPerMW, groups[i].MinimumOffHours = 0, 0, 0
	}
	o, err := NewOrder(sites, groups, out[0].Pay.USDPerPHDay)
	if err != nil {
		return nil, err
	}
	options := PlanOptions{Policy: ByRule}
	if keepRunning {
		options.Policy = AlwaysOn
	}
	plan, err := o.Plan(h, options)
	if err != nil {
		return nil, err
	}
	total := units.USD{}
	for i := range out {
		if err := out[i].book(plan, i); err != nil {
			return nil, fmt.Errorf("period %d: %w", i+1, err)
		}
		total = total.Add(out[i].Margin)
		out[i].Total = total
	}
	return out, nil
}

// book fills an outcome from its place in a plan.
func (o *Outcome) book(p *Plan, i int) (err error) {
	r, hours := p.Hours[i], o.Span.Hours()
	o.Hashrate, o.Power = units.Hashrate(r.HashratePH)*units.PH, units.Power(r.PowerMW)*units.MW
	o.Energy = o.Power.Over(o.Span)
	if o.Earned, err = units.SatsFromFloat(r.Revenue * hours / o.PriceUSD * units.SatsPerBTC); err != nil {
		return err
	}
	for _, line := range []struct {
		to *units.USD
		v  float64
	}{{&o.Revenue, r.Revenue}, {&o.PowerCost, r.PowerCost}, {&o.OtherCost, r.OtherCost}} {
		if *line.to, err = units.USDFromFloat(line.v * hours); err != nil {
			return err
		}
	}
	o.Margin = o.Revenue.Sub(o.PowerCost).Sub(o.OtherCost)
	for g := range p.Order.Groups {
		if p.steps(g, i) < p.Order.nominal[g] {
			o.Off = append(o.Off, p.Order.Groups[g].Name)
		}
	}
	return nil
}

// Payback is after which time of a what-if its margin has paid an amount, to
// the second, even within a period. If it does not within the horizon, it is
// unknown.
func Payback(outcomes []Outcome, capex units.USD) Maybe[time.Duration] {
	elapsed, left := time.Duration(0), capex.Float64()
	if left <= 0 {
		return Of(elapsed)
	}
	for _, o := range outcomes {
		margin := o.Margin.Float64()
		if margin >= left {
			return Of((elapsed + time.Duration(float64(o.Span)*left/margin)).Round(time.Second))
		}
		left -= margin
		elapsed += o.Span
	}
	return Unknown[time.Duration]("not paid back within the horizon")
}
