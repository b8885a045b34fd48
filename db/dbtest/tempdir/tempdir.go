// Package tempdir says where tests put databases that need not last.
package tempdir

import "os"

// minFree is what a memory file system must have free to be chosen: many times
// what the clusters of a few test binaries take.
const minFree = 2 << 30

// Fast is a directory for databases of tests. TMPDIR is respected; without it
// memory is preferred where there is plenty, because a database is a thousand
// small files and every clone makes hundreds more: on a busy disk that costs ten
// times as much.
func Fast() string {
	if os.Getenv("TMPDIR") == "" && free(memory) >= minFree {
		return memory
	}
	return os.TempDir()
}
