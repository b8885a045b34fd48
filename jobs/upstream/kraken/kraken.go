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
	maxRows  = 720 // of one answer, and as far back as an interval goes
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

// Candles returns the closed candles of one width that begin in [from, to),
// ascending. Kraken keeps the newest 720 of each width: what is older is not
// there, and a span that ends before them is not asked for.
func (c *Client) Candles(ctx context.Context, width time.Duration, from, to time.Time) ([]market.Candle, []upstream.Refusal, error) {
	if c.o.Now().Add(-(maxRows - 1) * width).After(to) {
		return nil, nil, nil
	}
	body, err := c.fetch.Get(ctx, "/0/public/OHLC", url.Values{
		"pair": {restPair}, "interval": {strconv.Itoa(int(width.Minutes()))},
		"since": {strconv.FormatInt(from.Add(-time.Second).Unix(), 10)}, // rows begin after "since"
	})
	if err != nil {
		return nil, nil, err
	}
	candles, refused, err := decodeOHLC(body, c.o.Now())
	if err != nil {
		return nil, refused, err
	}
	return upstream.Tidy(candles, width, from, to, c.o.Now()), refused, nil
}

type subscribe struct {
	Method string          `json:"method"`
	Params subscribeParams `json:"params"`
	ReqID  int             `json:"req_id"`
}

type subscribeParams struct {
	Channel      string   `json:"channel"`
	Symbol       []string `json:"symbol"`
	EventTrigger string   `json:"event_trigger"`
	Snapshot     bool     `json:"snapshot"`
}

// Stream follows the ticker over one connection. After a reconnect the
// snapshot is the recovery.
func (c *Client) Stream(ctx context.Context, onQuote func(market.Quote), onAlive func()) error {
	return upstream.Stream(ctx, c.o, upstream.Session{
		Hello: []any{subscribe{Method: "subscribe", ReqID: 1, Params: subscribeParams{
			Channel: "ticker", Symbol: []string{wsPair}, EventTrigger: "trades", Snapshot: true,
		}}},
		Ping:     map[string]string{"method": "ping"},
		PingEach: 20 * time.Second,
		Silence:  10 * time.Second, // heartbeats come about every second
		Message: func(data []byte) error {
			quotes, err := decodeMessage(data, c.o.Now())
			if err != nil {
				return err
			}
			onAlive()
			for _, q := range quotes {
				onQuote(q)
			}
			return nil
		},
	})
}
