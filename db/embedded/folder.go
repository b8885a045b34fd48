package embedded

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Names inside the data folder.
const (
	clusterPrefix  = "pg"              // pg15, pg18: one database per major version
	partialSuffix  = ".partial"        // a database that initdb has not finished
	asideSuffix    = ".incomplete-"    // a directory that is no database, kept
	currentName    = "current"         // names the database used last
	ownLockName    = "switchyard.lock" // held by this process
	serverLockName = "postgres.lock"   // held by every PostgreSQL process
	logName        = "postgres.log"
	socketName     = "run" // the socket directory, or a link to it
)

// cluster is a database directory found in the data folder.
type cluster struct {
	dir   string
	major int
	used  time.Time // last start
}

func clusterName(major int) string { return clusterPrefix + strconv.Itoa(major) }

// openFolder makes the data folder if needed and returns its real path.
func openFolder(dataDir string) (string, error) {
	if dataDir == "" {
		return "", &Error{Kind: ErrFolder, Sentence: "no data folder was configured: set SWITCHYARD_DATA_DIR"}
	}
	abs, err := filepath.Abs(dataDir)
	if err != nil {
		return "", folderError(dataDir, err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return "", folderError(abs, err)
	}
	// PostgreSQL shows its directory by its real path; so do we when comparing.
	resolved, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", folderError(abs, err)
	}
	return resolved, nil
}

func folderError(dir string, err error) error {
	return &Error{Kind: ErrFolder, Cause: err, Sentence: fmt.Sprintf(
		"the data folder %s cannot be used: %v", dir, err)}
}

// currentCluster returns the database to use. There is none (major 0) in a new
// folder; where there are several, the one used last counts.
func currentCluster(dataDir string, log *slog.Logger) (cluster, error) {
	found, err := clusters(dataDir)
	if err != nil || len(found) == 0 {
		return cluster{}, err
	}
	if len(found) == 1 {
		return found[0], nil
	}
	slices.SortFunc(found, func(a, b cluster) int {
		return cmp.Or(b.used.Compare(a.used), cmp.Compare(b.major, a.major))
	})
	chosen := found[0]
	if record, err := os.ReadFile(filepath.Join(dataDir, currentName)); err == nil {
		i := slices.IndexFunc(found, func(c cluster) bool {
			return filepath.Base(c.dir) == strings.TrimSpace(string(record))
		})
		if i >= 0 {
			chosen = found[i]
		}
	}
	log.Warn("several databases in the data folder, taking the one used last",
		"folder", dataDir, "databases", len(found), "taken", filepath.Base(chosen.dir))
	return chosen, nil
}

// clusters lists the complete databases of the folder.
func clusters(dataDir string) ([]cluster, error) {
	entries, err := os.ReadDir(dataDir)
	if err != nil {
		return nil, folderError(dataDir, err)
	}
	var found []cluster
	for _, entry := range entries {
		if !ours.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), partialSuffix) {
			continue
		}
		dir := filepath.Join(dataDir, entry.Name())
		major, err := readMajor(dir)
		if err != nil {
			return nil, folderError(dir, err)
		}
		if major != 0 {
			found = append(found, cluster{dir: dir, major: major, used: lastUsed(dir)})
		}
	}
	return found, nil
}

// readMajor is the version a complete database was made by, or 0 if the directory
// is no complete database: initdb writes PG_VERSION early and the control file late.
func readMajor(dir string) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	_, err = os.Stat(filepath.Join(dir, "global", "pg_control"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("PG_VERSION: %w", err)
	}
	return major, nil
}

// lastUsed is when a server was last started in dir: it writes its options then.
func lastUsed(dir string) time.Time {
	for _, name := range []string{"postmaster.opts", "PG_VERSION"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return info.ModTime()
		}
	}
	return time.Time{}
}

// recordCurrent notes the database in use, for a folder that holds several.
func recordCurrent(dataDir, clusterDir string) error {
	path := filepath.Join(dataDir, currentName)
	if err := os.WriteFile(path, []byte(filepath.Base(clusterDir)+"\n"), 0o600); err != nil {
		return folderError(dataDir, err)
	}
	return nil
}

// clearPlace makes way for a new database at dir. What initdb left half done is
// removed; anything else that is not a database is moved aside, never deleted.
func clearPlace(dir string, log *slog.Logger) error {
	if err := os.RemoveAll(dir + partialSuffix); err != nil {
		return folderError(dir+partialSuffix, err)
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return folderError(dir, err)
	}
	if len(entries) == 0 {
		if err := os.Remove(dir); err != nil {
			return folderError(dir, err)
		}
		return nil
	}
	aside, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+asideSuffix)
	if err != nil {
		return folderError(dir, err)
	}
	kept := filepath.Join(aside, filepath.Base(dir))
	if err := os.Rename(dir, kept); err != nil {
		return folderError(dir, err)
	}
	log.Warn("incomplete database moved aside", "directory", dir, "kept_as", kept)
	return nil
}

// own makes this user the owner of dir and what it holds, as PostgreSQL demands:
// a database may have been made by root with a namespace and be used without, or
// the other way round. Links are changed, not followed.
func own(dir string, as identity) error {
	uid, err := owner(dir)
	if err != nil {
		return folderError(dir, err)
	}
	if uid == as.uid {
		return nil
	}
	if os.Geteuid() != 0 {
		return &Error{Kind: ErrFolder, Sentence: fmt.Sprintf(
			"%s belongs to another user (number %d): run as that user, or choose another data folder", dir, uid)}
	}
	// The directory itself comes last: an interrupted change is done again.
	err = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		return os.Lchown(path, as.uid, as.gid)
	})
	if err == nil {
		err = os.Lchown(dir, as.uid, as.gid)
	}
	if err != nil {
		return folderError(dir, err)
	}
	return nil
}
