package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
)

// ours matches the names of databases, finished or not.
var ours = regexp.MustCompile(`^` + clusterPrefix + `[0-9]+(` + regexp.QuoteMeta(partialSuffix) + `)?$`)

// Delete removes the databases of a data folder, the socket and the logs. All
// else stays: files of others, what was moved aside as no database, and the lock
// files, which must be one and the same file for all who come at once. It fails
// with ErrInUse while a server works there.
func Delete(ctx context.Context, dataDir string) error {
	dir, err := openFolder(dataDir)
	if err != nil {
		return err
	}
	l, err := lockFolder(ctx, dir)
	if err != nil {
		return err
	}
	return errors.Join(deleteContent(dir), l.release())
}

func deleteContent(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return folderError(dir, err)
	}
	names := []string{currentName, logName, logName + oldLogSuffix, socketName}
	for _, entry := range entries {
		if !ours.MatchString(entry.Name()) {
			continue
		}
		if err := clearStale(filepath.Join(dir, entry.Name())); err != nil {
			return err // a server someone started by hand
		}
		names = append(names, entry.Name())
	}
	if short, err := os.Readlink(filepath.Join(dir, socketName)); err == nil && safeSocketDir(short) {
		if err := os.RemoveAll(short); err != nil {
			return folderError(short, err)
		}
	}
	for _, name := range names {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return folderError(dir, err)
		}
	}
	return nil
}
