package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

// candleSettled is how long after its close a candle a venue does not have is
// taken to be one it will never have.
const candleSettled = 3 * time.Minute

// told says how far a step has come, in units of its own.
type told func(done, total int)

// fillPrices fills the bars of one level that the index or a venue lacks in
// [from, to) with the venues' candles: a venue's own for its own series, and
// their median by component for the index. Newest stretches come first. It
// fails if so many venues did not answer that the index could not be filled.
func (e *Env) fillPrices(ctx context.Context, level market.Level, from, to time.Time, tell told) (int64, error) {
	total := int(to.Sub(from) / level.Width())
	var rows int64
	done := 0                   // bars of the stretches that are filled
	failed := map[string]bool{} // venues that did not answer once are not asked again here
	var errs []error
	for end := to; end.After(from); end = end.Add(-chunkOf(level)) {
		begin := end.Add(-chunkOf(level))
		if begin.Before(from) {
			begin = from
		}
		n, err := e.fillChunk(ctx, chunk{level: level, from: begin, to: end, failed: failed})
		rows += n
		if ctx.Err() != nil {
			return rows, fmt.Errorf("fill %ss: %w", level, ctx.Err())
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		done += int(end.Sub(begin) / level.Width())
		tell(done, total)
	}
	if len(errs) > 0 {
		return rows, errs[0] // they repeat one another
	}
	return rows, nil
}

// chunkOf is how much is fetched and stored at once.
func chunkOf(level market.Level) time.Duration {
	if level == market.LevelMinute {
		return 12 * time.Hour
	}
	return 300 * level.Width()
}

// chunk is a stretch to fill and the venues that are not to be asked.
type chunk struct {
	level    market.Level
	from, to time.Time
	failed   map[string]bool
}

// venueCandles is what one venue answered, by Unix second.
type venueCandles struct {
	byTime  map[int64]market.Candle
	refused []upstream.Refusal
	err     error
}

func (e *Env) fillChunk(ctx context.Context, c chunk) (int64, error) {
	index, err := missing(ctx, e.Store, keyIndex, c.level, c.from, c.to)
	if err != nil {
		return 0, err
	}
	own := make([][]time.Time, len(e.Venues))
	ask := make([][]time.Time, len(e.Venues))
	for i, venue := range e.Venues {
		if own[i], err = missing(ctx, e.Store, venueKey(venue.Name()), c.level, c.from, c.to); err != nil {
			return 0, err
		}
		ask[i] = e.filler.known(venue.Name(), c.level, union(index, own[i]))
	}
	answers := e.askVenues(ctx, c, ask)
	if ctx.Err() != nil {
		return 0, fmt.Errorf("ask for candles: %w", ctx.Err())
	}
	e.forget(c, ask, answers)
	dropOutliers(answers, e.names())

	var rows int64
	for i, venue := range e.Venues {
		var bars []market.Bar
		for _, t := range own[i] {
			if candle, ok := answers[i].byTime[t.Unix()]; ok {
				bars = append(bars, market.BarOfCandle(candle))
			}
		}
		n, err := e.insertBars(ctx, venueKey(venue.Name()), c.level, bars)
		if err != nil {
			return rows, err
		}
		rows += n
	}
	n, err := e.fillIndex(ctx, c.level, index, answers)
	return rows + n, err
}

// fillIndex writes the medians of the candles, provided that more than half of
// the venues answered. A bar that closed just now waits for the venues that
// do not have it yet.
func (e *Env) fillIndex(ctx context.Context, level market.Level, times []time.Time, answers []venueCandles) (int64, error) {
	if len(times) == 0 {
		return 0, nil
	}
	var errs []error
	for _, answer := range answers {
		if answer.err != nil {
			errs = append(errs, answer.err)
		}
	}
	if 2*len(errs) >= len(answers) {
		return 0, fmt.Errorf("too few venues answered: %w", errors.Join(errs...))
	}
	settled := e.Now().Add(-candleSettled)
	var bars []market.Bar
	for _, t := range times {
		var candles []market.Candle
		for _, answer := range answers {
			if candle, ok := answer.byTime[t.Unix()]; ok {
				candles = append(candles, candle)
			}
		}
		if len(candles) < len(answers)-len(errs) && t.Add(level.Width()).After(settled) {
			continue
		}
		if candle, ok := market.MedianCandle(candles); ok {
			candle.T = t
			bars = append(bars, market.BarOfCandle(candle))
		}
	}
	return e.insertBars(ctx, keyIndex, level, bars)
}

func (e *Env) insertBars(ctx context.Context, key string, level market.Level, bars []market.Bar) (int64, error) {
	if len(bars) == 0 {
		return 0, nil
	}
	n, err := e.Store.InsertBars(ctx, key, level, bars)
	if err != nil {
		return 0, fmt.Errorf("store %d %ss of %s: %w", len(bars), level, key, err)
	}
	return int64(n), nil
}

// askVenues asks every venue for the candles it is to bring, all at once.
func (e *Env) askVenues(ctx context.Context, c chunk, ask [][]time.Time) []venueCandles {
	answers := make([]venueCandles, len(e.Venues))
	var group sync.WaitGroup
	for i, venue := range e.Venues {
		if c.failed[venue.Name()] {
			answers[i].err = fmt.Errorf("%s did not answer before", venue.Name())
			continue
		}
		if len(ask[i]) == 0 {
			continue
		}
		group.Go(func() { answers[i] = askVenue(ctx, venue, c.level.Width(), ask[i]) })
	}
	group.Wait()
	for i, venue := range e.Venues {
		if len(ask[i]) == 0 || c.failed[venue.Name()] {
			continue
		}
		source := candlesSource(venue.Name())
		e.sources.checked(ctx, source, len(answers[i].byTime) > 0, answers[i].err)
		e.quarantine(ctx, roomMarket, source, answers[i].refused)
		c.failed[venue.Name()] = answers[i].err != nil
	}
	return answers
}

// askVenue fetches one venue's candles at the given times.
func askVenue(ctx context.Context, venue Venue, width time.Duration, times []time.Time) venueCandles {
	answer := venueCandles{byTime: map[int64]market.Candle{}}
	answer.err = guarded(func() error {
		for _, s := range spansOf(times, width) {
			candles, refused, err := venue.Candles(ctx, width, s.from, s.to)
			answer.refused = append(answer.refused, refused...)
			if err != nil {
				return fmt.Errorf("ask %s for candles of %s: %w", venue.Name(), width, err)
			}
			for _, candle := range candles {
				answer.byTime[candle.T.Unix()] = candle
			}
		}
		return nil
	})
	return answer
}

// forget notes the times a venue answered for without a candle, once enough
// time has passed for it to come.
func (e *Env) forget(c chunk, ask [][]time.Time, answers []venueCandles) {
	settled := e.Now().Add(-candleSettled)
	for i, venue := range e.Venues {
		if answers[i].err != nil || len(answers[i].refused) > 0 {
			continue
		}
		for _, t := range ask[i] {
			if _, ok := answers[i].byTime[t.Unix()]; !ok && t.Add(c.level.Width()).Before(settled) {
				e.filler.noteAbsent(venue.Name(), c.level, t)
			}
		}
	}
}

func (e *Env) names() []string {
	names := make([]string, len(e.Venues))
	for i, venue := range e.Venues {
		names[i] = venue.Name()
	}
	return names
}

// dropOutliers takes out candles whose close cannot be true beside the others'.
func dropOutliers(answers []venueCandles, names []string) {
	times := map[int64]bool{}
	for _, answer := range answers {
		for t := range answer.byTime {
			times[t] = true
		}
	}
	for t := range times {
		closes := map[string]float64{}
		for i, answer := range answers {
			if candle, ok := answer.byTime[t]; ok {
				closes[names[i]] = candle.Close
			}
		}
		for venue := range outliers(closes) {
			delete(answers[slices.Index(names, venue)].byTime, t)
		}
	}
}
