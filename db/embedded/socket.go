package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// socketFile is what PostgreSQL calls its socket; the port is a name only.
const socketFile = ".s.PGSQL.5432"

// maxSocketPath is the longest path of a Unix socket.
func maxSocketPath() int {
	if runtime.GOOS == "linux" {
		return 107
	}
	return 103
}

// socketDir makes the directory of the socket, mode 0700 and owned by the user
// the server runs as. It lies in the data folder where the path is short enough;
// else in a random directory of the user's runtime folder or of the temporary
// one, to which a link in the data folder leads, so that a start after a crash
// finds it again.
func socketDir(dataDir string, as identity) (string, error) {
	place := filepath.Join(dataDir, socketName)
	if len(filepath.Join(place, socketFile)) <= maxSocketPath() {
		if err := ownSocketDir(place, as); err != nil {
			return "", folderError(place, err)
		}
		return place, nil
	}
	if dir, err := os.Readlink(place); err == nil && safeSocketDir(dir) && ownSocketDir(dir, as) == nil {
		return dir, nil
	}
	if err := os.RemoveAll(place); err != nil {
		return "", folderError(place, err)
	}
	dir, err := shortDir(as)
	if err != nil {
		return "", err
	}
	if err := os.Symlink(dir, place); err != nil {
		return "", errors.Join(folderError(place, err), os.Remove(dir))
	}
	if err := ownSocketDir(dir, as); err != nil {
		return "", folderError(dir, err)
	}
	return dir, nil
}

// shortDir makes a new directory with a short path.
func shortDir(as identity) (string, error) {
	parents := []string{"/tmp"}
	if !as.foreign { // these may be closed to another user
		parents = []string{os.TempDir(), "/tmp"}
		runtimeDir := os.Getenv("XDG_RUNTIME_DIR")
		if uid, err := owner(runtimeDir); err == nil && uid == os.Geteuid() {
			parents = append([]string{runtimeDir}, parents...)
		}
	}
	var failed []string
	for _, parent := range parents {
		dir, err := os.MkdirTemp(parent, "switchyard-")
		if err != nil {
			failed = append(failed, err.Error())
			continue
		}
		if len(filepath.Join(dir, socketFile)) <= maxSocketPath() {
			return dir, nil
		}
		failed = append(failed, parent+" is too long a path")
		if err := os.Remove(dir); err != nil {
			failed = append(failed, err.Error())
		}
	}
	return "", &Error{Kind: ErrFolder, Sentence: fmt.Sprintf(
		"no folder is short enough for the database socket: set XDG_RUNTIME_DIR or TMPDIR to one, or choose a shorter data folder (tried %s)",
		strings.Join(failed, "; "))}
}

// safeSocketDir reports whether dir is one of ours: in a shared folder anyone
// could have put something of that name there.
func safeSocketDir(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 ||
		!strings.HasPrefix(filepath.Base(dir), "switchyard-") ||
		len(filepath.Join(dir, socketFile)) > maxSocketPath() {
		return false
	}
	uid, err := owner(dir)
	return err == nil && (uid == os.Geteuid() || os.Geteuid() == 0)
}

// ownSocketDir makes dir if needed, closes it to others and empties it of the
// socket of a server that was killed.
func ownSocketDir(dir string, as identity) error {
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		if err := os.Remove(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	for _, name := range []string{socketFile, socketFile + ".lock"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if uid, err := owner(dir); err != nil || uid == as.uid {
		return err
	}
	return os.Chown(dir, as.uid, as.gid)
}

// removeSocketDir takes away a socket directory outside the data folder.
func removeSocketDir(dataDir, dir string) error {
	if filepath.Dir(dir) == dataDir {
		return nil
	}
	err := os.RemoveAll(dir)
	if errLink := os.Remove(filepath.Join(dataDir, socketName)); !errors.Is(errLink, fs.ErrNotExist) {
		err = errors.Join(err, errLink)
	}
	return err
}

// owner returns the number of the user who owns path.
func owner(path string) (int, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, fmt.Errorf("owner of %s is unknown", path)
	}
	return int(stat.Uid), nil
}
