package coinbase

import (
	"context"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

const (
	// maxSilence is how long there may be no heartbeat; one comes every second.
	maxSilence = 5 * time.Second
	// maxBehind is how long the heartbeats may name a trade that the ticker has
	// not told before the ticker is taken for lost.
	maxBehind = 3 * time.Second
)

type subscribe struct {
	Type       string   `json:"type"`
	ProductIDs []string `json:"product_ids"`
	Channels   []string `json:"channels"`
}

// Stream follows the ticker over one connection until it is lost or ctx ends.
// It also ends when heartbeats fail to come, and when they name trades that the
// ticker does not tell: what was missed must be asked for.
func (c *Client) Stream(ctx context.Context, onQuote func(market.Quote), onAlive func()) error {
	f := follower{o: c.o, onQuote: onQuote, onAlive: onAlive, beat: c.o.Now()}
	return upstream.Stream(ctx, c.o, upstream.Session{
		Hello:   []any{subscribe{Type: "subscribe", ProductIDs: []string{product}, Channels: []string{typeTicker, typeHeartbeat}}},
		Silence: maxSilence,
		Message: f.message,
	})
}

// follower keeps what one connection has said so far.
type follower struct {
	o        upstream.Options
	onQuote  func(market.Quote)
	onAlive  func()
	sequence int64     // of the last ticker
	trade    int64     // of the last ticker; zero before the first
	beat     time.Time // of the last heartbeat, or the start
	awaited  int64     // a trade the heartbeats named before the ticker; zero: none
	since    time.Time // when it was named
}

func (f *follower) message(data []byte) error {
	m, err := decodeMessage(data)
	if err != nil {
		return err
	}
	now := f.o.Now()
	if m.Type == typeHeartbeat {
		f.beat = now
		f.onAlive()
		return f.compare(m, now)
	}
	if now.Sub(f.beat) > maxSilence {
		return upstream.Errorf(name, upstream.Timeout, "no heartbeat for %s", maxSilence)
	}
	if m.Type == typeTicker && m.ProductID == product {
		f.ticker(m, data, now)
	}
	return nil
}

// ticker hands over a ticker unless it is stale or fails a check.
func (f *follower) ticker(m message, data []byte, now time.Time) {
	t, err := m.ticker(now)
	if err != nil {
		f.o.Refused(upstream.Refuse(err, data))
		return
	}
	if t.sequence < f.sequence {
		return // stale: the sequence only rises
	}
	f.sequence, f.trade = t.sequence, t.trade
	if f.trade >= f.awaited {
		f.awaited = 0
	}
	f.onAlive()
	f.onQuote(market.Quote{Venue: name, Price: t.price, T: t.t, Received: now})
}

// compare ends the connection when trades happen that the ticker does not tell.
func (f *follower) compare(m message, now time.Time) error {
	last, ok := m.LastTradeID.Int()
	switch {
	case !ok || last <= f.trade:
		f.awaited = 0
	case f.awaited == 0:
		f.awaited, f.since = last, now
	case now.Sub(f.since) > maxBehind:
		return upstream.Errorf(name, upstream.Timeout, "the ticker has not told trade %d, %s after it was announced", f.awaited, maxBehind)
	}
	return nil
}
