package handlers

import (
	"fmt"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// columnDays is the span of a unit's column, which is compared with as many days
// before.
const columnDays = 30

// ledger sums hours of the fleet.
type ledger struct {
	hours                int
	revenue, margin, mwh float64 // USD and MWh; the margin after the blocks' position
}

func (l ledger) plus(o ledger) ledger {
	return ledger{hours: l.hours + o.hours, revenue: l.revenue + o.revenue, margin: l.margin + o.margin, mwh: l.mwh + o.mwh}
}

// cost is what power, running and switching cost.
func (l ledger) cost() float64 { return l.revenue - l.margin }

// miningColumn is the mining unit by the measures that both units are told by.
func (p *page) miningColumn() (*views.UnitColumn, error) {
	v, err := p.readBackTest(2 * columnDays)
	if err != nil {
		return nil, err
	}
	f := &views.UnitColumn{Facts: p.pastFacts(v, views.FigureMiningColumn), Events: hourEvents + " " + topicMeasured, About: "bitcoin"}
	contracted := 0.0
	for _, s := range v.basis.sites {
		contracted += s.Interconnect.Float64()
	}
	if contracted > 0 {
		f.About += ", " + format.Fixed(contracted, 0) + " MW"
	}
	if v.test == nil {
		return f, nil
	}
	if v.left > 0 {
		f.Note = countOf(v.left, "hour") + " without a price are left out."
	}
	now, before, days := v.ledgers()
	f.Rows = ledgerRows(now, before, days)
	inUse, err := p.powerInUse()
	if err != nil {
		return nil, err
	}
	uptime, err := p.uptimeMeasure()
	if err != nil {
		return nil, err
	}
	f.Rows = append(f.Rows, inUse, uptime)
	return f, nil
}

// dayLedger is the ledger of a day.
type dayLedger struct {
	at time.Time
	ledger
}

// ledgers are those of the last days, of as many before, and of each of the
// last.
func (v past) ledgers() (now, before ledger, days []dayLedger) {
	middle := v.to.AddDate(0, 0, -columnDays)
	for t, h := range v.test.Hours {
		at := v.horizon.At(t).UTC()
		r := v.test.Curtailed.Hours[t]
		hour := ledger{hours: 1, revenue: r.Revenue, margin: h.Curtailed, mwh: r.PowerMW}
		if at.Before(middle) {
			before = before.plus(hour)
			continue
		}
		now = now.plus(hour)
		day := at.Truncate(24 * time.Hour)
		if len(days) == 0 || !days[len(days)-1].at.Equal(day) {
			days = append(days, dayLedger{at: day})
		}
		last := &days[len(days)-1]
		last.ledger = last.plus(hour)
	}
	return now, before, days
}

// ledgerRows are revenue, margin and what a megawatt-hour brings.
func ledgerRows(now, before ledger, days []dayLedger) []views.UnitMeasure {
	good := true
	perMWh := func(pick func(ledger) float64) func(ledger) (float64, bool) {
		return func(l ledger) (float64, bool) { return pick(l) / l.mwh, l.mwh > 0 }
	}
	rows := []views.UnitMeasure{}
	for _, m := range []struct {
		name  string
		of    func(ledger) (float64, bool)
		text  func(float64) format.Value
		more  *bool
		why   string
		sum   bool
		share bool // told in points
	}{
		{name: "Revenue", of: func(l ledger) (float64, bool) { return l.revenue, l.hours > 0 }, text: millions, more: &good, why: "no hour has a price"},
		{name: "Gross margin", of: func(l ledger) (float64, bool) { return l.margin / l.revenue, l.revenue > 0 }, text: format.Percent1, more: &good, why: "nothing was earned", share: true},
		{name: "Revenue per MWh", of: perMWh(func(l ledger) float64 { return l.revenue }), text: format.USD2, more: &good, why: "no power was drawn"},
		{name: "less power and running cost", of: perMWh(ledger.cost), text: format.USD2, why: "no power was drawn"},
		{name: "Margin per MWh", of: perMWh(func(l ledger) float64 { return l.margin }), text: format.USD2, more: &good, why: "no power was drawn", sum: true},
	} {
		row := views.UnitMeasure{Name: m.name, Sum: m.sum}
		value, known := m.of(now)
		if !known {
			row.Why = m.why
			rows = append(rows, row)
			continue
		}
		row.Value, row.Change = m.text(value), ui.Change{Why: "the 30 days before do not have as many hours"}
		if old, known := m.of(before); known && before.hours == now.hours {
			row.Change = views.Moved(value, old, m.more)
			if m.share {
				row.Change = views.MovedPoints(value, old, 1, m.more)
			}
		}
		for _, d := range days {
			if v, known := m.of(d.ledger); known && d.hours == 24 {
				row.Spark = append(row.Spark, market.Point{T: d.at, V: v})
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// millions is money in millions of dollars.
func millions(v float64) format.Value {
	return format.Value{Text: "$" + format.Fixed(v/1e6, 1), Unit: "M"}
}

// powerInUse is what should run now, of what the machines in place would draw.
func (p *page) powerInUse() (views.UnitMeasure, error) {
	row := views.UnitMeasure{Name: "Power in use, this hour", Change: ui.Change{Why: "what should run now"}}
	f, err := p.readFleetHour()
	if err != nil || f.Plan == nil {
		row.Why = f.why
		return row, err
	}
	installed := 0.0
	for _, g := range f.groups {
		installed += float64(g.Count) * float64(g.Class.Nameplate().Power/units.MW) * pueOf(f.terms, g.Site)
	}
	row.Value = format.Value{Text: fmt.Sprintf("%s / %s", format.Fixed(f.Plan.Total().PowerMW, 0), format.Fixed(installed, 0)), Unit: "MW"}
	return row, nil
}

func pueOf(terms []mining.SiteTerms, site string) float64 {
	for _, t := range terms {
		if t.Site.Name == site {
			return t.Site.PUE
		}
	}
	return 1
}

// uptimeMeasure is realised uptime over whole days, UTC (M11).
func (p *page) uptimeMeasure() (views.UnitMeasure, error) {
	good := true
	row := views.UnitMeasure{Name: "Uptime, realised", Change: ui.Change{Why: "nothing was seen in the 30 days before"}}
	today := p.now.Truncate(24 * time.Hour)
	now, days, err := p.realised(today.AddDate(0, 0, -columnDays), today)
	if err != nil {
		return row, err
	}
	before, _, err := p.realised(today.AddDate(0, 0, -2*columnDays), today.AddDate(0, 0, -columnDays))
	if err != nil {
		return row, err
	}
	if !now.Known {
		row.Why = now.Reason()
		return row, nil
	}
	row.Value, row.Spark = format.Percent1(now.Value), days
	if before.Known {
		row.Change = views.MovedPoints(now.Value, before.Value, 2, &good)
	}
	return row, nil
}

// columnRows are the rows of the column's files.
func columnRows(p *page) ([][]cell, error) {
	f, err := p.miningColumn()
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, r := range f.Rows {
		row := []cell{r.Name, r.Value.Text, r.Value.Unit, nil}
		if r.Why != "" {
			row[1], row[2] = nil, nil
		}
		if r.Change.Why == "" {
			row[3] = string(r.Change.Dir) + " " + r.Change.Text
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// realised is the fleet's realised uptime over whole days, and that of each.
func (p *page) realised(from, to time.Time) (mining.Maybe[float64], []market.Point, error) {
	f := uptimeFacts{from: from, today: to}
	var err error
	if f.hours, err = p.s.SeenHours(p.ctx, from, to); err != nil {
		return mining.Maybe[float64]{}, nil, err
	}
	if f.register, err = p.s.Register(p.ctx); err != nil {
		return mining.Maybe[float64]{}, nil, err
	}
	total, err := f.row(f.hours.Places)
	if err != nil {
		return mining.Maybe[float64]{}, nil, err
	}
	days, err := f.days()
	if err != nil {
		return mining.Maybe[float64]{}, nil, err
	}
	var points []market.Point
	for _, d := range days {
		if d.Realised.Known {
			points = append(points, market.Point{T: d.day, V: d.Realised.Value})
		}
	}
	return total.Uptime.Realised, points, nil
}
