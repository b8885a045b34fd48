// Package kraken asks Kraken for the price of bitcoin in dollars: OHLC over
// REST, the ticker over websocket v2.
package kraken

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

const (
	name     = "kraken"
	restPair = "XBTUSD"
	wsPair   = "BTC/USD"
	maxRows  = 720 // of one answer, and how many of each width are kept
)

// Client asks Kraken.
type Client struct {
	o     upstream.Options
	fetch *upstream.Fetcher
}

// New returns a client; zero options mean the public exchange.
func New(o upstream.Options) *Client {
	o = o.Defaults(upstream.Options{
		Name: name, BaseURL: "https://api.kraken.com", WSURL: "wss://ws.kraken.com/v2", Rate: 1, Burst: 2,
	})
	return &Client{o: o, fetch: upstream.NewFetcher(o)}
}

// Name is "kraken".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Candles returns the closed candles of one width (a minute, an hour or a day)
// that begin in [from, to), ascending, and the rows it refused. Kraken keeps
// the newest 720 of each width and answers with those it has: a span that ends
// before them gives nothing, and is not asked for.
func (c *Client) Candles(ctx context.Context, width time.Duration, from, to time.Time) ([]market.Candle, []upstream.Refusal, error) {
	now := c.o.Now()
	oldest := now.Add(-(maxRows + 1) * width)
	if from.Before(oldest) {
		from = oldest
	}
	window, err := upstream.NewWindow(width, from, to, now)
	if err != nil {
		return nil, nil, err
	}
	pages := window.Pages(maxRows + 1)
	if len(pages) == 0 {
		return nil, nil, nil
	}
	body, err := c.fetch.GetJSON(ctx, "/0/public/OHLC", url.Values{
		"pair":     {restPair},
		"interval": {strconv.Itoa(int(width.Minutes()))},
		"since":    {strconv.FormatInt(pages[0].From.Unix()-1, 10)}, // rows begin after it
	})
	if err != nil {
		return nil, nil, err
	}
	return decodeOHLC(body, window)
}
