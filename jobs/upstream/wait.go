package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	firstWait = 500 * time.Millisecond
	// maxWait is the longest a call waits before it tries again; a party that
	// asks for more gets it from the caller.
	maxWait = 30 * time.Second
	// maxRetryAfter bounds what a party may ask for, lest a slip of its
	// keeps us away for days.
	maxRetryAfter = 15 * time.Minute
)

// admit waits until the party and the rate limit allow another request. If the
// party wants to be left alone for longer than a call may wait, it fails at
// once.
func (f *Fetcher) admit(ctx context.Context) error {
	f.mu.Lock()
	held := f.until.Sub(f.o.Now())
	f.mu.Unlock()
	if held > maxWait {
		e := Errorf(f.o.Name, RateLimited, "it asked not to be asked for another %s", held.Round(time.Second))
		e.RetryAfter = held
		return e
	}
	if err := pause(ctx, held); err != nil {
		return fmt.Errorf("%s: waiting as it asked: %w", f.o.Name, err)
	}
	if err := f.limiter.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%s: waiting for the rate limit: %w", f.o.Name, context.Cause(ctx))
		}
		return &Error{Name: f.o.Name, Kind: Timeout, Msg: "no turn under the rate limit before the deadline", Err: errors.Join(err, context.DeadlineExceeded)}
	}
	return nil
}

// hold keeps every call from asking for d.
func (f *Fetcher) hold(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if until := f.o.Now().Add(d); until.After(f.until) {
		f.until = until
	}
}

// pause waits for d, or returns the cause of ctx as soon as that ends.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// backoff doubles with every try; half of it is chance in [0, 1), so that many
// clients do not come back together.
func backoff(try int, chance float64) time.Duration {
	full := min(firstWait<<min(try, 10), maxWait)
	return full/2 + time.Duration(chance*float64(full/2))
}

// retryAfter reads both forms of the header, capped; nonsense is nothing.
func retryAfter(text string, now time.Time) time.Duration {
	var wait time.Duration
	if n, err := strconv.ParseInt(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		wait = time.Duration(min(n, int64(maxRetryAfter/time.Second))) * time.Second
	} else if t, err := http.ParseTime(text); err == nil {
		wait = t.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}
