// Package mempool asks mempool.space, or an instance of one's own, for blocks,
// hashrate, difficulty, fees and prices over REST, and follows new blocks over
// websocket.
package mempool

import (
	"context"
	"net/url"
	"strconv"
	"strings"

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
		Rate: 3, Burst: 10, // the project's sample configuration allows 200 a minute
	})
	return &Client{o: o, fetch: upstream.NewFetcher(o)}
}

// Name is "mempool".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// TipHeight is the height of the newest block.
func (c *Client) TipHeight(ctx context.Context) (int64, error) {
	body, err := c.fetch.Get(ctx, "/api/blocks/tip/height", nil)
	if err != nil {
		return 0, err
	}
	return decodeHeight(body)
}

// decodeHeight reads a bare decimal.
func decodeHeight(body []byte) (int64, error) {
	height, err := strconv.ParseInt(strings.TrimSpace(string(body)), 10, 64)
	if err != nil || height < 0 || height > maxHeight {
		return 0, upstream.Errorf(name, upstream.Malformed, "the tip is not a block height")
	}
	return height, nil
}

// Blocks are up to 15 blocks from height downwards, newest first, and the rows
// that failed a check. A height above the tip gives fewer.
func (c *Client) Blocks(ctx context.Context, height int64) ([]market.Block, []upstream.Refusal, error) {
	body, err := c.fetch.GetJSON(ctx, "/api/v1/blocks/"+strconv.FormatInt(height, 10), nil)
	if err != nil {
		return nil, nil, err
	}
	return decodeBlocks(body, c.o.Now())
}

// DailyHashrates are the mean hashrate of each day in H/s and the adjustments
// of the difficulty, both ascending, and the rows that failed a check. period
// is 1m (a month), 3m, 6m, 1y, 2y, 3y, 4y or all.
func (c *Client) DailyHashrates(ctx context.Context, period string) ([]market.Point, []Adjustment, []upstream.Refusal, error) {
	body, err := c.fetch.GetJSON(ctx, "/api/v1/mining/hashrate/"+url.PathEscape(period), nil)
	if err != nil {
		return nil, nil, nil, err
	}
	return decodeHashrates(body, c.o.Now())
}

// DifficultyAdjustments are the adjustments within a period, ascending, and the
// rows that failed a check.
func (c *Client) DifficultyAdjustments(ctx context.Context, period string) ([]Adjustment, []upstream.Refusal, error) {
	body, err := c.fetch.GetJSON(ctx, "/api/v1/mining/difficulty-adjustments/"+url.PathEscape(period), nil)
	if err != nil {
		return nil, nil, err
	}
	return decodeAdjustments(body, c.o.Now())
}

// DailyFees are mean fees by bucket, ascending, and the rows that failed a
// check. A bucket is one block for 24h and 3d, and up to a day for all; the
// newest blocks may lag.
func (c *Client) DailyFees(ctx context.Context, period string) ([]FeePoint, []upstream.Refusal, error) {
	body, err := c.fetch.GetJSON(ctx, "/api/v1/mining/blocks/fees/"+url.PathEscape(period), nil)
	if err != nil {
		return nil, nil, err
	}
	return decodeFeePoints(body, c.o.Now())
}

// RecommendedFees are the fee rates advised now, rounded up to whole sat/vB.
func (c *Client) RecommendedFees(ctx context.Context) (Fees, error) {
	body, err := c.fetch.GetJSON(ctx, "/api/v1/fees/recommended", nil)
	if err != nil {
		return Fees{}, err
	}
	return decodeFees(body)
}

// RewardStats sums what the last n blocks paid.
func (c *Client) RewardStats(ctx context.Context, n int) (RewardStats, error) {
	body, err := c.fetch.GetJSON(ctx, "/api/v1/mining/reward-stats/"+strconv.Itoa(n), nil)
	if err != nil {
		return RewardStats{}, err
	}
	return decodeRewardStats(body)
}

// Prices is the instance's own index price.
func (c *Client) Prices(ctx context.Context) (Prices, error) {
	body, err := c.fetch.GetJSON(ctx, "/api/v1/prices", nil)
	if err != nil {
		return Prices{}, err
	}
	return decodePrices(body, c.o.Now())
}
