package handlers

import (
	"fmt"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// paidDays is over how many whole days what was paid is held against what was due.
const paidDays = 30

// poolPaid is what accounts were paid against what was due over the last whole
// days, each of its own pool's calendar (M7).
type poolPaid struct {
	due, credited units.Sats
	judged, days  int // days whose gap is known, and all
	short         []shortPaid
}

// shortPaid is an account that was paid less than its tolerance allows.
type shortPaid struct {
	name string
	days int
}

// readPaid judges the days of all accounts that are read.
func (p *page) readPaid(f poolStands) (poolPaid, error) {
	var sum poolPaid
	if err := p.judgeLast(f.list, func(pool.Account) bool { return true }); err != nil {
		return sum, err
	}
	for _, s := range f.list {
		if s.account.Watched {
			sum = sum.with(p.lastAudits[s.account.ID])
		}
	}
	return sum, nil
}

// judgeLast judges the last whole days of those wanted of the accounts that are
// read, each account once for a page, into lastAudits.
func (p *page) judgeLast(list []poolStand, wanted func(pool.Account) bool) error {
	if p.lastAudits == nil {
		p.lastAudits = make(map[int64]poolAudit)
	}
	var spans []auditSpan
	for _, s := range list {
		if _, done := p.lastAudits[s.account.ID]; !done && s.account.Watched && wanted(s.account) {
			today, _ := pool.DayAt(s.facts, p.now)
			spans = append(spans, auditSpan{s.account, today.Add(-paidDays * 24 * time.Hour), today})
		}
	}
	audits, err := p.poolAudits(spans)
	if err != nil {
		return err
	}
	for _, a := range audits {
		p.lastAudits[a.account.ID] = a
	}
	return nil
}

func (v poolPaid) with(a poolAudit) poolPaid {
	short := shortPaid{name: a.account.Name}
	for _, l := range a.lines {
		v.days++
		if l.Verdict == pool.Short {
			short.days++
		}
		if l.Gap.Known {
			v.judged++
			v.due, v.credited = v.due+l.Due.Value, v.credited+l.Credited.Value
		}
	}
	if short.days > 0 {
		v.short = append(v.short, short)
	}
	return v
}

// kpi is what was paid of what was due.
func (v poolPaid) kpi() ui.KPI {
	k := ui.KPI{Label: "Paid against due, 30 d", Unit: ui.Mining}
	switch {
	case v.days == 0:
		k.Why = "no day of an account is over yet"
	case v.judged == 0 || v.due <= 0:
		k.Why = "none of " + countOf(v.days, "day") + " can be judged yet"
	default:
		k.Value = format.Percent2(float64(v.credited) / float64(v.due))
		gap := format.BTC(v.credited - v.due)
		if v.credited > v.due {
			gap.Text = "+" + gap.Text
		}
		k.Context = fmt.Sprintf("%s of %s; %d of %s judged", join(gap), join(format.BTC(v.due)), v.judged, countOf(v.days, "day"))
	}
	return k
}

// words end the page's sentence with which pool paid short.
func (v poolPaid) words(s ui.Sentence) ui.Sentence {
	if len(v.short) == 0 {
		return s
	}
	s = s.Say(" ")
	for i, a := range v.short {
		switch {
		case i > 0 && i == len(v.short)-1:
			s = s.Say(" and ")
		case i > 0:
			s = s.Say(", ")
		}
		s = s.Stress(a.name).Say(" paid short on " + countOf(a.days, "day"))
	}
	return s.Say(" of the last 30.")
}
