package handlers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// past is the present fleet in the hours of a span that is over.
type past struct {
	days     int // that it spans
	from, to time.Time
	basis    fleetBasis
	pays     map[int64]float64 // hashprice in USD/PH/day by the hour's Unix time
	horizon  mining.Horizon
	test     *mining.BackTest // nil: there is none
	why      string           // there is none, in words
	left     int              // hours left out, for a price of them is not known
	apart    []string         // what of the fleet is left out, in words
}

// readPast reads what the fleet's past rests on.
func (p *page) readPast(days int) (past, error) {
	v := past{days: days, to: p.now.Truncate(time.Hour)}
	v.from = v.to.AddDate(0, 0, -days)
	var err error
	if v.basis, err = p.readBasis(v.from, v.to); err != nil {
		return v, err
	}
	v.pays, err = p.hourlyPay(v.from, v.to)
	return v, err
}

// hourlyPay is the hashprice of each hour: its mean, or that of its day where
// hours are not kept any more.
func (p *page) hourlyPay(from, to time.Time) (map[int64]float64, error) {
	daily, err := p.s.Bars(p.ctx, keyHashprice, market.LevelDay, from.Truncate(24*time.Hour), to)
	if err != nil {
		return nil, err
	}
	hourly, err := p.s.Bars(p.ctx, keyHashprice, market.LevelHour, from, to)
	if err != nil {
		return nil, err
	}
	pays := make(map[int64]float64, 24*len(daily))
	for _, d := range daily {
		for at := d.T; at.Before(d.T.AddDate(0, 0, 1)); at = at.Add(time.Hour) {
			pays[at.Unix()] = d.Sum / float64(d.N)
		}
	}
	for _, h := range hourly {
		pays[h.T.Unix()] = h.Sum / float64(h.N)
	}
	return pays, nil
}

// readBackTest decides the hours of a span in three ways (M10).
func (p *page) readBackTest(days int) (past, error) {
	v, err := p.readPast(days)
	if err != nil {
		return v, err
	}
	if v.why = v.basis.noPay; v.why != "" {
		return v, nil
	}
	terms, groups := v.eligible()
	if len(groups) == 0 {
		v.why = "no site has machines, a power contract and prices of these hours"
		return v, nil
	}
	if v.horizon, v.left, err = mining.LayHours(terms, v.from, v.to, v.pays); err != nil {
		return v, err
	}
	if len(v.horizon.Times) == 0 {
		v.why = "no hour has both a hashprice and a price of power"
		return v, nil
	}
	sites := make([]mining.Site, len(terms))
	for i, t := range terms {
		sites[i] = t.Site
	}
	order, err := mining.NewOrder(sites, groups, v.basis.pay.USDPerPHDay)
	if err != nil {
		return v, err
	}
	test, err := order.BackTest(v.horizon, mining.PlanOptions{})
	v.test = &test
	return v, err
}

// eligible are the sites that can be tested, and their machines. A site of whose
// spot price nothing is known is left out, so that it does not cost the others
// all hours.
func (v *past) eligible() (terms []mining.SiteTerms, groups []mining.Group) {
	for _, t := range v.basis.terms {
		own := slices.DeleteFunc(slices.Clone(v.basis.groups), func(g mining.Group) bool { return g.Site != t.Site.Name || g.Count == 0 })
		switch {
		case len(own) == 0:
		case t.Contract.Kind == "":
			v.apart = append(v.apart, t.Site.Name+" has no power contract")
		case t.Contract.Kind != mining.Fixed && len(t.Spot) == 0:
			v.apart = append(v.apart, "no spot price of "+t.Site.Name+" is known")
		default:
			terms, groups = append(terms, t), append(groups, own...)
		}
	}
	return terms, groups
}

// periods sums the hours by day, or by month where there are many.
func (v past) periods() []views.BackTestPeriod {
	if v.test == nil {
		return nil
	}
	width := func(at time.Time) time.Time { return at.Truncate(24 * time.Hour) }
	if v.days > 31 {
		width = func(at time.Time) time.Time { return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC) }
	}
	var list []views.BackTestPeriod
	for t, h := range v.test.Hours {
		from := width(v.horizon.At(t).UTC())
		if len(list) == 0 || !list[len(list)-1].From.Equal(from) {
			list = append(list, views.BackTestPeriod{From: from})
		}
		s := &list[len(list)-1]
		s.Hours++
		s.AlwaysOn, s.Curtailed, s.Foresight = s.AlwaysOn+h.AlwaysOn, s.Curtailed+h.Curtailed, s.Foresight+h.Foresight
		s.DrawnMWh, s.AlwaysMWh = s.DrawnMWh+h.CurtailedMW, s.AlwaysMWh+v.test.AlwaysOn.Hours[t].PowerMW
	}
	return list
}

// backTest is the back-test as a figure.
func (p *page) backTest(v past) views.BackTestFigure {
	f := views.BackTestFigure{Facts: p.pastFacts(v, views.FigureBackTest), From: v.from, To: v.to, Months: v.days > 31, Periods: v.periods()}
	if v.test == nil {
		return f
	}
	for _, s := range f.Periods {
		f.Total = f.Total.Plus(s)
	}
	rule, best := 0.0, 0.0
	for t, h := range v.test.Hours {
		rule, best = rule+h.Curtailed-h.AlwaysOn, best+h.Foresight-h.AlwaysOn
		at := v.horizon.At(t).Add(time.Hour)
		if at.Hour() == 0 || t == len(v.test.Hours)-1 {
			f.Rule, f.Best = append(f.Rule, market.Point{T: at, V: rule}), append(f.Best, market.Point{T: at, V: best})
		}
	}
	if v.left > 0 {
		v.apart = append(v.apart, countOf(v.left, "hour")+" without a price")
	}
	f.Note = strings.Join(v.apart, "; ")
	return f
}

// pastFacts are the facts of a figure of the past.
func (p *page) pastFacts(v past, figure string) ui.Facts {
	facts := p.facts(figure, p.priceFresh(p.price.HP, keyHashprice), "today's fleet, contracts and assumptions; prices of power and hashprice of the time")
	if v.why != "" {
		facts.Problem = &ui.Problem{Kind: ui.Empty, Title: "Cannot be tested yet", Text: strings.ToUpper(v.why[:1]) + v.why[1:] + "."}
	}
	return facts
}

// backTestKPIs are the three ways, and what the rule catches of the best.
func backTestKPIs(v past, f views.BackTestFigure) []ui.KPI {
	kpi := func(label, context string, value format.Value) ui.KPI {
		return ui.KPI{Label: label, Value: value, Context: context, Unit: ui.Mining, Why: v.why}
	}
	if v.test == nil {
		return []ui.KPI{kpi("Always on", "", format.Value{}), kpi("By rule", "", format.Value{}), kpi("With foresight", "", format.Value{}), kpi("Not drawn", "", format.Value{})}
	}
	t := f.Total
	caught := "the best there was"
	if best := t.Foresight - t.AlwaysOn; best > 0 {
		caught = "the rule catches " + format.Fixed(100*(t.Curtailed-t.AlwaysOn)/best, 0) + "% of what could be gained"
	}
	paid := func(plan *mining.Plan) string {
		if price := plan.PricePaid(); price.Known {
			return "paying $" + format.Fixed(price.Value, 2) + " per MWh"
		}
		return "no power was drawn"
	}
	return []ui.KPI{
		kpi("Always on", paid(v.test.AlwaysOn), thousands(t.AlwaysOn)),
		kpi("By rule", paid(v.test.Curtailed), thousands(t.Curtailed)),
		kpi("With foresight", caught, thousands(t.Foresight)),
		kpi("Not drawn by the rule", fmt.Sprintf("of %s MWh in %s", format.Count(t.AlwaysMWh), countOf(t.Hours, "hour")), format.Value{Text: format.Count(t.AlwaysMWh - t.DrawnMWh), Unit: "MWh"}),
	}
}

// thousands is money in thousands of dollars.
func thousands(v float64) format.Value {
	return format.Value{Text: "$" + format.Fixed(v/1000, 0) + "k"}
}

// backTestRows are the rows of the back-test's files, an hour each.
func backTestRows(p *page) ([][]cell, error) {
	asked, err := askedPeriod(p.c)
	if err != nil {
		return nil, err
	}
	v, err := p.readBackTest(asked.days)
	if err != nil || v.test == nil {
		return nil, err
	}
	rows := make([][]cell, len(v.test.Hours))
	for t, h := range v.test.Hours {
		rows[t] = []cell{v.horizon.At(t), v.horizon.Hashprice[t], v.test.AlwaysOn.Hours[t].PowerMW, h.CurtailedMW, h.AlwaysOn, h.Curtailed, h.Foresight}
	}
	return rows, nil
}
