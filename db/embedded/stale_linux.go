package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// pidFile is PostgreSQL's own note of the server in a data directory.
const pidFile = "postmaster.pid"

// clearStale removes the note a killed server left. Our locks are held, so no
// server we started lives; the note may still name a process, because numbers are
// reused, and PostgreSQL would then refuse to start. A server someone started by
// hand is known by its working directory and is ErrInUse.
func clearStale(clusterDir string) error {
	path := filepath.Join(clusterDir, pidFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return folderError(clusterDir, err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if pid, err := strconv.Atoi(strings.TrimSpace(first)); err == nil {
		if cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err == nil && cwd == clusterDir {
			return &Error{Kind: ErrInUse, Sentence: fmt.Sprintf(
				"a PostgreSQL server that Switchyard did not start (process %d) works in %s: stop it first", pid, clusterDir)}
		} else if errors.Is(err, fs.ErrPermission) {
			return nil // another user's process: PostgreSQL decides
		}
	}
	if err := os.Remove(path); err != nil {
		return folderError(clusterDir, err)
	}
	return nil
}
