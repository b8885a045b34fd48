package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// poolMonth is a month of an account as it stands today, and as it was closed.
type poolMonth struct {
	begin  time.Time // its first day
	today  pool.Month
	now    mining.Maybe[pool.MonthClose] // today's figures; unknown while something stands in the way
	closed *pool.ClosedMonth             // nil: it is not closed
}

// readPoolMonth sums the audit of a month; it begins with the account's first day.
func (p *page) readPoolMonth(audit poolAudit, span poolSpan) (poolMonth, error) {
	m := poolMonth{begin: span.month}
	from := span.from
	if len(audit.lines) > 0 {
		from = audit.lines[0].From
	}
	var err error
	if m.today, err = pool.SumMonth(from, span.to, audit.lines); err != nil {
		return m, err
	}
	if c, err := m.today.Close(); err != nil {
		m.now = mining.Unknown[pool.MonthClose](err.Error())
	} else {
		m.now = mining.Of(c)
	}
	list, err := p.s.ClosedPoolMonths(p.ctx, audit.account.ID, p.known)
	for i := range list {
		if list[i].Month.Equal(span.month) {
			m.closed = &list[i]
		}
	}
	return m, err
}

// differences are the figures that have come out otherwise since the month was
// closed.
func (m poolMonth) differences() []pool.Difference {
	if m.closed == nil || !m.now.Known {
		return nil
	}
	return m.closed.Differences(m.now.Value)
}

func (p *page) monthPanel(audit poolAudit, span poolSpan, typed *form) (*views.PoolMonthPanel, error) {
	m, err := p.readPoolMonth(audit, span)
	if err != nil {
		return nil, err
	}
	name := span.month.Format("January 2006")
	v := &views.PoolMonthPanel{Title: "Close " + name, Sums: p.monthSums(audit, m, name), Says: m.says(name)}
	for _, o := range m.today.Obstacles {
		v.Obstacles = append(v.Obstacles, obstacleLink(audit, o))
	}
	path := poolPath(audit.account.ID) + "/months/" + span.month.Format(monthParam) + span.query()
	switch {
	case !p.mayType() || !m.now.Known:
	case m.closed == nil:
		v.Close = &views.PostAction{Action: path, Label: "Close " + name, Describe: "of " + audit.account.Name, Hidden: m.seen(), Effect: "Fixes these figures. What differs later is restated with a reason and stays visible."}
	case len(m.differences()) > 0:
		if typed == nil {
			typed = newForm(nil)
		}
		v.Restate = &ui.FormSpec{Action: path, Submit: "Restate " + name, Hidden: m.seen(), Fields: []ui.Control{typed.control(ui.InputText, "reason", "Reason", "Why the closed month is stated anew")}}
	}
	return v, nil
}

// says is how the month stands, in a sentence.
func (m poolMonth) says(name string) string {
	closed := ""
	if m.closed != nil {
		closed = "Closed on " + dayText(m.closed.KnownFrom) + " by " + m.closed.Who
		if m.closed.Reason != "" {
			closed = "Restated on " + dayText(m.closed.KnownFrom) + " by " + m.closed.Who + ": " + m.closed.Reason
		}
		closed += ". "
	}
	switch n := len(m.today.Obstacles); {
	case n > 0 && m.closed != nil:
		return closed + "Today " + countOf(n, "span") + " could not be judged or would be challenged; what it was closed with stays."
	case n > 0:
		return countOf(n, "span") + " of " + name + " stand in the way:"
	case m.closed == nil:
		return "Nothing stands in the way."
	case len(m.differences()) == 0:
		return closed + "Nothing differs from it today."
	}
	return closed + "Today's figures differ; the closed ones stay until somebody restates them."
}

// obstacleLink is an obstacle in words, with the way to its day.
func obstacleLink(audit poolAudit, o pool.Obstacle) views.Link {
	day := format.DayMonth(dayName(audit.facts, o.From))
	if o.To.Sub(o.From) > 24*time.Hour {
		day += " to " + format.DayMonth(dayName(audit.facts, o.To.Add(-time.Hour)))
	}
	l := views.Link{Href: poolDayPath(audit.account.ID, audit.facts, o.From)}
	switch o.Kind {
	case pool.StillOpen:
		l.Label = day + " is open: " + o.Why
	case pool.NotCredited:
		l.Label = day + " is late: " + o.Why
	case pool.NotJudged:
		l.Label = day + " cannot be judged: " + o.Why
	case pool.Unchallenged:
		l.Label = day + " was paid " + join(format.BTC(-o.Gap.Value)) + " short, and is neither corrected nor disputed"
	case pool.NotCovered:
		l.Label, l.Href = day+": "+o.Why, ""
	}
	return l
}

// seen are the figures that the reader of the form saw, so that others are not
// closed in their place.
func (m poolMonth) seen() []ui.Option {
	v := m.now.Value
	read := int64(0)
	if m.closed != nil {
		read = m.closed.KnownFrom.UnixMicro()
	}
	list := []ui.Option{{Value: "known_from", Label: strconv.FormatInt(read, 10)}}
	for name, s := range map[string]units.Sats{"due": v.Due, "paid": v.Paid, "corrections": v.Corrections} {
		list = append(list, ui.Option{Value: name, Label: strconv.FormatInt(int64(s), 10)})
	}
	return list
}

// stands says whether the figures are still those that the form's reader saw.
func (m poolMonth) stands(f *form) bool {
	for _, o := range m.seen() {
		if f.get(o.Value) != o.Label {
			return false
		}
	}
	return true
}

// monthSums are the sums of the month today, beside those it was closed with.
func (p *page) monthSums(audit poolAudit, m poolMonth, name string) views.RecordsPage {
	v := views.RecordsPage{
		Figure: views.FigurePoolMonths, Title: name, Sub: "Sums over the pool's days of the month", Refetch: poolEvents,
		Columns: []views.DataColumn{{Label: "What"}, {Label: "Today", Unit: "BTC", Right: true}, {Label: "As closed", Unit: "BTC", Right: true}, {Label: "Difference", Unit: "BTC", Right: true, Hide: "p2"}},
		Facts:   p.typedFacts("", "the days of the month; formula M7"),
	}
	v.Facts.DataHref = "/data/" + views.FigurePoolMonths + "?account=" + strconv.FormatInt(audit.account.ID, 10)
	line := func(what string, today mining.Maybe[units.Sats], closed func(pool.MonthClose) units.Sats) {
		cells := []views.Cell{{Text: what}, btcCell(today), {}, {}}
		if m.closed != nil {
			was := closed(m.closed.MonthClose)
			cells[2] = btcCell(mining.Of(was))
			if today.Known {
				cells[3] = signedBTC(mining.Of(today.Value - was))
			}
		}
		v.Rows = append(v.Rows, views.RecordRow{Cells: cells})
	}
	line("Due", m.today.Due, func(c pool.MonthClose) units.Sats { return c.Due })
	line("Credited", m.today.Paid, func(c pool.MonthClose) units.Sats { return c.Paid })
	line("Corrections", mining.Of(m.today.Corrections), func(c pool.MonthClose) units.Sats { return c.Corrections })
	line("Gap", m.today.Gap, pool.MonthClose.Gap)
	return v
}

// closePoolMonth answers POST /mining/pools/{id}/months/{month}: it closes the
// month, or restates one that is closed.
func (a *App) closePoolMonth(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	var (
		v pool.Account
		m poolMonth
	)
	err = a.readPage(c, nil, func(p *page) error {
		var facts pool.Facts
		if v, facts, err = p.openPool(c); err != nil {
			return err
		}
		span, err := p.poolSpan(facts)
		if err != nil {
			return err
		}
		if span.month.IsZero() || span.month.Format(monthParam) != c.Param("month") {
			return badInput("The form does not say which month it was made for. Open the page again.")
		}
		audit, err := p.poolAudit(v, span.from, span.to)
		if err != nil {
			return err
		}
		m, err = p.readPoolMonth(audit, span)
		return err
	})
	if err != nil {
		return err
	}
	return a.writePoolMonth(c, v, m, f)
}

func (a *App) writePoolMonth(c echo.Context, v pool.Account, m poolMonth, f *form) error {
	switch {
	case !m.now.Known:
		return a.payoutsPage(c, poolForms{restate: f, notice: "It is not closed: something stands in the way."}, http.StatusConflict)
	case !m.stands(f):
		return a.payoutsPage(c, poolForms{restate: f, notice: "The figures of this month have changed since you looked at them, or somebody has closed it. Nothing is written: look at them, then decide."}, http.StatusConflict)
	}
	closing := pool.ClosedMonth{Account: v.ID, Month: m.begin, MonthClose: m.now.Value}
	if m.closed != nil {
		reason := f.text("reason", 400, true)
		restated, err := m.closed.Restate(m.now.Value, reason)
		if err != nil {
			f.fail("reason", sentence(err))
		}
		if !f.ok() {
			return a.payoutsPage(c, poolForms{restate: f}, http.StatusUnprocessableEntity)
		}
		closing.MonthClose, closing.KnownFrom = restated, m.closed.KnownFrom
	}
	err := a.store(c).ClosePoolMonth(c.Request().Context(), actorOf(c), closing)
	if errors.Is(err, db.ErrChanged) {
		return a.payoutsPage(c, poolForms{restate: f, notice: "Somebody has closed this month meanwhile. Nothing of yours is written."}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	return a.backToPayouts(c, v.ID)
}
