package db

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/market"
)

// A mark is locked, not skipped, when it is there already: see core.dirty in
// the migration.
const sqlInsertTicks = `
WITH given AS (
	SELECT DISTINCT ON (g.series_id, g.t) g.series_id, g.t, g.v
	  FROM unnest($1::integer[], $2::timestamptz[], $3::double precision[]) WITH ORDINALITY AS g(series_id, t, v, o)
	 ORDER BY g.series_id, g.t, g.o
), inserted AS (
	INSERT INTO ROOM.tick (series_id, t, v) SELECT series_id, t, v FROM given
	ON CONFLICT DO NOTHING RETURNING series_id, t
), marked AS (
	INSERT INTO ROOM.dirty (series_id, hour, touched)
	SELECT DISTINCT series_id, date_bin('1 hour', t, '2000-01-01 00:00:00+00'), statement_timestamp() FROM inserted ORDER BY 1, 2
	ON CONFLICT (series_id, hour) DO UPDATE SET touched = EXCLUDED.touched
)
SELECT series_id, count(*) AS n, max(t) AS newest FROM inserted GROUP BY series_id`

// insertedRow counts what a statement added to one series.
type insertedRow struct {
	SeriesID int32
	N        int64
	Newest   time.Time
}

// InsertTicks stores values, at most one a second for each series: the first
// one given, and never a change of one that is stored. It publishes every
// series that gained a value and returns how many values were new. Ticks older
// than seven days are ErrTooOld.
func (s *Store) InsertTicks(ctx context.Context, points map[string][]market.Point) (int, error) {
	var (
		ids    []int32
		times  []time.Time
		values []float64
		keys   = make(map[int32]string)
		total  int64
	)
	room := ""
	for _, key := range slices.Sorted(maps.Keys(points)) {
		r, err := roomOf(key)
		if err != nil {
			return 0, err
		}
		if room != "" && r != room {
			return 0, fmt.Errorf("ticks of the rooms %s and %s in one write", room, r)
		}
		room = r
		id, err := s.seriesID(ctx, key)
		if err != nil {
			return 0, err
		}
		keys[id] = key
		for _, p := range points[key] {
			ids, times, values = append(ids, id), append(times, p.T.UTC().Truncate(time.Second)), append(values, p.V)
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	if err := s.checkKept(market.LevelTick, times); err != nil {
		return 0, wrap(err, "insert ticks")
	}
	err := s.write(ctx, func(s *Store) error {
		if err := s.partitionsFor(ctx, room, market.LevelTick, times); err != nil {
			return err
		}
		rows, err := s.q.Query(ctx, inRoom(sqlInsertTicks, room), ids, times, values)
		if err != nil {
			return wrap(err, "insert ticks")
		}
		inserted, err := pgx.CollectRows(rows, pgx.RowToStructByName[insertedRow])
		if err != nil {
			return wrap(err, "insert ticks")
		}
		topics := make(map[string]string, len(inserted))
		for _, r := range inserted {
			total += r.N
			topics[keys[r.SeriesID]] = strconv.FormatInt(r.Newest.Unix(), 10)
		}
		return s.publish(ctx, topics)
	})
	if err != nil {
		return 0, err
	}
	return int(total), nil
}
