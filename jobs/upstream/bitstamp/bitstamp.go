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
		Name: name, BaseURL: "https://www.bitstamp.net", WSURL: "wss://ws.bitstamp.net", Rate: 5, Burst: 5,
	})
	return &Client{o: o, fetch: upstream.NewFetcher(o)}
}

// Name is "bitstamp".
func (*Client) Name() string { return name }

// Candles returns the closed candles of one width that begin in [from, to),
// ascending.
func (c *Client) Candles(ctx context.Context, width time.Duration, from, to time.Time) ([]market.Candle, []upstream.Refusal, error) {
	var (
		all     []market.Candle
		refused []upstream.Refusal
	)
	for start := from.UTC().Truncate(width); start.Before(to); start = start.Add(maxRows * width) {
		end := start.Add((maxRows - 1) * width)
		if end.After(to) {
			end = to
		}
		body, err := c.fetch.Get(ctx, "/api/v2/ohlc/"+pair+"/", url.Values{
			"step": {strconv.Itoa(int(width.Seconds()))}, "limit": {strconv.Itoa(maxRows)},
			"start": {strconv.FormatInt(start.Unix(), 10)}, "end": {strconv.FormatInt(end.Unix(), 10)},
		})
		if err != nil {
			return nil, refused, err
		}
		candles, bad, err := decodeOHLC(body, c.o.Now())
		refused = append(refused, bad...)
		if err != nil {
			return nil, refused, err
		}
		all = append(all, candles...)
	}
	return upstream.Tidy(all, width, from, to, c.o.Now()), refused, nil
}

type frame struct {
	Event string            `json:"event"`
	Data  map[string]string `json:"data,omitempty"`
}

// Stream follows the trades over one connection.
func (c *Client) Stream(ctx context.Context, onQuote func(market.Quote), onAlive func()) error {
	return upstream.Stream(ctx, c.o, upstream.Session{
		Hello:    []any{frame{Event: "bts:subscribe", Data: map[string]string{"channel": channel}}},
		Ping:     frame{Event: "bts:heartbeat"},
		PingEach: 8 * time.Second,
		Silence:  20 * time.Second, // two heartbeats without an answer
		Message: func(data []byte) error {
			q, ok, err := decodeMessage(data, c.o.Now())
			if err != nil {
				return err
			}
			onAlive()
			if ok {
				onQuote(q)
			}
			return nil
		},
	})
}
