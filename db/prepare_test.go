package db_test

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/market"
)

func TestPrepareInSeveralProcessesAtOnce(t *testing.T) {
	cfg := dbtest.Empty(t)
	states := make([]db.WorldState, 4)
	var wg sync.WaitGroup
	for i := range states {
		wg.Go(func() {
			var err error
			if states[i], err = db.Prepare(t.Context(), cfg, market.Simulated, dbtest.Origin().Add(time.Duration(i)*time.Hour), uint64(i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, state := range states {
		if state != states[0] || state.CreatedAt.IsZero() {
			t.Errorf("got the world %+v, another process %+v", state, states[0])
		}
	}
	d, err := db.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	// The first tick needs no maintenance before it.
	if n := insert(t, declare(t, d), market.Point{T: time.Now(), V: 1}); n != 1 {
		t.Errorf("got %d ticks, want 1", n)
	}
	state, err := d.As(access.Executive).World(t.Context())
	if err != nil || state != states[0] {
		t.Errorf("got the world %+v, %v, want %+v", state, err, states[0])
	}
}

func TestPrepareKeepsTheWorldAndNamesTheWayOut(t *testing.T) {
	_, cfg := dbtest.New(t)
	_, err := db.Prepare(t.Context(), cfg, market.Public, time.Now(), 1)
	if !errors.Is(err, db.ErrWorldMismatch) {
		t.Fatalf("got %v, want %v", err, db.ErrWorldMismatch)
	}
	for _, way := range []string{"make reset", "SWITCHYARD_DATA_DIR"} {
		if !strings.Contains(err.Error(), way) {
			t.Errorf("%q does not name %s", err, way)
		}
	}
}

// withPasswords makes the server ask the roles for passwords in one database.
func withPasswords(t *testing.T, url string) {
	t.Helper()
	conn := connect(t, url)
	path := value[string](t, conn, "SHOW hba_file")
	if !filepath.IsAbs(path) {
		t.Fatalf("hba_file = %q", path)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	name := value[string](t, conn, "SELECT current_database()")
	roles := "switchyard_owner"
	for _, role := range grantRoles {
		roles += ",switchyard_" + role
	}
	write := func(text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Error(err)
		}
		value[bool](t, conn, "SELECT pg_reload_conf()")
	}
	t.Cleanup(func() {
		if err := os.WriteFile(path, old, 0o600); err != nil {
			t.Error(err)
		}
	})
	write(append(fmt.Appendf(nil, "local %s %s scram-sha-256\n", name, roles), old...))
	// The reload comes when the server gets to it.
	waitFor(t, "the server asks for passwords", func() bool {
		cc, err := pgx.ParseConfig(url)
		if err != nil {
			t.Fatal(err)
		}
		cc.User, cc.Password = "switchyard_owner", "not this one"
		c, err := pgx.ConnectConfig(t.Context(), cc)
		if err == nil {
			c.Close(t.Context())
		}
		return err != nil
	})
}

func TestPasswordsComeFromTheSecret(t *testing.T) {
	// The value is that of Python's hmac.
	const want = "efce2c6987ac6b03c9ef0ef3ca1295e6981b98259e5c69a8a10a20d836a052db"
	if got := db.RolePassword([]byte("a secret"), "switchyard_jobs"); got != want {
		t.Errorf("got password %s, want %s", got, want)
	}
	_, cfg := dbtest.New(t)
	withPasswords(t, cfg.URL)
	cfg.TrustAuth = false
	if _, err := db.Prepare(t.Context(), cfg, dbtest.World, time.Now(), 1); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, role := range []access.Role{access.Executive, access.Mining, access.Business, access.Finance, access.Admin, access.Share} {
		if _, err := d.As(role).World(t.Context()); err != nil {
			t.Errorf("%s: %v", role, err)
		}
	}
	wrong := cfg
	wrong.Secret = []byte("another secret")
	w, err := db.Open(wrong)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	_, err = w.As(access.Executive).World(t.Context())
	if err == nil || errors.Is(err, db.ErrUnavailable) {
		t.Errorf("with another secret: %v, want a refusal", err)
	}
	if err != nil && strings.Contains(err.Error(), db.RolePassword(wrong.Secret, "switchyard_executive")) {
		t.Error("the error holds a password")
	}
}

// A user who may not make roles is told what to do.
func TestPrepareWithoutTheRightToMakeRoles(t *testing.T) {
	_, cfg := dbtest.New(t)
	conn := connect(t, cfg.URL)
	exec(t, conn, "CREATE ROLE plain LOGIN")
	t.Cleanup(func() { exec(t, conn, "DROP ROLE plain") })
	exec(t, conn, "GRANT CONNECT ON DATABASE "+value[string](t, conn, "SELECT current_database()")+" TO plain")
	t.Cleanup(func() {
		exec(t, conn, "REVOKE ALL ON DATABASE "+value[string](t, conn, "SELECT current_database()")+" FROM plain")
	})
	cfg.URL = asUser(t, cfg.URL, "plain")
	if _, err := db.Prepare(t.Context(), cfg, dbtest.World, time.Now(), 1); err != nil {
		t.Errorf("the roles are there already: %v", err)
	}
	exec(t, conn, "ALTER ROLE switchyard_reader RENAME TO hidden_reader")
	t.Cleanup(func() { exec(t, conn, "ALTER ROLE hidden_reader RENAME TO switchyard_reader") })
	_, err := db.Prepare(t.Context(), cfg, dbtest.World, time.Now(), 1)
	if err == nil || !strings.Contains(err.Error(), "switchyard_reader") || !strings.Contains(err.Error(), "switchyard roles --sql") {
		t.Errorf("got %v, want the role's name and the command", err)
	}
}

// asUser is an address with another user.
func asUser(t *testing.T, address, user string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(user)
	return u.String()
}

// The statements for a managed server make what a start makes by itself.
func TestRolesSQLIsEnough(t *testing.T) {
	cfg := dbtest.Empty(t)
	conn := connect(t, cfg.URL)
	text, err := db.RolesSQL(cfg.URL, cfg.Secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range append([]string{"owner"}, grantRoles...) {
		create := fmt.Sprintf("CREATE ROLE switchyard_%s LOGIN PASSWORD '%s';", role, db.RolePassword(cfg.Secret, "switchyard_"+role))
		if !strings.Contains(text, create) {
			t.Errorf("no statement makes %s", role)
		}
	}
	for sql := range strings.SplitSeq(text, ";\n") {
		if sql != "" && !strings.HasPrefix(sql, "CREATE ROLE") { // they are there
			exec(t, conn, sql)
		}
	}
	if value[bool](t, conn, "SELECT has_database_privilege('public', current_database(), 'CONNECT')") {
		t.Error("anybody may connect")
	}
	if _, err := db.RolesSQL("postgres://:::", cfg.Secret); err == nil || strings.Contains(err.Error(), ":::") {
		t.Errorf("an address that cannot be parsed: %v", err)
	}
}

func TestSessionsHaveLimits(t *testing.T) {
	_, cfg := dbtest.New(t)
	for role, want := range map[string]string{
		"switchyard_executive": "15s 10s 1min", "switchyard_jobs": "5min 10s 1min", "switchyard_reader": "15s 10s 1min", "switchyard_owner": "0 0 0",
	} {
		conn := connect(t, asUser(t, cfg.URL, role))
		got := value[string](t, conn, `SELECT concat_ws(' ', current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout'))`)
		if got != want {
			t.Errorf("%s: got %s, want %s", role, got, want)
		}
	}
}

func TestPoolsAreEmptyAtRestAndSmall(t *testing.T) {
	d, cfg := dbtest.New(t)
	conn := connect(t, cfg.URL)
	const count = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE 'switchyard%'`
	if n := value[int](t, conn, count); n != 0 {
		t.Errorf("%d connections before the first use", n)
	}
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if _, err := d.As(access.Executive).World(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := value[int](t, conn, count); n < 1 || n > 4 {
		t.Errorf("%d connections of one role, want at most 4", n)
	}
	if name := value[string](t, conn, `SELECT DISTINCT application_name FROM pg_stat_activity WHERE usename = 'switchyard_executive' AND datname = current_database()`); name != "switchyard_executive" {
		t.Errorf("application_name = %q", name)
	}
}
