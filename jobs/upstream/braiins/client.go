// Package braiins asks Braiins Pool about an account: its hashrates in the unit
// that each answer names, its workers, the rewards of each UTC day and what was
// paid on chain and over lightning. A token comes with an access profile.
package braiins

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

const name = "braiins"

const (
	profilePath = "/accounts/profile/json/btc/"
	workersPath = "/accounts/workers/json/btc"
	rewardsPath = "/accounts/rewards/json/btc"
	payoutsPath = "/accounts/payouts/json/btc"
)

// dailyPaths are where the daily hashrates may be: the document leaves open what
// stands for the group.
func dailyPaths() []string {
	return []string{"/accounts/hash_rate_daily/json/btc", "/accounts/hash_rate_daily/json/user/btc"}
}

var _ poolwire.Client = (*Client)(nil)

// Client asks Braiins about the account that a token opens.
type Client struct {
	o       upstream.Options
	account string
	token   string
	fetch   *upstream.Fetcher
	facts   *poolwire.Facts
}

// New returns a client of an account; zero options mean the public pool and the
// call in five seconds that it allows.
func New(o upstream.Options, a pool.Access) *Client {
	token := strings.TrimSpace(string(a.Key))
	o.Secrets = append(slices.Clip(o.Secrets), token)
	o = o.Defaults(upstream.Options{Name: name, BaseURL: "https://pool.braiins.com", Rate: rate.Every(5 * time.Second), Burst: 1})
	return &Client{o: o, account: a.Account, token: token, fetch: upstream.NewFetcher(o), facts: poolwire.NewFacts(name, o.Log)}
}

// Name is "braiins".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Standing is the account's profile. A token that opens another account than the
// one that was named fails as NoAccount.
func (c *Client) Standing(ctx context.Context) (pool.Standing, error) {
	body, err := c.get(ctx, profilePath, nil)
	if err != nil {
		return pool.Standing{}, err
	}
	return c.decodeProfile(body)
}

// Workers are all workers in one answer. Where it holds none, the profile is asked
// whether there are any.
func (c *Client) Workers(ctx context.Context) ([]pool.Worker, []upstream.Refusal, error) {
	body, err := c.get(ctx, workersPath, nil)
	if err != nil {
		return nil, nil, err
	}
	workers, refused, err := c.decodeWorkers(body)
	if err != nil || len(workers)+len(refused) > 0 {
		return workers, refused, err
	}
	s, err := c.Standing(ctx)
	if err != nil {
		return nil, nil, err
	}
	return nil, nil, poolwire.Whole(name, s.Active.Value+s.Inactive.Value, 0, 0)
}

// Earnings are the daily rewards with the hashrates of the days.
func (c *Client) Earnings(ctx context.Context, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	span, ok := c.span(from, to)
	if !ok {
		return nil, nil, nil
	}
	body, err := c.get(ctx, rewardsPath, span)
	if err != nil {
		return nil, nil, err
	}
	earnings, refused, err := c.decodeRewards(body, from, to)
	if err != nil || len(earnings) == 0 {
		return nil, refused, err
	}
	days, bad, err := c.daily(ctx, span)
	if err != nil {
		return nil, nil, err
	}
	days.Into(earnings)
	return earnings, append(refused, bad...), nil
}

// Payouts are the payments on chain and over lightning. The pool is asked from a
// day earlier on: it may go by the time of the request.
func (c *Client) Payouts(ctx context.Context, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	span, ok := c.span(from.AddDate(0, 0, -1), to)
	if !ok {
		return nil, nil, nil
	}
	body, err := c.get(ctx, payoutsPath, span)
	if err != nil {
		return nil, nil, err
	}
	return c.decodePayouts(body, from, to)
}

// daily are the hashrates of days; none where the pool no longer tells them.
func (c *Client) daily(ctx context.Context, span url.Values) (poolwire.Rates, []upstream.Refusal, error) {
	for _, path := range dailyPaths() {
		body, err := c.get(ctx, path, span)
		switch {
		case poolwire.Is404(err):
			continue
		case err != nil:
			return nil, nil, err
		}
		c.facts.Saw("path of daily hashrates", path)
		return c.decodeDaily(body)
	}
	c.facts.Saw("path of daily hashrates", "none")
	return nil, nil, nil
}

// span is the days that [from, to) touches; false if none has begun.
func (c *Client) span(from, to time.Time) (url.Values, bool) {
	first, last, ok := poolwire.Dates(from, to, c.o.Now())
	return url.Values{"from": {first}, "to": {last}}, ok
}

// get asks for a path. An answer of nothing is how the pool ignores those that
// ask too often.
func (c *Client) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	body, err := c.fetch.Send(ctx, func() upstream.Request {
		return upstream.Request{Path: path, Query: query.Encode(), Header: http.Header{"Pool-Auth-Token": {c.token}}}
	})
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		c.facts.Saw("ignored request", "HTTP 200 without a body")
		return nil, upstream.Errorf(name, upstream.RateLimited, "it ignored the request, as it does when it is asked too often")
	}
	return body, nil
}
