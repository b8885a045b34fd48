package simulate

import (
	"encoding/json"
	"fmt"
	"sort"
	"time"

	"switchyard/econ/units"
)

// dates reads the days that are wanted; the last one is part of them.
func (c luxorCall) dates() (from, to time.Time, ok bool) {
	from, err1 := time.Parse(time.DateOnly, c.q.Get("start_date"))
	to, err2 := time.Parse(time.DateOnly, c.q.Get("end_date"))
	if err1 != nil || err2 != nil || to.Before(from) {
		c.refuse("start_date and end_date must be dates in order")
		return from, to, false
	}
	return from, to.AddDate(0, 0, 1), true
}

// ticks are the beginnings of the steps of a history that have passed: of five
// minutes for a week, of an hour for a month, of days and more for all of it.
func (c luxorCall) ticks() (list []time.Time, next func(time.Time) time.Time, ok bool) {
	from, to, ok := c.dates()
	if !ok {
		return nil, nil, false
	}
	now := c.p.world.Now()
	plus := func(d time.Duration) func(time.Time) time.Time {
		return func(t time.Time) time.Time { return t.Add(d) }
	}
	back := from
	switch c.q.Get("tick_size") {
	case "5m":
		next, back = plus(5*time.Minute), now.AddDate(0, 0, -7).Truncate(5*time.Minute)
	case "1h":
		next, back = plus(time.Hour), now.AddDate(0, -1, 0).Truncate(time.Hour)
	case "1d":
		next = plus(24 * time.Hour)
	case "1w":
		next = plus(7 * 24 * time.Hour)
	case "1M":
		next = func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
	default:
		c.refuse("tick_size must be one of 5m, 1h, 1d, 1w, 1M")
		return nil, nil, false
	}
	from = later(later(from, back), c.a.Begin.UTC().Truncate(24*time.Hour))
	for t := from; t.Before(earlier(to, now)); t = next(t) {
		list = append(list, t)
	}
	return list, next, true
}

// history tells something of each step.
func (c luxorCall) history(name string, row func(from, to time.Time) map[string]any) {
	ticks, next, ok := c.ticks()
	if !ok {
		return
	}
	rows := []map[string]any{}
	for _, t := range ticks {
		told := row(t, earlier(next(t), c.p.world.Now()))
		told["date_time"] = isoMillis(t)
		rows = append(rows, told)
	}
	answer(c.w, map[string]any{"currency_type": "BTC", name: rows})
}

func luxorEfficiency(c luxorCall) {
	c.history("hashrate_efficiency", func(from, to time.Time) map[string]any {
		return map[string]any{"hashrate": hashes(c.p.world.PoolMean(c.a, from, to)), "efficiency": 1 - usualStale - usualRejected}
	})
}

func luxorUptime(c luxorCall) {
	c.history("uptime", func(from, to time.Time) map[string]any { return map[string]any{"uptime": c.p.uptime(c.a, from, to)} })
}

func luxorActive(c luxorCall) {
	c.history("active_workers", func(from, _ time.Time) map[string]any {
		return map[string]any{"active_workers": c.p.world.PoolCounts(c.a, from).Active()}
	})
}

// luxorRevenue tells days in the form of the typedef; the present one is part of
// them.
func luxorRevenue(c luxorCall) {
	from, to, ok := c.dates()
	if !ok {
		return
	}
	rows := []map[string]any{}
	for _, d := range c.p.daysIn(c.a, from, to) {
		rows = append(rows, map[string]any{
			"date_time": isoMillis(d.From),
			"revenue":   map[string]any{"currency_type": "BTC", "revenue_type": "MINING", "revenue": btcNumber(d.Net)},
		})
	}
	answer(c.w, map[string]any{"currency_type": "BTC", "revenue": rows})
}

// luxorTransactions lists credits and payouts of the days, ascending. Sums are
// positive either way.
func luxorTransactions(c luxorCall) {
	from, to, ok := c.dates()
	if !ok {
		return
	}
	number, size, ok := c.page()
	if !ok {
		return
	}
	type event struct {
		at             time.Time
		kind, category string
		sats           units.Sats
	}
	var events []event
	for _, x := range c.p.world.PoolCredits(c.a, from, to) {
		events = append(events, event{x.At, "credit", "Miner Revenue", x.Net})
	}
	for _, x := range c.p.world.PoolPayouts(c.a, from, to) {
		events = append(events, event{x.At, "debit", "Payout", x.Sats})
	}
	sort.SliceStable(events, func(i, j int) bool { return events[i].at.Before(events[j].at) })
	first := min(len(events), (number-1)*size)
	page := events[first:min(len(events), first+size)]
	rows := []map[string]any{}
	for _, e := range page {
		rows = append(rows, map[string]any{
			"transaction_id": fmt.Sprintf("tx-%d-%s", e.at.Unix(), e.kind), "transaction_type": e.kind, "transaction_category": e.category,
			"currency_amount": btcNumber(e.sats), "currency_type": "BTC", "usd_equivalent": json.RawMessage(dollars(float64(e.sats) / units.SatsPerBTC * c.p.world.Price(e.at))),
			"date_time": isoMillis(e.at), "address_name": "treasury", "subaccount_name": c.a.Account,
		})
	}
	answer(c.w, map[string]any{"transactions": rows, "pagination": c.pagination("transactions", number, size, len(events), len(page))})
}
