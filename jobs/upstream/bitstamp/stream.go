package bitstamp

import (
	"context"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

const (
	beatEach = 8 * time.Second
	// maxSilence is three heartbeats without an answer.
	maxSilence = 3 * beatEach
)

type request struct {
	Event string            `json:"event"`
	Data  map[string]string `json:"data,omitempty"`
}

// Stream follows the trades over one connection until it is lost or ctx ends.
// There is no quote before the first trade.
func (c *Client) Stream(ctx context.Context, onQuote func(market.Quote), onAlive func()) error {
	return upstream.Stream(ctx, c.o, upstream.Session{
		Hello:    []any{request{Event: "bts:subscribe", Data: map[string]string{"channel": channel}}},
		Ping:     request{Event: "bts:heartbeat"},
		PingEach: beatEach,
		Silence:  maxSilence,
		Message: func(data []byte) error {
			m, err := decodeMessage(data)
			if err != nil {
				return err
			}
			q, ok, err := m.trade(c.o.Now())
			if err != nil {
				c.o.Refused(upstream.Refuse(err, data))
				return nil
			}
			onAlive()
			if ok {
				onQuote(q)
			}
			return nil
		},
	})
}
