package db

import (
	"context"
	"fmt"
	"time"

	"switchyard/econ/market"
)

// levels from coarse to fine.
var levels = [...]market.Level{market.LevelDay, market.LevelHour, market.LevelMinute, market.LevelTick}

// Chart cuts a series for display: at most two points for each column, with
// every lowest and highest value kept, and, where there is more than one
// column, the newest value last. It reads the coarsest level whose bars are not
// wider than a column. What that level has not rolled up yet comes from the
// finer ones, and what lies before its beginning from the coarser ones. All is
// read as of one moment. A series that is not declared is ErrNotFound.
func (s *Store) Chart(ctx context.Context, key string, from, to time.Time, columns int) (market.Chart, error) {
	c := market.Chart{From: from, To: to}
	err := s.Snapshot(ctx, func(s *Store) error {
		status, err := s.statusAt(ctx, key, to)
		if err != nil {
			return err
		}
		c.Series, c.Seq = status.Series, status.Seq
		columns := max(columns, 1)
		r := chartReader{s: s, series: status.Series, from: from, to: to, column: to.Sub(from) / time.Duration(columns)}
		bars, level, err := r.read(ctx)
		if err != nil {
			return wrap(err, "chart of %s", key)
		}
		c.Level = level
		if columns == 1 {
			c.Points = market.Downsample(bars, 1)
			return nil
		}
		// One column is left to the newest value.
		c.Points = market.Downsample(bars, columns-1)
		if n := len(c.Points); n > 0 && c.Points[n-1] != status.Last && !status.Last.T.Before(from) {
			c.Points = append(c.Points, status.Last)
		}
		return nil
	})
	return c, err
}

// chartReader puts the bars of a chart together from several levels.
type chartReader struct {
	s        *Store
	series   market.Series
	from, to time.Time
	column   time.Duration
}

// level is the index of the coarsest level whose bars are not wider than a
// column. A series is never read at a level finer than its own interval.
func (r chartReader) level() int {
	for i, l := range levels {
		if l.Width() <= r.column || l.Width() <= r.series.Interval {
			return i
		}
	}
	return len(levels) - 1
}

// read returns the bars, ascending, and the level they are mainly of: the one
// chosen, or the coarsest that holds something if that one does not.
func (r chartReader) read(ctx context.Context) ([]market.Bar, market.Level, error) {
	at := r.level()
	served := len(levels) - 1
	bars, err := r.bars(ctx, levels[at], r.from, r.to)
	if err != nil {
		return nil, "", err
	}
	mainly := len(bars) > 0
	width := levels[at].Width()
	for i := at + 1; i < len(levels) && levels[i].Width() >= r.series.Interval; i++ {
		start := r.from
		if n := len(bars); n > 0 {
			start = bars[n-1].T
		}
		tail, err := r.bars(ctx, levels[i], start, r.to)
		if err != nil {
			return nil, "", err
		}
		if len(tail) == 0 {
			continue
		}
		if n := len(bars); n > 0 && covers(tail, bars[n-1], width) {
			bars = bars[:n-1]
		}
		bars, width, served = append(bars, tail...), levels[i].Width(), min(served, i)
	}
	for i := at - 1; i >= 0; i-- {
		end := r.to
		if len(bars) > 0 {
			end = bars[0].T
		}
		if !r.from.Before(end) {
			break
		}
		head, err := r.bars(ctx, levels[i], r.from, end)
		if err != nil {
			return nil, "", err
		}
		if n := len(head); n > 0 {
			served = min(served, i)
			if covers(bars, head[n-1], levels[i].Width()) {
				head = head[:n-1]
			}
			bars = append(head, bars...)
		}
	}
	if mainly {
		served = at
	}
	return bars, levels[served], nil
}

// covers says whether the finer bars that lie within a bar reach as far as it
// does, so that it can be left out.
func covers(finer []market.Bar, bar market.Bar, width time.Duration) bool {
	end := bar.T.Add(width)
	low, high := false, false
	for _, f := range finer {
		if !f.T.Before(end) {
			break
		}
		if !f.T.Before(bar.T) {
			low, high = low || f.Min <= bar.Min, high || f.Max >= bar.Max
		}
	}
	return low && high
}

const sqlTickBars = `
SELECT date_bin($4, t, '2000-01-01 00:00:00+00') AS t, count(*) AS n, sum(v) AS sum, min(v) AS min, max(v) AS max,
       (array_agg(v ORDER BY t))[1] AS first, (array_agg(v ORDER BY t DESC))[1] AS last
  FROM ROOM.tick WHERE series_id = $1 AND t >= $2 AND t <= $3 GROUP BY 1 ORDER BY 1`

const sqlTicksAsBars = `
SELECT t, 1::bigint AS n, v AS sum, v AS min, v AS max, v AS first, v AS last
  FROM ROOM.tick WHERE series_id = $1 AND t >= $2 AND t <= $3 ORDER BY t`

// bars are the bars of any level in [from, to); ticks in [from, to], a tick as
// a bar, or summed up by the minute where a column is as wide.
func (r chartReader) bars(ctx context.Context, level market.Level, from, to time.Time) ([]market.Bar, error) {
	room, err := roomOf(r.series.Key)
	if err != nil {
		return nil, err
	}
	if level == market.LevelTick {
		if r.column >= time.Minute {
			return r.s.collectBars(ctx, inRoom(sqlTickBars, room), r.series.ID, from, to, time.Minute)
		}
		return r.s.collectBars(ctx, inRoom(sqlTicksAsBars, room), r.series.ID, from, to)
	}
	table, err := barTable(level)
	if err != nil {
		return nil, err
	}
	return r.s.collectBars(ctx, fmt.Sprintf(inRoom(sqlBars, room), table), r.series.ID, from, to)
}
