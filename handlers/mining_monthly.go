package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// monthFacts are a month with all that is computed of it.
type monthFacts struct {
	record mining.MonthRecord
	update mining.Update
	cost   mining.CostPerBTC
}

// readMonth computes the update of a month.
func (p *page) readMonth(r mining.MonthRecord) (monthFacts, error) {
	pay, err := p.monthPay(r)
	if err != nil {
		return monthFacts{}, err
	}
	issue, fees, err := p.monthIssue(r)
	if err != nil {
		return monthFacts{}, err
	}
	u, err := mining.ComputeUpdate(r.Month(pay, issue, fees))
	return monthFacts{record: r, update: u, cost: r.Cost()}, err
}

// monthPay is the mean hashprice of the days of a month, UTC, in bitcoin: all
// of them, or it is not known.
func (p *page) monthPay(r mining.MonthRecord) (mining.Maybe[mining.Pay], error) {
	bars, err := p.s.Bars(p.ctx, keyHashpriceSa, market.LevelDay, r.Begin(), r.End())
	if errors.Is(err, db.ErrNotFound) {
		return mining.Unknown[mining.Pay]("no hashprice is stored"), nil
	}
	if err != nil {
		return mining.Maybe[mining.Pay]{}, err
	}
	days, sum := int(r.End().Sub(r.Begin()).Hours()/24), 0.0
	if len(bars) < days {
		return mining.Unknown[mining.Pay](fmt.Sprintf("the hashprice of %d of %d days is stored", len(bars), days)), nil
	}
	for _, b := range bars {
		sum += b.Sum / float64(b.N)
	}
	return mining.Of(mining.Pay{Hashprice: market.Hashprice{SatPerPHDay: sum / float64(len(bars))}}), nil
}

// monthIssue is what the network paid in a month, UTC, if all its blocks are
// stored.
func (p *page) monthIssue(r mining.MonthRecord) (issue, fees mining.Maybe[units.Sats], err error) {
	sum, err := p.s.Issued(p.ctx, r.Begin(), r.End())
	if err != nil {
		return issue, fees, err
	}
	if !sum.Whole {
		none := mining.Unknown[units.Sats]("not all blocks of the month are stored")
		return none, none, nil
	}
	return mining.Of(sum.Subsidy + sum.Fees), mining.Of(sum.Fees), nil
}

// showMonthly answers GET /mining/monthly: the update of one month beside the
// month before and the year before.
func (a *App) showMonthly(c echo.Context) error {
	v := views.MonthlyPage{CanAdd: subjectOf(c).May(access.RoomMining, access.Write)}
	err := a.readPage(c, nil, func(p *page) error {
		v.Shell = a.shell(p, "Monthly update", topicMonth)
		months, err := p.s.Months(p.ctx, p.known)
		if err != nil || len(months) == 0 {
			v.Facts = p.typedFacts("", "typed by mining operations")
			return err
		}
		at, err := pickMonth(c, months)
		if err != nil {
			return err
		}
		for _, m := range months {
			v.Months = append(v.Months, views.MonthLine{
				Href: "/mining/monthly?month=" + strconv.FormatInt(m.ID, 10), Label: format.MonthYear(m.Begin()), State: monthState(m), Current: m.ID == at.ID,
			})
		}
		now, before, year, err := p.threeMonths(months, at)
		if err != nil {
			return err
		}
		v.Month, v.State, v.Edit = at.Begin().Format("January 2006"), monthState(at), fmt.Sprintf("/mining/monthly/%d", at.ID)
		v.Sentence = monthSentence(*now, before)
		v.Rows = monthlyRows(*now, before, year)
		v.Facts = p.typedFacts(views.FigureMonthly, "typed by mining operations; hashprice and blocks as stored")
		return nil
	})
	if err != nil {
		return err
	}
	if !subjectOf(c).MayOpen(v.Edit) {
		v.Edit = ""
	}
	return render(c, http.StatusOK, views.Monthly(v))
}

// pickMonth is the month asked for, or the newest.
func pickMonth(c echo.Context, months []mining.MonthRecord) (mining.MonthRecord, error) {
	text := c.QueryParam("month")
	if text == "" {
		return months[0], nil
	}
	i := slices.IndexFunc(months, func(m mining.MonthRecord) bool { return strconv.FormatInt(m.ID, 10) == text })
	if i < 0 {
		return mining.MonthRecord{}, notFound("No such month has been typed. The months that have are listed on the page.")
	}
	return months[i], nil
}

// threeMonths are a month, the one before and the one a year before; nil where
// one has not been typed.
func (p *page) threeMonths(months []mining.MonthRecord, at mining.MonthRecord) (now, before, year *monthFacts, err error) {
	for _, want := range []struct {
		begin time.Time
		to    **monthFacts
	}{{at.Begin(), &now}, {at.Begin().AddDate(0, -1, 0), &before}, {at.Begin().AddDate(-1, 0, 0), &year}} {
		i := slices.IndexFunc(months, func(m mining.MonthRecord) bool { return m.Begin().Equal(want.begin) })
		if i < 0 {
			continue
		}
		facts, err := p.readMonth(months[i])
		if err != nil {
			return nil, nil, nil, err
		}
		*want.to = &facts
	}
	return now, before, year, nil
}

func monthState(m mining.MonthRecord) string {
	switch {
	case m.Reason != "":
		return "Restated"
	case m.Published:
		return "Published"
	}
	return "Draft"
}

// monthSentence is the page's answer.
func monthSentence(m monthFacts, before *monthFacts) ui.Sentence {
	s := ui.Sentence{}.Say("In " + m.record.Begin().Format("January 2006") + " the unit ")
	if !m.record.Produced.Known {
		return s.Say("produced bitcoin, but nobody has typed how much.")
	}
	s = s.Say("produced ").Stress(join(format.BTC(m.record.Produced.Value)))
	if before != nil {
		if ch := mining.Change(measureProduced.get(m), measureProduced.get(*before)); ch.Known {
			s = s.Say(", " + moreOrLess(ch.Value) + " than the month before")
		}
	}
	if c := m.cost.PowerNet; c.Known {
		s = s.Say("; power net of credits cost ").Stress(format.USD0(c.Value.Float64()).Text).Say(" for each")
	}
	return s.Say(".")
}

func moreOrLess(change float64) string {
	if change < 0 {
		return format.Percent1(-change).Text + "% less"
	}
	return format.Percent1(change).Text + "% more"
}

// monthRows are the rows of the figure's files: every measure of every month.
func monthRows(p *page) ([][]cell, error) {
	months, err := p.s.Months(p.ctx, p.known)
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, m := range months {
		facts, err := p.readMonth(m)
		if err != nil {
			return nil, err
		}
		for _, measure := range monthMeasures() {
			row := []cell{m.Begin().Format("2006-01"), monthState(m), measure.name, measure.unit, nil, m.KnownFrom, m.Reason}
			if v := measure.get(facts); v.Known {
				row[4] = v.Value
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}
