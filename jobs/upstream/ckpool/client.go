// Package ckpool asks solo.ckpool.org, a pool for those who mine alone, how the
// machines of a payout address hash. A block that one of them finds pays that
// address from its own coinbase: the pool keeps no balance, credits nothing and
// pays nothing out.
package ckpool

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

const (
	name = "ckpool"
	// fresh is how long an answer serves: the pool writes its files about once a
	// minute.
	fresh = time.Minute
)

// Client asks ckpool about one address.
type Client struct {
	o       upstream.Options
	address string
	fetch   *upstream.Fetcher

	turn  chan struct{} // holds one: who has put it in may read and set the two below
	last  []byte
	asked time.Time // when last was asked for; zero: never
}

var (
	_ poolwire.Client    = (*Client)(nil)
	_ poolwire.WholePool = (*Client)(nil)
)

// New returns a client of an address; zero options mean the public pool.
func New(o upstream.Options, a pool.Access) *Client {
	facts, _ := pool.FactsOf(pool.CKPool)
	o.Secrets = slices.Concat(o.Secrets, []string{string(a.Key), string(a.Secret)}) // it wants none
	o = o.Defaults(upstream.Options{Name: name, BaseURL: "https://solo.ckpool.org", Rate: rate.Every(facts.Spacing), Burst: 1})
	return &Client{o: o, address: a.Account, fetch: upstream.NewFetcher(o), turn: make(chan struct{}, 1)}
}

// Name is "ckpool".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Standing is how the address stands. Its hashrate of now is the mean of the
// last five minutes. The pool counts the workers that are connected, not those
// that are not.
func (c *Client) Standing(ctx context.Context) (pool.Standing, error) {
	body, at, err := c.user(ctx)
	if err != nil {
		return pool.Standing{}, err
	}
	return decodeStanding(c.o, body, at)
}

// Workers are the workers of the address.
func (c *Client) Workers(ctx context.Context) ([]pool.Worker, []upstream.Refusal, error) {
	body, at, err := c.user(ctx)
	if err != nil {
		return nil, nil, err
	}
	return decodeWorkers(c.o, body, c.address, at)
}

// Earnings is ErrNotTold.
func (*Client) Earnings(context.Context, time.Time, time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	return nil, nil, poolwire.ErrNotTold
}

// Payouts is ErrNotTold.
func (*Client) Payouts(context.Context, time.Time, time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	return nil, nil, poolwire.ErrNotTold
}

// PoolHashrate is that of the whole pool, the mean of the last hour.
func (c *Client) PoolHashrate(ctx context.Context) (units.Hashrate, error) {
	body, err := c.fetch.Get(ctx, "/pool/pool.status", nil)
	if err != nil {
		return 0, err
	}
	return decodeStatus(c.o, body)
}

// user is what the pool says of the address, and when it said so: less than a
// minute ago. Whoever comes while another asks waits for the same answer. A 404
// means that no machine has ever hashed for the address.
func (c *Client) user(ctx context.Context) ([]byte, time.Time, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, time.Time{}, fmt.Errorf("%s: waiting for an answer that is on its way: %w", name, context.Cause(ctx))
	}
	now := c.o.Now().UTC()
	if age := now.Sub(c.asked); !c.asked.IsZero() && age >= 0 && age < fresh {
		return c.last, c.asked, nil
	}
	body, err := c.fetch.Get(ctx, "/users/"+url.PathEscape(c.address), nil)
	if err != nil {
		return nil, time.Time{}, poolwire.Missing(err)
	}
	c.last, c.asked = body, now
	return body, now, nil
}
