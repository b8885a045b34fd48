package embedded

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// child is a running process of PostgreSQL.
type child struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process was reaped
	err   error         // how it ended; read after ended is closed
}

// spawn starts cmd as this user. The goroutine that starts it keeps its thread
// until the child has ended: the kernel ties the parent-death signal to the
// thread, not to the process.
func spawn(cmd *exec.Cmd, as identity) (*child, error) {
	cmd.SysProcAttr = as.attr()
	c := &child{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error, 1) // room for the one answer, so the goroutine never waits
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			c.err = cmd.Wait()
			close(c.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// signal sends to the process alone; one that has ended is no error.
func (c *child) signal(sig syscall.Signal) {
	select {
	case <-c.ended:
	default:
		c.cmd.Process.Signal(sig) //nolint:errcheck // it fails only if the process ended just now, which ended reports
	}
}

// runToEnd runs a short program as this user. When the context of cmd ends, the
// program and all it started are killed: its session is its own, so its process
// group holds nothing else.
func runToEnd(cmd *exec.Cmd, as identity) error {
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	c, err := spawn(cmd, as)
	if err != nil {
		return err
	}
	<-c.ended
	return c.err
}

// childEnv is our environment without what would steer PostgreSQL elsewhere, in a
// language its messages are known in.
func childEnv() []string {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		return strings.HasPrefix(kv, "PG") || strings.HasPrefix(kv, "LC_") ||
			strings.HasPrefix(kv, "LANG") || strings.HasPrefix(kv, "SWITCHYARD_")
	})
	return append(env, "LC_ALL=C")
}
