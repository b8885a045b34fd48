package jobs

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"switchyard/db"
	"switchyard/econ/market"
)

// filler is what the two jobs that fill the past share.
type filler struct {
	turn chan struct{} // capacity 1: holds the token of whoever fills now

	mu     sync.Mutex                       // guards absent and days
	absent map[absentKey]map[int64]struct{} // Unix seconds a venue was asked for and has nothing for
	days   map[int64]payStep                // by Unix second of the day's beginning
	at     time.Time                        // when the daily statistics were last read
}

type absentKey struct {
	venue string
	level market.Level
}

func newFiller() *filler {
	return &filler{
		turn:   make(chan struct{}, 1),
		absent: map[absentKey]map[int64]struct{}{},
		days:   map[int64]payStep{},
	}
}

// begin waits for the turn to fill; the returned function gives it back.
func (f *filler) begin(ctx context.Context) (end func(), err error) {
	select {
	case f.turn <- struct{}{}:
		return f.end, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the turn to fill: %w", ctx.Err())
	}
}

// tryBegin takes the turn if nobody has it.
func (f *filler) tryBegin() bool {
	select {
	case f.turn <- struct{}{}:
		return true
	default:
		return false
	}
}

func (f *filler) end() { <-f.turn }

// known leaves out the times a venue has been found to have no candle for.
func (f *filler) known(venue string, level market.Level, times []time.Time) []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	absent := f.absent[absentKey{venue, level}]
	return slices.DeleteFunc(slices.Clone(times), func(t time.Time) bool {
		_, none := absent[t.Unix()]
		return none
	})
}

// noteAbsent remembers that a venue has no candle at t: no trade happened then,
// or it does not keep them so long. It is not asked again in this term.
func (f *filler) noteAbsent(venue string, level market.Level, t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := absentKey{venue, level}
	if f.absent[key] == nil {
		f.absent[key] = map[int64]struct{}{}
	}
	f.absent[key][t.Unix()] = struct{}{}
}

// keepDays remembers the pay of days; track returns it, ascending.
func (f *filler) keepDays(days payTrack, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = now
	for _, day := range days {
		f.days[day.from.Unix()] = day
	}
}

func (f *filler) track() payTrack {
	f.mu.Lock()
	defer f.mu.Unlock()
	track := make(payTrack, 0, len(f.days))
	for _, day := range f.days {
		track = append(track, day)
	}
	slices.SortFunc(track, func(a, b payStep) int { return a.from.Compare(b.from) })
	return track
}

// dailyRead is when the daily statistics were last read.
func (f *filler) dailyRead() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at
}

// missing are the beginnings of the closed bars a series lacks in [from, to).
func missing(ctx context.Context, store *db.Store, key string, level market.Level, from, to time.Time) ([]time.Time, error) {
	var spans []db.Span
	var err error
	switch level {
	case market.LevelMinute:
		spans, err = store.MissingMinutes(ctx, key, from, to)
	case market.LevelDay:
		spans, err = store.MissingDays(ctx, key, from, to)
	default:
		return missingBars(ctx, store, key, level, from, to)
	}
	if err != nil {
		return nil, fmt.Errorf("look for the missing %ss of %s: %w", level, key, err)
	}
	var times []time.Time
	for _, span := range spans {
		for t := span.From; t.Before(span.To); t = t.Add(level.Width()) {
			times = append(times, t)
		}
	}
	return times, nil
}

func missingBars(ctx context.Context, store *db.Store, key string, level market.Level, from, to time.Time) ([]time.Time, error) {
	bars, err := store.Bars(ctx, key, level, from, to)
	if err != nil {
		return nil, fmt.Errorf("read the %ss of %s: %w", level, key, err)
	}
	there := make(map[int64]bool, len(bars))
	for _, bar := range bars {
		there[bar.T.Unix()] = true
	}
	var times []time.Time
	for t := from; t.Before(to); t = t.Add(level.Width()) {
		if !there[t.Unix()] {
			times = append(times, t)
		}
	}
	return times, nil
}

// span is a stretch of time, its end not included.
type span struct{ from, to time.Time }

// spansOf joins bar beginnings into the stretches to ask for. Holes shorter
// than a hundred bars are asked for too: one request more costs more than they.
func spansOf(times []time.Time, width time.Duration) []span {
	var spans []span
	for _, t := range times {
		if n := len(spans); n > 0 && t.Sub(spans[n-1].to) < 100*width {
			spans[n-1].to = t.Add(width)
			continue
		}
		spans = append(spans, span{from: t, to: t.Add(width)})
	}
	return spans
}

// union joins two ascending lists of times.
func union(a, b []time.Time) []time.Time {
	all := slices.SortedFunc(slices.Values(append(slices.Clone(a), b...)), time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}
