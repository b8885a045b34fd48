package views

import (
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views/chart"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// PoolsPage is how the accounts at pools stand and what of the fleet they do not
// see.
type PoolsPage struct {
	Shell    Shell
	Sentence ui.Sentence
	Links    []Link
	Windows  []ui.SegItem
	Events   string // topics that change the sentence and the headline figures
	KPIs     []ui.KPI
	Pools    PoolsFigure
	Reading  PoolReadingFigure
	Dark     PoolDarkFigure
	Hours    DarkHoursFigure
}

// PoolsFigure is the accounts at pools against what should hash at each.
type PoolsFigure struct {
	ui.Facts
	Window string // "24 h"
	Rows   []PoolRow
	Total  *PoolRow // nil: with one row there is none
	Events string   // topics after whose change the figure is fetched again
	Note   string
}

// PoolRow is one account, or all.
type PoolRow struct {
	Name, Href          string
	Scheme              string // with the fee
	Mark                ui.MarkKind
	State               string // what the mark means
	Old                 bool   // what the pool said is not of the present: it is shown, and not summed
	AtLeast             bool   // a sum without some accounts
	Effective, Expected mining.Maybe[units.Hashrate]
	Over                mining.Maybe[float64]
	Online, Listed      mining.Maybe[int]
	Stale, Rejected     mining.Maybe[float64]
	Unpaid              mining.Maybe[units.Sats]
	Paid                string // last payment; empty: none
	Week, Month         Luck   // of the blocks that the pay hangs on, over 7 and 30 whole days
	Spark               []market.Point
	What, Do            string // under the row; empty: it is read
}

// Luck is blocks found for each that was to be expected (M7).
type Luck struct {
	Flat  bool // the scheme pays without regard to blocks
	Ratio mining.Maybe[float64]
}

// UnderExpected is the part of what is expected below which an account is marked.
const UnderExpected = 0.95

// under says that the account hashes less than it should.
func (r PoolRow) under() bool { return r.Over.Known && r.Over.Value < UnderExpected }

// refused is the shares that came late or were refused, and which of the two is
// not told.
func (r PoolRow) refused() (text, only string) {
	switch {
	case r.Stale.Known && r.Rejected.Known:
		return format.Fixed(100*(r.Stale.Value+r.Rejected.Value), 2), ""
	case r.Stale.Known:
		return format.Fixed(100*r.Stale.Value, 2), "stale"
	case r.Rejected.Known:
		return format.Fixed(100*r.Rejected.Value, 2), "rejected"
	}
	return "", ""
}

func (r PoolRow) bullet() string {
	if !r.Over.Known {
		return ""
	}
	return chart.Bullet(r.Over.Value, 1, 1.06, "m")
}

// unit is that of all hashrates of the table.
func (f PoolsFigure) unit() units.Hashrate {
	for _, r := range f.Rows {
		if max(r.Effective.Value, r.Expected.Value) >= units.EH/10 {
			return units.EH
		}
	}
	return units.PH
}

func (f PoolsFigure) unitName() string {
	if f.unit() == units.PH {
		return "PH/s"
	}
	return "EH/s"
}

func (f PoolsFigure) rate(h units.Hashrate) string { return format.Fixed(float64(h/f.unit()), 2) }

func petahash(h units.Hashrate) string { return format.Fixed(float64(h/units.PH), 1) }

// inBitcoin prints satoshi in bitcoin, without the unit that heads the column.
func inBitcoin(s units.Sats) string { return format.BTC(s).Text }

// PoolReadingFigure is how reading each account goes.
type PoolReadingFigure struct {
	ui.Facts
	Rows   []PoolReadingRow
	Events string
}

// PoolReadingRow is the reading of one account.
type PoolReadingRow struct {
	Name, Href string
	Mark       ui.MarkKind
	State      string
	What, Do   string
	Workers    string // how its workers are read, in a sentence
	Failed     string // why the last list could not be read; empty: it could
}

// PoolDarkFigure is what the pools do not see, by place.
type PoolDarkFigure struct {
	ui.Facts
	Rows   []PoolDarkRow
	Total  *PoolDarkRow
	Events string
	Note   string
}

// PoolDarkRow is a place.
type PoolDarkRow struct {
	pool.DarkPlace
	Name, Href string
	Since      string // empty: not known
}

// DarkHoursFigure is what each hour lost.
type DarkHoursFigure struct {
	ui.Facts
	From, To time.Time
	Hours    []pool.DarkHour
	Finding  string
	Events   string
}

// columns are the hours as bars: what is not known is no bar.
func (f DarkHoursFigure) columns() []chart.Column {
	list := make([]chart.Column, len(f.Hours))
	for i, h := range f.Hours {
		list[i] = chart.Column{T: h.At, Part: h.Missing > 0}
		if h.USD.Known {
			v := h.USD.Value.Float64()
			list[i].V = &v
		}
	}
	return list
}

func (f DarkHoursFigure) drawing() string {
	// A company that loses cents sees them; the others see whole dollars.
	tick := func(v float64) string { return format.USD2(v).Text }
	for _, h := range f.Hours {
		if h.USD.Value.Float64() >= 10 {
			tick = func(v float64) string { return format.USD0(v).Text }
		}
	}
	return chart.Columns{
		ID: FigureDarkHours + "-plot", Title: f.Finding, From: f.From, To: f.To, Width: time.Hour, Class: "m", Label: "$ an hour",
		List: f.columns(), Tick: tick,
	}.Draw()
}
