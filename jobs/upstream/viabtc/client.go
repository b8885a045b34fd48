// Package viabtc asks ViaBTC for the account that a key of its API opens. Its
// days are those of Beijing, eight hours ahead of UTC, and an error comes with
// status 200 and a code.
package viabtc

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

const (
	name = "viabtc"
	root = "/res/openapi/v1"
	coin = "BTC"
)

// Client asks ViaBTC about one account.
type Client struct {
	o       upstream.Options
	access  pool.Access
	known   pool.Facts
	fetch   *upstream.Fetcher
	facts   *poolwire.Facts
	percent atomic.Bool // it has told a part of refused shares above 1
}

var _ poolwire.Client = (*Client)(nil)

// New returns a client of an account; zero options mean the public pool. Calls
// that need a signature go without where the access has no secret.
func New(o upstream.Options, a pool.Access) *Client {
	known, _ := pool.FactsOf(pool.ViaBTC)
	o.Secrets = slices.Concat(o.Secrets, []string{string(a.Key), string(a.Secret)})
	o = o.Defaults(upstream.Options{Name: name, BaseURL: "https://www.viabtc.net", Rate: rate.Every(known.Spacing), Burst: 1})
	return &Client{o: o, access: a, known: known, fetch: upstream.NewFetcher(o), facts: poolwire.NewFacts(name, o.Log)}
}

// Name is "viabtc".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Standing is how the account stands; its hashrate of now is the mean of the
// last ten minutes. The balance stands beside the addresses it is paid to, and
// those may want a signature: without a secret it can stay unknown.
func (c *Client) Standing(ctx context.Context) (pool.Standing, error) {
	hashes, err := c.get(ctx, "/hashrate", url.Values{"coin": {coin}}, false)
	if err != nil {
		return pool.Standing{}, err
	}
	s, err := decodeStanding(c.o, hashes)
	if err != nil {
		return pool.Standing{}, err
	}
	account, err := c.get(ctx, "/account", url.Values{}, true)
	switch {
	case c.access.Secret == "" && denied(err):
		c.facts.Saw("an account without a signature", "denied")
		s.Unpaid.Why = "the pool tells it to signed calls only"
		return s, nil
	case err != nil:
		return pool.Standing{}, err
	}
	if s.Unpaid, err = decodeBalance(c.o, account); err != nil {
		return pool.Standing{}, err
	}
	return s, nil
}

// Workers are all workers of the account.
func (c *Client) Workers(ctx context.Context) ([]pool.Worker, []upstream.Refusal, error) {
	var total int // as the last page told it
	rows, refused, err := list(ctx, c, source{path: "/hashrate/worker", total: &total}, func(w worker) string { return w.ID }, func(row *poolwire.Object) (worker, bool, error) {
		return decodeWorker(row, c.o.Now())
	})
	if err != nil {
		return nil, nil, err
	}
	if err := poolwire.Whole(name, total, len(rows), len(refused)); err != nil {
		return nil, nil, err
	}
	return poolwire.Sorted(c.workers(rows), poolwire.Together), refused, nil
}

// Earnings are the profits of days of Beijing, with the hashrates of the same
// days. A day without a hashrate has none.
func (c *Client) Earnings(ctx context.Context, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	ahead := -c.known.Day
	first, last, ok := poolwire.Dates(from.Add(ahead), to.Add(ahead), c.o.Now().Add(ahead))
	if !ok {
		return nil, nil, nil
	}
	days := url.Values{"start_date": {first}, "end_date": {last}}
	rates, badRates, err := list(ctx, c, source{path: "/hashrate/history", query: days}, dayRate.key, func(row *poolwire.Object) (dayRate, bool, error) {
		return decodeDayRate(row, c.known.Day, c.o.Now())
	})
	if err != nil {
		return nil, nil, err
	}
	profits, bad, err := list(ctx, c, source{path: "/profit/history", query: days}, profitKey, func(row *poolwire.Object) (pool.Earning, bool, error) {
		return decodeProfit(row, c.known.Day, c.o.Now())
	})
	if err != nil {
		return nil, nil, err
	}
	profits, twice := poolwire.Earnings(withRates(profits, rates), from, to)
	return profits, slices.Concat(badRates, bad, twice), nil
}

// Payouts are the payments of the account. The pool is asked for all of them:
// that it picks by date here is not documented.
func (c *Client) Payouts(ctx context.Context, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	rows, refused, err := list(ctx, c, source{path: "/wallet/payment/history", beside: true}, func(p pool.Payout) string { return p.Ref }, func(row *poolwire.Object) (pool.Payout, bool, error) {
		return decodePayment(row, c.o.Now())
	})
	if err != nil {
		return nil, nil, err
	}
	rows, twice := poolwire.Payouts(rows, from, to)
	return rows, append(refused, twice...), nil
}

// get asks for a path and opens its envelope. A signed call has the time of each
// try in its query, and the signature of exactly that query.
func (c *Client) get(ctx context.Context, path string, query url.Values, signed bool) (*poolwire.Object, error) {
	body, err := c.fetch.Send(ctx, func() upstream.Request {
		header := http.Header{}
		header.Set("X-API-KEY", string(c.access.Key))
		asked := upstream.Request{Path: root + path, Query: query.Encode(), Header: header}
		if signed && c.access.Secret != "" {
			query.Set("tonce", strconv.FormatInt(c.o.Now().UnixMilli(), 10))
			asked.Query = query.Encode()
			header.Set("X-SIGNATURE", sign(c.access.Secret, asked.Query))
		}
		return asked
	})
	if err != nil {
		return nil, err
	}
	return open(c.o, body)
}

// sign is the signature of a query.
func sign(secret pool.Secret, query string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(query)) //nolint:errcheck // a hash takes anything
	return hex.EncodeToString(mac.Sum(nil))
}
