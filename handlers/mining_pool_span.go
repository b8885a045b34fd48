package handlers

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

const (
	// poolDays is how many days are judged where no month is chosen, beside the
	// one that runs.
	poolDays = 35
	// poolMonths is how many months are offered.
	poolMonths = 6
	monthParam = "2006-01"
)

// poolSpan is what a page of an account looks at: a month of the pool's calendar,
// or the last days.
type poolSpan struct {
	from, to time.Time
	month    time.Time // its first day; zero: the last days
}

// poolSpan reads ?month=.
func (p *page) poolSpan(facts pool.Facts) (poolSpan, error) {
	text := p.c.QueryParam("month")
	if text == "" {
		today, end := pool.DayAt(facts, p.now)
		return poolSpan{from: today.AddDate(0, 0, -poolDays), to: end}, nil
	}
	month, err := time.Parse(monthParam, text)
	if err != nil || month.Year() < 2009 {
		return poolSpan{}, badInput("\"month\" must be a month, for example " + p.now.Format(monthParam) + ".")
	}
	s := poolSpan{month: month}
	s.from, s.to = pool.MonthSpan(facts, month.Year(), month.Month())
	if s.from.After(p.now) {
		return poolSpan{}, badInput("That month has not begun.")
	}
	return s, nil
}

// query is the span as it stands in an address.
func (s poolSpan) query() string {
	if s.month.IsZero() {
		return ""
	}
	return "?month=" + s.month.Format(monthParam)
}

// words name the span within a sentence about n days of it.
func (s poolSpan) words(n int) string {
	if s.month.IsZero() {
		return countOf(n, "day")
	}
	return countOf(n, "day") + " of " + s.month.Format("January 2006")
}

// spans are the ways to the other spans.
func (s poolSpan) spans(now time.Time, path string) []ui.SegItem {
	items := []ui.SegItem{{Href: path, Label: fmt.Sprintf("%d days", poolDays), Current: s.month.IsZero()}}
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for range poolMonths {
		items = append(items, ui.SegItem{Href: path + "?month=" + month.Format(monthParam), Label: format.MonthYear(month), Current: month.Equal(s.month)})
		month = month.AddDate(0, -1, 0)
	}
	return items
}

// poolParam is the account that a file's address names.
func (p *page) poolParam() (pool.Account, error) {
	id, err := strconv.ParseInt(p.c.QueryParam("account"), 10, 64)
	if err != nil || id < 1 {
		return pool.Account{}, badInput("\"account\" must be the number of an account at a pool.")
	}
	return p.s.PoolAccount(p.ctx, id)
}

// dayName is the day of a pool's calendar that begins then.
func dayName(facts pool.Facts, from time.Time) time.Time { return from.Add(-pool.Shift(facts)) }

func poolDayPath(id int64, facts pool.Facts, from time.Time) string {
	return poolPath(id) + "/days/" + dayName(facts, from).Format(time.DateOnly)
}

// auditDay is a judged day beside the day of UTC of the same name, and the price
// of that day.
type auditDay struct {
	pool.Line
	poolDay
	name  time.Time
	own   pool.OwnDay
	price ui.Num // of a bitcoin, at the end of the day of UTC
}

// auditDays puts prices and days of UTC beside the lines of an audit.
func (p *page) auditDays(audit poolAudit) ([]auditDay, error) {
	if len(audit.lines) == 0 {
		return nil, nil
	}
	own, err := pool.OwnDays(audit.lines)
	if err != nil {
		return nil, err
	}
	owned := make(map[int64]pool.OwnDay, len(own))
	for _, o := range own {
		owned[o.Day.Unix()] = o
	}
	prices := make(map[int64]float64)
	bars, err := p.s.Bars(p.ctx, keyBTC, market.LevelDay, audit.lines[0].From.AddDate(0, 0, -1), p.now)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	for _, b := range bars {
		prices[b.T.Unix()] = b.Last
	}
	list := make([]auditDay, len(audit.lines))
	for i, l := range audit.lines {
		name := dayName(audit.facts, l.From)
		list[i] = auditDay{Line: l, poolDay: audit.days[i], name: name, own: owned[name.Unix()], price: ui.None("no price of the day is stored")}
		if v, known := prices[name.Unix()]; known {
			list[i].price = ui.Some(v)
		}
	}
	return list, nil
}

// gapUSD is the gap at the day's price.
func (d auditDay) gapUSD() ui.Num {
	switch {
	case !d.Gap.Known:
		return ui.None(d.Gap.Reason())
	case !d.price.OK:
		return d.price
	}
	return ui.Some(float64(d.Gap.Value) / units.SatsPerBTC * d.price.V)
}

// poolSums are the sums over the days of an audit of which due and credited are
// known.
type poolSums struct {
	days          int
	due, credited units.Sats
	corrections   units.Sats
	usd           float64
	unpriced      int // days whose gap has no price
	short         []auditDay
	late          []auditDay
	unknown, open int
}

func sumDays(list []auditDay) poolSums {
	var s poolSums
	for _, d := range list {
		switch d.Verdict {
		case pool.Short:
			s.short = append(s.short, d)
		case pool.Late:
			s.late = append(s.late, d)
		case pool.Unknown:
			s.unknown++
		case pool.Open:
			s.open++
		case pool.Agrees, pool.Over, pool.WithinLuck:
		}
		if d.Verdict == pool.Open || !d.Gap.Known {
			continue
		}
		s.days++
		s.due, s.credited, s.corrections = s.due+d.Due.Value, s.credited+d.Credited.Value, s.corrections+d.Correction
		if usd := d.gapUSD(); usd.OK {
			s.usd += usd.V
		} else {
			s.unpriced++
		}
	}
	return s
}

// worst is the short day that misses most.
func (s poolSums) worst() auditDay {
	worst := s.short[0]
	for _, d := range s.short {
		if d.Gap.Value < worst.Gap.Value {
			worst = d
		}
	}
	return worst
}

// payoutsSentence answers whether the account was paid what its shares were worth.
func payoutsSentence(v pool.Account, span poolSpan, list []auditDay) ui.Sentence {
	s, sums := ui.Sentence{}, sumDays(list)
	switch {
	case len(list) == 0:
		return s.Say("Nothing is known of " + v.Name + " in this span.")
	case sums.days == 0:
		s = s.Say("No day of " + v.Name + " can be judged yet: " + firstWhy(list) + ".")
		return s
	}
	s = s.Say(v.Name + " credited ").Stress(join(format.BTC(sums.credited))).Say(" of ").Stress(format.BTC(sums.due).Text).Say(" due in " + span.words(sums.days))
	switch {
	case len(sums.short) == 1:
		d := sums.short[0]
		s = s.Say("; it paid ").Stress(shortBy(d) + " short on " + format.DayMonth(d.name)).Say(", " + join(format.BTC(-d.Gap.Value)))
	case len(sums.short) > 1:
		d := sums.worst()
		s = s.Say("; it paid short on ").Stress(countOf(len(sums.short), "day")).Say(", most on ").Stress(format.DayMonth(d.name)).
			Say(": " + shortBy(d) + ", " + join(format.BTC(-d.Gap.Value)))
	case sums.unknown == 0 && len(sums.late) == 0:
		s = s.Say("; no day was short")
	}
	if n := len(sums.late); n > 0 {
		s = s.Say("; nothing is credited for ").Stress(format.DayMonth(sums.late[0].name))
		if n > 1 {
			s = s.Say(" and " + countOf(n-1, "more day"))
		}
	}
	if sums.unknown > 0 {
		s = s.Say("; " + countOf(sums.unknown, "day") + " cannot be judged")
	}
	return s.Say(".")
}

// shortBy is how much a day misses, as a part of what was due.
func shortBy(d auditDay) string {
	v := format.Percent1(-d.GapFraction.Value)
	return v.Text + v.Unit
}

// firstWhy is why the first day that is not judged is not.
func firstWhy(list []auditDay) string {
	for _, d := range list {
		if d.Why != "" {
			return d.Why
		}
	}
	return "nothing is known of it"
}

// openPool reads the account that the address names.
func (p *page) openPool(c echo.Context) (pool.Account, pool.Facts, error) {
	id, err := idOf(c)
	if err != nil {
		return pool.Account{}, pool.Facts{}, err
	}
	v, err := p.s.PoolAccount(p.ctx, id)
	return v, poolFacts(v), err
}

// poolBack is the way back to the account.
func poolBack(v pool.Account) views.Link {
	return views.Link{Href: poolPath(v.ID), Label: "Account and key"}
}
