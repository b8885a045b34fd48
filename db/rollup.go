package db

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// rollUpBatch is how many hours are computed in one transaction, so that a
// writer of the present hour never waits long.
const rollUpBatch = 48

const sqlTakeDirty = `
SELECT series_id, hour FROM ROOM.dirty WHERE touched <= $1
 ORDER BY series_id, hour LIMIT $2 FOR UPDATE SKIP LOCKED`

const sqlDropDirty = `
DELETE FROM ROOM.dirty d USING unnest($1::integer[], $2::timestamptz[]) AS x(series_id, hour)
 WHERE d.series_id = x.series_id AND d.hour = x.hour`

const barConflict = ` ON CONFLICT (series_id, t) DO UPDATE SET n = EXCLUDED.n, sum = EXCLUDED.sum, min = EXCLUDED.min,
       max = EXCLUDED.max, first = EXCLUDED.first, last = EXCLUDED.last
 WHERE (p.n, p.sum, p.min, p.max, p.first, p.last) IS DISTINCT FROM
       (EXCLUDED.n, EXCLUDED.sum, EXCLUDED.min, EXCLUDED.max, EXCLUDED.first, EXCLUDED.last)`

// A minute that has ticks is computed from them; one that has none keeps the
// bar it was given.
const sqlMinutesFromTicks = `
INSERT INTO ROOM.point_minute AS p (series_id, t, n, sum, min, max, first, last)
SELECT k.series_id, date_bin('1 minute', k.t, '2000-01-01 00:00:00+00'), count(*), sum(k.v), min(k.v), max(k.v),
       (array_agg(k.v ORDER BY k.t))[1], (array_agg(k.v ORDER BY k.t DESC))[1]
  FROM unnest($1::integer[], $2::timestamptz[]) AS d(series_id, hour)
  JOIN ROOM.tick k ON k.series_id = d.series_id AND k.t >= d.hour AND k.t < d.hour + interval '1 hour'
 GROUP BY 1, 2` + barConflict

const sqlHoursFromMinutes = `
INSERT INTO ROOM.point_hour AS p (series_id, t, n, sum, min, max, first, last)
SELECT m.series_id, d.hour, sum(m.n), sum(m.sum), min(m.min), max(m.max),
       (array_agg(m.first ORDER BY m.t))[1], (array_agg(m.last ORDER BY m.t DESC))[1]
  FROM unnest($1::integer[], $2::timestamptz[]) AS d(series_id, hour)
  JOIN ROOM.point_minute m ON m.series_id = d.series_id AND m.t >= d.hour AND m.t < d.hour + interval '1 hour'
 GROUP BY 1, 2` + barConflict

const sqlDaysFromHours = `
INSERT INTO ROOM.point_day AS p (series_id, t, n, sum, min, max, first, last)
SELECT h.series_id, d.day, sum(h.n), sum(h.sum), min(h.min), max(h.max),
       (array_agg(h.first ORDER BY h.t))[1], (array_agg(h.last ORDER BY h.t DESC))[1]
  FROM (SELECT DISTINCT series_id, date_bin('1 day', hour, '2000-01-01 00:00:00+00') AS day
          FROM unnest($1::integer[], $2::timestamptz[]) AS x(series_id, hour)) AS d
  JOIN ROOM.point_hour h ON h.series_id = d.series_id AND h.t >= d.day AND h.t < d.day + interval '1 day'
 GROUP BY 1, 2` + barConflict

// dirtyRow is a mark that an hour must be computed again.
type dirtyRow struct {
	SeriesID int32
	Hour     time.Time
}

// RollUp computes again every hour that was marked before now: its minutes
// from ticks, the hour from minutes, its day from hours. It returns how many
// bars changed. Where a finer level holds nothing, the coarser one stays as it
// is, so nothing is ever computed from what has been dropped. Two may run at
// once, and beside writers.
func (s *Store) RollUp(ctx context.Context) (int, error) {
	total := 0
	for _, room := range seriesRooms {
		var began time.Time
		if err := s.q.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&began); err != nil {
			return total, wrap(err, "read the database's clock")
		}
		for {
			n, changed, err := s.rollUpBatch(ctx, room, began)
			total += changed
			if err != nil {
				return total, err
			}
			if n < rollUpBatch {
				break
			}
		}
	}
	return total, nil
}

// errNothing ends a transaction that has nothing to do.
var errNothing = errors.New("nothing to do")

func (s *Store) rollUpBatch(ctx context.Context, room string, began time.Time) (hours, changed int, err error) {
	err = s.write(ctx, func(s *Store) error {
		rows, err := s.q.Query(ctx, inRoom(sqlTakeDirty, room), began, rollUpBatch)
		if err != nil {
			return wrap(err, "take marked hours")
		}
		marks, err := pgx.CollectRows(rows, pgx.RowToStructByName[dirtyRow])
		if err != nil {
			return wrap(err, "take marked hours")
		}
		if hours = len(marks); hours == 0 {
			return errNothing
		}
		ids, times := make([]int32, hours), make([]time.Time, hours)
		for i, m := range marks {
			ids[i], times[i] = m.SeriesID, m.Hour
		}
		for _, sql := range [...]string{sqlMinutesFromTicks, sqlHoursFromMinutes, sqlDaysFromHours} {
			tag, err := s.q.Exec(ctx, inRoom(sql, room), ids, times)
			if err != nil {
				return wrap(err, "roll up")
			}
			changed += int(tag.RowsAffected())
		}
		_, err = s.q.Exec(ctx, inRoom(sqlDropDirty, room), ids, times)
		return wrap(err, "unmark hours")
	})
	if errors.Is(err, errNothing) {
		return 0, 0, nil
	}
	return hours, changed, err
}
