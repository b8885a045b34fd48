package handlers

import (
	"fmt"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// noLuck is why luck is not known.
const noLuck = "no day has both the pool's hashrate, as it was read, and all blocks"

// readLuck fills in the luck of accounts with blocks over the last 7 and 30 days.
func (p *page) readLuck(list []poolStand) error {
	if err := p.judgeLast(list, func(a pool.Account) bool { return a.Scheme.Lucky() }); err != nil {
		return err
	}
	for i := range list {
		s := &list[i]
		switch {
		case !s.account.Scheme.Lucky():
			s.week = views.Luck{Flat: true}
			s.month = s.week
		case !s.account.Watched:
			s.week = views.Luck{Ratio: mining.Unknown[float64]("the account is not read")}
			s.month = s.week
		default:
			days := p.lastAudits[s.account.ID].days
			s.week, s.month = luckOf(s.account.Scheme, days[max(0, len(days)-7):]), luckOf(s.account.Scheme, days)
		}
	}
	return nil
}

// luckOf is the luck of days, as far as they tell it.
func luckOf(scheme pool.Scheme, days []poolDay) views.Luck {
	var sum luckSum
	for _, d := range days {
		sum.add(scheme, d)
	}
	luck, err := pool.ComputeLuck(sum.blocks, sum.expected)
	if err != nil {
		return views.Luck{Ratio: mining.Unknown[float64](noLuck)}
	}
	return views.Luck{Ratio: mining.Of(luck.Ratio)}
}

// luckSum adds up the days of which both the hashrate behind the blocks and all
// blocks are known.
type luckSum struct {
	blocks, days int
	expected     float64
}

func (s *luckSum) add(scheme pool.Scheme, d poolDay) {
	if expected, ok := d.poolBlocks(scheme); ok && d.found.Blocks.Known {
		s.blocks, s.expected, s.days = s.blocks+d.found.Blocks.Value, s.expected+expected, s.days+1
	}
}

// luckKPI is the luck of the blocks that the account's pay hangs on (M7), over the
// days on which the pool's hashrate was read: an estimate from the same blocks
// would find no luck. It is false for a scheme that pays without them.
func luckKPI(audit poolAudit, list []auditDay) (ui.KPI, bool) {
	k := ui.KPI{Label: "Luck", Unit: ui.Mining}
	if !audit.account.Scheme.Lucky() {
		return k, false
	}
	var sum luckSum
	for _, d := range list {
		sum.add(audit.account.Scheme, d.poolDay)
	}
	luck, err := pool.ComputeLuck(sum.blocks, sum.expected)
	if err != nil {
		k.Why = noLuck
		return k, true
	}
	k.Value = format.Value{Text: format.Fixed(luck.Ratio, 2)}
	k.Context = fmt.Sprintf("%s where %s were to be expected in %s; 95%% interval %s to %s", countOf(sum.blocks, "block"), format.Fixed(sum.expected, 2), countOf(sum.days, "day"),
		format.Fixed(luck.Interval.Low, 2), format.Fixed(luck.Interval.High, 2))
	return k, true
}

// poolBlocks is how many blocks those who find them for the account should have
// found on the day: the whole pool, or a solo miner itself. False if it is not
// known.
func (d poolDay) poolBlocks(s pool.Scheme) (float64, bool) {
	if len(d.work) == 0 || s != pool.Solo && (!d.found.PoolHashrate.Known || !d.wholeRead) {
		return 0, false
	}
	mu := 0.0
	for _, w := range d.work {
		if s != pool.Solo {
			w.Hashrate = d.found.PoolHashrate.Value
		}
		mu += pool.ExpectedBlocks(w.Work)
	}
	return mu, true
}
