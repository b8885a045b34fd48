// Package f2pool asks F2Pool for one mining user of it, by version 2 of its API:
// every call is a POST, and an error comes with status 200. Version 1, a public
// page of an account, tells neither what each day brought nor what was paid.
package f2pool

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

const name = "f2pool"

// settled is within how long after its end a day is credited.
const settled = 48 * time.Hour

// The two names that bitcoin may have there. Its documents show names of coins;
// no source confirms the first.
const (
	currencyName   = "bitcoin"
	currencyTicker = "BTC"
)

// Client asks F2Pool about one mining user.
type Client struct {
	o       upstream.Options
	account string
	secret  pool.Secret
	fetch   *upstream.Fetcher
	facts   *poolwire.Facts
	ticker  atomic.Bool // it knows bitcoin by currencyTicker
}

var _ poolwire.Client = (*Client)(nil)

// New returns a client of a mining user whose API secret is the access's key;
// zero options mean the public pool.
func New(o upstream.Options, a pool.Access) *Client {
	known, _ := pool.FactsOf(pool.F2Pool)
	o.Secrets = slices.Concat(o.Secrets, []string{string(a.Key), string(a.Secret)})
	o = o.Defaults(upstream.Options{Name: name, BaseURL: "https://api.f2pool.com", Rate: rate.Every(known.Spacing), Burst: 1})
	return &Client{o: o, account: a.Account, secret: a.Key, fetch: upstream.NewFetcher(o), facts: poolwire.NewFacts(name, o.Log)}
}

// Name is "f2pool".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Standing is how the user stands. The pool does not count its workers here.
func (c *Client) Standing(ctx context.Context) (pool.Standing, error) {
	hashes, err := c.post(ctx, "/v2/hash_rate/info", question{})
	if err != nil {
		return pool.Standing{}, err
	}
	balance, err := c.post(ctx, "/v2/assets/balance", question{})
	if err != nil {
		return pool.Standing{}, err
	}
	return decodeStanding(c.o, hashes, balance)
}

// Workers are the user's workers; the pool lists them all at once.
func (c *Client) Workers(ctx context.Context) ([]pool.Worker, []upstream.Refusal, error) {
	answer, err := c.post(ctx, "/v2/hash_rate/worker/list", question{})
	if err != nil {
		return nil, nil, err
	}
	return decodeWorkers(c.o, c.facts, answer, c.account)
}

// Earnings are what was credited for days of UTC. The pool picks by the time of
// the credit, hours after the day has ended.
func (c *Client) Earnings(ctx context.Context, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	answer, err := c.transactions(ctx, "revenue", from, to.Add(24*time.Hour+settled))
	if err != nil || answer == nil {
		return nil, nil, err
	}
	return decodeEarnings(c.o, answer, from, to)
}

// Payouts are the payments the pool took off the user's balance.
func (c *Client) Payouts(ctx context.Context, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	answer, err := c.transactions(ctx, "payout", from, to)
	if err != nil || answer == nil {
		return nil, nil, err
	}
	return decodePayouts(c.o, c.facts, answer, from, to)
}

// question is the body of a call.
type question struct {
	User     string `json:"mining_user_name"`
	Currency string `json:"currency"`
	Type     string `json:"type,omitempty"`
	From     int64  `json:"start_time,omitempty"` // Unix seconds
	To       int64  `json:"end_time,omitempty"`
}

// transactions asks for the rows of a kind that were made in a span, as far as
// that has begun; nil if it has not.
func (c *Client) transactions(ctx context.Context, kind string, from, to time.Time) (*poolwire.Object, error) {
	if now := c.o.Now(); to.After(now) {
		to = now
	}
	if !from.Before(to) {
		return nil, nil
	}
	return c.post(ctx, "/v2/assets/transactions/list", question{Type: kind, From: max(from.Unix(), 1), To: to.Unix()})
}

// post asks, by the other name of bitcoin if the pool does not know the first.
func (c *Client) post(ctx context.Context, path string, q question) (*poolwire.Object, error) {
	answer, err := c.once(ctx, path, q)
	if strange(err) && c.ticker.CompareAndSwap(false, true) {
		if answer, err = c.once(ctx, path, q); strange(err) {
			c.ticker.Store(false)
		}
	}
	if err == nil {
		c.facts.Saw("the name of bitcoin", c.currency())
	}
	return answer, err
}

func (c *Client) currency() string {
	if c.ticker.Load() {
		return currencyTicker
	}
	return currencyName
}

func (c *Client) once(ctx context.Context, path string, q question) (*poolwire.Object, error) {
	q.User, q.Currency = c.account, c.currency()
	body, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("%s: write the question: %w", name, err)
	}
	header := http.Header{}
	header.Set("F2P-API-SECRET", string(c.secret))
	header.Set("Content-Type", "application/json")
	answer, err := c.fetch.Send(ctx, func() upstream.Request {
		return upstream.Request{Method: http.MethodPost, Path: path, Header: header, Body: body}
	})
	if err != nil {
		return nil, err
	}
	return open(c.o, answer)
}

// open reads an answer, which is an object, and the error that may be in it.
func open(o upstream.Options, body []byte) (*poolwire.Object, error) {
	answer := poolwire.ReadObject(body)
	code, said := answer.Number("code"), ""
	if code.Known && code.V != 0 {
		said = answer.Text("msg")
	}
	if err := answer.As(o, "the answer"); err != nil {
		return nil, err
	}
	if !code.Known || code.V == 0 {
		return answer, nil
	}
	return nil, refusal(o, code.V, said)
}
