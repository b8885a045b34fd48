package handlers

import (
	"fmt"
	"math"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// hoursOfDay is how many hours of a day our own readings must cover for their
// mean to stand for the day.
const hoursOfDay = 22

// poolAudit is an account at a pool over a span: its days, each judged.
type poolAudit struct {
	facts   pool.Facts
	account pool.Account
	lines   []pool.Line // ascending, each a day of the pool's calendar
	days    []poolDay   // what each line rests on, in their order
}

// poolDay is what a judged day rests on.
type poolDay struct {
	terms    pool.Terms
	agreed   pool.Seen
	hashrate mining.Maybe[units.Hashrate]
	hashed   pool.Seen
	theirs   bool           // the hashrate is the pool's own
	work     []pool.Stretch // empty if the day cannot be computed
	found    pool.Found
	counted  pool.Seen
	// The pool's hashrate was read through the day, not estimated from its blocks.
	wholeRead bool
	remark    pool.Remark // the zero value: there is none
}

// auditSpan is an account and the moments between which its days are judged.
type auditSpan struct {
	account  pool.Account
	from, to time.Time
}

// poolAudit judges the days of one account that [from, to) reaches into.
func (p *page) poolAudit(a pool.Account, from, to time.Time) (poolAudit, error) {
	audits, err := p.poolAudits([]auditSpan{{a, from, to}})
	if err != nil {
		return poolAudit{}, err
	}
	return audits[0], nil
}

// poolAudits judges the days of accounts that their spans reach into, as known at
// the page's moment (M7), and returns them in the order of the spans. Days before
// an account held and before anything was credited are not among them, nor are
// those that have not begun. Accounts whose days are the same are read together.
func (p *page) poolAudits(spans []auditSpan) ([]poolAudit, error) {
	audits := make([]poolAudit, len(spans))
	together := make(map[[2]int64][]int)
	for i, s := range spans {
		facts, ok := pool.FactsOf(s.account.Party)
		if !ok {
			return nil, fmt.Errorf("pool account %d is at %q, which is no pool that is known", s.account.ID, s.account.Party)
		}
		audits[i] = poolAudit{facts: facts, account: s.account}
		s.from, _ = pool.DayAt(facts, s.from)
		if end, next := pool.DayAt(facts, s.to); end.Before(s.to) {
			s.to = next
		}
		days := [2]int64{s.from.Unix(), s.to.Unix()}
		together[days] = append(together[days], i)
	}
	for days, which := range together {
		from, to := time.Unix(days[0], 0).UTC(), time.Unix(days[1], 0).UTC()
		of := make([]*poolAudit, len(which))
		for n, i := range which {
			of[n] = &audits[i]
		}
		if err := p.judge(of, from, to); err != nil {
			return nil, err
		}
	}
	return audits, nil
}

// judge fills audits of the same days.
func (p *page) judge(audits []*poolAudit, from, to time.Time) error {
	bases, err := p.dayBases(audits, from, to)
	if err != nil {
		return err
	}
	for i, audit := range audits {
		b, facts, id := bases[i], audit.facts, audit.account.ID
		for day := later(from, b.begin(facts)); day.Before(to) && day.Before(p.now); day = day.Add(24 * time.Hour) {
			d := b.day(facts, id, day)
			line, err := pool.Judge(b.claim(facts, d, day, p.now), p.now)
			if err != nil {
				return fmt.Errorf("judge pool account %d: %w", id, err)
			}
			audit.lines, audit.days = append(audit.lines, line), append(audit.days, d)
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// begin is the first day of the account: that on which it holds, or on which
// something was credited before.
func (b dayBasis) begin(facts pool.Facts) time.Time {
	first := b.versions[0].ValidFrom
	for _, v := range b.versions {
		first = earlier(first, v.ValidFrom)
	}
	first = first.Add(pool.Shift(facts))
	if len(b.earnings) > 0 {
		credited, _ := pool.DayAt(facts, b.earnings[0].From)
		first = earlier(first, credited)
	}
	return first
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// termsOn are the terms that hold on a day. A version holds from its day on
// until one that was typed later does; before the first, the first holds.
func (b dayBasis) termsOn(facts pool.Facts, day time.Time) pool.Account {
	for _, v := range b.versions {
		if !v.ValidFrom.Add(pool.Shift(facts)).After(day) {
			return v
		}
	}
	return b.versions[len(b.versions)-1]
}

// day is what a day rests on.
func (b dayBasis) day(facts pool.Facts, id int64, from time.Time) poolDay {
	v := b.termsOn(facts, from)
	to := from.Add(24 * time.Hour)
	d := poolDay{
		terms:  pool.Terms{Scheme: v.Scheme, Fee: v.Fee.Float64() / 100, FeesFee: v.FeesFee.Float64() / 100},
		agreed: pool.Seen{Source: "terms as typed by " + v.Who, At: v.KnownFrom}, remark: b.remarks[from.Unix()],
	}
	d.hashrate, d.hashed, d.theirs = b.hashrate(facts, id, from, to)
	d.found, d.counted = b.found(v, from)
	d.wholeRead = b.whole[from.Unix()].Hours >= hoursOfDay
	if v.Scheme == pool.TIDES || v.Scheme == pool.PPLNS {
		d.found.Error = math.Hypot(d.found.Error, b.lag(facts, id, from, d.hashrate))
	}
	network, mined, blocks := b.network(from, to)
	if !d.hashrate.Known || len(network) == 0 {
		return d
	}
	work, err := pool.Stretches(from, to, d.hashrate.Value, network)
	if err != nil {
		return d // the network's figures cannot be computed with: the claim says that they are not known
	}
	for _, w := range work {
		d.work = append(d.work, pool.Stretch{Work: w, Hashed: d.hashed, Mined: mined, FeeBlocks: blocks})
	}
	return d
}

// hashrate is the mean of a day: the pool's own, or that of our readings.
func (b dayBasis) hashrate(facts pool.Facts, id int64, from, to time.Time) (rate mining.Maybe[units.Hashrate], seen pool.Seen, theirs bool) {
	if paid := pool.Credited(facts, b.earnings, from, to); paid.Known && paid.Value.Hashrate.Known {
		return paid.Value.Hashrate, pool.Seen{Source: facts.Title + ", with its credit", At: to}, true
	}
	day := b.readings[from.Unix()]
	switch {
	case day.Hours == 0:
		return mining.Unknown[units.Hashrate]("neither the pool nor our readings tell the hashrate"), seen, false
	case day.Hours < hoursOfDay:
		return mining.Unknown[units.Hashrate](fmt.Sprintf("our readings cover %d of the day's 24 hours", day.Hours)), seen, false
	}
	source := fmt.Sprintf("our readings of the account, %s, mean of %d hours", poolHashrateKey(id), day.Hours)
	return mining.Of(units.Hashrate(day.Mean)), pool.Seen{Source: source, At: to}, false
}

// readError is the relative standard error of a mean of readings every five
// minutes, ours and the pool's: shares come by chance too.
const readError = 0.01

// found is what the pool found on a day, by the name the chain knows it under, and
// its hashrate: as it was read through the day, or else as its blocks over the
// whole span tell it, to about one part in the root of their number.
func (b dayBasis) found(v pool.Account, from time.Time) (pool.Found, pool.Seen) {
	if v.Finder == "" {
		const why = "the name under which the pool finds blocks is not typed"
		return pool.Found{PoolHashrate: mining.Unknown[units.Hashrate](why), Blocks: mining.Unknown[int](why)}, pool.Seen{}
	}
	var f pool.Found
	source := fmt.Sprintf("blocks of the chain found by %q; the pool's hashrate ", v.Finder)
	if day := b.whole[from.Unix()]; day.Hours >= hoursOfDay {
		f.PoolHashrate, f.Error = mining.Of(units.Hashrate(day.Mean)), readError
		source += fmt.Sprintf("as it told it, %s, mean of %d hours", poolWholeKey(v.ID), day.Hours)
	} else {
		var of int
		if f.PoolHashrate, of = b.chain.Hashrate(v.Finder); f.PoolHashrate.Known {
			f.Error = 1 / math.Sqrt(float64(of)) // of a count of chance
		}
		source += "is estimated from " + countOf(of, "block")
	}
	if d, ok := b.chain.Day(from); ok && d.Whole {
		own := d.Found[v.Finder]
		f.Blocks, f.Subsidies, f.Fees = mining.Of(own.Blocks), own.Subsidies, own.Fees
	} else {
		f.Blocks = mining.Unknown[int]("not all blocks of the day are stored")
	}
	return f, pool.Seen{Source: source, At: from.Add(24 * time.Hour)}
}

// lag is how far the hashrate of a day is from that of the day before, as a
// fraction of it: schemes that pay by the last shares still pay for those. Where
// the day before is not known it is zero.
func (b dayBasis) lag(facts pool.Facts, id int64, from time.Time, rate mining.Maybe[units.Hashrate]) float64 {
	before, _, _ := b.hashrate(facts, id, from.Add(-24*time.Hour), from)
	if !rate.Known || !before.Known || rate.Value <= 0 {
		return 0
	}
	return math.Min(1, math.Abs(float64(before.Value/rate.Value)-1))
}

// network is what the network asked and paid on a day, where it comes from, and
// over how many blocks its fees are the mean; of the daily series that is 0.
func (b dayBasis) network(from, to time.Time) (parts []pool.Network, seen pool.Seen, blocks int) {
	if parts := b.chain.Network(from, to); len(parts) > 0 {
		d, _ := b.chain.Day(from)
		return parts, pool.Seen{Source: "blocks of the chain", At: to}, d.Blocks
	}
	dated := make(map[int64]bool, len(b.daily))
	for _, n := range b.daily {
		dated[n.From.Unix()] = true
		if n.From.Before(to) && n.From.After(from.Add(-24*time.Hour)) {
			parts = append(parts, n)
		}
	}
	for day := from.Truncate(24 * time.Hour); day.Before(to); day = day.Add(24 * time.Hour) {
		if !dated[day.Unix()] {
			return nil, pool.Seen{}, 0
		}
	}
	for _, n := range parts {
		if n.Difficulty != parts[0].Difficulty {
			return nil, pool.Seen{}, 0 // the moment of the change decides, and only blocks tell it
		}
	}
	return parts, pool.Seen{Source: "daily series, a retarget by the day's mean", At: to}, 0
}

// claim is a day to be judged. A day that has not ended is not computed.
func (b dayBasis) claim(facts pool.Facts, d poolDay, from, now time.Time) pool.Claim {
	to := from.Add(24 * time.Hour)
	tolerance := b.termsOn(facts, from).Tolerance.Float64() / 100
	return pool.Claim{
		From: from, To: to, Paid: pool.Credited(facts, b.earnings, from, to), Expected: d.expected(to.After(now)),
		Correction: d.remark.Sats, Reason: d.remark.Reason, Disputed: d.remark.Disputed, Tolerance: tolerance,
	}
}

// expected is what the day should have been paid, or why that is not known.
func (d poolDay) expected(open bool) mining.Maybe[pool.Expectation] {
	switch {
	case open:
		return mining.Unknown[pool.Expectation]("it has not ended")
	case !d.hashrate.Known:
		return mining.Unknown[pool.Expectation](d.hashrate.Reason())
	case len(d.work) == 0:
		return mining.Unknown[pool.Expectation]("difficulty and fees of the day are not known from blocks, nor from daily values of a day without a change of difficulty")
	}
	work := make([]pool.Work, len(d.work))
	for i, s := range d.work {
		work[i] = s.Work
	}
	e, err := pool.Expect(d.terms, work, d.found)
	if err != nil {
		return mining.Unknown[pool.Expectation]("its figures cannot be computed with: " + err.Error())
	}
	return mining.Of(e)
}
