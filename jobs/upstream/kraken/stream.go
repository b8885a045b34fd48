package kraken

import (
	"context"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

// maxSilence is how long the stream may say nothing: heartbeats come about
// every second when there is nothing else.
const maxSilence = 10 * time.Second

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

// Stream follows the ticker over one connection until it is lost or ctx ends.
// The channel has no sequence: after a reconnect its snapshot is the recovery.
func (c *Client) Stream(ctx context.Context, onQuote func(market.Quote), onAlive func()) error {
	return upstream.Stream(ctx, c.o, upstream.Session{
		Hello: []any{subscribe{Method: "subscribe", ReqID: 1, Params: subscribeParams{
			Channel: "ticker", Symbol: []string{wsPair}, EventTrigger: "trades", Snapshot: true,
		}}},
		Silence: maxSilence,
		Message: func(data []byte) error {
			quotes, refused, err := decodeMessage(data, c.o.Now())
			if err != nil {
				return err
			}
			if len(refused) > 0 {
				c.o.Refused(refused...)
			} else {
				onAlive()
			}
			for _, q := range quotes {
				onQuote(q)
			}
			return nil
		},
	})
}
