package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/market"
)

// How long the finer levels are kept.
const (
	tickKept   = 7 * 24 * time.Hour
	minuteKept = 13 // months
)

// aheadLimit is how far ahead of the clock a value may lie: a wrong time must
// not make partitions for a far future.
const aheadLimit = 24 * time.Hour

// keptFrom is when what is kept of a level begins; zero for what is kept for
// good. Nothing from then on is dropped.
func keptFrom(level market.Level, now time.Time) time.Time {
	switch level {
	case market.LevelTick:
		return now.Add(-tickKept)
	case market.LevelMinute:
		return partitionStart(level, now).AddDate(0, -minuteKept, 0)
	default:
		return time.Time{}
	}
}

// checkKept refuses times whose partition may have been dropped, or lies too
// far ahead.
func (s *Store) checkKept(level market.Level, times []time.Time) error {
	from, until := keptFrom(level, s.now()), s.now().Add(aheadLimit)
	for _, t := range times {
		if t.Before(from) {
			return fmt.Errorf("%s of %s: %w, which begins on %s", level, t.Format(time.RFC3339), ErrTooOld, from.UTC().Format(time.RFC3339))
		}
		if t.After(until) {
			return fmt.Errorf("%s of %s lies ahead of the clock", level, t.Format(time.RFC3339))
		}
	}
	return nil
}

const (
	sqlEnsurePartition = `SELECT core.ensure_partition($1, $2, $3)`
	sqlDropPartition   = `SELECT core.drop_partition($1, $2, $3)`
	sqlPartitions      = `
SELECT to_date(right(c.relname, CASE $2 WHEN 'tick' THEN 8 ELSE 6 END), CASE $2 WHEN 'tick' THEN 'YYYYMMDD' ELSE 'YYYYMM' END)
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = to_regclass($1 || CASE $2 WHEN 'tick' THEN '.tick' ELSE '.point_minute' END) ORDER BY 1`
)

// partitionStart is the beginning of the partition that holds t.
func partitionStart(level market.Level, t time.Time) time.Time {
	t = t.UTC()
	if level == market.LevelTick {
		return t.Truncate(24 * time.Hour)
	}
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// partitionsFor makes the partitions that times need. Levels without
// partitions need none.
func (s *Store) partitionsFor(ctx context.Context, room string, level market.Level, times []time.Time) error {
	if level != market.LevelTick && level != market.LevelMinute {
		return nil
	}
	var starts []time.Time
	for _, t := range times {
		if start := partitionStart(level, t); !slices.ContainsFunc(starts, start.Equal) {
			starts = append(starts, start)
		}
	}
	for _, start := range starts {
		if _, err := s.q.Exec(ctx, sqlEnsurePartition, room, string(level), start); err != nil {
			return wrap(err, "make the partition of %s", start.Format(time.DateOnly))
		}
	}
	return nil
}

// ensurePartitions makes the partitions of now and of what comes next.
func (s *Store) ensurePartitions(ctx context.Context, now time.Time) error {
	for _, room := range seriesRooms {
		var days, months []time.Time
		for i := range 3 {
			days = append(days, now.AddDate(0, 0, i-1))
			months = append(months, partitionStart(market.LevelMinute, now).AddDate(0, i-1, 0))
		}
		if err := s.partitionsFor(ctx, room, market.LevelTick, days); err != nil {
			return err
		}
		if err := s.partitionsFor(ctx, room, market.LevelMinute, months); err != nil {
			return err
		}
	}
	return nil
}

// Maintain makes the coming partitions and drops those past their time: ticks
// after seven days, minutes after thirteen months. A partition whose roll-up is
// not complete stays, and its hours are marked to be computed again.
func (s *Store) Maintain(ctx context.Context, now time.Time) error {
	if err := s.ensurePartitions(ctx, now); err != nil {
		return err
	}
	for _, room := range seriesRooms {
		for _, level := range [...]market.Level{market.LevelTick, market.LevelMinute} {
			if err := s.dropPast(ctx, room, level, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// clockMargin is by how much the clocks of this machine and of the database may
// differ: the database judges the age of a partition too.
const clockMargin = time.Hour

func (s *Store) dropPast(ctx context.Context, room string, level market.Level, now time.Time) error {
	rows, err := s.q.Query(ctx, sqlPartitions, room, string(level))
	if err != nil {
		return wrap(err, "list the partitions of %s", level)
	}
	starts, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return wrap(err, "list the partitions of %s", level)
	}
	limit := partitionStart(level, keptFrom(level, now.Add(-clockMargin)))
	for _, start := range starts {
		if !start.Before(limit) {
			break
		}
		var dropped bool
		if err := s.q.QueryRow(ctx, sqlDropPartition, room, string(level), start).Scan(&dropped); err != nil {
			return wrap(err, "drop the partition of %s", start.Format(time.DateOnly))
		}
		if dropped {
			s.log.Info("partition dropped", "room", room, "level", level, "start", start.Format(time.DateOnly))
		} else {
			s.log.Warn("partition kept, its roll-up is not complete", "room", room, "level", level, "start", start.Format(time.DateOnly))
		}
	}
	return nil
}
