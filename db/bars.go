package db

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/market"
)

// barRow is a row of a room's minutes, hours or days.
type barRow struct {
	T     time.Time
	N     int64
	Sum   float64
	Min   float64
	Max   float64
	First float64
	Last  float64
}

func (r barRow) bar() market.Bar {
	return market.Bar{T: r.T.UTC(), N: r.N, Sum: r.Sum, Min: r.Min, Max: r.Max, First: r.First, Last: r.Last}
}

// barTable is the table of a level that holds bars.
func barTable(level market.Level) (string, error) {
	switch level {
	case market.LevelMinute, market.LevelHour, market.LevelDay:
		return "point_" + string(level), nil
	default:
		return "", fmt.Errorf("level %q holds no bars", level)
	}
}

const sqlBars = `SELECT t, n, sum, min, max, first, last FROM ROOM.%s
 WHERE series_id = $1 AND t >= $2 AND t < $3 ORDER BY t`

// Bars are the bars of a level that begin from from on and before to,
// ascending.
func (s *Store) Bars(ctx context.Context, key string, level market.Level, from, to time.Time) ([]market.Bar, error) {
	room, err := roomOf(key)
	if err != nil {
		return nil, err
	}
	table, err := barTable(level)
	if err != nil {
		return nil, err
	}
	id, err := s.seriesID(ctx, key)
	if err != nil {
		return nil, err
	}
	return s.collectBars(ctx, fmt.Sprintf(inRoom(sqlBars, room), table), id, from, to)
}

// collectBars reads bars whose columns stand in the order of barRow: by position,
// since a chart reads thousands and the names would be compared for each row.
func (s *Store) collectBars(ctx context.Context, sql string, args ...any) ([]market.Bar, error) {
	rows, err := s.q.Query(ctx, sql, args...)
	if err != nil {
		return nil, wrap(err, "read bars")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[barRow])
	if err != nil {
		return nil, wrap(err, "read bars")
	}
	bars := make([]market.Bar, len(found))
	for i, r := range found {
		bars[i] = r.bar()
	}
	return bars, nil
}

const sqlWriteBars = `
WITH given AS (
	SELECT DISTINCT ON (g.t) g.*
	  FROM unnest($2::timestamptz[], $3::bigint[], $4::double precision[], $5::double precision[],
	              $6::double precision[], $7::double precision[], $8::double precision[])
	       WITH ORDINALITY AS g(t, n, sum, min, max, first, last, o)
	 ORDER BY g.t, g.o
), written AS (
	INSERT INTO ROOM.%[1]s AS p (series_id, t, n, sum, min, max, first, last)
	SELECT $1, t, n, sum, min, max, first, last FROM given
	ON CONFLICT (series_id, t) %[2]s RETURNING series_id, t
), marked AS (
	INSERT INTO ROOM.dirty (series_id, hour, touched)
	SELECT DISTINCT series_id, date_bin('1 hour', t, '2000-01-01 00:00:00+00'), statement_timestamp()
	  FROM written WHERE %[3]s ORDER BY 1, 2
	ON CONFLICT (series_id, hour) DO UPDATE SET touched = EXCLUDED.touched
)
SELECT series_id, count(*) AS n, max(t) AS newest FROM written GROUP BY series_id`

// What happens where a bar is there already.
const (
	keepBar    = `DO NOTHING`
	replaceBar = `DO UPDATE SET n = EXCLUDED.n, sum = EXCLUDED.sum, min = EXCLUDED.min, max = EXCLUDED.max,
	       first = EXCLUDED.first, last = EXCLUDED.last
	 WHERE (p.n, p.sum, p.min, p.max, p.first, p.last) IS DISTINCT FROM
	       (EXCLUDED.n, EXCLUDED.sum, EXCLUDED.min, EXCLUDED.max, EXCLUDED.first, EXCLUDED.last)`
)

// InsertBars stores bars where there is none, as when a gap is filled from
// candles, and returns how many were new. It publishes the series if any was.
// Minutes older than thirteen months are ErrTooOld.
func (s *Store) InsertBars(ctx context.Context, key string, level market.Level, bars []market.Bar) (int, error) {
	return s.writeBars(ctx, key, level, bars, keepBar)
}

// UpsertBars stores bars in place of what is there, and returns how many
// changed. It publishes the series if any did. Minutes older than thirteen
// months are ErrTooOld.
func (s *Store) UpsertBars(ctx context.Context, key string, level market.Level, bars []market.Bar) (int, error) {
	return s.writeBars(ctx, key, level, bars, replaceBar)
}

// Writers of a room's bars take turns, the roll-up among them: it writes the
// bars of a level from those of another, which must not change meanwhile, and
// two that hold a bar and a mark would wait for one another. Ticks need no turn.
const sqlLockBars = `SELECT pg_advisory_xact_lock(hashtext('switchyard bars'), hashtext($1))`

func (s *Store) lockBars(ctx context.Context, room string) error {
	_, err := s.q.Exec(ctx, sqlLockBars, room)
	return wrap(err, "wait for a turn to write bars of %s", room)
}

// barBatch is how many bars go into one statement.
const barBatch = 5000

func (s *Store) writeBars(ctx context.Context, key string, level market.Level, bars []market.Bar, conflict string) (int, error) {
	room, err := roomOf(key)
	if err != nil {
		return 0, err
	}
	table, err := barTable(level)
	if err != nil {
		return 0, err
	}
	id, err := s.seriesID(ctx, key)
	if err != nil {
		return 0, err
	}
	// A day written as such has no finer level under it to compute anything from.
	mark := "true"
	if level == market.LevelDay {
		mark = "false"
	}
	sql := fmt.Sprintf(inRoom(sqlWriteBars, room), table, conflict, mark)
	total, newest := int64(0), time.Time{}
	err = s.write(ctx, func(s *Store) error {
		if err := s.lockBars(ctx, room); err != nil {
			return err
		}
		for len(bars) > 0 {
			batch := bars[:min(len(bars), barBatch)]
			bars = bars[len(batch):]
			row, err := s.writeBatch(ctx, sql, room, level, id, batch)
			if err != nil {
				return wrap(err, "write bars of %s", key)
			}
			total += row.N
			if row.Newest.After(newest) {
				newest = row.Newest
			}
		}
		if total == 0 {
			return nil
		}
		return s.publish(ctx, map[string]string{key: strconv.FormatInt(newest.Unix(), 10)})
	})
	if err != nil {
		return 0, err
	}
	return int(total), nil
}

func (s *Store) writeBatch(ctx context.Context, sql, room string, level market.Level, id int32, bars []market.Bar) (insertedRow, error) {
	n := len(bars)
	times, counts := make([]time.Time, n), make([]int64, n)
	var values [5][]float64
	for i := range values {
		values[i] = make([]float64, n)
	}
	for i, b := range bars {
		times[i], counts[i] = b.T.UTC().Truncate(level.Width()), b.N
		for j, v := range [...]float64{b.Sum, b.Min, b.Max, b.First, b.Last} {
			values[j][i] = v
		}
	}
	if err := s.checkKept(level, times); err != nil {
		return insertedRow{}, err
	}
	if err := s.partitionsFor(ctx, room, level, times); err != nil {
		return insertedRow{}, err
	}
	rows, err := s.q.Query(ctx, sql, id, times, counts, values[0], values[1], values[2], values[3], values[4])
	if err != nil {
		return insertedRow{}, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[insertedRow])
	if err != nil || len(found) == 0 {
		return insertedRow{}, err
	}
	return found[0], nil
}
