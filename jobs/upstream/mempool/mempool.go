// Package mempool asks mempool.space, or an instance of one's own, for blocks,
// hashrate, difficulty and fees: over REST, and new blocks over websocket.
package mempool

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

const name = "mempool"

// Client asks a mempool instance.
type Client struct {
	o     upstream.Options
	fetch *upstream.Fetcher
}

// New returns a client; zero options mean mempool.space.
func New(o upstream.Options) *Client {
	o = o.Defaults(upstream.Options{
		Name: name, BaseURL: "https://mempool.space", WSURL: "wss://mempool.space/api/v1/ws",
		Rate: 3, Burst: 10, // the sample configuration of the project allows 200 a minute
	})
	return &Client{o: o, fetch: upstream.NewFetcher(o)}
}

// Adjustment is one change of the difficulty.
type Adjustment struct {
	T          time.Time
	Height     int64
	Difficulty float64
	Ratio      float64 // new over old; zero if it was not told
}

// FeePoint is the mean of total fees over a bucket of blocks.
type FeePoint struct {
	T      time.Time
	Height int64    // mean height of the bucket
	Fees   float64  // sat per block
	USD    *float64 // price of bitcoin then, if it was told
}

// Fees are recommended fee rates in sat/vB.
type Fees struct{ Fastest, HalfHour, Hour, Economy, Minimum float64 }

// TipHeight is the height of the newest block.
func (c *Client) TipHeight(ctx context.Context) (int64, error) {
	body, err := c.fetch.Get(ctx, "/api/blocks/tip/height", nil)
	if err != nil {
		return 0, err
	}
	h, err := strconv.ParseInt(strings.TrimSpace(string(body)), 10, 64)
	if err != nil || h < 0 || h > maxHeight {
		return 0, upstream.Errorf(name, upstream.Malformed, "the tip is not a block height")
	}
	return h, nil
}

// Blocks are up to 15 blocks from height downwards, newest first, and rows that
// failed a check.
func (c *Client) Blocks(ctx context.Context, height int64) ([]market.Block, []upstream.Refusal, error) {
	body, err := c.fetch.Get(ctx, fmt.Sprintf("/api/v1/blocks/%d", height), nil)
	if err != nil {
		return nil, nil, err
	}
	return decodeBlocks(body, c.o.Now())
}

// DailyHashrates are the mean hashrate of each day in H/s and the adjustments
// of the difficulty, both ascending. period is 1m, 3m, 6m, 1y, 2y, 3y, 4y or
// all.
func (c *Client) DailyHashrates(ctx context.Context, period string) ([]market.Point, []Adjustment, []upstream.Refusal, error) {
	body, err := c.fetch.Get(ctx, "/api/v1/mining/hashrate/"+url.PathEscape(period), nil)
	if err != nil {
		return nil, nil, nil, err
	}
	return decodeHashrates(body, c.o.Now())
}

// DailyFees are mean fees by bucket, ascending.
func (c *Client) DailyFees(ctx context.Context, period string) ([]FeePoint, []upstream.Refusal, error) {
	body, err := c.fetch.Get(ctx, "/api/v1/mining/blocks/fees/"+url.PathEscape(period), nil)
	if err != nil {
		return nil, nil, err
	}
	return decodeFees(body, c.o.Now())
}

// RecommendedFees are the fee rates that are advised now.
func (c *Client) RecommendedFees(ctx context.Context) (Fees, error) {
	body, err := c.fetch.Get(ctx, "/api/v1/fees/recommended", nil)
	if err != nil {
		return Fees{}, err
	}
	return decodeRecommended(body)
}

// Handler takes what the stream says. Its functions must not block.
type Handler struct {
	Block  func(market.Block)   // a new block
	Blocks func([]market.Block) // the newest blocks, ascending: at the start and after a reorganisation
	Alive  func()               // anything at all
}

type action struct {
	Action string   `json:"action"`
	Data   []string `json:"data,omitempty"`
}

// Stream follows new blocks over one connection. The server says nothing until
// it is spoken to and has no heartbeat, so it is pinged.
func (c *Client) Stream(ctx context.Context, h Handler) error {
	return upstream.Stream(ctx, c.o, upstream.Session{
		Hello:    []any{action{Action: "init"}, action{Action: "want", Data: []string{"blocks", "stats"}}},
		Ping:     action{Action: "ping"},
		PingEach: 25 * time.Second,
		Silence:  60 * time.Second,
		Message: func(data []byte) error {
			f, err := decodeFrame(data, c.o.Now())
			if err != nil {
				return err
			}
			h.Alive()
			if len(f.Blocks) > 0 {
				h.Blocks(f.Blocks)
			}
			if f.Block != nil {
				h.Block(*f.Block)
			}
			return nil
		},
	})
}
