package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-co-op/gocron/v2"

	"switchyard/econ/market"
	"switchyard/jobs/upstream/mempool"
)

// stopWithin is how long a run that was cancelled may take to end before the
// term gives it up and says so.
const stopWithin = 30 * time.Second

// term is what runs while this process leads.
type term struct {
	env   Env
	runs  *runs
	jobs  *jobTable
	wake  <-chan struct{}
	log   *slog.Logger
	group sync.WaitGroup // every goroutine of the term
}

// lead works until ctx ends: it closes the runs that another process left open,
// opens the streams and runs the table. Whatever it started has ended when it
// returns.
func (r *Runner) lead(ctx context.Context) error {
	t := r.newTerm()
	if err := t.env.Store.AbandonRuns(ctx); err != nil {
		return fmt.Errorf("close the runs left open: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer t.group.Wait()
	defer cancel()

	t.group.Go(func() { t.env.sources.run(ctx) })
	feeds := t.feeds()
	for _, f := range feeds {
		f.Start(ctx)
	}
	scheduler, err := t.schedule(ctx, r.elector)
	if err != nil {
		cancel()
		return errors.Join(err, stopFeeds(ctx, feeds))
	}
	scheduler.Start()
	t.group.Go(func() { t.serveRequests(ctx) })
	t.group.Go(func() { newAccountJobs(t, scheduler).run(ctx) })

	<-ctx.Done()
	return errors.Join(scheduler.Shutdown(), stopFeeds(ctx, feeds))
}

func (r *Runner) newTerm() *term {
	cfg := r.cfg
	store := cfg.DB.Jobs()
	env := Env{
		Store: store, Venues: cfg.Venues, Mempool: cfg.Mempool, Ercot: cfg.Ercot, Now: cfg.Now, Log: cfg.Log,
		Delivery: cfg.Delivery, DB: cfg.DB, watchedAt: new(atomic.Int64),
		onProgress: cfg.OnProgress,
		sources:    newSources(store, cfg.Now, cfg.Log),
		desk:       newDesk(),
		chain:      newChain(),
		filler:     newFiller(),
		telemetry:  newTelemetry(cfg.Miners),
		pools:      newPoolClients(cfg.Pools),
		yard:       &yard{},
	}
	return &term{env: env, runs: newRuns(env, cfg.Log), jobs: newJobTable(r.table), wake: r.wake, log: cfg.Log}
}

// schedule gives the scheduler every job that has a time, and keeps going those
// that have none.
func (t *term) schedule(ctx context.Context, elector gocron.Elector) (gocron.Scheduler, error) {
	scheduler, err := gocron.NewScheduler(
		gocron.WithDistributedElector(elector),
		gocron.WithStopTimeout(stopWithin),
		gocron.WithLocation(time.UTC),
	)
	if err != nil {
		return nil, fmt.Errorf("make the scheduler: %w", err)
	}
	for _, job := range t.jobs.list() {
		if job.Every == 0 {
			t.group.Go(func() { t.keep(ctx, job) })
			continue
		}
		_, err := scheduler.NewJob(
			gocron.DurationJob(job.Every),
			gocron.NewTask(func() { t.inTurn(ctx, job) }),
			gocron.WithName(job.Name),
			gocron.WithSingletonMode(gocron.LimitModeReschedule),
			gocron.WithStartAt(gocron.WithStartImmediately()),
		)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("schedule %s: %w", job.Name, err), scheduler.Shutdown())
		}
	}
	return scheduler, nil
}

// inTurn runs a job at its time, and says when the next time is.
func (t *term) inTurn(ctx context.Context, job Job) {
	if err := t.env.Store.ScheduleJob(ctx, job.Name, t.env.Now().Add(job.Every)); err != nil && ctx.Err() == nil {
		t.log.Warn("next run not noted", "job", job.Name, "error", err)
	}
	t.once(ctx, job)
}

// once runs a job; how it ends is in its row and its log line. One that a
// person asked for a moment ago may be running already.
func (t *term) once(ctx context.Context, job Job) {
	if err := t.runs.do(ctx, job); err != nil && !errors.Is(err, errBusy) && ctx.Err() == nil {
		t.log.Warn("job not run", "job", job.Name, "error", err)
	}
}

// keep runs a job that has no schedule, again after a wait whenever it ends.
func (t *term) keep(ctx context.Context, job Job) {
	failures := 0
	for {
		began := t.env.Now()
		t.once(ctx, job)
		if t.env.Now().Sub(began) >= feedSteady {
			failures = 0
		}
		failures++
		if !pause(ctx, backoff(failures, feedLeast, feedMost)) {
			return
		}
	}
}

// feeds are the streams: one socket to each venue and one to the chain.
func (t *term) feeds() []*feed {
	list := []*feed{t.feed(sourceBlocks, t.env.followBlocks)}
	for _, venue := range t.env.Venues {
		source := tickerSource(venue.Name())
		list = append(list, t.feed(source, func(ctx context.Context) error {
			return venue.Stream(ctx,
				func(q market.Quote) { t.env.desk.add(q); t.env.sources.alive(source, true) },
				func() { t.env.sources.alive(source, false) })
		}))
	}
	return list
}

func (t *term) feed(source string, connect func(context.Context) error) *feed {
	return &feed{source: source, connect: connect, sources: t.env.sources, now: t.env.Now, log: t.log}
}

// stopFeeds stops every feed, all at once, and waits for them. ctx may have
// ended: only its values are used.
func stopFeeds(ctx context.Context, feeds []*feed) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	errs := make([]error, len(feeds))
	var group sync.WaitGroup
	for i, f := range feeds {
		group.Go(func() { errs[i] = f.Stop(ctx) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// mempoolHandler is here so that the stream's callbacks are read beside the
// venues': they only hand over, and never wait.
func (e *Env) mempoolHandler(arrived chan<- []market.Block) mempool.Handler {
	hand := func(blocks []market.Block) {
		e.sources.alive(sourceBlocks, true)
		select {
		case arrived <- blocks:
		default: // the table is behind; the poll of the next minute brings them
		}
	}
	return mempool.Handler{
		Block:  func(b market.Block) { hand([]market.Block{b}) },
		Blocks: hand,
		Alive:  func() { e.sources.alive(sourceBlocks, false) },
	}
}
