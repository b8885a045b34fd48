// Package antpool asks Antpool for an account. Every call is a signed form with
// a nonce that only grows, an error comes with status 200 and words, and numbers
// come as digits or as text with a unit. Its days are taken for those of UTC.
package antpool

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
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
	name = "antpool"
	coin = "BTC"
)

// Client asks Antpool about one account.
type Client struct {
	o        upstream.Options
	access   pool.Access
	pageSize int
	fetch    *upstream.Fetcher
	facts    *poolwire.Facts

	turn  chan struct{} // holds one: who has put it in may ask, so that nonces arrive in their order
	nonce int64         // the last, Unix ms
}

var _ poolwire.Client = (*Client)(nil)

// New returns a client of a user id; zero options mean the public pool.
func New(o upstream.Options, a pool.Access) *Client {
	known, _ := pool.FactsOf(pool.Antpool)
	o.Secrets = slices.Concat(o.Secrets, []string{string(a.Key), string(a.Secret)})
	o = o.Defaults(upstream.Options{Name: name, BaseURL: "https://antpool.com", Rate: rate.Every(known.Spacing), Burst: 1})
	return &Client{
		o: o, access: a, pageSize: known.PageSize, fetch: upstream.NewFetcher(o),
		facts: poolwire.NewFacts(name, o.Log), turn: make(chan struct{}, 1),
	}
}

// Name is "antpool".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Standing is how the account stands; its hashrate of now is the mean of the
// last ten minutes. Workers that the pool calls invalid do not hash.
func (c *Client) Standing(ctx context.Context) (pool.Standing, error) {
	data, err := c.post(ctx, "accountOverview", url.Values{"userId": {c.access.Account}})
	if err != nil {
		return pool.Standing{}, err
	}
	return decodeStanding(c.o, data)
}

// Workers are all workers of the account, those that are off among them.
func (c *Client) Workers(ctx context.Context) ([]pool.Worker, []upstream.Refusal, error) {
	var total int // as the last page told it
	params := url.Values{"userId": {c.access.Account}, "coinType": {coin}, "workerStatus": {"0"}}
	workers, refused, err := list(ctx, c, "userWorkerList", params, &total, func(w pool.Worker) string { return w.ID }, c.worker)
	if err != nil {
		return nil, nil, err
	}
	if err := poolwire.Whole(name, total, len(workers), len(refused)); err != nil {
		return nil, nil, err
	}
	return poolwire.Sorted(workers, poolwire.Together), refused, nil
}

// Earnings are what the account received for days.
func (c *Client) Earnings(ctx context.Context, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	key := func(e pool.Earning) string { return fmt.Sprintf("%s %d", e.Ref, e.Net) } // two sums of a day are two rows
	earnings, refused, err := list(ctx, c, "paymentHistoryV2", url.Values{"type": {"recv"}, "pageEnable": {"1"}}, nil, key, c.earning)
	if err != nil {
		return nil, nil, err
	}
	earnings, twice := poolwire.Earnings(earnings, from, to)
	return earnings, append(refused, twice...), nil
}

// Payouts are the payments to the account.
func (c *Client) Payouts(ctx context.Context, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	key := func(p pool.Payout) string { return p.Ref }
	payouts, refused, err := list(ctx, c, "paymentHistoryV2", url.Values{"type": {"payout"}, "pageEnable": {"1"}}, nil, key, c.payout)
	if err != nil {
		return nil, nil, err
	}
	payouts, twice := poolwire.Payouts(payouts, from, to)
	return payouts, append(refused, twice...), nil
}

// post asks and returns the data of the answer. One call goes at a time.
func (c *Client) post(ctx context.Context, call string, params url.Values) (json.RawMessage, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: waiting for another call: %w", name, context.Cause(ctx))
	}
	header := http.Header{}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	body, err := c.fetch.Send(ctx, func() upstream.Request {
		return upstream.Request{Method: http.MethodPost, Path: "/api/" + call + ".htm", Header: header, Body: []byte(c.form(params).Encode())}
	})
	if err != nil {
		return nil, err
	}
	return open(c.o, body)
}

// form is the signed form of a call, with a nonce above all before it.
func (c *Client) form(params url.Values) url.Values {
	c.nonce = max(c.nonce+1, c.o.Now().UnixMilli())
	nonce := strconv.FormatInt(c.nonce, 10)
	form := url.Values{
		"key": {string(c.access.Key)}, "nonce": {nonce}, "coin": {coin},
		"signature": {sign(c.access, nonce)},
	}
	for k, v := range params {
		form[k] = v
	}
	return form
}

// sign is the signature of a call with a nonce.
func sign(a pool.Access, nonce string) string {
	mac := hmac.New(sha256.New, []byte(a.Secret))
	_, _ = mac.Write([]byte(a.Account + string(a.Key) + nonce)) //nolint:errcheck // a hash takes anything
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}
