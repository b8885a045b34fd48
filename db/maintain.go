package db

import (
	"context"
	"slices"
	"time"

	"switchyard/econ/market"
)

// minuteKept is how many months minutes are kept.
const minuteKept = 13

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
// not complete stays until it is.
func (s *Store) Maintain(ctx context.Context, now time.Time) error {
	if err := s.ensurePartitions(ctx, now); err != nil {
		return err
	}
	for _, room := range seriesRooms {
		for level, limit := range map[market.Level]time.Time{
			market.LevelTick:   partitionStart(market.LevelTick, now.Add(-tickKept)).AddDate(0, 0, -1),
			market.LevelMinute: partitionStart(market.LevelMinute, now).AddDate(0, -minuteKept-1, 0),
		} {
			if err := s.dropBefore(ctx, room, level, limit); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) dropBefore(ctx context.Context, room string, level market.Level, limit time.Time) error {
	rows, err := s.q.Query(ctx, sqlPartitions, room, string(level))
	if err != nil {
		return wrap(err, "list the partitions of %s", level)
	}
	var starts []time.Time
	for rows.Next() {
		var start time.Time
		if err := rows.Scan(&start); err != nil {
			rows.Close()
			return wrap(err, "list the partitions of %s", level)
		}
		starts = append(starts, start)
	}
	if err := rows.Err(); err != nil {
		return wrap(err, "list the partitions of %s", level)
	}
	for _, start := range starts {
		if start.After(limit) {
			break
		}
		var dropped bool
		if err := s.q.QueryRow(ctx, sqlDropPartition, room, string(level), start).Scan(&dropped); err != nil {
			return wrap(err, "drop the partition of %s", start.Format(time.DateOnly))
		}
		s.log.Info("partition past its time", "room", room, "level", level, "start", start.Format(time.DateOnly), "dropped", dropped)
	}
	return nil
}
