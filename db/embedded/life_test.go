package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// The promise this package exists for: however our process dies, no server is
// left, and the next start has every committed row.
func TestKilledParentLeavesNothing(t *testing.T) {
	for _, in := range installations(t) {
		for _, w := range ways() {
			t.Run(in.name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				cfg := folder(t, in)
				cfg.Fast = false
				cmd, report := holder(t, cfg, w)
				run(t, report.URL, "create table kept as select 'yes' as v")
				busy, err := pgx.Connect(t.Context(), report.URL)
				if err != nil {
					t.Fatal(err)
				}
				defer busy.Close(context.WithoutCancel(t.Context()))
				if _, err := busy.Exec(t.Context(), "begin; create table lost (v text)"); err != nil {
					t.Fatal(err)
				}
				if len(processesIn(t, cfg.DataDir)) < 3 {
					t.Fatal("the test does not see the server's processes")
				}
				kill(cmd)
				wait(t, "no process in the data folder", func() bool {
					return len(processesIn(t, cfg.DataDir)) == 0
				})
				s := mustStart(t, cfg, w.opt)
				url := s.URL("postgres", "postgres")
				if got := value(t, url, "select v from kept"); got != "yes" {
					t.Errorf("kept = %q, want yes", got)
				}
				if got := value(t, url, "select coalesce(to_regclass('lost')::text, 'gone')"); got != "gone" {
					t.Errorf("the open transaction's table is %q, want gone", got)
				}
			})
		}
	}
}

// A start right after the kill waits for the old server's last process.
func TestStartRightAfterKill(t *testing.T) {
	t.Parallel()
	cfg := folder(t, installations(t)[0])
	for range 3 {
		cmd, _ := holder(t, cfg, way{opt: defaults()})
		kill(cmd)
	}
	mustStart(t, cfg, defaults())
}

func TestKilledWhileCreating(t *testing.T) {
	for _, in := range installations(t) {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, filepath.Join(publicDir(t), "data"), in)
			cmd, _ := startHolder(t, cfg, way{opt: defaults()})
			partial := filepath.Join(cfg.DataDir, clusterName(in.major)+partialSuffix)
			wait(t, "initdb has begun", func() bool {
				_, err := os.Stat(filepath.Join(partial, "PG_VERSION"))
				return err == nil
			})
			kill(cmd)
			s := mustStart(t, cfg, defaults())
			if got := value(t, s.URL("postgres", "postgres"), "select 'up'"); got != "up" {
				t.Errorf("got %q", got)
			}
			if _, err := os.Stat(partial); err == nil {
				t.Error("the half-made database is still there")
			}
		})
	}
}

func TestCtrlCDoesNotReachTheServer(t *testing.T) {
	t.Parallel()
	cfg := folder(t, installations(t)[0])
	cmd, report := holder(t, cfg, way{opt: defaults()})
	if sid, err := unix.Getsid(report.PID); err != nil || sid != report.PID {
		t.Errorf("session of the server = %d, %v; want its own, %d", sid, err, report.PID)
	}
	// The terminal sends it to the group; the holder ignores it.
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if got := value(t, report.URL, "select 'up'"); got != "up" {
		t.Errorf("got %q", got)
	}
}

func TestServerThatEndsByItselfIsReported(t *testing.T) {
	t.Parallel()
	cfg := folder(t, installations(t)[0])
	cfg.Fast = false // or the last commits could be lost
	s := mustStart(t, cfg, defaults())
	run(t, s.URL("postgres", "postgres"), "create table kept as select 'yes' as v")
	s.child.signal(syscall.SIGKILL)
	wantError(t, <-s.Done(), ErrEnded, "ended by itself", "killed")
	mustStop(t, s) // nothing to do, and no error
	s = mustStart(t, cfg, defaults())
	if got := value(t, s.URL("postgres", "postgres"), "select v from kept"); got != "yes" {
		t.Errorf("kept = %q, want yes", got)
	}
}

func TestStopWithBusyClients(t *testing.T) {
	t.Parallel()
	s := mustStart(t, folder(t, installations(t)[0]), defaults())
	conn, err := pgx.Connect(t.Context(), s.URL("postgres", "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	asleep := make(chan error, 1)
	go func() {
		_, err := conn.Exec(t.Context(), "select pg_sleep(600)")
		asleep <- err
	}()
	begun := time.Now()
	mustStop(t, s)
	if took := time.Since(begun); took > fastStopTimeout {
		t.Errorf("stop took %v, want a fast shutdown", took)
	}
	if err := <-asleep; err == nil {
		t.Error("the sleeping client was not told")
	}
}

// A process that does not answer the fast shutdown is ended by the next step.
func TestStopGetsHarder(t *testing.T) {
	t.Parallel()
	s := mustStart(t, folder(t, installations(t)[0]), defaults())
	conn, err := pgx.Connect(t.Context(), s.URL("postgres", "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if err := syscall.Kill(int(conn.PgConn().PID()), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel() // the caller is in a hurry
	if err := s.Stop(ended); err != nil {
		t.Errorf("stop: %v", err)
	}
	wait(t, "no process in the data folder", func() bool { return len(processesIn(t, s.dataDir)) == 0 })
}

func TestSecondSwitchyardIsRefused(t *testing.T) {
	t.Parallel()
	cfg := folder(t, installations(t)[0])
	cmd, _ := holder(t, cfg, way{opt: defaults()})
	_, err := start(t.Context(), cfg, defaults())
	wantError(t, err, ErrInUse, cfg.DataDir, "process "+strconv.Itoa(cmd.Process.Pid))
}

func TestConcurrentStartsMakeOneServer(t *testing.T) {
	t.Parallel()
	cfg := folder(t, installations(t)[0])
	var (
		wg      sync.WaitGroup
		servers [6]*Server
		errs    [6]error
	)
	for i := range servers {
		wg.Go(func() { servers[i], errs[i] = start(t.Context(), cfg, defaults()) })
	}
	wg.Wait()
	won := 0
	for i, s := range servers {
		switch {
		case s != nil:
			won++
			mustStop(t, s)
		case !errors.Is(errs[i], ErrInUse):
			t.Errorf("error = %v, want %v", errs[i], ErrInUse)
		}
	}
	if won != 1 {
		t.Errorf("%d starts won, want 1", won)
	}
}

// Someone may have started PostgreSQL in our folder by hand.
func TestServerStartedByHandIsRefused(t *testing.T) {
	t.Parallel()
	cfg := folder(t, installations(t)[0])
	s := mustStart(t, cfg, defaults())
	mustStop(t, s)
	dir := filepath.Join(s.dataDir, clusterName(s.Version()))
	p, err := choosePrograms(t.Context(), cfg, s.dataDir, s.Version(), identities(s.dataDir, defaults()))
	if err != nil {
		t.Fatal(err)
	}
	cmd := byHand(p, dir, s.socket)
	byHand, err := spawn(cmd, p.as)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		byHand.signal(syscall.SIGINT)
		<-byHand.ended
	}()
	if err := awaitReady(t.Context(), s.URL("postgres", "postgres"), byHand.ended); err != nil {
		t.Fatal(err)
	}
	_, err = start(t.Context(), cfg, defaults())
	wantError(t, err, ErrInUse, dir, "process "+strconv.Itoa(cmd.Process.Pid))
}

// Process numbers are reused: the note of a killed server may name an innocent.
func TestStaleNoteNamesAnotherProcess(t *testing.T) {
	t.Parallel()
	cfg := folder(t, installations(t)[0])
	s := mustStart(t, cfg, defaults())
	mustStop(t, s)
	for _, path := range []string{
		filepath.Join(s.dataDir, clusterName(s.Version()), "postmaster.pid"),
		filepath.Join(s.socket, socketFile+".lock"),
	} {
		// The process before ours lives and is no server; our own PostgreSQL ignores as its parent.
		note := strconv.Itoa(os.Getppid()) + "\n/elsewhere\n1\n5432\n\n\n"
		if err := os.WriteFile(path, []byte(note), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustStart(t, cfg, defaults())
}

// The parent-death signal follows the thread: the one that called Start may end.
func TestServerOutlivesTheCallingThread(t *testing.T) {
	t.Parallel()
	cfg := folder(t, installations(t)[0])
	answer := make(chan *Server, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		s, err := start(t.Context(), cfg, defaults())
		if err != nil {
			t.Error(err)
		}
		answer <- s
	}()
	s := <-answer
	if s == nil {
		return
	}
	defer mustStop(t, s)
	select {
	case err := <-s.Done():
		t.Errorf("the server ended with the thread: %v", err)
	case <-time.After(500 * time.Millisecond): // nothing announces that a thread has not ended something
	}
	if got := value(t, s.URL("postgres", "postgres"), "select 'up'"); got != "up" {
		t.Errorf("got %q", got)
	}
}
