package views

import (
	"time"

	"switchyard/econ/market"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// CurtailmentPage is what curtailing brought: by the rule over a span that is
// over, and what was really done.
type CurtailmentPage struct {
	Shell    Shell
	Sentence ui.Sentence
	Spans    []ui.SegItem
	KPIs     []ui.KPI
	BackTest BackTestFigure
	Log      RecordsPage
}

// BackTestFigure is the same hours decided in three ways.
type BackTestFigure struct {
	ui.Facts
	From, To   time.Time
	Months     bool // the periods are months; else days
	Periods    []BackTestPeriod
	Total      BackTestPeriod
	Rule, Best []market.Point // gained above always on since From, USD
	Note       string         // what is left out
}

// BackTestPeriod is a stretch of hours: margins in USD, energy in MWh.
type BackTestPeriod struct {
	From                           time.Time
	Hours                          int
	AlwaysOn, Curtailed, Foresight float64
	AlwaysMWh, DrawnMWh            float64
}

// Plus is the sum of two stretches, which begins with the first.
func (s BackTestPeriod) Plus(o BackTestPeriod) BackTestPeriod {
	if s.Hours == 0 {
		s.From = o.From
	}
	return BackTestPeriod{
		From: s.From, Hours: s.Hours + o.Hours, AlwaysOn: s.AlwaysOn + o.AlwaysOn, Curtailed: s.Curtailed + o.Curtailed, Foresight: s.Foresight + o.Foresight,
		AlwaysMWh: s.AlwaysMWh + o.AlwaysMWh, DrawnMWh: s.DrawnMWh + o.DrawnMWh,
	}
}

// label is when a period was.
func (f BackTestFigure) label(s BackTestPeriod) string {
	if f.Months {
		return format.MonthYear(s.From)
	}
	return s.From.Format("Mon 2 Jan")
}

// newest are the periods, the newest first.
func (f BackTestFigure) newest() []BackTestPeriod {
	list := make([]BackTestPeriod, 0, len(f.Periods))
	for i := len(f.Periods) - 1; i >= 0; i-- {
		list = append(list, f.Periods[i])
	}
	return list
}
