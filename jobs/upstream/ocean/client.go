// Package ocean asks OCEAN about a payout address: its hashrates in H/s, its
// workers, what each block of the pool earned it and what was paid on chain.
// There is no key: whoever knows the address can ask.
package ocean

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

const name = "ocean"

// noUser is how it begins to say that it does not know an address, or that
// nothing mines to it.
const noUser = "No such user"

var (
	_ poolwire.Client    = (*Client)(nil)
	_ poolwire.WholePool = (*Client)(nil)
)

// Client asks OCEAN about one payout address.
type Client struct {
	o       upstream.Options
	address string
	fetch   *upstream.Fetcher
	facts   *poolwire.Facts
}

// New returns a client of a payout address; zero options mean the public pool. The
// pool names no limit of calls: one a second.
func New(o upstream.Options, a pool.Access) *Client {
	o = o.Defaults(upstream.Options{Name: name, BaseURL: "https://api.ocean.xyz/v1", Rate: rate.Every(time.Second), Burst: 1})
	return &Client{o: o, address: a.Account, fetch: upstream.NewFetcher(o), facts: poolwire.NewFacts(name, o.Log)}
}

// Name is "ocean".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Standing is the address's hashrates and, from its last snapshot, what is unpaid.
func (c *Client) Standing(ctx context.Context) (pool.Standing, error) {
	rates, err := c.get(ctx, "user_hashrate")
	if err != nil {
		return pool.Standing{}, err
	}
	snap, err := c.get(ctx, "statsnap")
	if err != nil {
		return pool.Standing{}, err
	}
	return c.decodeStanding(rates, snap)
}

// Workers are all workers in one answer. Where it holds none, the pool is asked
// whether there are any.
func (c *Client) Workers(ctx context.Context) ([]pool.Worker, []upstream.Refusal, error) {
	body, err := c.get(ctx, "user_hashrate_full")
	if err != nil {
		return nil, nil, err
	}
	workers, refused, err := c.decodeWorkers(body)
	if err != nil || len(workers)+len(refused) > 0 {
		return workers, refused, err
	}
	body, err = c.get(ctx, "user_hashrate")
	if err != nil {
		return nil, nil, err
	}
	counted, err := c.decodeCount(body)
	if err != nil {
		return nil, nil, err
	}
	return nil, nil, poolwire.Whole(name, counted, 0, 0)
}

// Earnings are the shares of the pool's blocks, each at the time of its block.
func (c *Client) Earnings(ctx context.Context, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	body, err := c.earnpay(ctx, from, to)
	if err != nil {
		return nil, nil, err
	}
	return c.decodeEarnings(body, from, to)
}

// Payouts are the payments on chain. Those over lightning the pool does not tell.
func (c *Client) Payouts(ctx context.Context, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	body, err := c.earnpay(ctx, from, to)
	if err != nil {
		return nil, nil, err
	}
	return c.decodePayouts(body, from, to)
}

// PoolHashrate is that of the whole pool over the last five minutes.
func (c *Client) PoolHashrate(ctx context.Context) (units.Hashrate, error) {
	body, err := c.fetch.GetJSON(ctx, "/pool_hashrate", nil)
	if err != nil {
		return 0, c.refused(err)
	}
	o, err := c.open(body, "the pool's hashrate")
	if err != nil {
		return 0, err
	}
	o.Need("pool_300s")
	rate := o.Hashrate("pool_300s", 1)
	if err := o.As(c.o, "the pool's hashrate"); err != nil {
		return 0, err
	}
	if !rate.Known || rate.Value == 0 {
		return 0, upstream.Errorf(name, upstream.Malformed, "it tells no hashrate of the whole pool")
	}
	return rate.Value, nil
}

func (c *Client) earnpay(ctx context.Context, from, to time.Time) ([]byte, error) {
	return c.get(ctx, "earnpay", strconv.FormatInt(from.Unix(), 10), strconv.FormatInt(to.Add(time.Second-1).Unix(), 10))
}

// get asks for something of the address, which follows the path and is followed
// by the rest.
func (c *Client) get(ctx context.Context, path string, rest ...string) ([]byte, error) {
	path = "/" + strings.Join(append([]string{path, url.PathEscape(c.address)}, rest...), "/")
	body, err := c.fetch.GetJSON(ctx, path, nil)
	if err != nil {
		return nil, c.refused(err)
	}
	return body, nil
}

// refused makes NoAccount of an error whose body says so: the pool sends its
// envelope with whatever status.
func (c *Client) refused(err error) error {
	var e *upstream.Error
	if !errors.As(err, &e) || e.Status < 300 || !strings.Contains(e.Msg, noUser) {
		return err
	}
	c.facts.Saw("unknown address", "HTTP "+strconv.Itoa(e.Status))
	named := *e
	named.Kind = upstream.NoAccount
	return &named
}
