package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"switchyard/db/embedded"
)

// abandonedAfter is how old the directory of a cluster must be before another
// test binary may delete it: far longer than between making and locking one.
const abandonedAfter = time.Hour

// sweep deletes what killed test binaries left in temp. A directory that is still
// in use, or another user's, stays, and no failure here is worth failing a test.
func sweep(ctx context.Context, temp string, now time.Time) {
	dirs, err := filepath.Glob(filepath.Join(temp, dirPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || now.Sub(info.ModTime()) < abandonedAfter {
			continue
		}
		if embedded.Delete(ctx, dir) == nil {
			os.RemoveAll(dir) //nolint:errcheck // the next binary tries again
		}
	}
}
