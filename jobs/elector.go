package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"switchyard/db"
)

// lockName is the advisory lock whoever works holds.
const lockName = "jobs"

// checkWithin is how long a check of the lock may take at least before the lock
// counts as lost.
const checkWithin = time.Second

var errNotLeading = errors.New("another process runs the jobs")

// elector decides which of several processes on one database runs the jobs: the
// one that holds a session lock on a connection of its own. Postgres gives the
// lock back when that connection ends, whatever ended it.
type elector struct {
	db      *db.DB
	every   time.Duration // how often the lock is asked for, or checked once held
	log     *slog.Logger
	leading atomic.Bool
}

// IsLeader returns nil while this process holds the lock. gocron asks it before
// every run.
func (e *elector) IsLeader(context.Context) error {
	if e.leading.Load() {
		return nil
	}
	return errNotLeading
}

// run calls lead each time this process gains the lock, with a context that
// ends when the lock is lost, until ctx ends. lead has returned before the lock
// is asked for again.
func (e *elector) run(ctx context.Context, lead func(context.Context) error) {
	for {
		if err := e.term(ctx, lead); err != nil && ctx.Err() == nil {
			e.log.Warn("jobs term ended", "error", err)
		}
		if !pause(ctx, e.every) {
			return
		}
	}
}

// term asks for the lock once and, if it is free, leads until it is lost, until
// lead fails or until ctx ends.
func (e *elector) term(ctx context.Context, lead func(context.Context) error) error {
	lock, err := e.db.TryLock(ctx, lockName)
	if err != nil {
		return fmt.Errorf("ask for the lock %s: %w", lockName, err)
	}
	if lock == nil {
		return nil
	}
	defer lock.Release()

	leadCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	e.leading.Store(true)
	defer e.leading.Store(false)
	e.log.Info("jobs leadership gained")

	var leadErr error
	ended := make(chan struct{}) // closed when lead has returned; leadErr is set by then
	go func() {
		defer close(ended)
		leadErr = lead(leadCtx)
	}()
	lost := e.hold(ctx, lock, ended)
	e.leading.Store(false)
	cancel()
	<-ended
	return errors.Join(lost, leadErr)
}

// hold checks the lock until it is lost, which is an error, or until ended.
func (e *elector) hold(ctx context.Context, lock *db.Lock, ended <-chan struct{}) error {
	tick := time.NewTicker(e.every)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return nil
		case <-tick.C:
		}
		checkCtx, cancel := context.WithTimeout(ctx, max(e.every, checkWithin))
		err := lock.Check(checkCtx)
		cancel()
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("check the lock %s: %w", lockName, err)
		}
	}
}
