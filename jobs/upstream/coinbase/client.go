// Package coinbase asks Coinbase Exchange for the price of bitcoin in dollars:
// candles over REST, the ticker over websocket.
package coinbase

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

const (
	name      = "coinbase"
	product   = "BTC-USD"
	maxPoints = 300 // candles of one answer; a longer span is rejected
)

// Client asks Coinbase Exchange.
type Client struct {
	o     upstream.Options
	fetch *upstream.Fetcher
}

// New returns a client; zero options mean the public exchange.
func New(o upstream.Options) *Client {
	o = o.Defaults(upstream.Options{
		Name: name, BaseURL: "https://api.exchange.coinbase.com", WSURL: "wss://ws-feed.exchange.coinbase.com",
		Rate: 5, Burst: 5, // half of what one address may ask
	})
	return &Client{o: o, fetch: upstream.NewFetcher(o)}
}

// Name is "coinbase".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Candles returns the closed candles of one width (a minute, an hour or a day)
// that begin in [from, to), ascending, and the rows it refused. Intervals
// without trades are missing.
func (c *Client) Candles(ctx context.Context, width time.Duration, from, to time.Time) ([]market.Candle, []upstream.Refusal, error) {
	window, err := upstream.NewWindow(width, from, to, c.o.Now())
	if err != nil {
		return nil, nil, err
	}
	var (
		candles []market.Candle
		refused []upstream.Refusal
	)
	for _, page := range window.Pages(maxPoints) {
		body, err := c.fetch.GetJSON(ctx, "/products/"+product+"/candles", url.Values{
			"granularity": {strconv.Itoa(int(width.Seconds()))},
			"start":       {page.From.Format(time.RFC3339)},
			"end":         {page.To.Add(-time.Second).Format(time.RFC3339)}, // the end counts, too
		})
		if err != nil {
			return nil, refused, err
		}
		good, bad, err := decodeCandles(body, window)
		if err != nil {
			return nil, refused, err
		}
		candles, refused = append(candles, good...), append(refused, bad...)
	}
	return upstream.Tidy(candles), refused, nil
}
