package handlers

import (
	"slices"
	"strings"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// hourEvents are the topics after whose change what hangs on the fleet's hour is
// fetched again: what people type of it, and a step that crosses the line, which
// the browser itself names.
const hourEvents = "merit " + topicFleet + " " + topicSite + " " + topicContract + " " + topicPowerPrice + " " + topicPractice

// fleetHour is the fleet in the present hour with what it was computed from.
type fleetHour struct {
	fleetBasis
	mining.FleetHour
	near float64
	why  string // nothing can be computed, in words; empty: it can
}

// readFleetHour lays the fleet out in the present hour (M8, M10).
func (p *page) readFleetHour() (fleetHour, error) {
	f := fleetHour{near: p.settings.NearBreakEven}
	start := p.now.Truncate(time.Hour)
	var err error
	if f.fleetBasis, err = p.readBasis(start, start.Add(time.Hour)); err != nil {
		return f, err
	}
	if f.why = f.noPay; f.why != "" {
		return f, nil
	}
	in := mining.FleetInput{Groups: f.groups, Contracts: make(map[string]mining.PowerContract), Spot: make(map[string]mining.Maybe[float64]), Start: start, Pay: f.pay}
	for _, t := range f.terms {
		in.Sites = append(in.Sites, t.Site)
		if t.Contract.Kind != "" {
			in.Contracts[t.Site.Name] = t.Contract
		}
		if v, known := t.Spot[start.Unix()]; known {
			in.Spot[t.Site.Name] = mining.Of(v)
		}
	}
	if f.FleetHour, err = mining.ComputeFleetHour(in); err != nil {
		return f, err
	}
	if f.Plan == nil {
		f.why = strings.Join(f.Missing, "; ")
	}
	return f, nil
}

// hourFacts are the facts of a figure of the fleet's hour.
func (p *page) hourFacts(f fleetHour, figure string) ui.Facts {
	facts := p.facts(figure, p.priceFresh(p.price.HP, keyHashprice), "fleet register, power contracts and assumptions as typed; hashprice of the index")
	facts.Inputs = []ui.Input{
		{Name: "Hashprice, $ per PH/s a day", Value: format.USD2(f.pay.USDPerPHDay), At: p.now, Source: "M3"},
		{Name: "Pool fee", Value: format.Percent2(f.practice.PoolFee.Float64() / 100), At: f.practice.KnownFrom, Source: "assumptions"},
		{Name: "Uptime", Value: format.Percent1(f.practice.Uptime.Float64() / 100), At: f.practice.KnownFrom, Source: "assumptions"},
		{Name: "Other running cost, $ per MWh", Value: format.USD2(f.practice.OtherUSDPerMWh.Float64()), At: f.practice.KnownFrom, Source: "assumptions"},
	}
	for _, s := range f.sites {
		if price, known := f.Prices[s.Name]; known {
			facts.Inputs = append(facts.Inputs, ui.Input{Name: "Power at " + s.Name + ", $ per MWh", Value: format.USD2(price), At: f.contracts[s.ID].KnownFrom, Source: f.contracts[s.ID].Name})
		}
		if h, known := f.spot[s.ID][p.now.Truncate(time.Hour).Unix()]; known {
			v, basis, _ := h.Price()
			facts.Inputs = append(facts.Inputs, ui.Input{Name: "Spot price of " + f.contracts[s.ID].Point + ", $ per MWh", Value: format.USD2(v), At: h.Start, Source: string(basis)})
		}
	}
	if f.why != "" {
		facts.Problem = &ui.Problem{Kind: ui.Empty, Title: "Cannot be computed yet", Text: strings.ToUpper(f.why[:1]) + f.why[1:] + "."}
	}
	return facts
}

// merit is the merit order as a figure.
func (p *page) merit(f fleetHour) views.MeritFigure {
	v := views.MeritFigure{Facts: p.hourFacts(f, views.FigureMerit), Near: f.near, Missing: strings.Join(f.Missing, "; "), Hashprice: num(p.price.HP, "no hashprice yet")}
	if f.Plan == nil {
		v.Missing = f.why
		return v
	}
	for _, row := range f.Plan.Rows(0) {
		class := f.Plan.Order.Groups[row.Group].Class
		step := views.MeritStep{Row: row, Class: class.Name, Hall: hallOf(row)}
		for _, m := range class.Modes {
			if m.Name == row.Mode && m.Efficiency().Known {
				step.JPerT = float64(m.Efficiency().Value)
			}
		}
		v.Steps = append(v.Steps, step)
	}
	return v
}

// hallOf is where a group stands, as its name says it.
func hallOf(row mining.Row) string {
	hall, _, _ := strings.Cut(row.GroupName, ",")
	return hall
}

// fallFactors are the parts of the present hashprice that the ladder shows.
var fallFactors = [...]float64{1, 0.95, 0.9, 0.8, 0.7, 0.6}

// falls is the ladder "if hashprice falls".
func (p *page) falls(f fleetHour) (views.FallsFigure, error) {
	v := views.FallsFigure{Facts: p.hourFacts(f, views.FigureFalls)}
	if f.Plan == nil {
		return v, nil
	}
	var levels []float64
	for _, factor := range fallFactors {
		levels = append(levels, f.pay.USDPerPHDay*factor)
	}
	var err error
	v.Rows, err = f.Plan.IfHashpriceIs(0, levels, f.pay)
	return v, err
}

// sitePower is what should run where.
func (p *page) sitePower(f fleetHour) views.SitePowerFigure {
	v := views.SitePowerFigure{Facts: p.hourFacts(f, views.FigureSitePower)}
	if f.Plan == nil {
		return v
	}
	rows := f.Plan.Rows(0)
	for _, s := range f.sites {
		price, known := f.Prices[s.Name]
		if !known {
			continue
		}
		line := views.SitePower{Name: s.Name, Contract: f.contracts[s.ID].Name, PriceUSDPerMWh: price, Href: sites().path(s.ID) + "/today"}
		if !p.who.MayOpen(line.Href) {
			line.Href = ""
		}
		for _, r := range rows {
			switch {
			case r.Site != s.Name:
			case r.On:
				line.On += float64(r.Drawn / units.MW)
			default:
				line.Off += float64(r.Power / units.MW)
			}
		}
		v.Rows = append(v.Rows, line)
	}
	return v
}

// fleetKPIs are the headline figures of the unit in this hour.
func (p *page) fleetKPIs(f fleetHour) []ui.KPI {
	why := f.why
	kpi := func(label, context string, v format.Value) ui.KPI {
		return ui.KPI{Label: label, Value: v, Why: why, Context: context, Unit: ui.Mining}
	}
	if f.Plan == nil {
		return []ui.KPI{kpi("Hashrate that should run", "", format.Value{}), kpi("Revenue a day", "", format.Value{}), kpi("Margin a day", "", format.Value{}), kpi("Power per bitcoin", "", format.Value{})}
	}
	total, day := f.Plan.Total(), 24.0
	btc := total.HashratePH * f.pay.SatPerPHDay * (1 - f.practice.PoolFee.Float64()/100) / units.SatsPerBTC
	list := []ui.KPI{
		kpi("Hashrate that should run", format.Fixed(total.PowerMW, 0)+" MW at the meter", format.Value{Text: format.Fixed(total.HashratePH/1000, 2), Unit: "EH/s"}),
		kpi("Revenue a day, this pace", format.Fixed(btc, 2)+" BTC after pool fees", format.Value{Text: "$" + format.Fixed(total.Revenue*day/1000, 0) + "k"}),
		kpi("Margin a day, this pace", "after power and other running cost", format.Value{Text: "$" + format.Fixed(total.Margin()*day/1000, 0) + "k"}),
	}
	power := kpi("Power to mine one bitcoin", "at this hour's prices, without credits", format.Value{})
	if btc > 0 {
		power.Value = format.Value{Text: "$" + format.Fixed(total.PowerCost*day/btc/1000, 1) + "k"}
	} else {
		power.Why = "nothing runs"
	}
	return append(list, power, p.efficiencyKPI(f), p.breakEvenKPI(f))
}

func (p *page) efficiencyKPI(f fleetHour) ui.KPI {
	k := ui.KPI{Label: "Fleet efficiency", Context: "of what should run, at the machine", Unit: ui.Mining, Why: "nothing runs"}
	watts, terahash := 0.0, 0.0
	for _, r := range f.Plan.Rows(0) {
		if r.On {
			pue := f.Plan.Order.Sites[slices.IndexFunc(f.Plan.Order.Sites, func(s mining.Site) bool { return s.Name == r.Site })].PUE
			watts += float64(r.Drawn) / pue
			terahash += float64(r.Hashing / units.TH)
		}
	}
	if terahash > 0 {
		k.Why, k.Value = "", format.Value{Text: format.Fixed(watts/terahash, 1), Unit: "J/TH"}
	}
	return k
}

func (p *page) breakEvenKPI(f fleetHour) ui.KPI {
	k := ui.KPI{Label: "Break-even power price", Unit: ui.Mining, Why: "nothing could run"}
	if f.Total.Energy > 0 {
		k.Why = ""
		k.Value = format.Value{Text: "$" + format.Fixed(f.Total.Revenue.Float64()/float64(f.Total.Energy), 2), Unit: "/MWh"}
		k.Context = "fleet average; paying $" + format.Fixed(f.Total.PowerCost.Float64()/float64(f.Total.Energy), 2)
	}
	return k
}

// fleetFigures are the parts of the live page that need a fleet; nil where there
// is none.
func (p *page) fleetFigures() (*views.FleetFigures, error) {
	f, err := p.readFleetHour()
	if err != nil {
		return nil, err
	}
	if f.Plan == nil && len(f.Missing) == 0 {
		return nil, nil // there is no fleet, or no hashprice to judge it by
	}
	v := &views.FleetFigures{Events: hourEvents, KPIs: p.fleetKPIs(f), Merit: p.merit(f), Sites: p.sitePower(f)}
	v.Falls, err = p.falls(f)
	return v, err
}
