package handlers

import (
	"fmt"
	"slices"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/chart"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// daysList are the days of an audit as a table, the newest first.
func (p *page) daysList(audit poolAudit, list []auditDay, span poolSpan) views.RecordsPage {
	shifted := pool.Shift(audit.facts) != 0
	v := views.RecordsPage{
		Figure: views.FigurePoolDays, Title: "Day by day", Sub: "What the work was worth, and what the pool credited for it; gap below zero is missing", Refetch: poolEvents,
		Columns: []views.DataColumn{
			{Label: "Pool's day"}, {Label: "Hashrate", Right: true, Hide: "p2"},
			{Label: "Due", Unit: "BTC", Right: true, Hide: "p2"}, {Label: "Credited", Unit: "BTC", Right: true, Hide: "p2"}, {Label: "Correction", Unit: "BTC", Right: true, Hide: "p3"},
			{Label: "Gap", Unit: "BTC", Right: true}, {Label: "Gap", Unit: "% of due", Right: true}, {Label: "Gap", Unit: "$, that day's price", Right: true, Hide: "p3"}, {Label: "Verdict"},
		},
		Empty: ui.Problem{Kind: ui.Empty, Title: "No day is known", Text: "The account did not hold in this span, and nothing was credited."},
		Facts: p.auditFacts(views.FigurePoolDays, audit, span),
	}
	if shifted {
		v.Columns = slices.Insert(v.Columns, 1, views.DataColumn{Label: "Our day", Unit: "UTC, credited of due", Right: true, Hide: "p3"})
	}
	for i := len(list) - 1; i >= 0; i-- {
		d := list[i]
		v.Rows = append(v.Rows, views.RecordRow{
			Href: poolDayPath(audit.account.ID, audit.facts, d.From), Mark: verdictMark(d.Line), State: verdictWords(d.Verdict), Cells: d.cells(shifted),
		})
	}
	if sums := sumDays(list); sums.days > 0 {
		v.Total = sums.total(shifted)
	}
	return v
}

// auditFacts are the facts of a figure of judged days.
func (p *page) auditFacts(figure string, audit poolAudit, span poolSpan) ui.Facts {
	facts := p.typedFacts("", audit.facts.Title+"; blocks of the chain; our readings; terms as typed. Formula M7")
	facts.DataHref = fmt.Sprintf("/data/%s?account=%d", figure, audit.account.ID)
	if !span.month.IsZero() {
		facts.DataHref += "&month=" + span.month.Format(monthParam)
	}
	return facts
}

func (d auditDay) cells(shifted bool) []views.Cell {
	name := views.Cell{Text: format.DayMonthYear(d.name)}
	if shifted {
		name.Under = format.DayClock(d.From) + " to " + format.DayClock(d.To) + " UTC"
	}
	hashrate := views.Cell{Text: format.Missing}
	if d.hashrate.Known {
		h := format.Hashrate(float64(d.hashrate.Value))
		hashrate = views.Cell{Text: h.Text, Unit: h.Unit, Under: "our readings"}
		if d.theirs {
			hashrate.Under = "as the pool says"
		}
	}
	correction := views.Cell{}
	if d.Correction != 0 {
		correction = signedBTC(mining.Of(d.Correction))
	}
	fraction, usd := views.Cell{Text: format.Missing}, views.Cell{Text: format.Missing}
	if d.GapFraction.Known {
		fraction.Text = format.Signed(d.GapFraction.Value*100, 2)
	}
	if v := d.gapUSD(); v.OK {
		usd.Text = format.Signed(v.V, 0)
	}
	verdict := views.Cell{Text: verdictWords(d.Verdict), Under: d.Why}
	if d.Disputed {
		verdict.Under = "disputed: " + d.Reason
	}
	cells := []views.Cell{name}
	if shifted {
		cells = append(cells, d.ownCell())
	}
	return append(cells, hashrate, btcCell(d.Due), btcCell(d.Credited), correction, signedBTC(d.Gap), fraction, usd, verdict)
}

// ownCell is what the day of UTC was credited of what was due.
func (d auditDay) ownCell() views.Cell {
	c := views.Cell{Text: format.Missing}
	if d.own.Due.Known && d.own.Credited.Known {
		c.Text = format.BTC(d.own.Credited.Value).Text + " of " + format.BTC(d.own.Due.Value).Text
	}
	switch {
	case d.own.Apportioned && d.own.Covered < 24*time.Hour:
		c.Under = "apportioned by time, " + format.Duration(d.own.Covered) + " of it"
	case d.own.Apportioned:
		c.Under = "apportioned by time"
	}
	return c
}

// btcCell is an amount in bitcoin, over its satoshi.
func btcCell(m mining.Maybe[units.Sats]) views.Cell {
	if !m.Known {
		return views.Cell{Text: format.Missing}
	}
	return views.Cell{Text: format.BTC(m.Value).Text, Under: format.Count(float64(m.Value)) + " sat"}
}

// signedBTC is btcCell with a sign, which zero has not.
func signedBTC(m mining.Maybe[units.Sats]) views.Cell {
	if !m.Known {
		return views.Cell{Text: format.Missing}
	}
	return views.Cell{Text: format.Signed(float64(m.Value)/units.SatsPerBTC, 4), Under: format.Signed(float64(m.Value), 0) + " sat"}
}

func (s poolSums) total(shifted bool) *views.RecordRow {
	gap := s.credited - s.due
	fraction, usd := format.Missing, format.Missing
	if s.due != 0 {
		fraction = format.Signed(float64(gap)/float64(s.due)*100, 2)
	}
	if s.unpriced == 0 {
		usd = format.Signed(s.usd, 0)
	}
	cells := []views.Cell{{Text: countOf(s.days, "day") + " judged"}}
	if shifted {
		cells = append(cells, views.Cell{})
	}
	return &views.RecordRow{Cells: append(cells, views.Cell{}, btcCell(mining.Of(s.due)), btcCell(mining.Of(s.credited)), signedBTC(mining.Of(s.corrections)),
		signedBTC(mining.Of(gap)), views.Cell{Text: fraction}, views.Cell{Text: usd}, views.Cell{})}
}

func verdictWords(v pool.Verdict) string {
	switch v {
	case pool.Agrees:
		return "Agrees"
	case pool.Short:
		return "Short"
	case pool.Over:
		return "Over"
	case pool.WithinLuck:
		return "Within luck"
	case pool.Open:
		return "Open"
	case pool.Late:
		return "Late"
	case pool.Unknown:
	}
	return "Not known"
}

// verdictMark is the mark of a day. A short one that is disputed or corrected is
// known to people.
func verdictMark(l pool.Line) ui.MarkKind {
	switch l.Verdict {
	case pool.Agrees, pool.WithinLuck:
		return ui.MarkOK
	case pool.Short, pool.Late:
		if l.Disputed || l.Correction != 0 {
			return ui.MarkWatch
		}
		return ui.MarkBad
	case pool.Over:
		return ui.MarkWatch
	case pool.Open, pool.Unknown:
	}
	return ui.MarkOff
}

// gapsFigure is the chart of the days.
func (p *page) gapsFigure(audit poolAudit, list []auditDay, span poolSpan, finding string) views.GapsFigure {
	v := views.GapsFigure{Facts: p.auditFacts(views.FigurePoolDays, audit, span)}
	known := 0
	g := chart.Gaps{ID: "pool-gaps", Title: finding, Tolerance: audit.account.Tolerance.Float64() / 100, Tick: func(v float64) string {
		t := format.SignedPercent1(v)
		return t.Text + t.Unit
	}}
	for _, d := range list {
		if d.Verdict == pool.Open {
			continue
		}
		bar := chart.GapBar{Day: d.name, Known: d.GapFraction.Known, Fraction: d.GapFraction.Value, Bad: d.Verdict == pool.Short}
		if bar.Bad {
			bar.Label = g.Tick(bar.Fraction)
		}
		if bar.Known {
			known++
		}
		g.Bars = append(g.Bars, bar)
	}
	if known == 0 {
		v.Facts.Problem = &ui.Problem{Kind: ui.Empty, Title: "No day can be judged yet", Text: "A day is judged once it is over, its hashrate is known and the pool has credited it."}
		return v
	}
	g.From, g.To = g.Bars[0].Day, g.Bars[len(g.Bars)-1].Day.AddDate(0, 0, 1)
	v.Chart = g
	return v
}
