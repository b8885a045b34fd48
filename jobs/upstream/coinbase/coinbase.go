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
		Name: name, BaseURL: "https://api.exchange.coinbase.com", WSURL: "wss://ws-feed.exchange.coinbase.com", Rate: 5, Burst: 5,
	})
	return &Client{o: o, fetch: upstream.NewFetcher(o)}
}

// Name is "coinbase".
func (*Client) Name() string { return name }

// Candles returns the closed candles of one width that begin in [from, to),
// ascending. Intervals without trades are missing.
func (c *Client) Candles(ctx context.Context, width time.Duration, from, to time.Time) ([]market.Candle, []upstream.Refusal, error) {
	var (
		all     []market.Candle
		refused []upstream.Refusal
	)
	// An answer includes both ends, so a page is one interval shorter.
	page := time.Duration(maxPoints-1) * width
	for start := from.UTC().Truncate(width); start.Before(to); start = start.Add(page + width) {
		end := start.Add(page)
		if end.After(to) {
			end = to
		}
		body, err := c.fetch.Get(ctx, "/products/"+product+"/candles", url.Values{
			"granularity": {strconv.Itoa(int(width.Seconds()))},
			"start":       {start.UTC().Format(time.RFC3339)}, "end": {end.UTC().Format(time.RFC3339)},
		})
		if err != nil {
			return nil, refused, err
		}
		candles, bad, err := decodeCandles(body, c.o.Now())
		refused = append(refused, bad...)
		if err != nil {
			return nil, refused, err
		}
		all = append(all, candles...)
	}
	return upstream.Tidy(all, width, from, to, c.o.Now()), refused, nil
}

type subscribe struct {
	Type       string   `json:"type"`
	ProductIDs []string `json:"product_ids"`
	Channels   []string `json:"channels"`
}

// behindLimit is how long the heartbeats may name a newer trade than the last
// ticker before the ticker channel is taken for lost.
const behindLimit = 5 * time.Second

// Stream follows the ticker over one connection; heartbeats come every second.
func (c *Client) Stream(ctx context.Context, onQuote func(market.Quote), onAlive func()) error {
	f := follower{now: c.o.Now, onQuote: onQuote, onAlive: onAlive}
	return upstream.Stream(ctx, c.o, upstream.Session{
		Hello:   []any{subscribe{Type: "subscribe", ProductIDs: []string{product}, Channels: []string{"ticker", "heartbeat"}}},
		Silence: 5 * time.Second,
		Message: f.message,
	})
}

// follower keeps what one connection has said so far.
type follower struct {
	now         func() time.Time
	onQuote     func(market.Quote)
	onAlive     func()
	sequence    int64
	trade       int64
	behindSince time.Time
}

func (f *follower) message(data []byte) error {
	m, err := decodeMessage(data, f.now())
	if err != nil {
		return err
	}
	switch m.Kind {
	case "ticker":
		if m.Sequence <= f.sequence {
			return nil // stale
		}
		f.sequence, f.trade, f.behindSince = m.Sequence, m.Trade, time.Time{}
		f.onQuote(market.Quote{Venue: name, Price: m.Price, T: m.Time, Received: f.now()})
	case "heartbeat":
		f.onAlive()
		return f.compare(m.Trade)
	}
	return nil
}

// compare ends the connection when trades happen that the ticker does not tell.
func (f *follower) compare(trade int64) error {
	if f.trade == 0 || trade <= f.trade {
		f.behindSince = time.Time{}
		return nil
	}
	if f.behindSince.IsZero() {
		f.behindSince = f.now()
	}
	if f.now().Sub(f.behindSince) > behindLimit {
		return upstream.Errorf(name, upstream.Silent, "trades happen that the ticker does not tell")
	}
	return nil
}
