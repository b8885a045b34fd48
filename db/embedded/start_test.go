package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestStartStopRestart(t *testing.T) {
	for _, in := range installations(t) {
		for _, w := range ways() {
			t.Run(in.name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				cfg := config(t, filepath.Join(publicDir(t), "data"), in)
				s := mustStart(t, cfg, w.opt)
				checkSettings(t, s, in)
				run(t, s.URL("postgres", "postgres"), "create table kept as select 'yes' as v")
				mustStop(t, s)
				mustStop(t, s) // a second stop is nothing
				if err, open := <-s.Done(); err != nil || !open {
					t.Errorf("Done after Stop: %v, open %v; want one nil", err, open)
				}
				if _, open := <-s.Done(); open {
					t.Error("Done delivered a second value")
				}
				if left := processesIn(t, s.dataDir); len(left) != 0 {
					t.Errorf("processes left after Stop: %v", left)
				}
				cfg.Fast = false
				s = mustStart(t, cfg, w.opt)
				url := s.URL("postgres", "postgres")
				if got := value(t, url, "select v from kept"); got != "yes" {
					t.Errorf("kept = %q, want yes", got)
				}
				if got := value(t, url, "show fsync"); got != "on" {
					t.Errorf("fsync = %q, want on", got)
				}
			})
		}
	}
}

func checkSettings(t *testing.T, s *Server, in installation) {
	t.Helper()
	url := s.URL("postgres", "postgres")
	want := map[string]string{
		"listen_addresses": "", "server_encoding": "UTF8", "is_superuser": "on",
		"max_connections": "100", "shared_buffers": "128MB", "TimeZone": "UTC",
		"unix_socket_permissions": "0700", "fsync": "off", "synchronous_commit": "off",
		"full_page_writes": "off",
	}
	for name, v := range want {
		if got := value(t, url, "select current_setting($1)", name); got != v {
			t.Errorf("%s = %q, want %q", name, got, v)
		}
	}
	if got := value(t, url, "select datcollate from pg_database where datname = 'postgres'"); got != "C.UTF-8" {
		t.Errorf("locale = %q, want C.UTF-8", got)
	}
	if in.major != 0 && s.Version() != in.major {
		t.Errorf("version = %d, want %d", s.Version(), in.major)
	}
	for _, dir := range []string{s.socket, filepath.Join(s.dataDir, clusterName(s.Version()))} {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v; want mode 0700", dir, info.Mode(), err)
		}
	}
}

// A runtime folder is preferred, unless it is another user's.
func TestLongPathPrefersTheRuntimeFolder(t *testing.T) {
	for _, mine := range []bool{true, false} {
		runtimeDir := publicDir(t)
		t.Setenv("XDG_RUNTIME_DIR", runtimeDir)
		if !mine && os.Geteuid() != 0 {
			t.Setenv("XDG_RUNTIME_DIR", "/") // root's
		} else if !mine {
			if err := os.Chown(runtimeDir, 65534, 65534); err != nil {
				t.Fatal(err)
			}
		}
		dir, err := shortDir(plain())
		if err != nil {
			t.Fatal(err)
		}
		defer os.Remove(dir)
		if got := filepath.Dir(dir) == runtimeDir; got != mine {
			t.Errorf("mine %v: socket directory is %s", mine, dir)
		}
	}
}

// A database made in a namespace is root's; without one it must become another
// user's, and back.
func TestDatabaseFollowsItsUser(t *testing.T) {
	t.Parallel()
	all := ways()
	if len(all) < 2 {
		t.Skip("needs root: an ordinary user has one way to start")
	}
	cfg := folder(t, installations(t)[0])
	for i, w := range append(all, all[0]) {
		s := mustStart(t, cfg, w.opt)
		url := s.URL("postgres", "postgres")
		if i == 0 {
			run(t, url, "create table kept as select 'yes' as v")
		}
		if got := value(t, url, "select v from kept"); got != "yes" {
			t.Errorf("as %s: kept = %q, want yes", w.name, got)
		}
		mustStop(t, s)
	}
}

func TestClosedHome(t *testing.T) {
	t.Parallel()
	home := publicDir(t)
	if err := os.Chmod(home, 0o700); err != nil {
		t.Fatal(err)
	}
	cfg := config(t, filepath.Join(home, ".local", "share", "switchyard"), installations(t)[0])
	s := mustStart(t, cfg, defaults())
	if got := value(t, s.URL("postgres", "postgres"), "select 'up'"); got != "up" {
		t.Errorf("got %q", got)
	}
}

// With sudo, root's powers end at the namespace: the home's owner must run it.
func TestClosedHomeOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root: gives a directory to another user")
	}
	home := publicDir(t)
	if err := os.Chown(home, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(home, 0o700); err != nil {
		t.Fatal(err)
	}
	s := mustStart(t, config(t, filepath.Join(home, "data"), installations(t)[0]), defaults())
	if uid, err := owner(filepath.Join(s.dataDir, clusterName(s.Version()))); err != nil || uid != 65534 {
		t.Errorf("owner of the database = %d, %v; want 65534", uid, err)
	}
}

func TestFolderOutOfReachOfFallbackUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root: an ordinary user has no fallback")
	}
	home := publicDir(t)
	if err := os.Chmod(home, 0o700); err != nil {
		t.Fatal(err)
	}
	opt := defaults()
	opt.withoutNamespace = true
	_, err := start(t.Context(), config(t, filepath.Join(home, "data"), installations(t)[0]), opt)
	wantError(t, err, ErrFolder, home, "user postgres", "SWITCHYARD_DATA_DIR")
}

func TestLongPath(t *testing.T) {
	t.Parallel()
	cfg := config(t, filepath.Join(publicDir(t), strings.Repeat("long-folder/", 12), "data"), installations(t)[0])
	s := mustStart(t, cfg, defaults())
	if len(s.socket) > 80 {
		t.Errorf("socket directory %s is not short", s.socket)
	}
	if info, err := os.Stat(s.socket); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("socket directory: %v, %v; want mode 0700", info, err)
	}
	mustStop(t, s)
	if _, err := os.Stat(s.socket); err == nil {
		t.Errorf("socket directory %s is left", s.socket)
	}
	// One that a killed server left is found again, so that they do not pile up.
	cmd, report := holder(t, cfg, way{opt: defaults()})
	kill(cmd)
	s = mustStart(t, cfg, defaults())
	if !strings.HasPrefix(report.URL, s.URL("postgres", "postgres")) {
		t.Errorf("address %s, want that of the killed server: %s", s.URL("postgres", "postgres"), report.URL)
	}
}

func TestLongPathTrustsNoForeignLink(t *testing.T) {
	t.Parallel()
	base := publicDir(t)
	cfg := config(t, filepath.Join(base, strings.Repeat("long-folder/", 12), "data"), installations(t)[0])
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(base, "switchyard-open")
	if err := os.Mkdir(open, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(open, filepath.Join(cfg.DataDir, socketName)); err != nil {
		t.Fatal(err)
	}
	if s := mustStart(t, cfg, defaults()); s.socket == open {
		t.Error("a directory open to others was taken for the socket")
	}
}

func TestMissingLocaleFallsBack(t *testing.T) {
	for _, in := range installations(t) {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			opt := defaults()
			opt.locales = []string{"xx_XX.UTF-8", "C"}
			s := mustStart(t, config(t, filepath.Join(publicDir(t), "data"), in), opt)
			got := value(t, s.URL("postgres", "postgres"), "select datcollate from pg_database where datname = 'postgres'")
			if got != "C" {
				t.Errorf("locale = %q, want C", got)
			}
			if got := value(t, s.URL("postgres", "postgres"), "show server_encoding"); got != "UTF8" {
				t.Errorf("encoding = %q, want UTF8", got)
			}
		})
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	cfg := config(t, filepath.Join(publicDir(t), "data"), installations(t)[0])
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := start(ctx, cfg, defaults())
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v, want the deadline", err)
	}
	wantError(t, err, ErrStart)
	if left := processesIn(t, cfg.DataDir); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
	mustStart(t, cfg, defaults()) // what was left half done does not matter
}

func TestFailedStartQuotesTheLog(t *testing.T) {
	for _, in := range installations(t) {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			cfg := folder(t, in)
			conf := filepath.Join(cfg.DataDir, clusterName(in.major), "postgresql.conf")
			if err := os.WriteFile(conf, []byte("no_such_setting = 1\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := start(t.Context(), cfg, defaults())
			wantError(t, err, ErrStart, "did not start", "no_such_setting")
		})
	}
}

func TestUnusableFolder(t *testing.T) {
	t.Parallel()
	base := publicDir(t)
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config(t, filepath.Join(file, "data"), installations(t)[0])
	_, err := start(t.Context(), cfg, defaults())
	wantError(t, err, ErrFolder, cfg.DataDir, "not a directory")

	cfg.DataDir = ""
	_, err = start(t.Context(), cfg, defaults())
	wantError(t, err, ErrFolder, "SWITCHYARD_DATA_DIR")

	if os.Geteuid() == 0 {
		cfg.DataDir = "/proc/switchyard" // root may write everywhere else
	} else {
		cfg.DataDir = filepath.Join(base, "read-only")
		if err := os.Mkdir(cfg.DataDir, 0o500); err != nil {
			t.Fatal(err)
		}
	}
	_, err = start(t.Context(), cfg, defaults())
	wantError(t, err, ErrFolder, cfg.DataDir)
}
