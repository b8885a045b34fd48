package tempdir

import "golang.org/x/sys/unix"

// memory is where Linux keeps shared memory: open to every user, as /tmp is.
const memory = "/dev/shm"

// free is the number of bytes an ordinary user can still write in dir; 0 where
// dir is missing.
func free(dir string) uint64 {
	var fs unix.Statfs_t
	if unix.Statfs(dir, &fs) != nil || unix.Access(dir, unix.W_OK) != nil {
		return 0
	}
	return fs.Bavail * uint64(fs.Bsize) //nolint:gosec // a block size is positive
}
