package dbtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const sqlHistoryPartitions = `
SELECT core.ensure_partition('market', 'minute', t) FROM generate_series($1::timestamptz - interval '1 year', $1, '1 week') AS t
 UNION ALL SELECT core.ensure_partition('market', 'minute', $1)
 UNION ALL SELECT core.ensure_partition('market', 'tick', t) FROM unnest(ARRAY[$1::timestamptz - interval '1 day', $1]) AS t`

// The value of a moment is one of a slow wave with a fast one on it. A bar
// reaches a little below and above that of its beginning.
const (
	sqlHistoryTicks = `
INSERT INTO market.tick (series_id, t, v)
SELECT s.id, t, 80000 + 9000 * sin(extract(epoch FROM t) / 3e6) + 50 * sin(extract(epoch FROM t) / 900)
  FROM market.series s, generate_series($2::timestamptz - interval '1 day' + interval '1 second', $2, '1 second') AS t
 WHERE s.key = ANY ($1)`
	sqlHistoryBars = `
INSERT INTO market.%[1]s (series_id, t, n, sum, min, max, first, last)
SELECT id, t, 60, 60 * v, v - 3, v + 3, v - 1, v + 1
  FROM (SELECT s.id, t, 80000 + 9000 * sin(extract(epoch FROM t) / 3e6) + 50 * sin(extract(epoch FROM t) / 900) AS v
          FROM market.series s, generate_series(
               date_bin('%[2]s', $2::timestamptz - $3::interval + interval '%[2]s' - interval '1 microsecond', '2000-01-01 00:00:00+00'),
               $2::timestamptz - interval '1 minute', '%[2]s') AS t
         WHERE s.key = ANY ($1)) AS wave`
)

// year is how far a history goes back.
const year = 365 * 24 * time.Hour

// History stores the last day's ticks, minutes of the span given, and a year of
// hours and days, for series of the room market that are declared. All end at
// until, a whole minute.
func History(t testing.TB, url string, until time.Time, minutes time.Duration, keys ...string) {
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
	}{
		{sqlHistoryPartitions, []any{until}},
		{sqlHistoryTicks, []any{keys, until}},
		{fmt.Sprintf(sqlHistoryBars, "point_minute", "1 minute"), []any{keys, until, minutes}},
		{fmt.Sprintf(sqlHistoryBars, "point_hour", "1 hour"), []any{keys, until, year}},
		{fmt.Sprintf(sqlHistoryBars, "point_day", "24 hours"), []any{keys, until, year}},
		{"ANALYZE", nil},
	} {
		tag, err := conn.Exec(ctx, step.sql, step.args...)
		if err != nil {
			t.Fatalf("history: %v", err)
		}
		if tag.Insert() && tag.RowsAffected() == 0 {
			t.Fatal("history: no rows: are the series declared?")
		}
	}
}
