package dbtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// HistoryMinutes is how many minutes History stores of a series: a year.
const HistoryMinutes = 365 * 24 * 60

// HistoryTicks is how many ticks History stores of a series: a day.
const HistoryTicks = 24 * 60 * 60

const sqlHistoryPartitions = `
SELECT core.ensure_partition('market', 'minute', t) FROM generate_series($1::timestamptz - interval '1 year', $1, '1 week') AS t
 UNION ALL SELECT core.ensure_partition('market', 'minute', $1)
 UNION ALL SELECT core.ensure_partition('market', 'tick', t) FROM unnest(ARRAY[$1::timestamptz - interval '1 day', $1]) AS t`

// A value is one of a slow wave with a fast one on it; a minute reaches a
// little below and above its own.
const (
	sqlHistoryTicks = `
INSERT INTO market.tick (series_id, t, v)
SELECT s.id, t, 80000 + 9000 * sin(extract(epoch FROM t) / 3e6) + 50 * sin(extract(epoch FROM t) / 900)
  FROM market.series s, generate_series($2::timestamptz - interval '1 day' + interval '1 second', $2, '1 second') AS t
 WHERE s.key = ANY ($1)`
	sqlHistoryMinutes = `
INSERT INTO market.point_minute (series_id, t, n, sum, min, max, first, last)
SELECT id, t, 60, 60 * v, v - 3, v + 3, v - 1, v + 1
  FROM (SELECT s.id, t, 80000 + 9000 * sin(extract(epoch FROM t) / 3e6) + 50 * sin(extract(epoch FROM t) / 900) AS v
          FROM market.series s, generate_series($2::timestamptz - interval '365 days', $2::timestamptz - interval '1 minute', '1 minute') AS t
         WHERE s.key = ANY ($1)) AS wave`
	sqlHistoryCoarser = `
INSERT INTO market.%s (series_id, t, n, sum, min, max, first, last)
SELECT series_id, date_bin('%s', t, '2000-01-01 00:00:00+00'), sum(n), sum(sum), min(min), max(max),
       (array_agg(first ORDER BY t))[1], (array_agg(last ORDER BY t DESC))[1]
  FROM market.%s GROUP BY 1, 2`
)

// History stores a year of minutes and its hours and days, and the last day's
// ticks, for series of the room market that are declared. All end at until, a
// whole minute.
func History(t testing.TB, url string, until time.Time, keys ...string) {
	t.Helper()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // every statement has been answered
	for _, step := range []struct {
		sql  string
		args []any
		rows int64 // 0: whatever comes
	}{
		{sqlHistoryPartitions, []any{until}, 0},
		{sqlHistoryTicks, []any{keys, until}, int64(len(keys)) * HistoryTicks},
		{sqlHistoryMinutes, []any{keys, until}, int64(len(keys)) * HistoryMinutes},
		{fmt.Sprintf(sqlHistoryCoarser, "point_hour", "1 hour", "point_minute"), nil, 0},
		{fmt.Sprintf(sqlHistoryCoarser, "point_day", "24 hours", "point_hour"), nil, 0},
		{"ANALYZE", nil, 0},
	} {
		tag, err := conn.Exec(ctx, step.sql, step.args...)
		if err != nil {
			t.Fatalf("history: %v", err)
		}
		if step.rows > 0 && tag.RowsAffected() != step.rows {
			t.Fatalf("history: %d rows, want %d: are the series declared?", tag.RowsAffected(), step.rows)
		}
	}
}
