package embedded

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/db/dbtest/tempdir"
)

// installation is a PostgreSQL to test with.
type installation struct {
	name  string
	major int
	dir   string
}

const (
	debian15   = "/usr/lib/postgresql/15/bin"
	npmEnv     = "EMBEDDED_TEST_NODE_MODULES" // where an ordinary user can read it
	eventually = 30 * time.Second
)

// nodeModules is the npm directory of the repository.
func nodeModules(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv(npmEnv); dir != "" {
		return dir
	}
	dir, err := filepath.Abs("../../node_modules")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// installations lists what can be tested with: both the oldest supported version
// and the one of the npm package where they are installed.
func installations(t testing.TB) []installation {
	t.Helper()
	var found []installation
	if _, err := os.Stat(filepath.Join(debian15, "postgres")); err == nil {
		found = append(found, installation{"debian15", 15, debian15})
	}
	if pkg, ok := npmPackage(nodeModules(t)); ok {
		if err := restoreLinks(pkg); err != nil {
			t.Fatal(err)
		}
		found = append(found, installation{"npm18", 18, filepath.Join(pkg, "native", "bin")})
	}
	if dir := os.Getenv("SWITCHYARD_TEST_PG_BIN"); dir != "" && len(found) == 0 {
		found = append(found, installation{"configured", 0, dir})
	}
	if len(found) == 0 {
		t.Fatal("no PostgreSQL to test with: install postgresql-15 or run npm ci")
	}
	return found
}

// bothInstallations returns version 15 and 18, or skips.
func bothInstallations(t *testing.T) (pg15, pg18 installation) {
	t.Helper()
	all := installations(t)
	if len(all) < 2 {
		t.Skip("needs two versions: postgresql-15 and the npm package")
	}
	return all[0], all[1]
}

// way is a user the server can be made to run as.
type way struct {
	name string
	opt  options
}

// ways lists all that this test process can try.
func ways() []way {
	if os.Geteuid() != 0 {
		return []way{{"ordinary", defaults()}}
	}
	asPostgres, asNobody := defaults(), defaults()
	asPostgres.withoutNamespace, asNobody.withoutNamespace = true, true
	asNobody.fallbackUsers = []string{"nobody"}
	return []way{{"namespace", defaults()}, {"postgres", asPostgres}, {"nobody", asNobody}}
}

// publicDir is a directory every user can pass through, as /var/lib is.
func publicDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(tempdir.Fast(), "emb-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func config(t testing.TB, dataDir string, in installation) Config {
	t.Helper()
	return Config{DataDir: dataDir, BinDir: in.dir, NodeModules: nodeModules(t), Fast: true}
}

// templates are databases made once by each installation, to be copied: creating
// one costs a second, and most tests are about what comes after.
var templates struct {
	mu   sync.Mutex // guards all below
	root string
	dirs map[string]string // by programs
}

// folder returns the configuration of a data folder that holds a database.
func folder(t *testing.T, in installation) Config {
	t.Helper()
	cfg := config(t, filepath.Join(publicDir(t), "data"), in)
	if err := copyFiles(template(t, in), cfg.DataDir); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func template(t *testing.T, in installation) string {
	t.Helper()
	templates.mu.Lock()
	defer templates.mu.Unlock()
	if dir := templates.dirs[in.dir]; dir != "" {
		return dir
	}
	if templates.root == "" {
		root, err := os.MkdirTemp(tempdir.Fast(), "emb-template-")
		if err != nil {
			t.Fatal(err)
		}
		templates.root, templates.dirs = root, make(map[string]string)
	}
	dir := filepath.Join(templates.root, in.name)
	s, err := start(t.Context(), config(t, dir, in), defaults())
	if err != nil {
		t.Fatalf("make a database to copy: %v", err)
	}
	mustStop(t, s)
	templates.dirs[in.dir] = dir
	return dir
}

func removeTemplates() error {
	if templates.root == "" {
		return nil
	}
	return os.RemoveAll(templates.root)
}

// copyFiles copies regular files and directories with their modes; links are left out.
func copyFiles(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), info.Mode().Perm())
		case entry.Type().IsRegular():
			return copyFile(path, filepath.Join(to, rel), info.Mode().Perm())
		}
		return nil
	})
}

func copyFile(from, to string, mode os.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// mustStart starts a server that is stopped at the end of the test.
func mustStart(t *testing.T, cfg Config, opt options) *Server {
	t.Helper()
	s, err := start(t.Context(), cfg, opt)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() { mustStop(t, s) })
	return s
}

func mustStop(t testing.TB, s *Server) {
	t.Helper()
	// The context of a test has ended when its cleanup runs.
	if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// value runs a statement that returns one text.
func value(t *testing.T, url, sql string, args ...any) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer conn.Close(t.Context())
	var got string
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&got); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return got
}

// run executes a statement that returns nothing.
func run(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// wait polls until cond holds.
func wait(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.NewTimer(eventually)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("not within %v: %s", eventually, what)
		}
	}
}

// processesIn lists the processes whose working directory is in dir.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, link := range links {
		cwd, err := os.Readlink(link)
		if err == nil && (cwd == dir || strings.HasPrefix(cwd, dir+"/")) {
			found = append(found, filepath.Base(filepath.Dir(link)))
		}
	}
	return found
}

// wantError checks the kind of an error and that it reads as one sentence.
func wantError(t *testing.T, err, kind error, words ...string) {
	t.Helper()
	var e *Error
	if !errors.Is(err, kind) || !errors.As(err, &e) {
		t.Fatalf("error = %v, want one of kind %q", err, kind)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
	if strings.Contains(err.Error(), "\n") || strings.HasSuffix(e.Sentence, ".") {
		t.Errorf("error %q is not one sentence", err)
	}
}

// holder starts a process that runs a server and waits to be killed.
func holder(t *testing.T, cfg Config, w way) (*exec.Cmd, holderReport) {
	t.Helper()
	cmd, out := startHolder(t, cfg, w)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("read the holder's report: %v", err)
	}
	var report holderReport
	if err := json.Unmarshal([]byte(line), &report); err != nil {
		t.Fatal(err)
	}
	if report.Err != "" {
		t.Fatalf("holder: %s", report.Err)
	}
	return cmd, report
}

// startHolder does not wait for its server.
func startHolder(t *testing.T, cfg Config, w way) (*exec.Cmd, *os.File) {
	t.Helper()
	cfg.Log = nil
	order, err := json.Marshal(holderOrder{cfg, w.opt.withoutNamespace, w.opt.fallbackUsers})
	if err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s", holderEnv, order))
	cmd.Stdout, cmd.Stderr = write, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	t.Cleanup(func() {
		kill(cmd)
		read.Close()
		// Its server clears up behind itself, if it is not robbed of its folder.
		wait(t, "the holder's server is gone", func() bool { return len(processesIn(t, cfg.DataDir)) == 0 })
	})
	return cmd, read
}

// kill ends a holder as an impatient administrator does.
func kill(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}
