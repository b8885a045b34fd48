package simulate

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"switchyard/econ/market"
)

// mempoolRoutes speak mempool.space: the documented paths, units and oddities.
func mempoolRoutes(p *party, mux *http.ServeMux) {
	tip := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		write(w, strconv.FormatInt(p.world.Tip().Height, 10))
	}
	mux.HandleFunc("GET /api/blocks/tip/height", tip)
	mux.HandleFunc("GET /api/v1/blocks/tip/height", tip)
	mux.HandleFunc("GET /api/v1/blocks", func(w http.ResponseWriter, _ *http.Request) { p.blocksFrom(w, p.world.Tip().Height) })
	mux.HandleFunc("GET /api/v1/blocks/{height}", func(w http.ResponseWriter, r *http.Request) {
		h, err := strconv.ParseInt(r.PathValue("height"), 10, 64)
		if err != nil {
			h = p.world.Tip().Height
		}
		p.blocksFrom(w, h)
	})
	mux.HandleFunc("GET /api/v1/prices", func(w http.ResponseWriter, _ *http.Request) { answer(w, p.conversions(p.world.Now())) })
	mux.HandleFunc("GET /api/v1/fees/recommended", p.recommended)
	mux.HandleFunc("GET /api/v1/mining/hashrate/{period}", p.hashrates)
	mux.HandleFunc("GET /api/v1/mining/difficulty-adjustments/{period}", p.adjustments)
	mux.HandleFunc("GET /api/v1/mining/blocks/fees/{period}", p.blockFees)
	mux.HandleFunc("GET /api/v1/mining/reward-stats/{n}", p.rewardStats)
	mux.HandleFunc("GET /api/tx/{txid}", p.transaction)
	p.socket("/api/v1/ws", mux, p.mempoolStream)
}

// expires sets how long an answer may be kept, as the real party does.
func (p *party) expires(w http.ResponseWriter, d time.Duration) {
	w.Header().Set("Expires", p.world.Now().Add(d).Format(http.TimeFormat))
}

// blockJSON is a block as REST and the socket tell it. Bits are a number here.
func blockJSON(b market.Block) map[string]any {
	prev := any(b.PrevHash)
	if b.Height == 0 {
		prev = nil
	}
	var pool any
	if b.PoolName != "" {
		pool = map[string]any{"id": venueID(b.PoolName) & 0xff, "name": b.PoolName, "slug": b.PoolName, "minerNames": nil}
	}
	return map[string]any{
		"id": b.Hash, "height": b.Height, "version": 0x20000000, "timestamp": b.Time.Unix(), "bits": b.Bits, "nonce": b.Height * 7919 % (1 << 32),
		"difficulty": b.Difficulty, "tx_count": b.TxCount, "size": 1_600_000, "weight": b.Weight, "previousblockhash": prev,
		"mediantime": b.Time.Unix() - 3000, "stale": false,
		"extras": map[string]any{
			"totalFees": b.TotalFees, "reward": b.Reward, "medianFee": b.MedianFee, "pool": pool,
			"matchRate": nil, "expectedFees": nil, "firstSeen": nil,
		},
	}
}

func (p *party) blocksFrom(w http.ResponseWriter, height int64) {
	p.expires(w, time.Minute)
	list := make([]map[string]any, 0, 15)
	for h := height; h > height-15 && h >= 0; h-- {
		if b, ok := p.world.Block(h); ok {
			list = append(list, blockJSON(b))
		}
	}
	answer(w, list)
}

func (p *party) conversions(t time.Time) map[string]any {
	usd := math.Trunc(p.world.Price(t))
	return map[string]any{
		"time": t.Unix(), "USD": usd, "EUR": math.Trunc(usd * 0.87), "GBP": math.Trunc(usd * 0.76), "CAD": math.Trunc(usd * 1.4),
		"CHF": math.Trunc(usd * 0.81), "AUD": -1, "JPY": math.Trunc(usd * 155),
	}
}

func (p *party) recommended(w http.ResponseWriter, _ *http.Request) {
	f := p.world.FeeRates(p.world.Now())
	answer(w, map[string]any{"fastestFee": f[0], "halfHourFee": f[1], "hourFee": f[2], "economyFee": f[3], "minimumFee": f[4]})
}

// periods are the spans the party knows; any other text means everything.
var periods = map[string]time.Duration{
	"24h": 24 * time.Hour, "3d": 72 * time.Hour, "1w": 7 * 24 * time.Hour, "1m": 30 * 24 * time.Hour, "3m": 91 * 24 * time.Hour,
	"6m": 182 * 24 * time.Hour, "1y": 365 * 24 * time.Hour, "2y": 730 * 24 * time.Hour, "3y": 1095 * 24 * time.Hour, "4y": 1460 * 24 * time.Hour,
}

// since is where a period begins.
func (p *party) since(period string) time.Time {
	begin := p.world.Begin()
	if span, ok := periods[period]; ok {
		if from := p.world.Now().Add(-span); from.After(begin) {
			return from
		}
	}
	return begin
}

func (p *party) hashrates(w http.ResponseWriter, r *http.Request) {
	p.expires(w, 5*time.Minute)
	since, today := p.since(r.PathValue("period")), p.world.Now().Truncate(24*time.Hour)
	days := []map[string]any{}
	for day := since.Truncate(24 * time.Hour); day.Before(today); day = day.Add(24 * time.Hour) {
		if rate, ok := p.world.DailyHashrate(day); ok && !day.Before(since) {
			days = append(days, map[string]any{"timestamp": day.Unix(), "avgHashrate": rate})
		}
	}
	steps := []map[string]any{}
	for _, s := range p.world.Steps(since) {
		steps = append(steps, map[string]any{"time": s.Time.Unix(), "height": s.Height, "difficulty": s.Difficulty, "adjustment": s.Ratio})
	}
	tip := p.world.Tip()
	answer(w, map[string]any{
		"hashrates": days, "difficulty": steps, "currentHashrate": market.ImpliedHashrate(tip.Difficulty), "currentDifficulty": tip.Difficulty,
	})
}

func (p *party) adjustments(w http.ResponseWriter, r *http.Request) {
	p.expires(w, 5*time.Minute)
	rows := [][4]float64{}
	steps := p.world.Steps(p.since(r.PathValue("period")))
	for i := len(steps) - 1; i >= 0; i-- { // newest first
		s := steps[i]
		rows = append(rows, [4]float64{float64(s.Time.Unix()), float64(s.Height), s.Difficulty, s.Ratio})
	}
	answer(w, rows)
}

// bucketWidth is how wide the buckets of fees are in a period.
func bucketWidth(period string) time.Duration {
	switch period {
	case "24h", "3d":
		return time.Second
	case "1w":
		return 5 * time.Minute
	case "1m":
		return 30 * time.Minute
	case "3m":
		return 2 * time.Hour
	case "6m":
		return 3 * time.Hour
	case "1y", "2y":
		return 8 * time.Hour
	case "3y", "4y":
		return 12 * time.Hour
	default:
		return 24 * time.Hour
	}
}

func (p *party) blockFees(w http.ResponseWriter, r *http.Request) {
	p.expires(w, time.Minute)
	period := r.PathValue("period")
	rows := []map[string]any{}
	for _, b := range p.world.FeeBuckets(p.since(period), p.world.Now().Add(time.Second), bucketWidth(period)) {
		rows = append(rows, map[string]any{"avgHeight": b.Height, "timestamp": b.Time.Unix(), "avgFees": math.Round(b.Fees), "USD": b.USD})
	}
	answer(w, rows)
}

func (p *party) rewardStats(w http.ResponseWriter, r *http.Request) {
	p.expires(w, time.Minute)
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil || n < 1 || n > 1<<20 {
		answerStatus(w, http.StatusBadRequest, map[string]string{"error": "Invalid block count"})
		return
	}
	tip := p.world.Tip().Height
	var reward, fees, txs int64
	for h := tip - n + 1; h <= tip; h++ {
		if b, ok := p.world.Block(h); ok {
			reward, fees, txs = reward+int64(*b.Reward), fees+int64(*b.TotalFees), txs+*b.TxCount
		}
	}
	answer(w, map[string]any{
		"startBlock": tip - n + 1, "endBlock": tip, // the sums are strings
		"totalReward": fmt.Sprint(reward), "totalFee": fmt.Sprint(fees), "totalTx": fmt.Sprint(txs),
	})
}
