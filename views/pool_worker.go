package views

import (
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views/chart"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// PoolWorkerPage is one worker of an account: what its pool says of it, and its
// last days.
type PoolWorkerPage struct {
	Shell    Shell
	Name     string
	Sentence ui.Sentence
	Links    []Link
	Events   string // topics after whose change the page is fetched again
	Facts    []FactLine
	Days     WorkerDaysFigure
}

// WorkerDaysFigure is a worker day by day.
type WorkerDaysFigure struct {
	ui.Facts
	From, To     time.Time      // the first day and the last
	Mean, Online []market.Point // TH/s and percent of the readings
	Rows         []WorkerDayRow // newest first
	Events       string
}

// WorkerDayRow is a line of the table.
type WorkerDayRow struct {
	Day string
	pool.WorkerDay
}

func (r WorkerDayRow) mean() string { return format.Fixed(float64(r.Mean/units.TH), 1) }

func (r WorkerDayRow) online() string {
	return format.Fixed(100*float64(r.Online)/float64(max(r.Readings, 1)), 1)
}

// drawing needs two days: one is no line.
func (f WorkerDaysFigure) drawing() string {
	if len(f.Mean) < 2 {
		return ""
	}
	print := func(v float64) string { return format.Fixed(v, 1) }
	return chart.Panels{
		ID: FigureWorkerDays + "-plot", From: f.From, To: f.To, Step: market.LevelDay.Width(), Height: 240,
		Title: seriesSummary("Mean hashrate", f.Mean, print, " TH/s") + " " + seriesSummary("Online", f.Online, print, " percent of the readings"),
		Series: []chart.Series{
			{Label: "Mean, TH/s", Class: "m", Points: f.Mean, Tick: print, Value: print},
			{Label: "Online, % of readings", Class: "n", Points: f.Online, Tick: print, Value: print},
		},
	}.Draw()
}
