package views

import (
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// UptimePage is what machines did over a period, in the three numbers of M11.
type UptimePage struct {
	Shell    Shell
	Sentence ui.Sentence
	Periods  []ui.SegItem
	Events   string // topics after whose change the figures are fetched again
	KPIs     []ui.KPI
	Days     UptimeDays
	Classes  UptimeTable
	Sites    UptimeTable
}

// UptimeDays are availability and realised uptime by day; a day on which one is
// not known has no point.
type UptimeDays struct {
	ui.Facts
	From, To               time.Time      // the first day and the last
	Availability, Realised []market.Point // percent
	Note                   string
}

// stops says that the last day has no value, so that the line ends before it.
func (f UptimeDays) stops() bool {
	n := len(f.Availability)
	return n > 0 && f.Availability[n-1].T.Before(f.To)
}

// UptimeTable is the hours of machines by class or by site.
type UptimeTable struct {
	ui.Facts
	ID, Title, Sub, Head string
	Rows                 []UptimeRow
	Total                *UptimeRow // nil: with one row there is none
}

// UptimeRow is one line of the table.
type UptimeRow struct {
	Name, Href string
	Machines   mining.Maybe[float64] // the mean of the period
	Hours      mining.MachineHours
	Uptime     mining.Uptime
	Coverage   mining.Maybe[float64]
}

// hundredths prints a fraction in percent, without the sign: its column says it.
func hundredths(m mining.Maybe[float64]) string { return format.Fixed(m.Value*100, 2) }
