package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

const (
	poolsPath   = "/mining/pools"
	workersPath = poolsPath + "/workers"
	// poolEvents are the topics that change how accounts stand and what is dark.
	poolEvents = topicPool + " " + topicPoolWorkers
)

// showPools answers GET /mining/pools.
func (a *App) showPools(c echo.Context) error {
	w, err := askedWindow(c)
	if err != nil {
		return err
	}
	v := views.PoolsPage{Events: poolEvents + " " + topicPoolPay}
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
		v.Sentence, v.KPIs = f.sentence(sum), f.kpis(sum)
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

// poolSum is the accounts together. What the pools said long ago is not in it.
type poolSum struct {
	effective, expected mining.Maybe[units.Hashrate]
	over                mining.Maybe[float64]
	online, listed      mining.Maybe[int]
	stale, rejected     mining.Maybe[float64]
	unpaid              mining.Maybe[units.Sats]
	told, watched       int // accounts whose hashrate is summed, and all that are read
	both                int // of those that are summed, accounts of which over is
	unpaidTold          int
}

// addTo adds a known value to a sum; the first one makes it known.
func addTo[T int | units.Sats | units.Hashrate | float64](sum *mining.Maybe[T], v mining.Maybe[T]) bool {
	if v.Known {
		*sum = mining.Of(sum.Value + v.Value)
	}
	return v.Known
}

// sum adds the accounts up; shares of work are weighted by hashrate, and what is
// held against what is expected is of the accounts that have both.
func (f poolStands) sum() poolSum {
	none := "no account at a pool is read"
	s := poolSum{
		effective: mining.Unknown[units.Hashrate](none), expected: mining.Unknown[units.Hashrate]("no workers have been read yet"),
		online: mining.Unknown[int](none), listed: mining.Unknown[int](none), unpaid: mining.Unknown[units.Sats](none),
	}
	var both [2]units.Hashrate
	var late, refused, of [2]float64
	for _, a := range f.list {
		if !a.account.Watched {
			continue
		}
		s.watched++
		addTo(&s.expected, a.expected)
		addTo(&s.online, a.online)
		addTo(&s.listed, a.listed)
		if addTo(&s.unpaid, a.reading.Standing.Unpaid) {
			s.unpaidTold++
		}
		if !a.fresh || !addTo(&s.effective, a.effective) {
			continue
		}
		s.told++
		h := float64(a.effective.Value)
		if a.expected.Known && a.expected.Value > 0 {
			both[0], both[1] = both[0]+a.effective.Value, both[1]+a.expected.Value
			s.both++
		}
		if v := a.reading.Standing.Stale; v.Known {
			late[0], of[0] = late[0]+h*v.Value, of[0]+h
		}
		if v := a.reading.Standing.Rejected; v.Known {
			refused[0], of[1] = refused[0]+h*v.Value, of[1]+h
		}
	}
	if s.told == 0 && s.watched > 0 {
		s.effective = mining.Unknown[units.Hashrate]("no pool has said it in the last 20 minutes")
	}
	s.over = mining.Unknown[float64]("no account has both")
	if both[1] > 0 {
		s.over = mining.Of(float64(both[0] / both[1]))
	}
	s.stale, s.rejected = weighted(late[0], of[0]), weighted(refused[0], of[1])
	return s
}

// where says of which accounts over is, if not of all.
func (s poolSum) where() string {
	if s.both == s.told {
		return ""
	}
	return " where workers are read"
}

func weighted(sum, weight float64) mining.Maybe[float64] {
	if weight == 0 {
		return mining.Unknown[float64]("no pool says it")
	}
	return mining.Of(sum / weight)
}

// dark is how many workers are dark: machines that should hash, and workers that
// name none.
func (f poolStands) darkWorkers() int { return f.dark.Total.Machines + f.dark.Unnamed }

// listed says whether any list of workers was read.
func (f poolStands) workersRead() bool {
	for _, s := range f.list {
		if s.account.Watched && !s.reading.Workers.At.IsZero() {
			return true
		}
	}
	return false
}

// sentence is the page's answer.
func (f poolStands) sentence(sum poolSum) ui.Sentence {
	var s ui.Sentence
	switch {
	case len(f.list) == 0:
		return s.Say("No account at a pool is known yet.")
	case sum.watched == 0:
		return s.Say("No account is read: nobody watches one.")
	case !sum.effective.Known:
		s = s.Say("What the pools count is not known: " + sum.effective.Reason())
	default:
		s = s.Say("The pools count ")
		if sum.told < sum.watched {
			s = s.Say("at least ")
		}
		s = s.Stress(join(format.Hashrate(float64(sum.effective.Value))))
		if sum.over.Known {
			s = s.Say(", ").Stress(percent1(sum.over.Value)).Say(" of what should hash" + sum.where())
		}
		if sum.told < sum.watched {
			s = s.Say(fmt.Sprintf("; %d of %s answer", sum.told, countOf(sum.watched, "account")))
		}
	}
	return f.darkWords(s)
}

// darkWords go on with what is dark and what it costs.
func (f poolStands) darkWords(s ui.Sentence) ui.Sentence {
	n, loss := f.darkWorkers(), f.dark.Total.USDPerHour
	switch {
	case !f.workersRead():
		return s.Say(". Their workers have not been read yet.")
	case n == 0:
		return s.Say("; ").Stress("no worker is dark").Say(".")
	case f.dark.Total.Machines == 0:
		return s.Say("; ").Stress(countOf(n, "worker")).Say(" that " + verb(n, "names", "name") + " no machine " + verb(n, "is", "are") + " dark.")
	}
	s = s.Say("; ").Stress(countOf(n, "worker")).Say(" " + verb(n, "is", "are") + " dark")
	if loss.Known {
		return s.Say(", which costs ").Stress(format.USD2(loss.Value.Float64()).Text + " an hour").Say(".")
	}
	return s.Say("; what that costs is not known, because " + loss.Reason() + ".")
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// kpis are the headline figures of the page.
func (f poolStands) kpis(sum poolSum) []ui.KPI {
	unpaid := ui.KPI{Label: "Unpaid", Unit: ui.Mining, Why: sum.unpaid.Reason()}
	if sum.unpaid.Known {
		unpaid.Value = format.BTC(sum.unpaid.Value)
		unpaid.Context = fmt.Sprintf("as %d of %s state it", sum.unpaidTold, countOf(sum.watched, "account"))
	}
	dark := ui.KPI{Label: "Dark workers", Unit: ui.Mining, Why: "no workers have been read yet"}
	if f.workersRead() {
		dark.Why, dark.Value = "", format.Value{Text: format.Count(float64(f.darkWorkers()))}
		dark.Context = f.darkCost()
	}
	return []ui.KPI{f.effectiveKPI(sum), f.onlineKPI(sum), dark, unpaid}
}

func (f poolStands) darkCost() string {
	loss := f.dark.Total.USDPerHour
	switch {
	case f.dark.Total.Machines == 0:
		return "no machine that should hash"
	case !loss.Known:
		return loss.Reason()
	}
	return format.USD2(loss.Value.Float64()).Text + " lost an hour"
}

// effectiveKPI is what the pools count, against what should hash.
func (f poolStands) effectiveKPI(sum poolSum) ui.KPI {
	k := ui.KPI{Label: "Effective hashrate", Unit: ui.Mining, Why: sum.effective.Reason()}
	if !sum.effective.Known {
		return k
	}
	k.Value = format.Hashrate(float64(sum.effective.Value))
	k.Context = "what should hash is not known"
	if sum.over.Known {
		k.Context = percent1(sum.over.Value) + " of expected" + sum.where()
	}
	if sum.told < sum.watched {
		k.Context += fmt.Sprintf("; at least, %d of %s answer", sum.told, countOf(sum.watched, "account"))
	}
	return k
}

// onlineKPI is how many workers the pools see.
func (f poolStands) onlineKPI(sum poolSum) ui.KPI {
	k := ui.KPI{Label: "Workers online", Unit: ui.Mining, Why: sum.online.Reason()}
	if !sum.online.Known {
		return k
	}
	k.Value = format.Value{Text: format.Count(float64(sum.online.Value))}
	if sum.listed.Known {
		k.Context = "of " + format.Count(float64(sum.listed.Value))
	}
	if f.workersRead() {
		k.Context += "; " + format.Count(float64(f.darkWorkers())) + " dark"
	}
	return k
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
	v := views.PoolsFigure{Facts: p.facts(views.FigurePools, p.poolFresh(f), "the pools' own figures; the register of units"), Window: f.window.label, Events: poolEvents}
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

func accountPath(id int64) string { return fmt.Sprintf("%s/%d", poolsPath, id) }

func (p *page) poolRow(s poolStand) views.PoolRow {
	mark, words := s.mark()
	st := s.reading.Standing
	row := views.PoolRow{
		Name: s.account.Name, Href: accountPath(s.account.ID), Scheme: fmt.Sprintf("%s, %s%%", s.account.Scheme, s.account.Fee), Mark: mark, State: words,
		Old: !s.fresh, Effective: s.effective, Expected: s.expected, Over: s.over(), Online: s.online, Listed: s.listed,
		Stale: st.Stale, Rejected: st.Rejected, Unpaid: st.Unpaid, Spark: s.spark,
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
	switch s.condition.State {
	case pool.Working:
		if !s.fresh {
			return ui.MarkWatch, "late"
		}
		return ui.MarkOK, string(pool.Working)
	case pool.NeverRead, pool.Throttled:
		return ui.MarkWatch, string(s.condition.State)
	case notWatched:
		return ui.MarkOff, string(s.condition.State)
	default:
		return ui.MarkBad, string(s.condition.State)
	}
}

// notWatched is the state of an account that nobody wants read.
const notWatched pool.State = "not watched"

// poolReading is how each account is read.
func (p *page) poolReading(f poolStands) views.PoolReadingFigure {
	v := views.PoolReadingFigure{Facts: p.typedFacts(views.FigurePools, "the jobs that read the pools"), Events: poolEvents}
	v.DataHref += "?window=" + f.window.name
	for _, s := range f.list {
		mark, words := s.mark()
		row := views.PoolReadingRow{
			Name: s.account.Name, Href: accountPath(s.account.ID), Mark: mark, State: words, What: s.condition.What, Do: s.condition.Do,
			Workers: p.cadence(s), Failed: s.reading.Workers.Error,
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// cadence says how the workers of an account are read, how long it took and how
// often it is done.
func (p *page) cadence(s poolStand) string {
	w := s.reading.Workers
	if w.At.IsZero() {
		return "Its workers have not been read yet."
	}
	text := countOf(w.Count, "worker")
	if c, err := pool.CadenceOf(s.facts, w.Count); err == nil {
		text += " on " + countOf(c.Pages, "page")
		if c.Tight {
			text += ", more than the pool lets us read more often"
		}
	}
	text += ", read in " + tookWords(w.Took) + " at " + p.when(w.At)
	if w.Every > 0 {
		text += ", every " + everyWords(w.Every)
	}
	return text + "."
}

// tookWords is a length of time to the second: "5 min 2 s".
func tookWords(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Second:
		return "less than a second"
	case d < time.Minute || d%time.Minute == 0 || d >= time.Hour:
		return format.Duration(d)
	}
	return format.Duration(d) + " " + format.Duration(d%time.Minute)
}

// everyWords is an interval of whole minutes in words.
func everyWords(d time.Duration) string {
	switch {
	case d == time.Minute:
		return "minute"
	case d < time.Hour || d%time.Hour != 0:
		return strings.TrimSpace(countOf(int(d/time.Minute), "minute"))
	}
	return countOf(int(d/time.Hour), "hour")
}

// percent1 prints a fraction in a sentence.
func percent1(v float64) string {
	p := format.Percent1(v)
	return p.Text + p.Unit
}
