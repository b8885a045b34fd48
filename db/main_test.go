package db_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/market"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// The series of the tests: one of every second, a second one, one of every day.
const (
	key      = "market.btc_usd"
	otherKey = "market.btc_usd.kraken"
	dailyKey = "market.hashrate_hs"
)

func declare(t testing.TB, d *db.DB) *db.Store {
	t.Helper()
	s := d.Jobs()
	err := s.EnsureSeries(t.Context(),
		market.SeriesDef{Key: key, Unit: "USD", Interval: time.Second, Source: "venues"},
		market.SeriesDef{Key: otherKey, Unit: "USD", Interval: time.Second, Source: "kraken"},
		market.SeriesDef{Key: dailyKey, Unit: "H/s", Interval: 24 * time.Hour, Source: "mempool"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func insert(t testing.TB, s *db.Store, points ...market.Point) int {
	t.Helper()
	n, err := s.InsertTicks(t.Context(), map[string][]market.Point{key: points})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func seq(t testing.TB, s *db.Store, topic string) int64 {
	t.Helper()
	seqs, err := s.TopicSeqs(t.Context(), []string{topic})
	if err != nil {
		t.Fatal(err)
	}
	return seqs[topic]
}

// connectAs is connect as one of the dashboard's roles.
func connectAs(t testing.TB, cfg db.Config, role string) *pgx.Conn {
	t.Helper()
	cc, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	cc.User = role
	conn, err := pgx.ConnectConfig(t.Context(), cc)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

// connect is a connection as the user of the address, a superuser, that is
// closed with the test.
func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

// exec and value serve in clean-ups too, when the test's context is over.
func exec(t testing.TB, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := conn.Exec(context.WithoutCancel(t.Context()), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// value is the one value of a statement.
func value[T any](t testing.TB, conn *pgx.Conn, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := conn.QueryRow(context.WithoutCancel(t.Context()), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// waitFor waits until something outside the process has happened.
func waitFor(t testing.TB, what string, happened func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !happened() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}
