package simulate

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// F2Pool's own codes for what it does not do.
const (
	f2poolParams = 5001
	f2poolDenied = 5010
)

// latestSeconds is where a time must be in milliseconds.
const latestSeconds = 1e11

// f2poolRoutes speak F2Pool's v2: a POST for everything, hashrates and sums as
// numbers, and errors that come with status 200.
func f2poolRoutes(p *party, mux *http.ServeMux) {
	for path, speak := range map[string]func(f2poolCall){
		"assets/balance": f2poolBalance, "assets/transactions/list": f2poolTransactions, "hash_rate/info": f2poolInfo,
		"hash_rate/history": f2poolHistory, "hash_rate/worker/list": f2poolWorkers,
	} {
		mux.HandleFunc("POST /v2/"+path, func(w http.ResponseWriter, r *http.Request) {
			if c, ok := p.f2poolCall(w, r); ok {
				speak(c)
			}
		})
	}
}

type f2poolCall struct {
	p   *party
	a   *PoolAccount
	w   http.ResponseWriter
	ask f2poolAsk
}

type f2poolAsk struct {
	User     string `json:"mining_user_name"`
	Currency string `json:"currency"`
	Type     string `json:"type"`
	Start    int64  `json:"start_time"`
	End      int64  `json:"end_time"`
}

func (c f2poolCall) refuse(code int, text string) {
	answer(c.w, map[string]any{"code": code, "msg": text})
}

func (p *party) f2poolCall(w http.ResponseWriter, r *http.Request) (f2poolCall, bool) {
	c := f2poolCall{p: p, w: w}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&c.ask); err != nil {
		c.refuse(f2poolParams, "params error: the body is no JSON")
		return c, false
	}
	if c.ask.Currency != "bitcoin" {
		c.refuse(f2poolParams, fmt.Sprintf("params error: currency=%q", c.ask.Currency))
		return c, false
	}
	a, ok := p.byName(c.ask.User)
	if !ok || a.Key == "" || string(a.Key) != r.Header.Get("F2p-Api-Secret") {
		c.refuse(f2poolDenied, "permission denied: mining_user_name or secret")
		return c, false
	}
	c.a = a
	return c, true
}

// span reads which time is wanted, in Unix seconds.
func (c f2poolCall) span() (from, to time.Time, ok bool) {
	if c.ask.Start <= 0 || c.ask.End < c.ask.Start || c.ask.End > latestSeconds {
		c.refuse(f2poolParams, fmt.Sprintf("params error: start_time=%d end_time=%d", c.ask.Start, c.ask.End))
		return from, to, false
	}
	return time.Unix(c.ask.Start, 0).UTC(), time.Unix(c.ask.End, 0).UTC(), true
}

func f2poolBalance(c f2poolCall) {
	s := c.p.standing(c.a)
	answer(c.w, map[string]any{"balance_info": map[string]any{
		"balance": btcNumber(s.unpaid()), "paid": btcNumber(s.paid), "total_income": btcNumber(s.credited),
		"yesterday_income": btcNumber(s.yesterday.Net), "estimated_today_income": btcNumber(s.today.Net),
	}})
}

// f2poolRates are the rates of an account or of a worker.
func f2poolRates(name string, now, hour, day units.Hashrate) map[string]any {
	return map[string]any{
		"name": name, "hash_rate": hashNumber(now), "h1_hash_rate": hashNumber(hour), "h24_hash_rate": hashNumber(day),
		"h1_stale_hash_rate": hashNumber(hour * usualStale), "h24_stale_hash_rate": hashNumber(day * usualStale), "h24_delay_hash_rate": 0,
		"local_hash_rate": 0, "h24_local_hash_rate": 0,
	}
}

func f2poolInfo(c f2poolCall) {
	s := c.p.standing(c.a)
	answer(c.w, map[string]any{"info": f2poolRates(c.a.Account, s.five, s.hour, s.day), "history": nil, "currency": ""})
}

func f2poolHistory(c f2poolCall) {
	from, to, ok := c.span()
	if !ok {
		return
	}
	rows := []map[string]any{}
	now := c.p.world.Now()
	for t := later(from, c.a.Begin).UTC().Truncate(time.Hour); t.Before(earlier(to, now)); t = t.Add(time.Hour) {
		mean := c.p.world.PoolMean(c.a, t, earlier(t.Add(time.Hour), now))
		rows = append(rows, map[string]any{"timestamp": t.Unix(), "hash_rate": hashNumber(mean), "stale_hash_rate": hashNumber(mean * usualStale), "delay_hash_rate": 0})
	}
	answer(c.w, map[string]any{"hash_rate_list": rows})
}

func f2poolWorkers(c f2poolCall) {
	rows := []map[string]any{}
	for _, m := range c.p.world.PoolWorkers(c.a, c.p.world.Now(), 0, len(c.a.Workers)) {
		status, heard := 0, int64(0)
		if m.State == pool.Offline {
			status = 1
		}
		if !m.LastShare.IsZero() {
			heard = m.LastShare.Unix()
		}
		rows = append(rows, map[string]any{"hash_rate_info": f2poolRates(m.Name, m.Now, m.Hour, m.Day), "last_share_at": heard, "status": status, "host": ""})
	}
	answer(c.w, map[string]any{"workers": rows})
}

// f2poolTransactions lists credits, payouts or both, the newest first.
func f2poolTransactions(c f2poolCall) {
	from, to, ok := c.span()
	if !ok {
		return
	}
	rows := []map[string]any{}
	kind := c.ask.Type
	if kind != "revenue" && kind != "payout" && kind != "all" {
		c.refuse(f2poolParams, fmt.Sprintf("params error: type=%q", kind))
		return
	}
	if kind != "payout" {
		for _, x := range c.p.world.PoolCredits(c.a, from, to) {
			rows = append(rows, c.revenue(x))
		}
	}
	if kind != "revenue" {
		for _, x := range c.p.world.PoolPayouts(c.a, from, to) {
			rows = append(rows, f2poolPayout(x))
		}
	}
	sort.SliceStable(rows, func(i, j int) bool { return f2poolTime(rows[i]) > f2poolTime(rows[j]) })
	answer(c.w, map[string]any{"transactions": rows})
}

func f2poolTime(row map[string]any) int64 {
	at, _ := row["created_at"].(int64)
	return at
}

func (c f2poolCall) revenue(x PoolCredit) map[string]any {
	feesFee := c.a.Fee
	if c.a.Scheme == pool.PPSPlus {
		feesFee = c.a.FeesFee
	}
	return map[string]any{
		"id": 2*x.At.Unix() + 1, "type": "revenue_" + strings.ToLower(strings.ReplaceAll(string(c.a.Scheme), "+", "_plus")), "changed_balance": btcNumber(x.Net), "created_at": x.At.Unix(),
		"mining_extra": map[string]any{
			"mining_date": x.From.Unix(), "settle_date": x.At.Unix(), "pps": btcNumber(x.Told() - x.Fees), "pps_fee_rate": c.a.Fee,
			"tx_fee": btcNumber(x.Fees), "tx_fee_rate": feesFee, "hash_rate": hashNumber(x.Hashrate),
		},
		"payout_extra": nil,
	}
}

func f2poolPayout(x PoolPayout) map[string]any {
	extra := map[string]any{"value": btcNumber(x.Sats), "tx_id": x.TxID, "address": x.Address, "paid_time": 0}
	if x.sent() {
		extra["paid_time"] = x.At.Add(queuedFor).Unix()
	}
	return map[string]any{"id": 2 * x.At.Unix(), "type": "payout", "changed_balance": btcNumber(-x.Sats), "created_at": x.At.Unix(), "mining_extra": nil, "payout_extra": extra}
}
