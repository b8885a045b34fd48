// Package luxor asks the Luxor pool, REST v2, about a subaccount: its hashrates
// in H/s, its workers, the revenue of each UTC day and what was paid.
package luxor

import (
	"cmp"
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
	name     = "luxor"
	pageSize = 100 // the largest that is usual
)

const (
	summaryPath = "/pool/summary/BTC"
	workersPath = "/pool/workers/BTC"
	revenuePath = "/pool/revenue/BTC"
)

// transactionPaths and daysPaths are where lists are found: as the vendor's own
// client asks, and as an integrator's reference has it.
func transactionPaths() []string {
	return []string{"/pool/transactions/BTC", "/payments/transactions/BTC"}
}

func daysPaths() []string {
	return []string{"/pool/hashrate-efficiency/BTC", "/pool/hashrate-history/BTC"}
}

var _ poolwire.Client = (*Client)(nil)

// Client asks Luxor about one subaccount.
type Client struct {
	o       upstream.Options
	account string
	key     string
	fetch   *upstream.Fetcher
	facts   *poolwire.Facts
}

// New returns a client of a subaccount; zero options mean the public pool, and
// the second between calls and the patience that the vendor's own client has.
func New(o upstream.Options, a pool.Access) *Client {
	key := strings.TrimSpace(string(a.Key))
	o.Secrets = append(slices.Clip(o.Secrets), key)
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	o = o.Defaults(upstream.Options{Name: name, BaseURL: "https://app.luxor.tech/api/v2", Rate: rate.Every(time.Second), Burst: 1})
	return &Client{o: o, account: a.Account, key: key, fetch: upstream.NewFetcher(o), facts: poolwire.NewFacts(name, o.Log)}
}

// Name is "luxor".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Standing is the subaccount's summary.
func (c *Client) Standing(ctx context.Context) (pool.Standing, error) {
	body, err := c.get(ctx, summaryPath, nil)
	if err != nil {
		return pool.Standing{}, poolwire.Missing(err)
	}
	return c.decodeSummary(body)
}

// Workers are all workers, page by page.
func (c *Client) Workers(ctx context.Context) ([]pool.Worker, []upstream.Refusal, error) {
	counted := 0
	rows, err := c.pages(ctx, "workers", workersPath, nil, func(o *poolwire.Object) {
		active, inactive := o.Count("total_active"), o.Count("total_inactive")
		counted = active.Value + inactive.Value
	})
	if err != nil {
		return nil, nil, poolwire.Missing(err)
	}
	if err := poolwire.Whole(name, counted, len(rows), 0); err != nil {
		return nil, nil, err
	}
	workers, refused := poolwire.Rows(rows, c.decodeWorker)
	return poolwire.Sorted(workers, poolwire.Together), refused, nil
}

// Earnings are UTC days: the revenue of each by its own list or, where that list
// names no days, the credits among the transactions. The hashrate of a day is the
// one of its efficiency.
func (c *Client) Earnings(ctx context.Context, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	span, ok := c.span(from, to)
	if !ok {
		return nil, nil, nil
	}
	rows, err := c.pages(ctx, "revenue", revenuePath, span, nil)
	if err != nil {
		return nil, nil, poolwire.Missing(err)
	}
	days, refused, dated := c.decodeRevenue(rows)
	if dated {
		c.facts.Saw("revenue of days", "rows with a date")
	} else {
		c.facts.Saw("revenue of days", "rows without a date; credits of transactions in their place")
		if days, refused, err = c.credits(ctx, from, to); err != nil {
			return nil, nil, err
		}
	}
	earnings, twice := poolwire.Earnings(days, from, to)
	refused = append(refused, twice...)
	if len(earnings) == 0 {
		return nil, refused, nil
	}
	bad, err := c.withHashrates(ctx, span, earnings)
	if err != nil {
		return nil, nil, err
	}
	return earnings, append(refused, bad...), nil
}

// Payouts are the debits among the transactions that are no fees.
func (c *Client) Payouts(ctx context.Context, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	rows, err := c.transactions(ctx, from, to)
	if err != nil {
		return nil, nil, err
	}
	payouts, refused := poolwire.ReadPayouts(rows, c.decodePayout, from, to)
	return payouts, refused, nil
}

// span is the days that [from, to) touches; false if none has begun.
func (c *Client) span(from, to time.Time) (url.Values, bool) {
	first, last, ok := poolwire.Dates(from, to, c.o.Now())
	return url.Values{"start_date": {first}, "end_date": {last}}, ok
}

// get asks about the subaccount. The key goes in as it is, without Bearer.
func (c *Client) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	asked := url.Values{"subaccount_names": {c.account}}
	for k, v := range query {
		asked[k] = v
	}
	return c.fetch.Send(ctx, func() upstream.Request {
		return upstream.Request{Path: path, Query: asked.Encode(), Header: http.Header{"Authorization": {c.key}}}
	})
}

// page adds the number of a page, the first being 1, to a query.
func page(query url.Values, n int) url.Values {
	asked := url.Values{"page_number": {strconv.Itoa(n)}, "page_size": {strconv.Itoa(pageSize)}}
	for k, v := range query {
		asked[k] = v
	}
	return asked
}
