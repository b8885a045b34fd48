package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"switchyard/jobs/upstream"
)

// Waits between two tries of a stream, and how long one must have lived for the
// next failure to count as the first.
const (
	feedLeast  = 500 * time.Millisecond
	feedMost   = 30 * time.Second
	feedSteady = 10 * time.Second
)

var errClosed = errors.New("the other side closed the connection")

// feed keeps one stream open: when it is lost it is opened again, after a wait
// that doubles and is half chance. Every change of state is reported.
type feed struct {
	loop
	source  string
	connect func(ctx context.Context) error // one connection; returns when it is lost
	sources *sources
	now     func() time.Time
	log     *slog.Logger
}

// Start opens the stream and returns at once.
func (f *feed) Start(ctx context.Context) { f.start(ctx, f.follow) }

// Stop closes the stream and waits for its end, or for ctx.
func (f *feed) Stop(ctx context.Context) error { return f.stop(ctx) }

// follow opens the stream again and again until ctx ends.
func (f *feed) follow(ctx context.Context) {
	failures := 0
	for {
		opened := f.now()
		err := guarded(func() error { return f.connect(ctx) })
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errClosed
		}
		if f.now().Sub(opened) >= feedSteady {
			failures = 0
		}
		failures++
		wait := max(backoff(failures, feedLeast, feedMost), retryAfter(err))
		f.log.Warn("stream lost", "source", f.source, "failures", failures, "wait_ms", wait.Milliseconds(), "error", err)
		f.sources.down(ctx, f.source, err, f.now().Add(wait))
		if !pause(ctx, wait) {
			return
		}
	}
}

// retryAfter is the wait the other side asked for; zero if it asked for none.
func retryAfter(err error) time.Duration {
	var refused *upstream.Error
	if errors.As(err, &refused) {
		return refused.RetryAfter
	}
	return 0
}
