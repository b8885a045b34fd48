package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// registerFigures are the headline figures of the fleet: four hashrates that are
// not synonyms (product.md 3.2), and its efficiency (M9).
func (p *page) registerFigures(reg fleet.Register) ([]ui.KPI, ui.Sentence, error) {
	rates, err := mining.CountHashrates(reg.Censuses())
	if err != nil {
		return nil, nil, err
	}
	efficiency, err := mining.FleetEfficiency(reg.Loads())
	if err != nil {
		return nil, nil, err
	}
	operating, measured, err := p.operating(reg)
	if err != nil {
		return nil, nil, err
	}
	deployed, energised := mining.Of(rates.Deployed), mining.Of(rates.Energised)
	if len(reg.Counts) == 0 {
		deployed = mining.Unknown[units.Hashrate]("no unit is in the register yet")
		energised = deployed
	}
	kpis := []ui.KPI{
		hashrateKPI("Deployed", deployed, "nameplate of all machines in their place"),
		hashrateKPI("Energised", energised, "of those, with power and in order"),
		hashrateKPI("Operating", operating, measured),
		hashrateKPI("Realised", rates.Realised, ""),
		{Label: "Efficiency", Unit: ui.Mining, Why: efficiency.Fleet.Why, Context: "nameplate, at the machine"},
	}
	if efficiency.Fleet.Known {
		kpis[4].Value = format.Value{Text: format.Fixed(float64(efficiency.Fleet.Value), 1), Unit: "J/TH"}
		kpis[4].Context = format.Fixed(float64(efficiency.FleetAtMeter.Value), 1) + " J/TH at the meter (M9)"
	}
	return kpis, fleetSentence(reg, rates), nil
}

func hashrateKPI(label string, h mining.Maybe[units.Hashrate], context string) ui.KPI {
	k := ui.KPI{Label: label, Unit: ui.Mining, Context: context}
	if h.Known {
		k.Value = format.Hashrate(float64(h.Value))
	} else {
		k.Why = h.Reason()
	}
	return k
}

func fleetSentence(reg fleet.Register, rates mining.Hashrates) ui.Sentence {
	var s ui.Sentence
	if len(reg.Counts) == 0 {
		return s.Say("No unit is in the register yet.")
	}
	states := reg.States()
	placed := 0
	for state, n := range states {
		if fleet.Placed(state) {
			placed += n
		}
	}
	s = s.Stress(format.Count(float64(placed)) + " machines").Say(" stand in their place with ").Stress(join(format.Hashrate(float64(rates.Deployed)))).Say(" on their nameplates")
	if rest := rates.Deployed - rates.Energised; rest > 0 {
		s = s.Say("; ").Stress(join(format.Hashrate(float64(rest)))).Say(" of it is without power or in repair")
	}
	return s.Say(".")
}

// spread is what stands at a site of a class.
type spread struct {
	site, class     int64
	siteName, name  string
	placed, running int
	repair          int
	hashrate        units.Hashrate
	power           units.Power // at the machine, of what is in its place
}

// spreads sums the counts by site and class. A site without machines has a line
// without a class.
func spreads(reg fleet.Register) []spread {
	type key struct{ site, class int64 }
	sums := make(map[key]spread)
	for id, s := range reg.Sites {
		if !slices.ContainsFunc(reg.Counts, func(c fleet.Count) bool { return c.Site == id }) {
			sums[key{id, 0}] = spread{site: id, siteName: s.Name}
		}
	}
	for _, c := range reg.Counts {
		k := key{c.Site, c.Class}
		sum := sums[k]
		class := reg.Classes[c.Class]
		sum.site, sum.class, sum.siteName, sum.name = c.Site, c.Class, reg.Sites[c.Site].Name, class.Name
		if fleet.Placed(c.State) && len(class.Modes) > 0 {
			sum.placed += c.N
			sum.hashrate += class.Nameplate().Hashrate * units.Hashrate(c.N)
			sum.power += class.Nameplate().Power * units.Power(c.N)
		}
		switch c.State {
		case mining.Running:
			sum.running += c.N
		case mining.Repair:
			sum.repair += c.N
		default: // in its place or not, counted above
		}
		sums[k] = sum
	}
	list := make([]spread, 0, len(sums))
	for _, s := range sums {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b spread) int {
		return cmp.Or(strings.Compare(a.siteName, b.siteName), cmp.Compare(b.power, a.power), strings.Compare(a.name, b.name))
	})
	return list
}

// spreadTable is the fleet by site and class.
func (p *page) spreadTable(reg fleet.Register) views.RecordsPage {
	v := views.RecordsPage{
		Figure: views.FigureSpread, Title: "By site and class", Sub: "Machines in their place, at their nameplate", Refetch: topicFleet,
		Columns: []views.DataColumn{
			{Label: "Site"}, {Label: "Class"}, {Label: "In place", Right: true}, {Label: "Running", Right: true}, {Label: "In repair", Right: true, Hide: "p3"},
			{Label: "Hashrate", Unit: "PH/s", Right: true, Hide: "p2"}, {Label: "Power", Unit: "MW", Right: true},
		},
		Empty: ui.Problem{Kind: ui.Empty, Title: "No site is known yet", Text: "A unit needs its site and its class first.", Href: "/mining/sites", Action: "Sites"},
		Facts: p.typedFacts(views.FigureSpread, "the register of units"),
	}
	var total spread
	for _, s := range spreads(reg) {
		if s.class == 0 {
			v.Rows = append(v.Rows, views.RecordRow{Href: fmt.Sprintf("/mining/sites/%d", s.site), Cells: []views.Cell{{Text: s.siteName}, {Text: "no machines"}, {Text: "0"}, {Text: "0"}, {Text: "0"}, {Text: format.Missing}, {Text: format.Missing}}})
			continue
		}
		total.placed, total.running, total.repair = total.placed+s.placed, total.running+s.running, total.repair+s.repair
		total.hashrate, total.power = total.hashrate+s.hashrate, total.power+s.power
		v.Rows = append(v.Rows, views.RecordRow{Href: fmt.Sprintf("/mining/fleet?site=%d&class=%d", s.site, s.class), Cells: spreadCells(s.siteName, s.name, s)})
	}
	if len(v.Rows) > 1 && total.placed > 0 {
		v.Total = &views.RecordRow{Cells: spreadCells("All sites", "", total)}
	}
	return v
}

func spreadCells(site, class string, s spread) []views.Cell {
	return []views.Cell{
		{Text: site}, {Text: class}, {Text: format.Count(float64(s.placed))}, {Text: format.Count(float64(s.running))}, {Text: format.Count(float64(s.repair))},
		{Text: format.Fixed(float64(s.hashrate/units.PH), 1)}, {Text: format.Fixed(float64(s.power/units.MW), 2)},
	}
}

// stateTable counts the fleet by state.
func (p *page) stateTable(reg fleet.Register) views.RecordsPage {
	v := views.RecordsPage{
		Figure: "fleet-states", Title: "By state", Sub: "Where each unit stands in its life", Refetch: topicFleet,
		Columns: []views.DataColumn{{Label: "State"}, {Label: "Units", Right: true}},
		Facts:   p.typedFacts(views.FigureSpread, "the register of units"),
	}
	states := reg.States()
	for _, s := range mining.States() {
		v.Rows = append(v.Rows, views.RecordRow{
			Href: "/mining/fleet?state=" + string(s), Mark: stateMark(s), State: string(s),
			Cells: []views.Cell{{Text: string(s)}, {Text: format.Count(float64(states[s]))}},
		})
	}
	return v
}

// spreadRows are the rows of the figure's files: each state by itself.
func spreadRows(p *page) ([][]cell, error) {
	reg, err := p.s.Register(p.ctx)
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(reg.Counts))
	for i, c := range reg.Counts {
		class := reg.Classes[c.Class]
		rows[i] = []cell{reg.Sites[c.Site].Name, c.Building, class.Name, string(c.State), int64(c.N), nil, nil}
		if len(class.Modes) > 0 {
			m := class.Nameplate()
			rows[i][5], rows[i][6] = float64(m.Hashrate/units.TH)*float64(c.N), float64(m.Power)*float64(c.N)/float64(units.KW)
		}
	}
	return rows, nil
}
