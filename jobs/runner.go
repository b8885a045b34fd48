package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/econ/ops"
	"switchyard/jobs/upstream/cgminer"
	"switchyard/jobs/upstream/ercot"
	"switchyard/jobs/upstream/mempool"
)

// Config is what a Runner needs.
type Config struct {
	DB      *db.DB
	World   market.World
	Venues  []Venue
	Mempool *mempool.Client
	Ercot   *ercot.Client
	Log     *slog.Logger
	Delivery

	// Pools reaches accounts at pools.
	Pools Pools

	// Miners says which machines may be asked and how; the zero value asks none.
	Miners cgminer.Options

	Now        func() time.Time   // time.Now if nil
	OnProgress func(ops.Progress) // told how the filling of the past goes; may be nil; must not block
	LockEvery  time.Duration      // how often the lock is asked for or checked; 3 s if zero
}

// Runner runs the jobs and streams of one process.
type Runner struct {
	cfg     Config
	table   []Job
	elector *elector
	wake    chan struct{} // capacity 1: a wake-up waits, two are one
	loop    loop
}

// New returns a Runner that has not been started. It fails if the configuration
// lacks what every run needs, or names a venue twice.
func New(cfg Config) (*Runner, error) {
	if cfg.DB == nil || cfg.Mempool == nil || cfg.Ercot == nil || cfg.Log == nil || len(cfg.Venues) == 0 || cfg.Notify == nil || cfg.Open == nil || cfg.Pools.Client == nil || cfg.Pools.Open == nil {
		return nil, errors.New("the jobs need a database, a log, mempool, ERCOT, at least one venue, a way to send notices and one to reach pools")
	}
	names := make(map[string]bool, len(cfg.Venues))
	for _, venue := range cfg.Venues {
		if names[venue.Name()] {
			return nil, fmt.Errorf("the venue %s is given twice", venue.Name())
		}
		names[venue.Name()] = true
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Miners.Now == nil {
		cfg.Miners.Now = cfg.Now
	}
	if cfg.OnProgress == nil {
		cfg.OnProgress = func(ops.Progress) {}
	}
	if cfg.LockEvery <= 0 {
		cfg.LockEvery = 3 * time.Second
	}
	return &Runner{
		cfg:     cfg,
		table:   table(),
		elector: &elector{db: cfg.DB, every: cfg.LockEvery, log: cfg.Log},
		wake:    make(chan struct{}, 1),
	}, nil
}

// Start declares the series, sources and jobs and begins to work, or to wait until
// the process that works now is gone. It returns at once with an error if the
// declarations cannot be written, or if the Runner was started before.
func (r *Runner) Start(ctx context.Context) error {
	store := r.cfg.DB.Jobs()
	if err := store.DeclareSources(ctx, sourceDefs(r.cfg.Venues)); err != nil {
		return fmt.Errorf("declare the sources: %w", err)
	}
	if err := store.EnsureSeries(ctx, seriesDefs(r.cfg.World, r.cfg.Venues)...); err != nil {
		return fmt.Errorf("declare the series: %w", err)
	}
	if err := store.DeclareJobs(ctx, declared(r.table)); err != nil {
		return fmt.Errorf("declare the jobs: %w", err)
	}
	if !r.loop.start(ctx, func(ctx context.Context) { r.elector.run(ctx, r.lead) }) {
		return errors.New("the jobs were started before")
	}
	return nil
}

// Stop cancels streams and runs, gives the lock back and waits until nothing
// runs any more, or for ctx. It may be called any number of times.
func (r *Runner) Stop(ctx context.Context) error {
	if err := r.loop.stop(ctx); err != nil {
		return fmt.Errorf("stop the jobs: %w", err)
	}
	return nil
}

// Leading says whether this process runs the jobs now.
func (r *Runner) Leading() bool { return r.elector.leading.Load() }

// Wake makes the Runner look at what pages asked for now rather than within
// five seconds. It never blocks.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}
