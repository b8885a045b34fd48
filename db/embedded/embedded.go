package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Config says where the database lives and whose programs run it.
type Config struct {
	DataDir     string // the data folder, made with mode 0700 if missing
	BinDir      string // holds postgres and initdb; empty means look for them
	NodeModules string // holds @embedded-postgres, the last place to look; may be empty
	Log         *slog.Logger
	Fast        bool // give up durability for speed: tests only
}

// options are what tests of this package vary.
type options struct {
	withoutNamespace bool     // as if the kernel refused user namespaces
	fallbackUsers    []string // whom root runs the server as then, the preferred first
	locales          []string // the preferred first
}

func defaults() options {
	return options{
		fallbackUsers: []string{"postgres", "nobody"},
		locales:       []string{"C.UTF-8", "C"},
	}
}

// Server is a running database server. Its methods may be called from any goroutine.
type Server struct {
	cfg     Config
	dataDir string // real path of the data folder
	socket  string // directory of the socket
	version int    // major version
	child   *child
	locks   *locks
	log     *serverLog

	stopping atomic.Bool   // set before the child is asked to stop
	stopOnce sync.Once     // guards the stop sequence
	done     chan error    // room for the one answer, which may find no reader
	finished chan struct{} // closed when all is released
}

// Start runs the database of the data folder, creating it if there is none, and
// returns when it answers. The server lives until Stop; ctx bounds the start only.
// A failure is an *Error.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	return start(ctx, cfg, defaults())
}

func start(ctx context.Context, cfg Config, opt options) (_ *Server, err error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	dataDir, err := openFolder(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	l, err := lockFolder(ctx, dataDir)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, dataDir: dataDir, locks: l,
		done: make(chan error, 1), finished: make(chan struct{})}
	clusterDir, p, err := s.prepare(ctx, opt)
	if err != nil {
		return nil, errors.Join(err, l.release())
	}
	if err := s.run(ctx, p, clusterDir); err != nil {
		return nil, err
	}
	cfg.Log.Info("database started", "directory", clusterDir, "version", p.major,
		"programs", p.dir, "user", p.as.name)
	return s, nil
}

// prepare finds programs and makes the folder fit to start them in.
func (s *Server) prepare(ctx context.Context, opt options) (clusterDir string, p programs, err error) {
	current, err := currentCluster(s.dataDir, s.cfg.Log)
	if err != nil {
		return "", p, err
	}
	p, err = choosePrograms(ctx, s.cfg, s.dataDir, current.major, identities(s.dataDir, opt))
	if err != nil {
		return "", p, err
	}
	s.version, clusterDir = p.major, current.dir
	if current.major == 0 {
		clusterDir = filepath.Join(s.dataDir, clusterName(p.major))
		if err := makeCluster(ctx, s.cfg, p, s.locks, clusterDir, opt.locales); err != nil {
			return "", p, err
		}
	}
	if err := own(clusterDir, p.as); err != nil {
		return "", p, err
	}
	if err := clearStale(clusterDir); err != nil {
		return "", p, err
	}
	s.socket, err = socketDir(s.dataDir, p.as)
	return clusterDir, p, err
}

// run starts the server and waits until it answers. It releases everything if it fails.
func (s *Server) run(ctx context.Context, p programs, clusterDir string) error {
	var err error
	if s.log, err = openLog(s.dataDir); err != nil {
		return errors.Join(err, s.locks.release())
	}
	// The context bounds the start; the life of the server is Stop's to end.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), p.postgres(), settings(clusterDir, s.socket, s.cfg.Fast)...)
	cmd.Dir, cmd.Env = clusterDir, childEnv()
	cmd.Stdout, cmd.Stderr = s.log.file, s.log.file
	cmd.ExtraFiles = []*os.File{s.locks.server}
	if s.child, err = spawn(cmd, p.as); err != nil {
		return errors.Join(s.startError(clusterDir, err), s.log.file.Close(), s.locks.release())
	}
	go s.watch()
	if err := awaitReady(ctx, s.URL("postgres", "postgres"), s.child.ended); err != nil {
		failure := s.startError(clusterDir, err)
		return errors.Join(failure, s.Stop(ctx))
	}
	return recordCurrentOrStop(ctx, s, clusterDir)
}

func recordCurrentOrStop(ctx context.Context, s *Server, clusterDir string) error {
	if err := recordCurrent(s.dataDir, clusterDir); err != nil {
		return errors.Join(err, s.Stop(ctx))
	}
	return nil
}

// watch waits for the end of the child and then gives everything back.
func (s *Server) watch() {
	<-s.child.ended
	var failure error
	if !s.stopping.Load() {
		failure = &Error{Kind: ErrEnded, Cause: s.child.err, Log: s.log.tail(), Sentence: fmt.Sprintf(
			"the database in %s ended by itself (%v)", s.dataDir, s.child.cmd.ProcessState)}
	}
	if err := errors.Join(removeSocketDir(s.dataDir, s.socket), s.log.file.Close(), s.locks.release()); err != nil {
		s.cfg.Log.Warn("database folder not released in full", "folder", s.dataDir, "error", err)
	}
	s.done <- failure
	close(s.done)
	close(s.finished)
}

// URL returns the address of a database of this server for a user, over the socket.
func (s *Server) URL(user, dbname string) string {
	u := url.URL{Scheme: "postgres", User: url.User(user), Path: "/" + dbname,
		RawQuery: url.Values{"host": {s.socket}, "port": {"5432"}, "sslmode": {"disable"}}.Encode()}
	return u.String()
}

// Version is the server's major version.
func (s *Server) Version() int { return s.version }

// Done delivers one value when the server has ended, nil after Stop and an *Error
// of kind ErrEnded otherwise, and is then closed.
func (s *Server) Done() <-chan error { return s.done }

// How long each step of a stop may take before the next, harder one.
const (
	fastStopTimeout      = 3 * time.Second // open transactions are rolled back, a checkpoint is written
	immediateStopTimeout = 6 * time.Second // PostgreSQL itself kills what is left after five seconds
)

// Stop ends the server and returns when it has ended and the folder is free. It
// asks for a fast shutdown, after three seconds or when ctx ends for an immediate
// one, and at last kills. Further calls wait for the first and return nil; so does
// a call after the server ended by itself.
func (s *Server) Stop(ctx context.Context) error {
	var err error
	s.stopOnce.Do(func() {
		s.stopping.Store(true)
		err = s.stop(ctx)
		<-s.finished
	})
	return err
}

func (s *Server) stop(ctx context.Context) error {
	s.child.signal(syscall.SIGINT)
	if s.ends(ctx, fastStopTimeout) {
		return nil
	}
	s.cfg.Log.Warn("database is slow to stop, ending it at once", "folder", s.dataDir)
	s.child.signal(syscall.SIGQUIT)
	if s.ends(context.WithoutCancel(ctx), immediateStopTimeout) {
		return nil
	}
	s.child.signal(syscall.SIGKILL)
	<-s.child.ended
	return &Error{Kind: ErrEnded, Log: s.log.tail(), Sentence: fmt.Sprintf(
		"the database in %s did not stop and was killed; it recovers at the next start", s.dataDir)}
}

// ends reports whether the child ended before ctx and the timeout did.
func (s *Server) ends(ctx context.Context, timeout time.Duration) bool {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-s.child.ended:
		return true
	case <-ctx.Done():
	case <-timer.C:
	}
	return false
}

// startError says why the server did not start, with the end of its log.
func (s *Server) startError(clusterDir string, cause error) error {
	return &Error{Kind: ErrStart, Cause: cause, Log: s.log.tail(), Sentence: fmt.Sprintf(
		"PostgreSQL %d did not start in %s: %v", s.version, clusterDir, cause)}
}

// stoppedError says that the caller's time was up.
func stoppedError(doing string, cause error) error {
	return &Error{Kind: ErrStart, Cause: cause, Sentence: fmt.Sprintf("%s was stopped: %v", doing, cause)}
}
