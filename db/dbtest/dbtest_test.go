package dbtest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/market"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestClusterAnswersAndIsShared(t *testing.T) {
	server := dbtest.Cluster(t)
	if got := value(t, server.URL("postgres", "postgres"), "show fsync"); got != "off" {
		t.Errorf("fsync = %q, want off", got)
	}
	if again := dbtest.Cluster(t); again != server {
		t.Error("a second call started a second server")
	}
}

func TestDatabasesAreApart(t *testing.T) {
	one, two := dbtest.NewURL(t), dbtest.NewURL(t)
	run(t, one, "create table only_here (v int)")
	if got := value(t, two, "select coalesce(to_regclass('only_here')::text, 'absent')"); got != "absent" {
		t.Errorf("the other test's table is %q, want absent", got)
	}
}

func TestDatabaseHoldsSchemaWorldAndRights(t *testing.T) {
	store, cfg := dbtest.New(t)
	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := value(t, cfg.URL, "select world from core.world"); got != string(dbtest.World) {
		t.Errorf("world = %q, want %q", got, dbtest.World)
	}
	for sql, want := range map[string]string{
		"select has_database_privilege('switchyard_owner', current_database(), 'create')::text":  "true",
		"select has_database_privilege('switchyard_reader', current_database(), 'create')::text": "false",
		"select has_database_privilege('public', current_database(), 'connect')::text":           "false",
	} {
		if got := value(t, cfg.URL, sql); got != want {
			t.Errorf("%s = %s, want %s", sql, got, want)
		}
	}
	// What a second process or a restart does.
	state, err := db.Prepare(t.Context(), cfg, dbtest.World, dbtest.Origin().Add(time.Hour), dbtest.Seed+1)
	if err != nil {
		t.Fatal(err)
	}
	if state.Seed != dbtest.Seed || !state.Origin.Equal(dbtest.Origin()) {
		t.Errorf("world = %+v, want that of the template", state)
	}
	if _, err := db.Prepare(t.Context(), cfg, market.Public, dbtest.Origin(), 1); !errors.Is(err, db.ErrWorldMismatch) {
		t.Errorf("the other world: %v, want %v", err, db.ErrWorldMismatch)
	}
}

func TestEmptyHoldsNothing(t *testing.T) {
	cfg := dbtest.Empty(t)
	if got := value(t, cfg.URL, "select count(*)::text from pg_namespace where nspname in ('core', 'market')"); got != "0" {
		t.Errorf("schemas of ours = %s, want 0", got)
	}
}

func TestDatabaseIsDroppedWithItsTest(t *testing.T) {
	var url string
	t.Run("user", func(t *testing.T) { url = dbtest.NewURL(t) })
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		conn.Close(t.Context())
		t.Error("the database outlived its test")
	}
}

func BenchmarkClone(b *testing.B) {
	dbtest.NewURL(b) // the cluster and the template are not what is measured
	for b.Loop() {
		dbtest.NewURL(b)
	}
}

func value(t *testing.T, url, sql string) string {
	t.Helper()
	conn := connect(t, url)
	var got string
	if err := conn.QueryRow(t.Context(), sql).Scan(&got); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return got
}

func run(t *testing.T, url, sql string) {
	t.Helper()
	if _, err := connect(t, url).Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// connect makes a connection that is closed before the test's database is dropped.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}
