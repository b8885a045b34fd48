package db

import (
	"context"
	"errors"
	"fmt"
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

// Each mark reads its own hour through LATERAL: as a plain join the planner,
// which cannot know how narrow the hours are, reads all a series has.
//
// A minute that has ticks is computed from them, whatever was there before; one
// that has none keeps the bar it was given.
const sqlMinutesFromTicks = `
INSERT INTO ROOM.point_minute AS p (series_id, t, n, sum, min, max, first, last)
SELECT d.series_id, k.t, k.n, k.sum, k.min, k.max, k.first, k.last
  FROM unnest($1::integer[], $2::timestamptz[]) AS d(series_id, hour)
 CROSS JOIN LATERAL (
	SELECT date_bin('1 minute', t, '2000-01-01 00:00:00+00') AS t, count(*) AS n, sum(v) AS sum, min(v) AS min, max(v) AS max,
	       (array_agg(v ORDER BY t))[1] AS first, (array_agg(v ORDER BY t DESC))[1] AS last
	  FROM ROOM.tick WHERE series_id = d.series_id AND t >= d.hour AND t < d.hour + interval '1 hour'
	 GROUP BY 1) AS k` + barConflict

// A coarser bar is computed from the finer ones. If these begin after it does
// and the bar that is there reaches further, that one was not made of them
// alone: it stays, only widened, so that what the finer level does not hold, or
// no longer holds, is not lost.
const sqlCoarser = `
INSERT INTO ROOM.%[1]s AS p (series_id, t, n, sum, min, max, first, last)
SELECT f.series_id, f.t,
       CASE WHEN k.kept THEN o.n ELSE f.n END, CASE WHEN k.kept THEN o.sum ELSE f.sum END,
       CASE WHEN k.kept THEN least(o.min, f.min) ELSE f.min END, CASE WHEN k.kept THEN greatest(o.max, f.max) ELSE f.max END,
       CASE WHEN k.kept THEN o.first ELSE f.first END, CASE WHEN k.kept THEN o.last ELSE f.last END
  FROM (SELECT DISTINCT series_id, date_bin('%[3]s', hour, '2000-01-01 00:00:00+00') AS t
          FROM unnest($1::integer[], $2::timestamptz[]) AS x(series_id, hour)) AS d
 CROSS JOIN LATERAL (
	SELECT d.series_id, d.t, sum(b.n) AS n, sum(b.sum) AS sum, min(b.min) AS min, max(b.max) AS max,
	       (array_agg(b.first ORDER BY b.t))[1] AS first, (array_agg(b.last ORDER BY b.t DESC))[1] AS last,
	       min(b.t) = d.t AS whole
	  FROM ROOM.%[2]s b WHERE b.series_id = d.series_id AND b.t >= d.t AND b.t < d.t + interval '%[3]s'
	HAVING count(*) > 0) AS f
  LEFT JOIN ROOM.%[1]s o ON o.series_id = f.series_id AND o.t = f.t
 CROSS JOIN LATERAL (SELECT coalesce(NOT f.whole AND (o.min < f.min OR o.max > f.max), false)) AS k(kept)` + barConflict

// rollUpSteps are the statements of a roll-up, in their order.
func rollUpSteps() []string {
	return []string{
		sqlMinutesFromTicks,
		fmt.Sprintf(sqlCoarser, "point_hour", "point_minute", "1 hour"),
		fmt.Sprintf(sqlCoarser, "point_day", "point_hour", "24 hours"),
	}
}

// dirtyRow is a mark that an hour must be computed again.
type dirtyRow struct {
	SeriesID int32
	Hour     time.Time
}

// RollUp computes again every hour that was marked before now: its minutes
// from ticks, the hour from minutes, its day from hours. It returns how many
// bars changed. Where a finer level holds nothing, the coarser one stays as it
// is, so nothing is ever computed from what has been dropped. Several may run
// at once, beside writers: a mark is locked while its hour is computed and
// removed with it, so a tick that comes meanwhile waits to mark the hour anew.
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
		if err := s.lockBars(ctx, room); err != nil {
			return err
		}
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
		for _, sql := range rollUpSteps() {
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
