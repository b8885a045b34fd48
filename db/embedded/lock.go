package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// remainsTimeout is how long the processes of a killed predecessor get to end:
// PostgreSQL kills what ignores an immediate shutdown after five seconds.
const remainsTimeout = 10 * time.Second

// pollEvery is the pause between two looks at something that will change soon.
const pollEvery = 20 * time.Millisecond

// locks are the two locked files of a data folder, see the package comment. A
// lock ends with the last process that has the file open, however it ends.
type locks struct {
	own    *os.File // closed on exec: this process alone
	server *os.File // inherited by every PostgreSQL process
}

// lockFolder locks the data folder, waiting for the remains of a killed
// predecessor but not for a live one: that is ErrInUse at once.
func lockFolder(ctx context.Context, dataDir string) (*locks, error) {
	own, err := openLock(filepath.Join(dataDir, ownLockName))
	if err != nil {
		return nil, folderError(dataDir, err)
	}
	switch taken, err := tryLock(own); {
	case err != nil:
		return nil, errors.Join(folderError(dataDir, err), own.Close())
	case !taken:
		holder := readHolder(own)
		return nil, errors.Join(&Error{Kind: ErrInUse, Sentence: fmt.Sprintf(
			"the database in %s is in use by another Switchyard%s: stop that one first, or choose another data folder", dataDir, holder)}, own.Close())
	}
	writeHolder(own)
	server, err := openLock(filepath.Join(dataDir, serverLockName))
	if err != nil {
		return nil, errors.Join(folderError(dataDir, err), own.Close())
	}
	l := &locks{own: own, server: server}
	if err := waitLock(ctx, dataDir, server); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

// waitLock takes the lock that PostgreSQL processes hold.
func waitLock(ctx context.Context, dataDir string, f *os.File) error {
	ctx, cancel := context.WithTimeout(ctx, remainsTimeout)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		taken, err := tryLock(f)
		if err != nil {
			return folderError(dataDir, err)
		}
		if taken {
			return nil
		}
		select {
		case <-ctx.Done():
			return &Error{Kind: ErrInUse, Cause: ctx.Err(), Sentence: fmt.Sprintf(
				"a PostgreSQL server left over from an earlier run still works in %s: wait for it to end, or stop it", dataDir)}
		case <-tick.C:
		}
	}
}

// release gives the folder back. A PostgreSQL process that still runs keeps its
// lock through its own descriptor. Our own lock is given up in so many words: a
// child that is just being forked elsewhere in this process has the file open
// too, until it runs its program.
func (l *locks) release() error {
	unlock := syscall.Flock(int(l.own.Fd()), syscall.LOCK_UN)
	return errors.Join(unlock, l.server.Close(), l.own.Close())
}

func openLock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}

func tryLock(f *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
		}
	}
}

// writeHolder notes our process number in the lock, for a message only.
func writeHolder(f *os.File) {
	if f.Truncate(0) == nil {
		f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0) //nolint:errcheck // without it a message is shorter
	}
}

func readHolder(f *os.File) string {
	text := make([]byte, 16)
	n, _ := f.ReadAt(text, 0) //nolint:errcheck // the file is shorter than text; empty, it makes the message shorter
	if pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n]))); err == nil {
		return fmt.Sprintf(" (process %d)", pid)
	}
	return ""
}
