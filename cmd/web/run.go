package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"switchyard/db"
	"switchyard/db/embedded"
	"switchyard/econ/access"
	"switchyard/handlers"
	"switchyard/jobs"
	"switchyard/static"
)

// Time each part may take to stop; together less than the five seconds a
// person waits after Ctrl-C.
const (
	httpStop  = 1500 * time.Millisecond
	jobsStop  = 1500 * time.Millisecond
	storeStop = 2 * time.Second
)

// run starts everything, waits for ctx to end or a part to fail, and stops in
// reverse order.
func run(ctx context.Context, cfg Config, out io.Writer) error {
	log := newLog(cfg)
	log.Info("starting", "config", cfg)
	assets, err := static.Load()
	if err != nil {
		return err
	}
	// The port is taken before anything slow begins, so that one that is in use
	// ends the start at once.
	public, err := listen(ctx, cfg.Addr, "SWITCHYARD_ADDR")
	if err != nil {
		return err
	}
	stop := &stopper{log: log}
	defer stop.all()
	stop.add("listener", func() { closeListener(log, public) })

	store, err := openStore(ctx, cfg, log, stop)
	if err != nil {
		return err
	}
	seals, err := newSeals(cfg, store.config.Secret)
	if err != nil {
		return err
	}
	var sim *simulation // nil: the public world
	if cfg.Demo {
		if sim, err = simulated(ctx, store, seals, log, stop); err != nil {
			return err
		}
	}
	runner, err := newRunner(cfg, store, sim, seals, log, out, stop)
	if err != nil {
		return err
	}
	app := handlers.New(handlers.Config{
		DB: store.db, Listener: db.NewListener(store.config, access.Executive), Assets: assets,
		World: store.world.World, Demo: cfg.Demo, Sealer: seals.sealer, Ring: seals.ring, Hooks: hooks(cfg), Provider: cfg.Provider, PublicURL: cfg.PublicURL, TrustedProxies: cfg.TrustedProxies, Log: log, Now: time.Now,
	})
	background := context.WithoutCancel(ctx)
	if err := runner.Start(background); err != nil {
		return err
	}
	stop.add("jobs", func() { stopJobs(log, runner) })
	app.Start(background)
	stop.add("live", app.Stop)

	failed := make(chan error, 2) // one for each server below
	if err := serveMetrics(ctx, cfg, app, failed, stop, log); err != nil {
		return err
	}
	server := newServer(app, log)
	go func() { failed <- server.Serve(public) }()
	stop.add("http", func() { shutdown(log, app, server) })

	announce(out, cfg, public.Addr())
	if err := firstAdmin(ctx, cfg, store.db, public.Addr(), out); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		log.Info("stopping")
		return nil
	case err := <-failed:
		return fmt.Errorf("the web server ended: %w", err)
	case err := <-store.ended:
		return fmt.Errorf("the embedded database ended: %w", err)
	}
}

// stopper stops parts in the reverse of the order they were started in.
type stopper struct {
	log   *slog.Logger
	parts []part
}

type part struct {
	name string
	stop func()
}

func (s *stopper) add(name string, stop func()) { s.parts = append(s.parts, part{name, stop}) }

func (s *stopper) all() {
	for i := len(s.parts) - 1; i >= 0; i-- {
		begin := time.Now()
		s.parts[i].stop()
		s.log.Debug("stopped", "part", s.parts[i].name, "ms", time.Since(begin).Milliseconds())
	}
}

func newLog(cfg Config) *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: cfg.LogLevel}))
}

// listen takes the address or says in one sentence why it cannot.
func listen(ctx context.Context, addr, setting string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (%w): stop what uses it or set %s, for example 127.0.0.1:0 for any free port", addr, cause(err), setting)
	}
	return l, nil
}

// cause is the innermost error, which is the part a person can use.
func cause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

func closeListener(log *slog.Logger, l net.Listener) {
	if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		log.Warn("listener not closed", "error", err)
	}
}

// newServer bounds every phase of a request; sockets leave it by hijacking.
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// shutdown lets requests end, then closes what is left.
func shutdown(log *slog.Logger, app *handlers.App, server *http.Server) {
	app.Drain()
	ctx, cancel := context.WithTimeout(context.Background(), httpStop)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		log.Warn("requests were cut off", "error", err)
		if err := server.Close(); err != nil {
			log.Warn("server not closed", "error", err)
		}
	}
}

func stopJobs(log *slog.Logger, runner *jobs.Runner) {
	ctx, cancel := context.WithTimeout(context.Background(), jobsStop)
	defer cancel()
	if err := runner.Stop(ctx); err != nil {
		log.Warn("jobs were cut off", "error", err)
	}
}

func serveMetrics(ctx context.Context, cfg Config, app *handlers.App, failed chan<- error, stop *stopper, log *slog.Logger) error {
	if cfg.MetricsAddr == "" {
		return nil
	}
	l, err := listen(ctx, cfg.MetricsAddr, "SWITCHYARD_METRICS_ADDR")
	if err != nil {
		return err
	}
	server := newServer(app.Metrics(), log)
	go func() { failed <- server.Serve(l) }()
	stop.add("metrics", func() {
		if err := server.Close(); err != nil {
			log.Warn("metrics not closed", "error", err)
		}
	})
	return nil
}

// store is the database this process works on.
type store struct {
	db     *db.DB
	config db.Config
	world  db.WorldState
	ended  <-chan error // the embedded server ended by itself; nil if outside
}

// openStore starts the embedded server unless an outside one is named, then
// prepares roles, schema and world.
func openStore(ctx context.Context, cfg Config, log *slog.Logger, stop *stopper) (*store, error) {
	s := &store{config: db.Config{URL: cfg.DatabaseURL, DirectURL: cfg.DirectURL, Log: log, Now: time.Now}}
	if cfg.DatabaseURL == "" {
		server, err := embedded.Start(ctx, embedded.Config{DataDir: cfg.DataDir, BinDir: cfg.PGBin, NodeModules: cfg.NodeModules, Log: log})
		if err != nil {
			return nil, err
		}
		stop.add("database", func() {
			ctx, cancel := context.WithTimeout(context.Background(), storeStop)
			defer cancel()
			if err := server.Stop(ctx); err != nil {
				log.Warn("database not stopped in order", "error", err)
			}
		})
		s.config.URL, s.config.TrustAuth, s.ended = server.URL("postgres", "postgres"), true, server.Done()
	}
	secret, err := loadSecret(cfg)
	if err != nil {
		return nil, err
	}
	s.config.Secret = secret
	origin, seed, err := newWorld(time.Now())
	if err != nil {
		return nil, err
	}
	if s.world, err = db.Prepare(ctx, s.config, cfg.World(), origin, seed); err != nil {
		return nil, err
	}
	if s.db, err = db.Open(s.config); err != nil {
		return nil, err
	}
	stop.add("pools", s.db.Close)
	return s, nil
}

// newWorld is the origin and seed a new database gets; an existing one keeps
// its own.
func newWorld(now time.Time) (origin time.Time, seed uint64, err error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return time.Time{}, 0, fmt.Errorf("no randomness for the world's seed: %w", err)
	}
	for _, x := range b {
		seed = seed<<8 | uint64(x)
	}
	return now.UTC().Truncate(time.Second), seed >> 1, nil // a Postgres bigint has no top bit to spare
}

// secretName is the file of the secret in the data folder.
const secretName = "secret"

// loadSecret returns the configured secret, or the one kept beside the
// embedded database, made at the first start and readable by its owner alone.
func loadSecret(cfg Config) ([]byte, error) {
	if cfg.Secret != "" {
		return []byte(cfg.Secret), nil
	}
	path := filepath.Join(cfg.DataDir, secretName)
	text, err := os.ReadFile(path) //nolint:gosec // the path is the operator's own setting
	if err == nil {
		if s := strings.TrimSpace(string(text)); len(s) >= 32 {
			return []byte(s), nil
		}
		return nil, fmt.Errorf("the secret in %s is damaged: restore it from a backup, or delete it to make a new one", path)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		return nil, fmt.Errorf("no randomness for the secret: %w", err)
	}
	secret := hex.EncodeToString(b[:])
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("keep the secret: %w", err)
	}
	return []byte(secret), nil
}

// newRunner joins the clients of the world's upstreams to the jobs. In the demo
// the upstreams are simulated in this process, behind the same protocols.
func newRunner(cfg Config, s *store, sim *simulation, seals seals, log *slog.Logger, out io.Writer, stop *stopper) (*jobs.Runner, error) {
	endpoints, machines := cfg.Upstream, cfg.Telemetry
	if sim != nil {
		dial, err := sim.miners(log, stop)
		if err != nil {
			return nil, err
		}
		endpoints, machines.Networks, machines.Dial = sim.endpoints(), everywhere(), dial
	}
	config, err := runnerConfig(cfg, s, endpoints, machines, seals, log, out)
	if err != nil {
		return nil, err
	}
	return jobs.New(config)
}

// firstAdmin prints the link of the first administrator where nobody is known
// yet, so that a new company can begin.
func firstAdmin(ctx context.Context, cfg Config, d *db.DB, addr net.Addr, out io.Writer) error {
	people, err := d.As(access.Admin).People(ctx)
	if err != nil || len(people) > 0 {
		return err
	}
	return printAdminLink(ctx, cfg, d, addr.String(), out)
}

// announce tells the person at the terminal where the dashboard is.
func announce(out io.Writer, cfg Config, addr net.Addr) {
	where := "http://" + addr.String() + "/"
	if cfg.PublicURL != nil {
		where = cfg.PublicURL.String()
	}
	what := "live public data"
	if cfg.Demo {
		what = "the demo company in a simulated market"
	}
	fmt.Fprintf(out, "\n  Switchyard is at %s with %s.\n  Stop it with Ctrl-C.\n\n", where, what) //nolint:errcheck // the log says it too
	if host, _, err := net.SplitHostPort(addr.String()); err == nil && !net.ParseIP(host).IsLoopback() {
		if cfg.Demo {
			fmt.Fprint(out, "  The people of the demo sign in at a loopback address alone; this is none.\n\n") //nolint:errcheck // a courtesy
		}
	}
}
