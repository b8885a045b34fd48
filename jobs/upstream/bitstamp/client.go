// Package bitstamp asks Bitstamp for the price of bitcoin in dollars: OHLC over
// REST, live trades over websocket.
package bitstamp

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

const (
	name    = "bitstamp"
	pair    = "btcusd"
	channel = "live_trades_" + pair
	maxRows = 1000 // of one answer
)

// Client asks Bitstamp.
type Client struct {
	o     upstream.Options
	fetch *upstream.Fetcher
}

// New returns a client; zero options mean the public exchange.
func New(o upstream.Options) *Client {
	o = o.Defaults(upstream.Options{
		Name: name, BaseURL: "https://www.bitstamp.net", WSURL: "wss://ws.bitstamp.net",
		Rate: 5, Burst: 5, // of some 13 a second
	})
	return &Client{o: o, fetch: upstream.NewFetcher(o)}
}

// Name is "bitstamp".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Candles returns the closed candles of one width (a minute, an hour or a day)
// that begin in [from, to), ascending, and the rows it refused.
func (c *Client) Candles(ctx context.Context, width time.Duration, from, to time.Time) ([]market.Candle, []upstream.Refusal, error) {
	window, err := upstream.NewWindow(width, from, to, c.o.Now())
	if err != nil {
		return nil, nil, err
	}
	var (
		candles []market.Candle
		refused []upstream.Refusal
	)
	for _, page := range window.Pages(maxRows) {
		body, err := c.fetch.GetJSON(ctx, "/api/v2/ohlc/"+pair+"/", url.Values{
			"step":  {strconv.Itoa(int(width.Seconds()))},
			"limit": {strconv.Itoa(maxRows)},
			"start": {strconv.FormatInt(page.From.Unix(), 10)},
			"end":   {strconv.FormatInt(page.To.Unix()-1, 10)}, // right whether or not the end counts
		})
		if err != nil {
			return nil, refused, err
		}
		good, bad, err := decodeOHLC(body, window)
		if err != nil {
			return nil, refused, err
		}
		candles, refused = append(candles, good...), append(refused, bad...)
	}
	return upstream.Tidy(candles), refused, nil
}
