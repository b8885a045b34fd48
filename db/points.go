package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/market"
)

// endOfTime is later than any point.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// The newest value of series s at or before $1, of the finest level that has
// one: a coarser bar begins no later than the finer values in it.
const sqlNewestOf = `
SELECT t, v, level FROM (
	(SELECT t, v, 'tick' AS level, 0 AS fine FROM ROOM.tick WHERE series_id = s.id AND t <= $1 ORDER BY t DESC LIMIT 1)
	UNION ALL
	(SELECT t, last, 'minute', 1 FROM ROOM.point_minute WHERE series_id = s.id AND t <= $1 ORDER BY t DESC LIMIT 1)
	UNION ALL
	(SELECT t, last, 'hour', 2 FROM ROOM.point_hour WHERE series_id = s.id AND t <= $1 ORDER BY t DESC LIMIT 1)
	UNION ALL
	(SELECT t, last, 'day', 3 FROM ROOM.point_day WHERE series_id = s.id AND t <= $1 ORDER BY t DESC LIMIT 1)
) AS each_level ORDER BY t DESC, fine LIMIT 1`

const sqlNewest = `SELECT newest.t, newest.v FROM (SELECT $2::integer) AS s(id), LATERAL (` + sqlNewestOf + `) AS newest`

// PointAt is the newest value at or before t, from the finest level that has
// one; ErrNotFound if there is none. The time of a bar is its beginning.
func (s *Store) PointAt(ctx context.Context, key string, t time.Time) (market.Point, error) {
	room, err := roomOf(key)
	if err != nil {
		return market.Point{}, err
	}
	id, err := s.seriesID(ctx, key)
	if err != nil {
		return market.Point{}, err
	}
	var p market.Point
	if err := s.q.QueryRow(ctx, inRoom(sqlNewest, room), t, id).Scan(&p.T, &p.V); err != nil {
		return market.Point{}, wrap(err, "newest value of %s", key)
	}
	p.T = p.T.UTC()
	return p, nil
}

// LastPoint is the newest value of a series; ErrNotFound if it has none.
func (s *Store) LastPoint(ctx context.Context, key string) (market.Point, error) {
	return s.PointAt(ctx, key, endOfTime)
}

// tickRow is a row of a room's ticks.
type tickRow struct {
	T time.Time
	V float64
}

const sqlTicks = `SELECT t, v FROM ROOM.tick WHERE series_id = $1 AND t >= $2 AND t <= $3 ORDER BY t DESC LIMIT $4`

// Ticks are the newest ticks from from to to, at most limit, ascending.
func (s *Store) Ticks(ctx context.Context, key string, from, to time.Time, limit int) ([]market.Point, error) {
	room, err := roomOf(key)
	if err != nil {
		return nil, err
	}
	id, err := s.seriesID(ctx, key)
	if err != nil {
		return nil, err
	}
	rows, err := s.q.Query(ctx, inRoom(sqlTicks, room), id, from, to, limit)
	if err != nil {
		return nil, wrap(err, "ticks of %s", key)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[tickRow])
	if err != nil {
		return nil, wrap(err, "ticks of %s", key)
	}
	points := make([]market.Point, len(found))
	for i, r := range found {
		points[len(found)-1-i] = market.Point{T: r.T.UTC(), V: r.V}
	}
	return points, nil
}
