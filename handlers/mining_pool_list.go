package handlers

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

const workersPath = poolsPath + "/workers"

// standEvents are the topics that change how accounts stand and what is dark.
const standEvents = topicPool + " " + topicPoolWorkers

// showPools answers GET /mining/pools.
func (a *App) showPools(c echo.Context) error {
	w, err := askedWindow(c)
	if err != nil {
		return err
	}
	v := views.PoolsPage{Events: standEvents + " " + topicPoolPay}
	topics := []string{topicPool, topicPoolWorkers, topicPoolPay, topicSite}
	err = a.readPage(c, topics, func(p *page) error {
		f, err := p.readPools(w)
		if err != nil {
			return err
		}
		v.Links = []views.Link{{Href: workersPath, Label: "Workers"}}
		if len(f.list) > 0 {
			v.Windows = windowLinks(w)
		}
		sum := f.sum()
		paid, err := p.readPaid(f)
		if err != nil {
			return err
		}
		v.Sentence, v.KPIs = paid.words(f.sentence(sum)), append(f.kpis(sum), paid.kpi())
		v.Pools, v.Reading = p.poolsFigure(f, sum), p.poolReading(f)
		v.Dark = p.poolDark(f)
		if v.Hours, err = p.darkHours(f); err != nil {
			return err
		}
		v.Shell = a.shell(p, "Pools", append(topics, keyHashprice)...)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.Pools(v))
}

func windowLinks(now poolWindow) []ui.SegItem {
	var list []ui.SegItem
	for _, w := range poolWindows {
		list = append(list, ui.SegItem{Href: poolsPath + "?window=" + w.name, Label: w.label, Current: w == now})
	}
	return list
}

// poolFresh judges what is read of accounts every five minutes, by the one that
// answered last.
func (p *page) poolFresh(f poolStands) ui.Fresh {
	var at time.Time
	for _, s := range f.list {
		at = later(at, s.reading.AnsweredAt)
	}
	return ui.Fresh{Freshness: market.JudgeFreshness(at, poolEvery, true, p.now), Topic: topicPool, Cadence: poolEvery}
}

// workersFresh judges lists of workers, by the account that is read least often.
func (p *page) workersFresh(f poolStands) ui.Fresh {
	var at time.Time
	every := poolEvery
	for _, s := range f.list {
		at, every = later(at, s.reading.Workers.At), max(every, s.reading.Workers.Every)
	}
	return ui.Fresh{Freshness: market.JudgeFreshness(at, every, true, p.now), Topic: topicPoolWorkers, Cadence: every}
}

// noPools says what to do where there is no account.
func (p *page) noPools() *ui.Problem {
	v := &ui.Problem{Kind: ui.Empty, Title: "No account at a pool is known yet", Text: "Mining operations add the accounts at their pools, each with a key that may only read. From then on they are read every five minutes."}
	if p.who.May(access.RoomMining, access.Write) {
		v.Href, v.Action = poolsPath+"/new", "Add an account"
	}
	return v
}

// poolsFigure is the table of accounts.
func (p *page) poolsFigure(f poolStands, sum poolSum) views.PoolsFigure {
	v := views.PoolsFigure{Facts: p.facts(views.FigurePools, p.poolFresh(f), "the pools' own figures; the register of units"), Window: f.window.label, Events: standEvents}
	v.DataHref += "?window=" + f.window.name
	if len(f.list) == 0 {
		v.Problem = p.noPools()
		return v
	}
	for _, s := range f.list {
		v.Rows = append(v.Rows, p.poolRow(s))
	}
	if len(f.list) > 1 {
		v.Total = &views.PoolRow{
			Name: "All pools", AtLeast: sum.told < sum.watched, Effective: sum.effective, Expected: sum.expected, Over: sum.over,
			Online: sum.online, Listed: sum.listed, Stale: sum.stale, Rejected: sum.rejected, Unpaid: sum.unpaid,
		}
	}
	v.Note = f.finding()
	return v
}

// finding says which account is furthest under what should hash, and what is dark.
func (f poolStands) finding() string {
	worst, least := "", views.UnderExpected
	for _, s := range f.list {
		if over := s.over(); over.Known && s.fresh && over.Value < least {
			worst, least = s.account.Name, over.Value
		}
	}
	if worst == "" {
		return ""
	}
	text := fmt.Sprintf("%s is %s under expected", worst, percent1(1-least))
	if len(f.dark.Places) > 0 {
		d := f.dark.Places[0]
		text += fmt.Sprintf("; most is dark at %s: %s", siteAndBuilding(d.Site, d.Building), countOf(d.Machines, "machine"))
	}
	return text + "."
}

// over is what the pool counts against what should hash there.
func (s poolStand) over() mining.Maybe[float64] {
	if !s.expected.Known {
		return mining.Unknown[float64](s.expected.Reason())
	}
	return pool.EffectiveOver(s.effective, s.expected.Value)
}

func (p *page) poolRow(s poolStand) views.PoolRow {
	mark, words := s.mark()
	st := s.reading.Standing
	row := views.PoolRow{
		Name: s.account.Name, Href: poolPath(s.account.ID), Scheme: fmt.Sprintf("%s, %s%%", s.account.Scheme, s.account.Fee), Mark: mark, State: words,
		Old: !s.fresh, Effective: s.effective, Expected: s.expected, Over: s.over(), Online: s.online, Listed: s.listed,
		Stale: st.Stale, Rejected: st.Rejected, Unpaid: st.Unpaid, Spark: s.spark, Week: s.week, Month: s.month,
	}
	if !s.paid.IsZero() {
		row.Paid = p.shortWhen(s.paid)
	}
	if s.condition.State != pool.Working {
		row.What, row.Do = s.condition.What, s.condition.Do
	}
	return row
}

// shortWhen is a moment in a table: the time of today, or else the day.
func (p *page) shortWhen(t time.Time) string {
	if t.UTC().Truncate(24 * time.Hour).Equal(p.now.Truncate(24 * time.Hour)) {
		return t.UTC().Format("15:04")
	}
	return format.DayMonth(t)
}

// mark is how reading an account goes, as a shape.
func (s poolStand) mark() (ui.MarkKind, string) {
	switch {
	case s.condition.State == notWatched:
		return ui.MarkOff, string(notWatched)
	case s.condition.State == pool.Working && !s.fresh:
		return ui.MarkWatch, "late"
	}
	return poolMark(s.condition.State), string(s.condition.State)
}

// notWatched is the state of an account that nobody wants read.
const notWatched pool.State = "not watched"

// percent1 prints a fraction in a sentence.
func percent1(v float64) string {
	p := format.Percent1(v)
	return p.Text + p.Unit
}
