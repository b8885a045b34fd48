package views

import (
	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// EconomicsPage is what each class of machine earns and costs at each site, and
// what the fleet would bring if the market went a stated way.
type EconomicsPage struct {
	Shell    Shell
	Classes  ClassesFigure
	Cost     CostFigure
	WhatIf   WhatIfFigure
	Form     ui.FormSpec // of the what-if; a GET
	Problem  string      // what is wrong with its fields as a whole
	Events   string      // topics after whose change the figures are fetched again
	Sentence ui.Sentence
}

// ClassesFigure is a day of each class at its site (M8).
type ClassesFigure struct {
	ui.Facts
	Rows  []ClassRow
	Total *mining.ClassDay // of the fleet; nil without rows
}

// ClassRow is the day of one class at one site, running all day.
type ClassRow struct {
	mining.ClassDay
	Class, Site string
	Machines    int
	JPerT       float64
	PowerPrice  float64 // USD/MWh paid
}

// MarginPerMWh is what is left of a megawatt-hour; unknown without energy.
func (r ClassRow) MarginPerMWh() ui.Num {
	if !(r.Energy > 0) {
		return ui.None("no energy is drawn")
	}
	return ui.Some(r.Margin.Float64() / float64(r.Energy))
}

// CostFigure is what a bitcoin cost, by the levels of M12, in the newest month
// that is closed.
type CostFigure struct {
	ui.Facts
	Month string
	Cost  mining.CostPerBTC
}

// levels are the rows of the figure.
func (f CostFigure) levels() []costLevel {
	return []costLevel{
		{"Power, gross", f.Cost.PowerGross}, {"Power, net of credits", f.Cost.PowerNet}, {"Cash, with site cost", f.Cost.Cash},
		{"All-in sustaining", f.Cost.AllInSustaining}, {"With depreciation", f.Cost.WithDepreciation},
	}
}

type costLevel struct {
	name string
	cost mining.Maybe[units.USD]
}

// WhatIfFigure is the fleet over a stated path (M3, M8, M10).
type WhatIfFigure struct {
	ui.Facts
	Outcomes []mining.Outcome
	Said     string // the path in words
}

// finding is what the path comes to.
func (f WhatIfFigure) finding() string {
	if len(f.Outcomes) == 0 {
		return ""
	}
	last := f.Outcomes[len(f.Outcomes)-1]
	return "Over the whole path the fleet earns " + format.ExactUSD(last.Total) + " after power and other running cost; in its last stretch " +
		format.Fixed(float64(last.Power/units.MW), 0) + " MW still pay."
}
