package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/market"
)

// Span is a stretch of time, its end excluded.
type Span struct{ From, To time.Time }

const sqlMissingMinutes = `
SELECT m.t FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 minute', interval '1 minute') AS m(t)
 WHERE NOT EXISTS (SELECT FROM ROOM.point_minute p WHERE p.series_id = $1 AND p.t = m.t)
   AND NOT EXISTS (SELECT FROM ROOM.tick k WHERE k.series_id = $1 AND k.t >= m.t AND k.t < m.t + interval '1 minute')
 ORDER BY 1`

// MissingMinutes are the closed minutes from from to to that have neither a bar
// nor ticks.
func (s *Store) MissingMinutes(ctx context.Context, key string, from, to time.Time) ([]Span, error) {
	return s.missing(ctx, sqlMissingMinutes, key, time.Minute, from, to)
}

const sqlMissingDays = `
SELECT m.t FROM generate_series($2::timestamptz, $3::timestamptz - interval '24 hours', interval '24 hours') AS m(t)
 WHERE NOT EXISTS (SELECT FROM ROOM.point_day p WHERE p.series_id = $1 AND p.t = m.t)
 ORDER BY 1`

// MissingDays are the closed UTC days from from to to that have no bar.
func (s *Store) MissingDays(ctx context.Context, key string, from, to time.Time) ([]Span, error) {
	return s.missing(ctx, sqlMissingDays, key, market.LevelDay.Width(), from, to)
}

func (s *Store) missing(ctx context.Context, sql, key string, width time.Duration, from, to time.Time) ([]Span, error) {
	room, err := roomOf(key)
	if err != nil {
		return nil, err
	}
	id, err := s.seriesID(ctx, key)
	if err != nil {
		return nil, err
	}
	if now := s.now(); to.After(now) {
		to = now
	}
	first := from.UTC().Truncate(width)
	if first.Before(from) {
		first = first.Add(width)
	}
	rows, err := s.q.Query(ctx, inRoom(sql, room), id, first, to.UTC().Truncate(width))
	if err != nil {
		return nil, wrap(err, "look for gaps in %s", key)
	}
	starts, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return nil, wrap(err, "look for gaps in %s", key)
	}
	var spans []Span
	for _, t := range starts {
		t = t.UTC()
		if n := len(spans); n > 0 && spans[n-1].To.Equal(t) {
			spans[n-1].To = t.Add(width)
			continue
		}
		spans = append(spans, Span{From: t, To: t.Add(width)})
	}
	return spans, nil
}
