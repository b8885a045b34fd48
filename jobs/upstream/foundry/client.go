// Package foundry asks the Foundry USA pool about a subaccount: its hashrates in
// GH/s, its workers, what each UTC day earned and what was paid. A key comes with
// a viewer link of the subaccount.
package foundry

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

const (
	name = "foundry"
	gh   = 1e9 // H/s: the unit of every hashrate it tells
	// recent is how long after its last share it still counts a worker as online.
	recent = 15 * time.Minute
)

var _ poolwire.Client = (*Client)(nil)

// Client asks Foundry about one subaccount.
type Client struct {
	o       upstream.Options
	account string
	key     string
	fetch   *upstream.Fetcher
	facts   *poolwire.Facts
}

// New returns a client of a subaccount; zero options mean the public pool. The
// document names no limit of calls: one a second.
func New(o upstream.Options, a pool.Access) *Client {
	key := strings.TrimSpace(string(a.Key))
	o.Secrets = append(slices.Clip(o.Secrets), key)
	o = o.Defaults(upstream.Options{Name: name, BaseURL: "https://api.foundryusapool.com", Rate: rate.Every(time.Second), Burst: 1})
	return &Client{o: o, account: a.Account, key: key, fetch: upstream.NewFetcher(o), facts: poolwire.NewFacts(name, o.Log)}
}

// Name is "foundry".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Standing is the subaccount's statistics and its balance.
func (c *Client) Standing(ctx context.Context) (pool.Standing, error) {
	stats, err := c.get(ctx, "/subaccount_stats/", nil)
	if err != nil {
		return pool.Standing{}, err
	}
	balance, err := c.get(ctx, "/balance/", nil)
	if err != nil {
		return pool.Standing{}, err
	}
	return c.decodeStanding(stats, balance)
}

// Workers are all workers in one answer.
func (c *Client) Workers(ctx context.Context) ([]pool.Worker, []upstream.Refusal, error) {
	body, err := c.get(ctx, "/workers/", url.Values{"status": {"all"}, "pageNumber": {"0"}, "pageSize": {"-1"}})
	if err != nil {
		return nil, nil, err
	}
	return c.decodeWorkers(body)
}

// Earnings are UTC days; the current one is Open. A newer path is asked where the
// documented one is gone.
func (c *Client) Earnings(ctx context.Context, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	span := window(from.UTC().Truncate(24*time.Hour), to) // a day is found by its beginning
	form := "/earnings"
	body, err := c.get(ctx, form+"/", span)
	if poolwire.Is404(err) {
		form = "/v2/earnings"
		body, err = c.get(ctx, form+"/", span)
	}
	if err != nil {
		return nil, nil, err
	}
	c.facts.Saw("path of earnings", form)
	return c.decodeEarnings(body, from, to)
}

// Payouts are the transactions that went out of the subaccount.
func (c *Client) Payouts(ctx context.Context, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	body, err := c.get(ctx, "/transactions/", window(from, to))
	if err != nil {
		return nil, nil, err
	}
	return c.decodePayouts(body, from, to)
}

// window is a span in Unix milliseconds, both ends included.
func window(from, to time.Time) url.Values {
	return url.Values{
		"startDateUnixMs": {strconv.FormatInt(from.UnixMilli(), 10)},
		"endDateUnixMs":   {strconv.FormatInt(to.UnixMilli(), 10)},
	}
}

// get asks for something of the subaccount, whose name follows the path.
func (c *Client) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	asked := url.Values{"coin": {"BTC"}}
	for k, v := range query {
		asked[k] = v
	}
	body, err := c.fetch.Send(ctx, func() upstream.Request {
		return upstream.Request{
			Path: path + url.PathEscape(c.account), Query: asked.Encode(),
			Header: http.Header{http.CanonicalHeaderKey("X-API-KEY"): {c.key}},
		}
	})
	if err != nil {
		c.noteRefusal(err)
		return nil, poolwire.Missing(err)
	}
	return body, nil
}
