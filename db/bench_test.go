package db_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/market"
)

// Each benchmark that has a reference measures it beside, as a sub-benchmark
// named after what it is; ours is called ours.

// secondKeys are the series that a second brings values of.
var secondKeys = [...]string{
	"market.b_usd", "market.b_usd.coinbase", "market.b_usd.kraken", "market.b_usd.bitstamp", "market.b_spread_usd", "market.b_hp",
}

// declareSecond declares the series of secondKeys and returns their ids.
func declareSecond(b *testing.B, s *db.Store, conn *pgx.Conn) []int32 {
	b.Helper()
	for _, k := range secondKeys {
		if err := s.EnsureSeries(b.Context(), market.SeriesDef{Key: k, Unit: "USD", Interval: time.Second, Source: "test"}); err != nil {
			b.Fatal(err)
		}
	}
	return value[[]int32](b, conn, `SELECT array_agg(id ORDER BY id) FROM market.series WHERE key = ANY ($1)`, secondKeys[:])
}

// days makes the partitions of the ticks of the last six days, so that nobody
// pays for them while the clock runs, and returns when they begin.
func days(b *testing.B, conn *pgx.Conn) time.Time {
	b.Helper()
	from := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -6)
	for i := range 8 {
		exec(b, conn, `SELECT core.ensure_partition('market', 'tick', $1)`, from.AddDate(0, 0, i))
	}
	return from
}

// warmLoop measures run after ten times that are not counted: connections, prepared
// statements and the plans of a program that has been up for a while.
func warmLoop(b *testing.B, run func()) {
	b.Helper()
	for range 10 {
		run()
	}
	for b.Loop() {
		run()
	}
}

func BenchmarkInsertSecond(b *testing.B) {
	d, cfg := dbtest.New(b)
	s, conn := d.Jobs(), connect(b, cfg.URL)
	ids := declareSecond(b, s, conn)
	at := days(b, conn)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		warmLoop(b, func() {
			at = at.Add(time.Second)
			points := make(map[string][]market.Point, len(secondKeys))
			for _, k := range secondKeys {
				points[k] = []market.Point{{T: at, V: 1}}
			}
			if n, err := s.InsertTicks(b.Context(), points); err != nil || n != len(secondKeys) {
				b.Fatal(n, err)
			}
		})
	})
	b.Run("singly", func(b *testing.B) {
		warmLoop(b, func() {
			at = at.Add(time.Second)
			for _, id := range ids {
				exec(b, conn, `INSERT INTO market.tick (series_id, t, v) VALUES ($1, $2, 1) ON CONFLICT (series_id, t) DO UPDATE SET v = EXCLUDED.v`, id, at)
			}
		})
	})
}

// batch is how many values each series brings in a large write.
const batch = 1000

func BenchmarkInsert5000(b *testing.B) {
	d, cfg := dbtest.New(b)
	s, conn := d.Jobs(), connect(b, cfg.URL)
	ids := declareSecond(b, s, conn)[:5]
	at := days(b, conn)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			points := make(map[string][]market.Point, len(ids))
			for _, k := range secondKeys[:len(ids)] {
				for i := range batch {
					points[k] = append(points[k], market.Point{T: at.Add(time.Duration(i) * time.Second), V: 1})
				}
			}
			at = at.Add(batch * time.Second)
			if n, err := s.InsertTicks(b.Context(), points); err != nil || n != batch*len(ids) {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("copy", func(b *testing.B) {
		for b.Loop() {
			rows := make([][]any, 0, batch*len(ids))
			for _, id := range ids {
				for i := range batch {
					rows = append(rows, []any{id, at.Add(time.Duration(i) * time.Second), 1.0})
				}
			}
			at = at.Add(batch * time.Second)
			n, err := conn.CopyFrom(b.Context(), pgx.Identifier{"market", "tick"}, []string{"series_id", "t", "v"}, pgx.CopyFromRows(rows))
			if err != nil || n != int64(len(rows)) {
				b.Fatal(n, err)
			}
		}
	})
}

// Repeating what is stored already is what a restart does with every source.
func BenchmarkUpsertUnchanged5000(b *testing.B) {
	d, cfg := dbtest.New(b)
	s, conn := declare(b, d), connect(b, cfg.URL)
	from := time.Now().UTC().Truncate(time.Minute).Add(-5000 * time.Minute)
	bars := make([]market.Bar, 5000)
	rows := make([][]any, len(bars))
	id := value[int32](b, conn, `SELECT id FROM market.series WHERE key = $1`, key)
	for i := range bars {
		bars[i] = market.Bar{T: from.Add(time.Duration(i) * time.Minute), N: 1, Sum: 1, Min: 1, Max: 1, First: 1, Last: 1}
		rows[i] = []any{id, bars[i].T, int64(1), 1.0, 1.0, 1.0, 1.0, 1.0}
	}
	if n, err := s.UpsertBars(b.Context(), key, market.LevelMinute, bars); err != nil || n != len(bars) {
		b.Fatal(n, err)
	}
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if n, err := s.UpsertBars(b.Context(), key, market.LevelMinute, bars); err != nil || n != 0 {
				b.Fatal(n, err)
			}
		}
	})
	exec(b, conn, `CREATE TABLE public.bars (LIKE market.point_minute INCLUDING ALL)`)
	b.Run("copy", func(b *testing.B) {
		columns := []string{"series_id", "t", "n", "sum", "min", "max", "first", "last"}
		for b.Loop() {
			b.StopTimer()
			exec(b, conn, `TRUNCATE public.bars`)
			b.StartTimer()
			n, err := conn.CopyFrom(b.Context(), pgx.Identifier{"public", "bars"}, columns, pgx.CopyFromRows(rows))
			if err != nil || n != int64(len(rows)) {
				b.Fatal(n, err)
			}
		}
	})
}

// The references read the same rows of the same level with one bare query and
// throw them away; for the year there is a second one, that makes the points
// from a year of minutes.
func BenchmarkChart(b *testing.B) {
	d, cfg := dbtest.New(b)
	declare(b, d)
	now := time.Now().UTC().Truncate(24 * time.Hour).Add(9 * time.Hour) // in the middle of a day
	dbtest.History(b, cfg.URL, now, 365*24*time.Hour, key)
	s, conn := d.As(access.Executive), connect(b, cfg.URL)
	const columns = 240 // those of a page: at most 480 points
	for _, c := range []struct {
		name    string
		span    time.Duration
		columns int
		level   market.Level
		rows    int
	}{
		{"24h", 24 * time.Hour, columns, market.LevelMinute, 1440},
		{"30d", 30 * 24 * time.Hour, columns, market.LevelHour, 720},
		{"1y", 365 * 24 * time.Hour, columns, market.LevelDay, 365},
		{"1y-wide", 365 * 24 * time.Hour, 1000, market.LevelHour, 8760},
	} {
		from := now.Add(-c.span)
		b.Run(c.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			warmLoop(b, func() {
				got, err := s.Chart(b.Context(), key, from, now, c.columns)
				if err != nil || got.Level != c.level || len(got.Points) < c.columns || len(got.Points) > 2*c.columns {
					b.Fatal(got.Level, len(got.Points), err)
				}
			})
		})
		b.Run(c.name+"/query", func(b *testing.B) {
			warmLoop(b, func() {
				n := count(b, conn, `SELECT t, n, sum, min, max, first, last FROM market.point_`+string(c.level)+`
					WHERE series_id = (SELECT id FROM market.series WHERE key = $1) AND t >= $2 AND t < $3 ORDER BY t`, key, from, now)
				if n != c.rows {
					b.Fatal(n)
				}
			})
		})
	}
	b.Run("1y/minutes", func(b *testing.B) {
		for b.Loop() {
			n := count(b, conn, `SELECT date_bin($4, t, $2), min(min), max(max) FROM market.point_minute
				WHERE series_id = (SELECT id FROM market.series WHERE key = $1) AND t >= $2 AND t < $3 GROUP BY 1 ORDER BY 1`,
				key, now.Add(-365*24*time.Hour), now, 365*24*time.Hour/columns)
			if n < columns || n > columns+1 {
				b.Fatal(n)
			}
		}
	})
}

// count reads all rows of a query and drops them.
func count(b *testing.B, conn *pgx.Conn, sql string, args ...any) int {
	b.Helper()
	rows, err := conn.Query(b.Context(), sql, args...)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for rows.Next() {
		n++
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return n
}

// The reference reads the same ticks and makes the same minutes of them, but
// writes nothing.
func BenchmarkRollUp(b *testing.B) {
	d, cfg := dbtest.New(b)
	s, conn := declare(b, d), connect(b, cfg.URL)
	until := time.Now().UTC().Truncate(24 * time.Hour)
	dbtest.History(b, cfg.URL, until, 60*24*time.Hour, key)
	for _, c := range []struct {
		name  string
		hours int
		bars  int // minutes, hours and the day
	}{{"hour", 1, 60 + 1 + 1}, {"day", 24, 1440 + 24 + 1}} {
		from := until.Add(-time.Duration(c.hours) * time.Hour)
		b.Run(c.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				forget(b, conn, from, until)
				b.StartTimer()
				if n, err := s.RollUp(b.Context()); err != nil || n != c.bars {
					b.Fatal(n, err)
				}
			}
		})
		b.Run(c.name+"/query", func(b *testing.B) {
			for b.Loop() {
				n := count(b, conn, `SELECT date_bin('1 minute', t, '2000-01-01 00:00:00+00'), count(*), sum(v), min(v), max(v),
					(array_agg(v ORDER BY t))[1], (array_agg(v ORDER BY t DESC))[1] FROM market.tick
					WHERE series_id = (SELECT id FROM market.series WHERE key = $1) AND t >= $2 AND t < $3 GROUP BY 1`, key, from, until)
				if n != c.hours*60 {
					b.Fatal(n)
				}
			}
		})
	}
}

// forget deletes the bars of a span and marks its hours.
func forget(b *testing.B, conn *pgx.Conn, from, until time.Time) {
	b.Helper()
	for _, table := range []string{"point_minute", "point_hour", "point_day"} {
		exec(b, conn, `DELETE FROM market.`+table+` WHERE t >= date_bin('24 hours', $1::timestamptz, '2000-01-01 00:00:00+00') AND t >= $1 AND t < $2
			OR '`+table+`' = 'point_day' AND t = date_bin('24 hours', $1::timestamptz, '2000-01-01 00:00:00+00')`, from, until)
	}
	exec(b, conn, `INSERT INTO market.dirty SELECT s.id, h, now() FROM market.series s,
		generate_series($2::timestamptz, $3::timestamptz - interval '1 hour', '1 hour') AS h WHERE s.key = $1`, key, from, until)
}

// From a tick that is written to its notice at a listener; the reference is
// one INSERT with a bare NOTIFY.
func BenchmarkPublish(b *testing.B) {
	d, cfg := dbtest.New(b)
	s, conn := declare(b, d), connect(b, cfg.URL)
	at := days(b, conn)
	b.Run("ours", func(b *testing.B) {
		heard, listening := make(chan db.Notice, 1), make(chan struct{}, 1)
		ctx, cancel := context.WithCancel(b.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- db.NewListener(cfg, access.Executive).Run(ctx, func(n db.Notice) { heard <- n }, func(up bool) {
				if up {
					listening <- struct{}{}
				}
			})
		}()
		<-listening
		b.ReportAllocs()
		warmLoop(b, func() {
			at = at.Add(time.Second)
			insert(b, s, market.Point{T: at, V: 1})
			if n := <-heard; n.Topic != key {
				b.Fatal(n)
			}
		})
		cancel()
		<-ended
	})
	b.Run("notify", func(b *testing.B) {
		listener := connect(b, cfg.URL)
		exec(b, listener, `LISTEN bare`)
		id := value[int32](b, conn, `SELECT id FROM market.series WHERE key = $1`, key)
		warmLoop(b, func() {
			at = at.Add(time.Second)
			exec(b, conn, `WITH i AS (INSERT INTO market.tick (series_id, t, v) VALUES ($1, $2, 1) RETURNING t) SELECT pg_notify('bare', t::text) FROM i`, id, at)
			if _, err := listener.WaitForNotification(b.Context()); err != nil {
				b.Fatal(err)
			}
		})
	})
}
