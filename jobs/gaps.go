package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"switchyard/econ/market"
)

const (
	// minuteSettled is how long after its close a minute is left to the ticks
	// and candles still on their way.
	minuteSettled = 5 * time.Second
	// gapSpan is how far back the job of every minute looks for minutes with
	// neither a bar nor ticks; what is older is the history's work.
	gapSpan = 24 * time.Hour
)

// fillGaps fills the closed minutes of the last day that nobody recorded: of
// the index and the venues from candles, of the hashprice from those.
func fillGaps(ctx context.Context, env *Env) (int64, error) {
	if !env.filler.tryBegin() {
		env.Note(ctx, "the history is being filled", 0)
		return 0, nil
	}
	defer env.filler.end()
	to := env.settledMinute()
	return env.fillLevel(ctx, market.LevelMinute, to.Add(-gapSpan), to, func(int, int) {})
}

// settledMinute is the end of the last minute that can be judged.
func (e *Env) settledMinute() time.Time {
	return e.Now().UTC().Add(-minuteSettled).Truncate(time.Minute)
}

// fillLevel fills the bars of prices in [from, to), then those of the
// hashprice, even if the former could not all be had.
func (e *Env) fillLevel(ctx context.Context, level market.Level, from, to time.Time, tell told) (int64, error) {
	rows, err := e.fillPrices(ctx, level, from, to, tell)
	if ctx.Err() != nil {
		return rows, err
	}
	n, hashErr := e.fillHashprice(ctx, level, from, to)
	return rows + n, errors.Join(err, hashErr)
}

// fillHashprice computes the bars of one level the hashprice lacks in [from,
// to) from those of the index and the pay in force then.
func (e *Env) fillHashprice(ctx context.Context, level market.Level, from, to time.Time) (int64, error) {
	lackUSD, err := missing(ctx, e.Store, keyHashpriceUSD, level, from, to)
	if err != nil {
		return 0, err
	}
	lackSat, err := missing(ctx, e.Store, keyHashpriceSat, level, from, to)
	if err != nil || len(lackUSD)+len(lackSat) == 0 {
		return 0, err
	}
	prices, err := e.Store.Bars(ctx, keyIndex, level, from, to)
	if err != nil {
		return 0, fmt.Errorf("read the %ss of %s: %w", level, keyIndex, err)
	}
	track := e.filler.track()
	if level != market.LevelDay {
		if track, err = e.track(ctx); err != nil {
			return 0, err
		}
	}
	usd, sat := scale(prices, track)
	rows, err := e.insertBars(ctx, keyHashpriceUSD, level, only(usd, lackUSD))
	if err != nil {
		return rows, err
	}
	n, err := e.insertBars(ctx, keyHashpriceSat, level, only(sat, lackSat))
	return rows + n, err
}

// track is the pay over time: by block where the blocks are stored, by day
// before that.
func (e *Env) track(ctx context.Context) (payTrack, error) {
	latest, err := e.Store.LatestBlocks(ctx, trackBlocks)
	if err != nil {
		return nil, fmt.Errorf("read the last %d blocks: %w", trackBlocks, err)
	}
	latest = latest[len(latest)-linked(latest):]
	byDay := e.filler.track()
	if len(latest) == 0 {
		return byDay, nil
	}
	tip := latest[len(latest)-1]
	first, err := epochStart(ctx, e.Store, tip.Height)
	if err != nil {
		return nil, err
	}
	bits, err := nextBits(tip, first)
	if err != nil {
		// What comes after the tip is not known, and the live path says why.
		latest = latest[:len(latest)-1]
	}
	byBlock := trackOfBlocks(latest, bits)
	if len(byBlock) == 0 {
		return byDay, nil
	}
	start := byBlock[0].from
	var joined payTrack
	for _, day := range byDay {
		if !day.from.Before(start) {
			break
		}
		if day.until.After(start) {
			day.until = start
		}
		joined = append(joined, day)
	}
	return append(joined, byBlock...), nil
}

// only keeps the bars that begin at one of times.
func only(bars []market.Bar, times []time.Time) []market.Bar {
	wanted := make(map[int64]bool, len(times))
	for _, t := range times {
		wanted[t.Unix()] = true
	}
	var out []market.Bar
	for _, bar := range bars {
		if wanted[bar.T.Unix()] {
			out = append(out, bar)
		}
	}
	return out
}
