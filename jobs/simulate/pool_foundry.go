package simulate

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// foundryRoutes speak Foundry USA: GH/s in whole numbers, sums as numbers in
// bitcoin, times in ISO with an offset, ranges in Unix milliseconds, pages that
// begin at 0.
func foundryRoutes(p *party, mux *http.ServeMux) {
	for path, speak := range map[string]func(foundryCall){
		"subaccount_stats/{sub}": foundryStats, "subaccount_hashrate_hour/{sub}": foundryHours, "subaccount_hashrate_day/{sub}": foundryDays,
		"workers/{sub}": foundryWorkers, "workers/workerCounts/{sub}": foundryCounts, "earnings/{sub}": foundryEarnings,
		"v2/earnings/{sub}": foundryEarnings, "transactions/{sub}": foundryTransactions, "balance/{sub}": foundryBalance,
	} {
		mux.HandleFunc("GET /"+path, func(w http.ResponseWriter, r *http.Request) {
			if c, ok := p.foundryCall(w, r); ok {
				speak(c)
			}
		})
	}
	mux.HandleFunc("GET /authentication_test", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := p.byKey(foundryKey(r)); !ok {
			foundryRefuse(w, http.StatusForbidden, "Forbidden")
			return
		}
		plainText(w, http.StatusOK, "Authentication successful")
	})
}

type foundryCall struct {
	p *party
	a *PoolAccount
	w http.ResponseWriter
	q url.Values
}

func foundryRefuse(w http.ResponseWriter, status int, text string) {
	answerStatus(w, status, map[string]any{"status": status, "error": text})
}

// foundryKey is the key of a call, by either header; with both it has none.
func foundryKey(r *http.Request) string {
	key, bearer := r.Header.Get("X-Api-Key"), r.Header.Get("Authorization")
	if key != "" && bearer != "" {
		return ""
	}
	if token, ok := strings.CutPrefix(bearer, "Bearer "); ok {
		return token
	}
	return key
}

func (p *party) foundryCall(w http.ResponseWriter, r *http.Request) (foundryCall, bool) {
	c := foundryCall{p: p, w: w, q: r.URL.Query()}
	key := foundryKey(r)
	if _, ok := p.byKey(key); !ok {
		foundryRefuse(w, http.StatusForbidden, "Forbidden")
		return c, false
	}
	a, ok := p.byName(r.PathValue("sub"))
	switch {
	case !ok:
		foundryRefuse(w, http.StatusNotFound, "Sub account not found")
		return c, false
	case string(a.Key) != key:
		foundryRefuse(w, http.StatusForbidden, "Forbidden")
		return c, false
	case c.q.Has("coin") && c.q.Get("coin") != "BTC":
		foundryRefuse(w, http.StatusBadRequest, "Unsupported coin")
		return c, false
	}
	c.a = a
	return c, true
}

// foundryTime is a time as the pool writes it.
func foundryTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.000-07:00")
}

func foundryStats(c foundryCall) {
	s := c.p.standing(c.a)
	stale := func(h units.Hashrate) int64 { return gigahashes(h * usualStale) }
	reject := func(h units.Hashrate) int64 { return gigahashes(h * usualRejected) }
	answer(c.w, map[string]any{
		"name": c.a.Account, "activeWorkers": s.counts.Active(), "offline15MinWorkerCount": s.counts.Offline, "offline24HrWorkerCount": c.longDark(),
		"hashrate5minAvg": gigahashes(s.five), "hashrate15minAvg": gigahashes(s.five), "hashrate1hrAvg": gigahashes(s.hour), "hashrate24hrAvg": gigahashes(s.day),
		"stale15minAvg": stale(s.five), "reject15minAvg": reject(s.five), "stale1hrAvg": stale(s.hour), "reject1hrAvg": reject(s.hour),
		"lastShareTime": foundryTime(s.now.Add(-2 * time.Second)), "updatedAt": foundryTime(s.now.Truncate(time.Minute)),
	})
}

// longDark counts the workers that were last heard of over a day ago.
func (c foundryCall) longDark() int {
	_, n := c.p.workersIn(c.a, darkForLong, 0, 0)
	return n
}

func darkForLong(v *poolView, i int) bool {
	return inactive(v, i) && v.at.Sub(v.lastShare(i)) >= 24*time.Hour
}

func darkNow(v *poolView, i int) bool { return inactive(v, i) && !darkForLong(v, i) }

func foundryCounts(c foundryCall) {
	n := c.p.world.PoolCounts(c.a, c.p.world.Now())
	answer(c.w, map[string]any{"workerCount": len(c.a.Workers), "offline15MinWorkerCount": n.Offline, "offline24HrWorkerCount": c.longDark()})
}

func foundryWorkers(c foundryCall) {
	number, ok1 := count(c.q.Get("pageNumber"), 0, 0, 1e9)
	size, ok2 := count(c.q.Get("pageSize"), -1, -1, 1e9)
	if !ok1 || !ok2 || size == 0 {
		foundryRefuse(c.w, http.StatusBadRequest, "Invalid page")
		return
	}
	from := number * max(size, 0)
	if size < 0 {
		size = len(c.a.Workers)
	}
	var want choice
	switch c.q.Get("status") {
	case "", "all":
	case "online<15min":
		want = active
	case "offline<24hr":
		want = darkNow
	case "offline>24hr":
		want = darkForLong
	default:
		foundryRefuse(c.w, http.StatusBadRequest, "Invalid status")
		return
	}
	page, total := c.p.workersIn(c.a, want, from, size)
	rows := make([]map[string]any, 0, len(page))
	for _, m := range page {
		rows = append(rows, c.worker(m))
	}
	answer(c.w, map[string]any{"workersList": rows, "totalWorkerCount": total})
}

func (c foundryCall) worker(m PoolWorkerNow) map[string]any {
	stale, reject := gigahashes(m.Now*units.Hashrate(m.Stale)), gigahashes(m.Now*units.Hashrate(m.Rejected))
	return map[string]any{
		"workerId": strconv.FormatInt(firstWorkerID+int64(m.Index), 10), "workerName": m.Name,
		"hashrate_5m": gigahashes(m.Now), "hashrate_15m": gigahashes(m.Now), "hashrate_1h": gigahashes(m.Hour), "hashrate_24h": gigahashes(m.Day),
		"stale_15m": stale, "stale15mPercent": m.Stale * 100, "reject_15m": reject, "reject15mPercent": m.Rejected * 100, "rejectDetail_15m": "{}",
		"stale_1h": stale, "reject_1h": reject, "rejectDetail_1h": "{}", "lastShareTime": foundryTime(m.LastShare),
		"updatedAt": foundryTime(c.p.world.Now().Truncate(time.Minute)), "tag": "hall-" + strconv.FormatInt(m.Group, 10),
	}
}

func foundryBalance(c foundryCall) {
	now := c.p.world.Now()
	credited, paid := c.p.world.PoolTotals(c.a, now)
	var fees units.Sats
	for _, x := range c.p.world.PoolCredits(c.a, c.a.Begin, now) {
		fees += x.Fee
	}
	answer(c.w, map[string]any{
		"balance": btcNumber(credited - paid), "totalEarned": btcNumber(credited), "totalFCMFees": json.RawMessage("0"), "totalDebits": json.RawMessage("0"),
		"totalFees": btcNumber(fees), "totalWithdrawn": btcNumber(paid),
	})
}

func foundryTransactions(c foundryCall) {
	from, to, ok := c.span()
	if !ok {
		return
	}
	rows := []map[string]any{}
	for _, x := range c.p.world.PoolPayouts(c.a, from, to) {
		row := map[string]any{
			"time": foundryTime(x.At), "broadcastTime": nil, "amount": btcNumber(x.Sats), "type": "Payout", "description": "Daily payout", "txId": x.TxID, "address": x.Address,
		}
		if x.State == pool.Sent {
			row["broadcastTime"] = foundryTime(x.At.Add(queuedFor))
		}
		rows = append(rows, row)
	}
	answer(c.w, rows)
}
