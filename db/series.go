package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/market"
)

// seriesRooms are the rooms that have time-series tables.
var seriesRooms = [...]string{"market", "mining"}

// inRoom puts a room's name for ROOM in a statement. Rooms come from the list
// above, never from a request.
func inRoom(sql, room string) string { return strings.ReplaceAll(sql, "ROOM.", room+".") }

// roomOf is the room of a series key.
func roomOf(key string) (string, error) {
	room := market.SeriesDef{Key: key}.Room()
	if !slices.Contains(seriesRooms[:], room) {
		return "", fmt.Errorf("series %q: %w", key, ErrNotFound)
	}
	return room, nil
}

// idCache remembers the ids of series, which never change.
type idCache struct {
	mu  sync.Mutex // guards ids
	ids map[string]int32
}

func newIDCache() *idCache { return &idCache{ids: make(map[string]int32)} }

func (c *idCache) get(key string) (int32, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok := c.ids[key]
	return id, ok
}

func (c *idCache) put(key string, id int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids[key] = id
}

const sqlEnsureSeries = `
INSERT INTO ROOM.series AS s (key, unit, interval_s, world, source, licence)
SELECT $1, $2, $3, w.world, $4, $5 FROM core.world w
ON CONFLICT (key, world) DO UPDATE
   SET unit = EXCLUDED.unit, interval_s = EXCLUDED.interval_s, source = EXCLUDED.source, licence = EXCLUDED.licence
 WHERE (s.unit, s.interval_s, s.source, s.licence) IS DISTINCT FROM
       (EXCLUDED.unit, EXCLUDED.interval_s, EXCLUDED.source, EXCLUDED.licence)`

// EnsureSeries declares series in the world of the database.
func (s *Store) EnsureSeries(ctx context.Context, defs ...market.SeriesDef) error {
	return s.write(ctx, func(s *Store) error {
		for _, d := range defs {
			room, err := roomOf(d.Key)
			if err != nil {
				return err
			}
			_, err = s.q.Exec(ctx, inRoom(sqlEnsureSeries, room), d.Key, d.Unit, d.Interval.Seconds(), d.Source, d.Licence)
			if err != nil {
				return wrap(err, "declare series %s", d.Key)
			}
		}
		return nil
	})
}

// seriesRow is a row of a room's series.
type seriesRow struct {
	ID        int32
	Key       string
	Unit      string
	IntervalS float64
	World     string
	Source    string
	Licence   string
}

func (r seriesRow) series() market.Series {
	return market.Series{
		SeriesDef: market.SeriesDef{
			Key: r.Key, Unit: r.Unit, Interval: seconds(r.IntervalS), Source: r.Source, Licence: r.Licence,
		},
		ID: r.ID, World: market.World(r.World),
	}
}

func seconds(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }

const sqlSeries = `SELECT id, key, unit, interval_s, world, source, licence FROM ROOM.series`

// series looks a series up by its key.
func (s *Store) series(ctx context.Context, key string) (market.Series, error) {
	room, err := roomOf(key)
	if err != nil {
		return market.Series{}, err
	}
	rows, err := s.q.Query(ctx, inRoom(sqlSeries, room)+` WHERE key = $1`, key)
	if err != nil {
		return market.Series{}, wrap(err, "series %s", key)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[seriesRow])
	if err != nil {
		return market.Series{}, wrap(err, "series %s", key)
	}
	s.ids.put(key, row.ID)
	return row.series(), nil
}

// seriesID is the id of a key.
func (s *Store) seriesID(ctx context.Context, key string) (int32, error) {
	if id, ok := s.ids.get(key); ok {
		return id, nil
	}
	series, err := s.series(ctx, key)
	return series.ID, err
}

// A series, its newest value and the number of its last change, as of one
// moment: a number ahead of the value would hide the next one from a reader.
const sqlStatus = `
SELECT s.id, s.key, s.unit, s.interval_s, s.world, s.source, s.licence, newest.t, newest.v, newest.level, coalesce(topic.seq, 0) AS seq
  FROM ROOM.series s
  LEFT JOIN core.topic ON topic.name = s.key
  LEFT JOIN LATERAL (` + sqlNewestOf + `) AS newest ON true`

// statusRow is a row of a room's series with its newest value, if it has one.
type statusRow struct {
	seriesRow
	T     *time.Time
	V     *float64
	Level *string
	Seq   int64
}

func (r statusRow) status() market.SeriesStatus {
	st := market.SeriesStatus{Series: r.series(), Seq: r.Seq}
	if r.T != nil && r.V != nil && r.Level != nil {
		st.Last, st.Level = market.Point{T: r.T.UTC(), V: *r.V}, market.Level(*r.Level)
	}
	return st
}

// SeriesStatus is a series, its newest value and the number of its last change.
// A series that is not declared is ErrNotFound.
func (s *Store) SeriesStatus(ctx context.Context, key string) (market.SeriesStatus, error) {
	return s.statusAt(ctx, key, endOfTime)
}

// statusAt is a series with its newest value at or before a time.
func (s *Store) statusAt(ctx context.Context, key string, at time.Time) (market.SeriesStatus, error) {
	room, err := roomOf(key)
	if err != nil {
		return market.SeriesStatus{}, err
	}
	rows, err := s.q.Query(ctx, inRoom(sqlStatus, room)+` WHERE s.key = $2`, at, key)
	if err != nil {
		return market.SeriesStatus{}, wrap(err, "status of %s", key)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[statusRow])
	return row.status(), wrap(err, "status of %s", key)
}

const sqlMayUse = `SELECT has_schema_privilege($1, 'USAGE')`

// SeriesList is every series this role may read, by key.
func (s *Store) SeriesList(ctx context.Context) ([]market.SeriesStatus, error) {
	var list []market.SeriesStatus
	for _, room := range seriesRooms {
		var may bool
		if err := s.q.QueryRow(ctx, sqlMayUse, room).Scan(&may); err != nil {
			return nil, wrap(err, "list the series of %s", room)
		}
		if !may {
			continue
		}
		rows, err := s.q.Query(ctx, inRoom(sqlStatus, room)+` ORDER BY s.key`, endOfTime)
		if err != nil {
			return nil, wrap(err, "list the series of %s", room)
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[statusRow])
		if err != nil {
			return nil, wrap(err, "list the series of %s", room)
		}
		for _, r := range found {
			list = append(list, r.status())
		}
	}
	return list, nil
}
