package simulate

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"switchyard/econ/units"
)

const (
	oceanTime   = "2006-01-02T15:04:05" // UTC, though it does not say so
	oceanWindow = 8                     // blocks' difficulty whose shares count
)

// oceanRoutes speak OCEAN: no key, the payout address in the path, nearly all
// numbers as text, and an error in place of a result whatever the status.
func oceanRoutes(p *party, mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/ping", func(w http.ResponseWriter, _ *http.Request) { oceanTell(w, "PONG") })
	for path, speak := range map[string]func(oceanCall){
		"statsnap/{user}": oceanSnap, "user_hashrate/{user}": oceanHashrate, "user_hashrate_full/{user}": oceanWorkers,
		"earnpay/{user}": oceanEarnings, "earnpay/{user}/{start}": oceanEarnings, "earnpay/{user}/{start}/{end}": oceanEarnings,
	} {
		mux.HandleFunc("GET /v1/"+path, func(w http.ResponseWriter, r *http.Request) {
			user, worker, one := strings.Cut(r.PathValue("user"), ".")
			a, ok := p.byName(user)
			c := oceanCall{p: p, a: a, w: w, r: r, worker: -1}
			if ok && one {
				c.worker = slices.IndexFunc(a.Workers, func(m PoolWorker) bool { return m.Name == worker })
				ok = c.worker >= 0 && strings.HasPrefix(path, "statsnap/")
			}
			if !ok {
				oceanRefuse(w, "No such user or user has no active workers")
				return
			}
			speak(c)
		})
	}
	mux.HandleFunc("GET /v1/pool_stat", p.oceanPool)
	mux.HandleFunc("GET /v1/pool_hashrate", func(w http.ResponseWriter, _ *http.Request) {
		rate := hashes(p.oceanRate())
		oceanTell(w, map[string]any{"pool_60s": rate, "pool_300s": rate})
	})
	for _, path := range []string{"blocks", "blocks/{page}", "blocks/{page}/{size}", "blocks/{page}/{size}/{legacy}"} {
		mux.HandleFunc("GET /v1/"+path, p.oceanBlocks)
	}
	mux.HandleFunc("GET /v1/latest_block", p.oceanLatest)
}

type oceanCall struct {
	p      *party
	a      *PoolAccount
	w      http.ResponseWriter
	r      *http.Request
	worker int // negative: all of them
}

func oceanTell(w http.ResponseWriter, result any) { answer(w, map[string]any{"result": result}) }

func oceanRefuse(w http.ResponseWriter, text string) { answer(w, map[string]any{"error": text}) }

// rates are the present hashrate and the mean of a day, of the worker or of all.
func (c oceanCall) rates(now time.Time) (five, day units.Hashrate, heard time.Time) {
	if c.worker >= 0 {
		m := c.p.world.PoolWorkers(c.a, now, c.worker, 1)[0]
		return m.Now, m.Day, m.LastShare
	}
	return c.p.world.PoolHashrate(c.a, now), c.p.world.PoolMean(c.a, now.Add(-24*time.Hour), now), now.Add(-2 * time.Second)
}

func oceanSnap(c oceanCall) {
	now := c.p.world.Now()
	five, day, heard := c.rates(now)
	tip := c.p.world.Tip()
	share := 0.0
	if rate := c.p.oceanRate(); rate > 0 {
		share = float64(day / rate)
	}
	block := whole(share * (subsidyOf(tip.Height) + float64(c.p.world.Fees(tip.Height))) * (1 - c.a.Fee))
	unpaid := units.Sats(0) // a worker has no balance of its own
	if c.worker < 0 {
		unpaid = c.p.world.PoolUnpaid(c.a, now)
	}
	payout := units.Sats(0)
	if block+unpaid >= c.a.least() {
		payout = block + unpaid
	}
	oceanTell(c.w, map[string]any{
		"snap_type": "user", "snap_ts": seconds(now), "shares_60s": shareCount(five, time.Minute), "shares_300s": shareCount(five, 5*time.Minute),
		"hashrate_60s": hashes(five), "hashrate_300s": hashes(five), "lastest_share_ts": seconds(heard),
		"shares_in_tides":           strconv.FormatFloat(share*oceanWindow*tip.Difficulty, 'f', 0, 64),
		"estimated_earn_next_block": btcText(block), "estimated_bonus_earn_next_block": "0", "estimated_total_earn_next_block": btcText(block),
		"estimated_payout_next_block": btcText(payout), "unpaid": btcText(unpaid),
	})
}

// seconds is a Unix time as text.
func seconds(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.Unix(), 10)
}

func shareCount(h units.Hashrate, d time.Duration) string {
	return strconv.FormatInt(sharesOf(h, d), 10)
}

func oceanHashrate(c oceanCall) {
	now := c.p.world.Now()
	told := map[string]any{
		"snap_ts": seconds(now), "db_ts": seconds(now), "lastest_share_ts": seconds(now.Add(-2 * time.Second)),
		"active_worker_count": c.p.world.PoolCounts(c.a, now).Active(),
	}
	for _, s := range []int{60, 300, 600, 1800, 3600, 10800, 43200, 86400} {
		rate := c.p.world.PoolHashrate(c.a, now)
		if s > 300 {
			rate = c.p.world.PoolMean(c.a, now.Add(-time.Duration(s)*time.Second), now)
		}
		told[fmt.Sprintf("hashrate_%ds", s)] = hashes(rate)
	}
	oceanTell(c.w, told)
}

func oceanWorkers(c oceanCall) {
	now := c.p.world.Now()
	rows := make(map[string]any, len(c.a.Workers))
	for _, m := range c.p.world.PoolWorkers(c.a, now, 0, len(c.a.Workers)) {
		rows[m.Name] = []map[string]any{{
			"hashrate_60s": hashes(m.Now), "hashrate_300s": hashes(m.Now), "hashrate_3600s": hashes(m.Hour), "hashrate_86400s": hashes(m.Day),
			"lastest_share_ts": seconds(m.LastShare),
		}}
	}
	oceanTell(c.w, map[string]any{"snap_ts": seconds(now), "workers": rows})
}

// oceanMoment reads a date, an ISO time or Unix seconds; an empty text gives the
// fallback.
func oceanMoment(text string, fallback time.Time) (time.Time, bool) {
	if text == "" {
		return fallback, true
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 && n < latestSeconds {
		return time.Unix(n, 0).UTC(), true
	}
	for _, layout := range []string{time.DateOnly, oceanTime, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	return fallback, false
}

// oceanEarnings tells blocks and payouts of a span; of the last week without one.
func oceanEarnings(c oceanCall) {
	now := c.p.world.Now()
	from, ok1 := oceanMoment(c.r.PathValue("start"), now.Truncate(24*time.Hour).AddDate(0, 0, -7))
	to, ok2 := oceanMoment(c.r.PathValue("end"), now)
	if !ok1 || !ok2 || to.Before(from) {
		oceanRefuse(c.w, "Invalid time range")
		return
	}
	earnings, payouts := []map[string]any{}, []map[string]any{}
	for _, x := range c.p.world.PoolCredits(c.a, from, to) {
		earnings = append(earnings, map[string]any{
			"block_hash": x.Hash, "ts": x.At.Format(oceanTime), "shares_in_window": sharesOf(x.Hashrate, 12*time.Hour),
			"fees_colected_satoshis": x.Fee, "satoshis_net_earned": x.Net,
		})
	}
	for _, x := range c.p.world.PoolPayouts(c.a, from, to) {
		payouts = append(payouts, map[string]any{
			"ts": x.At.Format(oceanTime), "on_chain_txid": x.TxID, "total_satoshis_net_paid": x.Sats, "is_generation_txn": x.Generation,
		})
	}
	oceanTell(c.w, map[string]any{"start_ts": from.Format(oceanTime), "end_ts": to.Format(oceanTime), "earnings": earnings, "payouts": payouts})
}
