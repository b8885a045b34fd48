package views

import (
	"switchyard/views/format"
	"switchyard/views/ui"
)

// SitePowerFigure is what should run at each site in this hour.
type SitePowerFigure struct {
	ui.Facts
	Rows []SitePower
}

// SitePower is one site in this hour.
type SitePower struct {
	Name, Contract string
	Href           string  // of the site's page
	On, Off        float64 // MW that should run, and that should not
	PriceUSDPerMWh float64 // mean of its steps
	Note           string  // what to know of it; empty: nothing
}

// mark is full for a site that runs, half where part rests, empty where all does.
func (s SitePower) mark() (ui.MarkKind, string) {
	switch {
	case s.On == 0 && s.Off > 0:
		return ui.MarkOff, "All off"
	case s.Off > 0:
		return ui.MarkWatch, "Part off"
	}
	return ui.MarkOK, "All on"
}

// total sums the sites; the price is weighted by what runs.
func (f SitePowerFigure) total() SitePower {
	sum := SitePower{Name: "All sites"}
	cost := 0.0
	for _, s := range f.Rows {
		sum.On, sum.Off = sum.On+s.On, sum.Off+s.Off
		cost += s.On * s.PriceUSDPerMWh
	}
	if sum.On > 0 {
		sum.PriceUSDPerMWh = cost / sum.On
	}
	return sum
}

// FleetFigures are the parts of the live page that need a fleet.
type FleetFigures struct {
	KPIs   []ui.KPI
	Merit  MeritFigure
	Sites  SitePowerFigure
	Falls  FallsFigure
	Events string // topics after whose change the figures are fetched again
	// KPIEvents are further topics of the headline figures.
	KPIEvents string
}

// fleetSentence opens the live page of whoever may read the fleet.
func fleetSentence(f FleetFigures) ui.Sentence { return meritSentence(f.Merit) }

func price(v float64) string { return format.Fixed(v, 2) }
