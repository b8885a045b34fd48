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
// every lowest and highest value kept, and the newest value last. It reads the
// coarsest level whose bars are not wider than a column. What that level has
// not rolled up yet comes from the finer ones, and what lies before its
// beginning from the coarser ones.
func (s *Store) Chart(ctx context.Context, key string, from, to time.Time, columns int) (market.Chart, error) {
	series, err := s.series(ctx, key)
	if err != nil {
		return market.Chart{}, err
	}
	columns = max(columns, 1)
	c := market.Chart{Series: series, From: from, To: to}
	at := chartLevel(series.Interval, to.Sub(from)/time.Duration(columns))
	bars, err := s.levelBars(ctx, series, levels[at], from, to)
	if err != nil {
		return c, err
	}
	if bars, err = s.withTail(ctx, series, at, bars, from, to); err != nil {
		return c, err
	}
	if bars, err = s.withHead(ctx, series, at, bars, from, to); err != nil {
		return c, err
	}
	c.Level, c.Points = levels[at], market.Downsample(bars, columns)
	if err := s.q.QueryRow(ctx, sqlSeq, key).Scan(&c.Seq); err != nil {
		return c, wrap(err, "number of %s", key)
	}
	return c, nil
}

// chartLevel is the index of the coarsest level whose bars are not wider than
// a column. A series is never read at a level finer than its own interval.
func chartLevel(interval, column time.Duration) int {
	for i, l := range levels {
		if l.Width() <= column || l.Width() <= interval {
			return i
		}
	}
	return len(levels) - 1
}

// withTail replaces the last bar, which may be incomplete, and adds what
// follows it, from finer levels.
func (s *Store) withTail(ctx context.Context, series market.Series, at int, bars []market.Bar, from, to time.Time) ([]market.Bar, error) {
	for _, level := range levels[at+1:] {
		if level.Width() < series.Interval {
			break
		}
		start := from
		if n := len(bars); n > 0 {
			start = bars[n-1].T
		}
		tail, err := s.levelBars(ctx, series, level, start, to)
		if err != nil {
			return nil, err
		}
		if len(tail) == 0 {
			continue
		}
		if n := len(bars); n > 0 && !bars[n-1].T.Before(tail[0].T.Truncate(levels[at].Width())) {
			bars = bars[:n-1]
		}
		bars = append(bars, tail...)
	}
	return bars, nil
}

// withHead puts coarser bars before the beginning of the finer ones.
func (s *Store) withHead(ctx context.Context, series market.Series, at int, bars []market.Bar, from, to time.Time) ([]market.Bar, error) {
	for i := at - 1; i >= 0; i-- {
		end := to
		if len(bars) > 0 {
			end = bars[0].T
		}
		if !from.Before(end) {
			return bars, nil
		}
		head, err := s.levelBars(ctx, series, levels[i], from, end)
		if err != nil {
			return nil, err
		}
		// A coarse bar that reaches into the finer ones would count twice.
		for len(bars) > 0 && len(head) > 0 && head[len(head)-1].T.Add(levels[i].Width()).After(end) {
			head = head[:len(head)-1]
		}
		bars = append(head, bars...)
	}
	return bars, nil
}

// tickSpan is the longest span read tick by tick; a longer one is binned by
// the minute, as its roll-up will be.
const tickSpan = 15 * time.Minute

const sqlTickBars = `
SELECT date_bin($4, t, '2000-01-01 00:00:00+00') AS t, count(*) AS n, sum(v) AS sum, min(v) AS min, max(v) AS max,
       (array_agg(v ORDER BY t))[1] AS first, (array_agg(v ORDER BY t DESC))[1] AS last
  FROM ROOM.tick WHERE series_id = $1 AND t >= $2 AND t <= $3 GROUP BY 1 ORDER BY 1`

// levelBars are the bars of any level; a tick is a bar of one second.
func (s *Store) levelBars(ctx context.Context, series market.Series, level market.Level, from, to time.Time) ([]market.Bar, error) {
	room, err := roomOf(series.Key)
	if err != nil {
		return nil, err
	}
	if level == market.LevelTick {
		bin := time.Second
		if to.Sub(from) > tickSpan {
			bin = time.Minute
		}
		return s.collectBars(ctx, inRoom(sqlTickBars, room), series.ID, from, to, bin)
	}
	table, err := barTable(level)
	if err != nil {
		return nil, err
	}
	return s.collectBars(ctx, fmt.Sprintf(inRoom(sqlBars, room), table), series.ID, from, to)
}
