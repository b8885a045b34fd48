package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// minMajor is the oldest PostgreSQL the SQL of this program is written for.
const minMajor = 15

// debianBins matches where Debian and Ubuntu keep the programs of each version.
const debianBins = "/usr/lib/postgresql/*/bin"

// programs is one installed PostgreSQL and who will run it.
type programs struct {
	dir   string // holds postgres and initdb
	major int
	as    identity
}

// initdb and postgres come from one directory: versions must not be mixed.
func (p programs) initdb() string   { return filepath.Join(p.dir, "initdb") }
func (p programs) postgres() string { return filepath.Join(p.dir, "postgres") }

// choosePrograms returns the first installation that runs, as the first user who
// can run it and reach dataDir. With major 0 any supported version will do.
func choosePrograms(ctx context.Context, cfg Config, dataDir string, major int, users []identity) (programs, error) {
	candidates, err := candidateDirs(cfg)
	if err != nil {
		return programs{}, err
	}
	switch {
	case major != 0:
		candidates = ownMajorFirst(candidates, major)
	case cfg.BinDir != "":
		candidates = candidates[:1] // whoever names a folder does not want another
	}
	var refused []string
	var outside []string // users who could run the server, but not in this folder
	for _, as := range users {
		if err := as.admit(dataDir); err != nil {
			return programs{}, folderError(dataDir, err)
		}
		for _, dir := range candidates {
			found, err := probe(ctx, dir, dataDir, as)
			switch {
			case ctx.Err() != nil:
				return programs{}, stoppedError("looking for PostgreSQL", ctx.Err())
			case errors.Is(err, errUnreachable):
				outside = append(outside, as.name)
			case err != nil:
				refused = append(refused, fmt.Sprintf("%s as %s: %v", dir, as.name, err))
			case found < minMajor:
				refused = append(refused, fmt.Sprintf("%s is version %d", dir, found))
			case major != 0 && found != major:
				// Another version's programs cannot read this directory.
			default:
				return programs{dir: dir, major: found, as: as}, nil
			}
		}
	}
	if len(outside) > 0 {
		return programs{}, &Error{Kind: ErrFolder, Sentence: fmt.Sprintf(
			"PostgreSQL does not run as root and %s cannot reach the data folder %s: set SWITCHYARD_DATA_DIR to a folder open to that user, or run as an ordinary user",
			strings.Join(withoutRepeats(outside), " or "), dataDir)}
	}
	return programs{}, noProgramsError(cfg, dataDir, major, refused)
}

// errUnreachable marks programs that work elsewhere, but not in the data folder.
var errUnreachable = errors.New("data folder out of reach")

func noProgramsError(cfg Config, dataDir string, major int, refused []string) error {
	tried := ""
	if len(refused) > 0 {
		tried = " (tried " + strings.Join(refused, "; ") + ")"
	}
	switch {
	case major != 0:
		return &Error{Kind: ErrNoPrograms, Sentence: fmt.Sprintf(
			"the database in %s was made by PostgreSQL %d, which is not usable here: install postgresql-%d, or run `make reset` to start with an empty database%s",
			filepath.Join(dataDir, clusterName(major)), major, major, tried)}
	case cfg.BinDir != "":
		return &Error{Kind: ErrNoPrograms, Sentence: fmt.Sprintf(
			"the configured PostgreSQL in %s cannot be used%s", cfg.BinDir, tried)}
	default:
		return &Error{Kind: ErrNoPrograms, Sentence: fmt.Sprintf(
			"no PostgreSQL of version %d or later was found: install Debian's postgresql, run `npm ci`, or set SWITCHYARD_PG_BIN to the folder of its programs%s", minMajor, tried)}
	}
}

// candidateDirs lists where PostgreSQL may be, the preferred place first.
func candidateDirs(cfg Config) ([]string, error) {
	var dirs []string
	if cfg.BinDir != "" {
		dirs = append(dirs, cfg.BinDir)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		// A link on PATH leads to where initdb and the shared files are.
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
		dirs = append(dirs, filepath.Dir(path))
	}
	debian, err := filepath.Glob(debianBins)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", debianBins, err)
	}
	slices.SortFunc(debian, func(a, b string) int { return cmp.Compare(dirMajor(b), dirMajor(a)) })
	dirs = append(dirs, debian...)
	if npm, ok := npmPackage(cfg.NodeModules); ok {
		if err := restoreLinks(npm); err != nil {
			return nil, &Error{Kind: ErrNoPrograms, Cause: err, Sentence: fmt.Sprintf(
				"the PostgreSQL in %s lacks links to its libraries and they could not be made: %v", npm, err)}
		}
		dirs = append(dirs, filepath.Join(npm, "native", "bin"))
	}
	return withoutRepeats(dirs), nil
}

// ownMajorFirst puts Debian's directory of the wanted version in front, so that
// fewer programs are asked for their version.
func ownMajorFirst(dirs []string, major int) []string {
	sorted := slices.Clone(dirs)
	slices.SortStableFunc(sorted, func(a, b string) int {
		return cmp.Compare(absent(dirMajor(a) == major), absent(dirMajor(b) == major))
	})
	return sorted
}

func absent(present bool) int {
	if present {
		return 0
	}
	return 1
}

// dirMajor is the version in a path such as /usr/lib/postgresql/15/bin, or 0.
func dirMajor(dir string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	if err != nil {
		return 0
	}
	return n
}

func withoutRepeats(dirs []string) []string {
	var kept []string
	for _, dir := range dirs {
		if !slices.Contains(kept, dir) {
			kept = append(kept, dir)
		}
	}
	return kept
}

// probe asks dir's postgres for its major version, run by this user with dataDir
// as working directory: what refuses here would refuse the server too.
func probe(ctx context.Context, dir, dataDir string, as identity) (int, error) {
	for _, name := range []string{"postgres", "initdb"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return 0, errors.New(name + " is missing")
		}
	}
	major, err := askVersion(ctx, dir, dataDir, as)
	if errors.Is(err, fs.ErrPermission) {
		if _, elsewhere := askVersion(ctx, dir, "/", as); elsewhere == nil {
			return 0, errUnreachable
		}
	}
	return major, err
}

func askVersion(ctx context.Context, dir, workDir string, as identity) (int, error) {
	var out strings.Builder
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version")
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = workDir, childEnv(), &out, &out
	if err := runToEnd(cmd, as); err != nil {
		if text := strings.TrimSpace(out.String()); text != "" {
			return 0, fmt.Errorf("%w: %s", err, text)
		}
		return 0, err
	}
	return parseVersion(out.String())
}

// parseVersion reads the major version from "postgres (PostgreSQL) 15.14 (Debian …)".
func parseVersion(text string) (int, error) {
	m := regexp.MustCompile(`\(PostgreSQL\) (\d+)`).FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("unknown version %q", strings.TrimSpace(text))
	}
	return strconv.Atoi(m[1])
}

// npmPackage returns the directory of the npm package made for this machine.
func npmPackage(nodeModules string) (string, bool) {
	if nodeModules == "" {
		return "", false
	}
	arch := runtime.GOARCH
	switch arch {
	case "amd64":
		arch = "x64"
	case "386":
		arch = "ia32"
	}
	dir := filepath.Join(nodeModules, "@embedded-postgres", runtime.GOOS+"-"+arch)
	_, err := os.Stat(filepath.Join(dir, "native", "bin", "postgres"))
	return dir, err == nil
}
