package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/ops"
)

const (
	// minuteSpan and hourSpan are how far back minutes and hours are filled:
	// whole days, so that a day's roll-up never stands on a part of it.
	minuteSpan = 7 * oneDay
	hourSpan   = 31 * oneDay
	// historyTries is how often a step is tried in one run, and historyPause
	// the wait between two tries.
	historyTries = 3
	historyPause = 10 * time.Second
	// dayBlocks are those of the last day and, for the fees of its first, of the
	// day before, with some to spare for days on which they come fast.
	dayBlocks = 2*market.FeeWindow + 48
	// trackBlocks are the blocks of ten days: the window of M2 (1,008 blocks),
	// and one day more than the minutes go back, for the fees of the first.
	trackBlocks = 1440
	// poolBlocks are those of the month that runs and of the one before, as fast as
	// they come, by which pools are held to what they owe (M7).
	poolBlocks = 63 * 150
)

// step is one part of filling the past.
type step struct {
	name, title, unit string
	run               func(ctx context.Context, tell told) (int64, error)
}

// history lists the steps in the order the first page needs them.
func (e *Env) history() []step {
	now := e.Now().UTC()
	minutes, today := e.settledMinute(), now.Truncate(oneDay)
	return []step{
		{"history.minutes_day", "Prices of the last day by minute", "minutes", func(ctx context.Context, tell told) (int64, error) {
			return e.fillLevel(ctx, market.LevelMinute, minutes.Add(-gapSpan), minutes, tell)
		}},
		{"history.blocks_day", "Blocks of the last two days", "blocks", func(ctx context.Context, tell told) (int64, error) {
			rows, err := e.fillBlocks(ctx, dayBlocks, tell)
			if err != nil {
				return rows, err
			}
			n, err := e.fillHashprice(ctx, market.LevelMinute, minutes.Add(-gapSpan), minutes)
			return rows + n, err
		}},
		{"history.days", "Prices, hashrate, difficulty and fees by day", "days", func(ctx context.Context, tell told) (int64, error) {
			from, err := e.firstDay(ctx, now)
			if err != nil {
				return 0, err
			}
			return e.fillDaily(ctx, from, tell)
		}},
		{"history.hours", "Prices of the last month by hour", "hours", func(ctx context.Context, tell told) (int64, error) {
			return e.fillLevel(ctx, market.LevelHour, today.Add(-hourSpan), now.Truncate(time.Hour), tell)
		}},
		{"history.blocks", "Blocks of the last ten days", "blocks", func(ctx context.Context, tell told) (int64, error) {
			rows, err := e.fillBlocks(ctx, trackBlocks, tell)
			if err != nil {
				return rows, err
			}
			n, err := e.fillHashprice(ctx, market.LevelHour, today.Add(-hourSpan), now.Truncate(time.Hour))
			return rows + n, err
		}},
		{"history.minutes_week", "Prices of the last week by minute", "minutes", func(ctx context.Context, tell told) (int64, error) {
			return e.fillLevel(ctx, market.LevelMinute, today.Add(-minuteSpan), minutes, tell)
		}},
		{"history.blocks_epoch", "Blocks of this difficulty epoch", "blocks", e.fillEpoch},
		{"history.blocks_pools", "Blocks of the months that pools are held to", "blocks", e.fillPoolBlocks},
	}
}

// fillHistory fills what is missing of the past. It is driven by the gaps it
// finds, so it goes on where it was interrupted and writes nothing twice. A
// step that fails does not keep the others from their work, and is tried again.
func fillHistory(ctx context.Context, env *Env) (int64, error) {
	end, err := env.filler.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer end()
	var rows int64
	left := env.history()
	for try := 1; ; try++ {
		var errs []error
		left = slices.DeleteFunc(left, func(s step) bool {
			if ctx.Err() != nil {
				return false
			}
			n, err := env.runStep(ctx, s, rows)
			rows += n
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", s.title, err))
			}
			return err == nil
		})
		if ctx.Err() != nil {
			return rows, fmt.Errorf("fill the history: %w", ctx.Err())
		}
		if len(left) == 0 {
			break
		}
		if try == historyTries || !pause(ctx, historyPause) {
			return rows, errors.Join(errs...)
		}
	}
	env.probeCandles(ctx)
	env.Note(ctx, "complete", rows)
	return rows, nil
}

// runStep runs one step and reports how far it has come.
func (e *Env) runStep(ctx context.Context, s step, before int64) (int64, error) {
	report := func(done, total int, note string) {
		e.progress(ctx, ops.Progress{
			Name: s.name, Title: s.title, Unit: s.unit, Done: int64(done), Total: int64(total), Note: note, At: e.Now(),
		})
	}
	rows, err := s.run(ctx, func(done, total int) {
		report(done, total, "")
		e.Note(ctx, fmt.Sprintf("%s: %d of %d %s", s.title, done, total, s.unit), before)
	})
	if err != nil && ctx.Err() == nil {
		report(0, 0, sentence(err))
	}
	return rows, err
}

// firstDay is the first day whose daily values are kept: three years ago, or
// the last halving if that was earlier.
func (e *Env) firstDay(ctx context.Context, now time.Time) (time.Time, error) {
	from := now.AddDate(-3, 0, 0)
	tip, err := e.tip(ctx)
	if err != nil {
		return time.Time{}, err
	}
	height := tip - tip%market.HalvingInterval
	block, err := blockAt(ctx, e.Store, height)
	if err != nil {
		return time.Time{}, err
	}
	if block == nil {
		if _, err := e.fetchMissing(ctx, height, height, func(int) {}); err != nil {
			return time.Time{}, err
		}
		if block, err = blockAt(ctx, e.Store, height); err != nil {
			return time.Time{}, err
		}
	}
	if block != nil {
		from = earlier(from, block.Time)
	}
	return from.UTC().Truncate(oneDay), nil
}

// tip is the height of the newest block: the upstream's, or the stored one if
// the upstream does not answer.
func (e *Env) tip(ctx context.Context) (int64, error) {
	height, err := e.Mempool.TipHeight(ctx)
	if err == nil {
		return height, nil
	}
	err = fmt.Errorf("ask for the tip: %w", err)
	blocks, readErr := e.Store.LatestBlocks(ctx, 1)
	if readErr != nil || len(blocks) == 0 {
		return 0, errors.Join(err, readErr)
	}
	return blocks[0].Height, nil
}

// fillBlocks fetches the missing ones of the last n blocks.
func (e *Env) fillBlocks(ctx context.Context, n int, tell told) (int64, error) {
	tip, err := e.tip(ctx)
	if err != nil {
		return 0, err
	}
	rows, err := e.fetchMissing(ctx, tip-int64(n)+1, tip, func(stored int) { tell(stored, n) })
	if err == nil {
		tell(n, n)
	}
	return rows, err
}

// fillEpoch fetches what M5 needs: the current epoch from its first block on,
// and the first and last block of the one before.
func (e *Env) fillEpoch(ctx context.Context, tell told) (int64, error) {
	tip, err := e.tip(ctx)
	if err != nil {
		return 0, err
	}
	first := tip - tip%market.EpochBlocks
	total := int(tip - first + 3)
	var rows int64
	for _, height := range []int64{first, first - 1, first - market.EpochBlocks} {
		n, err := e.fetchMissing(ctx, height, height, func(int) {})
		rows += n
		if err != nil {
			return rows, err
		}
	}
	n, err := e.fetchMissing(ctx, first, tip, func(stored int) { tell(stored+2, total) })
	rows += n
	if err == nil {
		tell(total, total)
	}
	return rows, err
}

// fillPoolBlocks fetches the blocks that accounts at pools are audited by; without
// an account there is nothing to fetch.
func (e *Env) fillPoolBlocks(ctx context.Context, tell told) (int64, error) {
	accounts, err := e.Store.PoolAccounts(ctx, time.Time{})
	if err != nil || len(accounts) == 0 {
		return 0, err
	}
	return e.fillBlocks(ctx, poolBlocks, tell)
}

// probeCandles asks a venue that has not been asked for an hour for its last
// closed hour, so that its state is known before it is needed.
func (e *Env) probeCandles(ctx context.Context) {
	sources, err := e.Store.Sources(ctx)
	if err != nil {
		e.Log.Warn("sources not read", "error", err)
		return
	}
	checked := make(map[string]time.Time, len(sources))
	for _, s := range sources {
		checked[s.Name] = s.CheckedAt
	}
	hour := e.Now().UTC().Truncate(time.Hour)
	for _, venue := range e.Venues {
		source := candlesSource(venue.Name())
		if e.Now().Sub(checked[source]) < 50*time.Minute {
			continue
		}
		answer := askVenue(ctx, venue, time.Hour, []time.Time{hour.Add(-time.Hour)})
		e.sources.checked(ctx, source, false, answer.err)
	}
}
