package notify

import (
	"context"
	"crypto/sha256"
	"time"

	"golang.org/x/time/rate"
)

const (
	// maxTurn is the longest a message waits for its turn; the caller gets
	// what would take longer.
	maxTurn = 10 * time.Second
	// manyBuckets is when those that are at rest are forgotten.
	manyBuckets = 1024
)

// key stands for a destination without holding its address.
type key [sha256.Size]byte

// bucket is what is remembered of a destination.
type bucket struct {
	limiter *rate.Limiter
	until   time.Time // it asked to be sent nothing before
}

// rests says whether a bucket is as good as new.
func (b *bucket) rests(now time.Time) bool {
	return !now.Before(b.until) && b.limiter.TokensAt(now) >= float64(b.limiter.Burst())
}

// bucket is the destination's, made if need be. The caller holds the lock.
func (c *Client) bucket(m message, now time.Time) *bucket {
	k := key(sha256.Sum256([]byte(m.channel + "\x00" + m.address)))
	if b, ok := c.buckets[k]; ok {
		return b
	}
	if len(c.buckets) >= manyBuckets {
		for other, b := range c.buckets {
			if b.rests(now) {
				delete(c.buckets, other)
			}
		}
	}
	limit := rate.Inf
	if m.every > 0 {
		limit = rate.Every(m.every)
	}
	b := &bucket{limiter: rate.NewLimiter(limit, 1)}
	c.buckets[k] = b
	return b
}

// turn waits until the destination may be sent to. If that is too far away it
// fails at once and says when.
func (c *Client) turn(ctx context.Context, m message) *Error {
	now := c.o.Now()
	c.mu.Lock()
	b := c.bucket(m, now)
	held := b.until.Sub(now)
	var turn *rate.Reservation
	if held <= 0 {
		turn = b.limiter.ReserveN(now, 1)
	}
	c.mu.Unlock()
	if turn == nil {
		e := errorf(m.channel, Retry, "the receiver asked to be sent nothing for another %s", held.Round(time.Second))
		e.After = held
		return e
	}
	wait := turn.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	if deadline, ok := ctx.Deadline(); wait > maxTurn || (ok && now.Add(wait).After(deadline)) {
		turn.CancelAt(now)
		e := errorf(m.channel, Retry, "too many messages wait for the same receiver")
		e.After = wait
		return e
	}
	if err := c.o.Pause(ctx, wait); err != nil {
		turn.CancelAt(c.o.Now())
		return ended(ctx, m.channel)
	}
	return nil
}

// hold keeps every message from a destination for d.
func (c *Client) hold(m message, d time.Duration) {
	if d <= 0 {
		return
	}
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.bucket(m, now); now.Add(d).After(b.until) {
		b.until = now.Add(d)
	}
}
