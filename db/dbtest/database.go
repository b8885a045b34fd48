package dbtest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/db"
	"switchyard/econ/market"
)

// What the template was prepared with; every clone starts from it.
const (
	World = market.Simulated
	Seed  = 7
)

// Origin is when the world of the template began.
func Origin() time.Time { return time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC) }

// New returns the store of a new database that holds roles, schema and the
// simulated world, and its configuration: for a listener, for a second Open, for
// another process. Both serve until the test ends.
func New(t testing.TB) (*db.DB, db.Config) {
	t.Helper()
	return NewAt(t, time.Now)
}

// NewAt is New with a clock.
func NewAt(t testing.TB, now func() time.Time) (*db.DB, db.Config) {
	t.Helper()
	cfg := config(t, NewURL(t), now)
	store, err := db.Open(cfg)
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(store.Close)
	return store, cfg
}

// NewURL returns the address of a new database as New's, as its superuser.
func NewURL(t testing.TB) string {
	t.Helper()
	return cluster.clone(t, cluster.template(t))
}

// Empty returns the configuration of a new database with nothing in it.
func Empty(t testing.TB) db.Config {
	t.Helper()
	Cluster(t)
	return config(t, cluster.clone(t, template{name: "template0"}), time.Now)
}

// config trusts the socket and logs to the test.
func config(t testing.TB, url string, now func() time.Time) db.Config {
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return db.Config{URL: url, Secret: []byte("a secret of the tests alone"), TrustAuth: true, Log: log, Now: now}
}

// testLog writes lines to the log of a test.
type testLog struct{ t testing.TB }

func (l testLog) Write(line []byte) (int, error) {
	return l.t.Output().Write(bytes.Clone(line))
}

// templateName is the database all clones are made from.
const templateName = "switchyard_template"

// template is a database to clone, and the rights on it: those of a database do
// not come with its content.
type template struct {
	name   string
	grants []grant
}

// grant is a right of a role on a database.
type grant struct{ Privilege, Role string }

const (
	sqlCreateTemplate = `CREATE DATABASE ` + templateName + ` TEMPLATE template0`
	sqlCloseTemplate  = `ALTER DATABASE ` + templateName + ` ALLOW_CONNECTIONS false`
	sqlTemplateGrants = `
SELECT privilege_type AS privilege, grantee::regrole::text AS role
  FROM pg_database, aclexplode(datacl)
 WHERE datname = '` + templateName + `' AND grantee <> 0`
)

// template prepares the template on first use.
func (c *shared) template(t testing.TB) template {
	t.Helper()
	Cluster(t)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.prepared.name == "" && c.prepareErr == nil {
		c.prepared, c.prepareErr = c.prepare()
	}
	if c.prepareErr != nil {
		t.Fatalf("prepare the template of the test databases: %v", c.prepareErr)
	}
	return c.prepared
}

// prepare is called with the lock held.
func (c *shared) prepare() (template, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.adminURL())
	if err != nil {
		return template{}, err
	}
	defer conn.Close(ctx) //nolint:errcheck // every statement has been answered
	if _, err := conn.Exec(ctx, sqlCreateTemplate); err != nil {
		return template{}, err
	}
	cfg := db.Config{URL: c.server.URL("postgres", templateName), TrustAuth: true,
		Log: slog.New(slog.DiscardHandler), Now: time.Now}
	if _, err := db.Prepare(ctx, cfg, World, Origin(), Seed); err != nil {
		return template{}, err
	}
	rows, err := conn.Query(ctx, sqlTemplateGrants)
	if err != nil {
		return template{}, err
	}
	grants, err := pgx.CollectRows(rows, pgx.RowToStructByName[grant])
	if err != nil {
		return template{}, err
	}
	if _, err := conn.Exec(ctx, sqlCloseTemplate); err != nil {
		return template{}, err
	}
	return template{name: templateName, grants: grants}, nil
}

// adminURL is where databases are made and dropped.
func (c *shared) adminURL() string { return c.server.URL("postgres", "postgres") }

// clone makes a database that is dropped when the test ends, and returns its address.
func (c *shared) clone(t testing.TB, from template) string {
	t.Helper()
	c.mu.Lock()
	c.clones++
	name := fmt.Sprintf("test_%d", c.clones)
	c.mu.Unlock()
	statements := []string{fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY", name, from.name)}
	if len(from.grants) > 0 {
		statements = append(statements, fmt.Sprintf("REVOKE ALL ON DATABASE %s FROM PUBLIC", name))
	}
	for _, g := range from.grants {
		statements = append(statements, fmt.Sprintf("GRANT %s ON DATABASE %s TO %s", g.Privilege, name, g.Role))
	}
	if err := c.exec(t.Context(), statements...); err != nil {
		t.Fatalf("make the test's database: %v", err)
	}
	t.Cleanup(func() {
		if err := c.exec(context.WithoutCancel(t.Context()), fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return c.server.URL("postgres", name)
}

func (c *shared) exec(ctx context.Context, statements ...string) error {
	conn, err := pgx.Connect(ctx, c.adminURL())
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // every statement has been answered
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}
