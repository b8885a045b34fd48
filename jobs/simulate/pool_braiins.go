package simulate

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

const braiinsUnit = "Gh/s"

// braiinsRoutes speak Braiins Pool: a map of workers, hashrates in a unit that is
// named beside them, sums as text in bitcoin, payouts in satoshi without the
// envelope the rest has.
func braiinsRoutes(p *party, mux *http.ServeMux) {
	for path, speak := range map[string]func(braiinsCall){
		"stats/json/btc/{$}": braiinsStats, "accounts/profile/json/btc/{$}": braiinsProfile, "accounts/workers/json/btc": braiinsWorkers,
		"accounts/rewards/json/btc": braiinsRewards, "accounts/hash_rate_daily/json/btc": braiinsDaily, "accounts/hash_rate_daily/json/{group}/btc": braiinsDaily,
		"accounts/block_rewards/json/btc": braiinsBlocks, "accounts/payouts/json/btc": braiinsPayouts,
	} {
		mux.HandleFunc("GET /"+path, func(w http.ResponseWriter, r *http.Request) {
			h := r.Header
			key := cmp.Or(h.Get("Pool-Auth-Token"), h.Get("X-Pool-Auth-Token"), h.Get("SlushPool-Auth-Token"), h.Get("X-SlushPool-Auth-Token"))
			a, ok := p.byKey(key)
			if !ok {
				plainText(w, http.StatusUnauthorized, "Unauthorized")
				return
			}
			speak(braiinsCall{p: p, a: a, w: w, q: r.URL.Query()})
		})
	}
}

type braiinsCall struct {
	p *party
	a *PoolAccount
	w http.ResponseWriter
	q url.Values
}

// gighash is a hashrate in Gh/s with two decimals.
func gighash(h units.Hashrate) json.RawMessage {
	return json.RawMessage(strconv.FormatFloat(float64(h)/1e9, 'f', 2, 64))
}

// sharesOf is the difficulty of the shares of a hashrate over a time.
func sharesOf(h units.Hashrate, d time.Duration) int64 {
	return int64(float64(h) * d.Seconds() / (1 << 32))
}

// days reads from and to, the last of which is part; the last 90 without either.
func (c braiinsCall) days() (from, to time.Time, ok bool) {
	today := c.p.world.Now().Truncate(24 * time.Hour)
	from, ok1 := date(c.q.Get("from"), today.AddDate(0, 0, -90))
	to, ok2 := date(c.q.Get("to"), today)
	if !ok1 || !ok2 || to.Before(from) {
		plainText(c.w, http.StatusBadRequest, "Bad Request")
		return from, to, false
	}
	return from, to.AddDate(0, 0, 1), true
}

func braiinsStats(c braiinsCall) {
	now := c.p.world.Now()
	tip := c.p.world.Tip()
	rate := units.Hashrate(finderShare(c.a.Finder) * tip.Difficulty * (1 << 32) / 600)
	answer(c.w, map[string]any{"btc": map[string]any{
		"hash_rate_unit": braiinsUnit, "pool_active_workers": 211_000, "pool_5m_hash_rate": gighash(rate), "pool_60m_hash_rate": gighash(rate),
		"pool_24h_hash_rate": gighash(rate), "update_ts": now.Unix(), "fpps_rate": btcNumber(braiinsPerTerahash(c.p.world.PoolDay(c.a, now.Add(-24*time.Hour)))),
		"blocks": map[string]any{},
	}})
}

// braiinsPerTerahash is what a day paid for 1 TH/s, before fees.
func braiinsPerTerahash(d PoolDay) units.Sats {
	if d.Hashrate == 0 {
		return 0
	}
	return whole(float64(d.Gross) / float64(d.Hashrate/units.TH))
}

func braiinsProfile(c braiinsCall) {
	s := c.p.standing(c.a)
	answer(c.w, map[string]any{"username": c.a.Account, "btc": map[string]any{
		"all_time_reward": btcText(s.credited), "hash_rate_unit": braiinsUnit, "hash_rate_5m": gighash(s.five), "hash_rate_60m": gighash(s.hour),
		"hash_rate_24h": gighash(s.day), "hash_rate_yesterday": gighash(s.yesterday.Hashrate),
		"low_workers": s.counts.Low, "off_workers": s.counts.Offline, "ok_workers": s.counts.Online, "dis_workers": 0,
		"current_balance": btcText(s.unpaid()), "today_reward": btcText(s.today.Net), "estimated_reward": btcText(s.yesterday.Net),
		"shares_5m": sharesOf(s.five, 5*time.Minute), "shares_60m": sharesOf(s.hour, time.Hour), "shares_24h": sharesOf(s.day, 24*time.Hour),
		"shares_yesterday": sharesOf(s.yesterday.Hashrate, 24*time.Hour),
	}})
}

func braiinsWorkers(c braiinsCall) {
	rows := make(map[string]any, len(c.a.Workers))
	for _, m := range c.p.world.PoolWorkers(c.a, c.p.world.Now(), 0, len(c.a.Workers)) {
		heard := int64(0)
		if !m.LastShare.IsZero() {
			heard = m.LastShare.Unix()
		}
		rows[c.a.Account+"."+m.Name] = map[string]any{
			"state": braiinsState(m.State), "last_share": heard, "hash_rate_unit": braiinsUnit,
			"hash_rate_5m": gighash(m.Now), "hash_rate_60m": gighash(m.Hour), "hash_rate_24h": gighash(m.Day),
			"shares_5m": sharesOf(m.Now, 5*time.Minute), "shares_60m": sharesOf(m.Hour, time.Hour), "shares_24h": sharesOf(m.Day, 24*time.Hour),
		}
	}
	answer(c.w, map[string]any{"btc": map[string]any{"workers": rows}})
}

func braiinsState(s pool.WorkerState) string {
	switch s {
	case pool.Online:
		return "ok"
	case pool.Low:
		return "low"
	default:
		return "off"
	}
}

// braiinsRewards tells days that have ended.
func braiinsRewards(c braiinsCall) {
	from, to, ok := c.days()
	if !ok {
		return
	}
	rows := []map[string]any{}
	for _, d := range c.p.daysIn(c.a, from, to) {
		if d.Open {
			continue
		}
		shares := sharesOf(d.Hashrate, 24*time.Hour)
		rows = append(rows, map[string]any{
			"date": d.From.Unix(), "total_reward": btcText(d.Net), "mining_reward": btcText(d.Net), "bos_plus_reward": btcText(0),
			"referral_bonus": btcText(0), "referral_reward": btcText(0), "shares": shares, "calculation_date": d.To.Unix(),
			"share_prices": []map[string]any{{"from_ts": d.From.Unix(), "to_ts": d.To.Unix(), "share_price": braiinsSharePrice(d.Net, shares)}},
		})
	}
	answer(c.w, map[string]any{"btc": map[string]any{"daily_rewards": rows}})
}

func braiinsSharePrice(sum units.Sats, shares int64) string {
	return strconv.FormatFloat(float64(sum)/units.SatsPerBTC/float64(max(1, shares)), 'f', 18, 64)
}

func braiinsDaily(c braiinsCall) {
	from, to, ok := c.days()
	if !ok {
		return
	}
	rows := []map[string]any{}
	for _, d := range c.p.daysIn(c.a, from, to) {
		rows = append(rows, map[string]any{
			"date": d.From.Unix(), "hash_rate_unit": braiinsUnit, "hash_rate_24h": gighash(d.Hashrate), "total_shares": sharesOf(d.Hashrate, 24*time.Hour),
		})
	}
	answer(c.w, map[string]any{"btc": rows})
}

// braiinsBlocks is empty: the pool pays by the day.
func braiinsBlocks(c braiinsCall) {
	if _, _, ok := c.days(); ok {
		answer(c.w, map[string]any{"btc": map[string]any{"block_rewards": []any{}}})
	}
}

func braiinsPayouts(c braiinsCall) {
	from, to, ok := c.days()
	if !ok {
		return
	}
	rows := []map[string]any{}
	for _, x := range c.p.world.PoolPayouts(c.a, from, to) {
		row := map[string]any{
			"financial_account_name": "Bitcoin Account", "requested_at_ts": x.At.Unix(), "resolved_at_ts": nil, "status": "queued", "amount_sats": x.Sats,
			"fee_sats": x.Fee, "destination": x.Address, "tx_id": nil, "trigger_type": "triggered",
		}
		if x.sent() {
			row["resolved_at_ts"], row["status"], row["tx_id"] = x.At.Add(queuedFor).Unix(), "confirmed", x.TxID
		}
		rows = append(rows, row)
	}
	answer(c.w, map[string]any{"onchain": rows, "lightning": []any{}})
}
