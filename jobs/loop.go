package jobs

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// loop runs one function in one goroutine. start does not block; stop cancels
// the function, waits for its end and may be called any number of times.
type loop struct {
	mu     sync.Mutex // guards cancel and done
	cancel context.CancelFunc
	done   chan struct{} // closed when the function has returned; carries nothing
}

// start begins run unless it already runs, and says whether it did.
func (l *loop) start(ctx context.Context, run func(context.Context)) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done != nil {
		return false
	}
	ctx, l.cancel = context.WithCancel(ctx)
	done := make(chan struct{})
	l.done = done
	go func() {
		defer close(done)
		run(ctx)
	}()
	return true
}

// stop cancels what start began and waits for its end, or for ctx.
func (l *loop) stop(ctx context.Context) error {
	l.mu.Lock()
	cancel, done := l.cancel, l.done
	l.mu.Unlock()
	if done == nil {
		return nil
	}
	cancel()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the end of a loop: %w", ctx.Err())
	}
}

// pause waits for d and says whether it passed before ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// backoff is the wait before try number failures+1: it doubles from least to
// most, and half of it is chance so that many clients do not come back at once.
func backoff(failures int, least, most time.Duration) time.Duration {
	d := most
	if failures < 20 {
		d = min(most, least<<max(failures-1, 0))
	}
	return d/2 + rand.N(d/2+1)
}
