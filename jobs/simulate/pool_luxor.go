package simulate

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

const luxorPage = 100 // rows at most

// luxorRoutes speak Luxor's REST v2: a bare key, one subaccount at a time, sums
// as numbers in bitcoin, hashrates in H/s as text in the summary and as numbers
// of workers.
func luxorRoutes(p *party, mux *http.ServeMux) {
	for path, speak := range map[string]func(luxorCall){
		"summary": luxorSummary, "workers": luxorWorkers, "hashrate-efficiency": luxorEfficiency, "uptime": luxorUptime,
		"active-workers": luxorActive, "revenue": luxorRevenue, "transactions": luxorTransactions,
	} {
		mux.HandleFunc("GET /api/v2/pool/"+path+"/BTC", func(w http.ResponseWriter, r *http.Request) {
			if c, ok := p.luxorCall(w, r); ok {
				speak(c)
			}
		})
	}
	mux.HandleFunc("GET /api/v2/pool/subaccounts", p.luxorSubaccounts)
}

// luxorCall is one call that has been let in.
type luxorCall struct {
	p *party
	a *PoolAccount
	w http.ResponseWriter
	q url.Values
}

func (c luxorCall) refuse(message string) {
	answerStatus(c.w, http.StatusBadRequest, map[string]any{"statusCode": 400, "code": "FST_ERR_VALIDATION", "error": "Bad Request", "message": "querystring/" + message})
}

func luxorDenied(w http.ResponseWriter) {
	answerStatus(w, http.StatusUnauthorized, map[string]any{"statusCode": 401, "error": "Unauthorized", "message": "Invalid or missing API key"})
}

func (p *party) luxorCall(w http.ResponseWriter, r *http.Request) (luxorCall, bool) {
	c := luxorCall{p: p, w: w, q: r.URL.Query()}
	key := r.Header.Get("Authorization")
	if _, ok := p.byKey(key); !ok {
		luxorDenied(w)
		return c, false
	}
	name := c.q.Get("subaccount_names")
	if name == "" {
		c.refuse("subaccount_names/site_id Provide one or more subaccount names or a site id")
		return c, false
	}
	a, ok := p.byName(name)
	if !ok || string(a.Key) != key {
		answerStatus(w, http.StatusNotFound, map[string]any{"statusCode": 404, "error": "Not Found", "message": "Subaccount not found"})
		return c, false
	}
	c.a = a
	return c, true
}

func (c luxorCall) subaccount() map[string]any {
	return map[string]any{"id": c.p.luxorID(c.a), "name": c.a.Account, "site": nil, "created_at": c.a.Begin.UTC().Format(time.RFC3339), "url": "/v2/pool/subaccounts/" + c.a.Account}
}

func (p *party) luxorID(a *PoolAccount) int {
	for i, b := range p.accounts {
		if a == b {
			return i + 1
		}
	}
	return 0
}

func (p *party) luxorSubaccounts(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Authorization")
	if _, ok := p.byKey(key); !ok {
		luxorDenied(w)
		return
	}
	rows := []map[string]any{}
	for _, a := range p.accounts {
		if string(a.Key) == key {
			rows = append(rows, luxorCall{p: p, a: a}.subaccount())
		}
	}
	answer(w, map[string]any{"subaccounts": rows, "pagination": map[string]any{
		"page_number": 1, "page_size": luxorPage, "item_count": len(rows), "previous_page_url": nil, "next_page_url": nil,
	}})
}

func luxorSummary(c luxorCall) {
	s := c.p.standing(c.a)
	day := c.p.world.PoolSpan(c.a, s.now.Add(-24*time.Hour), s.now)
	mined := func(sum units.Sats) []map[string]any {
		return []map[string]any{{"currency_type": "BTC", "revenue_type": "MINING", "revenue": btcNumber(sum)}}
	}
	answer(c.w, map[string]any{
		"currency_type": "BTC", "subaccounts": []map[string]any{c.subaccount()},
		"hashrate_5m": hashes(s.five), "hashrate_1h": hashes(s.hour), "hashrate_24h": hashes(s.day),
		"hashrate_stale_1h": hashes(s.hour * usualStale), "hashrate_stale_24h": hashes(s.day * usualStale),
		"efficiency_5m": 1 - usualStale - usualRejected, "uptime_24h": c.p.uptime(c.a, s.now.Add(-24*time.Hour), s.now),
		"active_miners": s.counts.Active(), "revenue_24h": mined(day.Net), "revenue_all_time": mined(s.credited),
		"balance":   []map[string]any{{"currency_type": "BTC", "revenue": btcNumber(s.unpaid())}},
		"hashprice": []map[string]any{{"currency_type": "BTC", "value": btcNumber(c.perPetahash(day))}},
	})
}

// perPetahash is what a day paid for 1 PH/s, before fees.
func (c luxorCall) perPetahash(d PoolDay) units.Sats {
	if d.Hashrate == 0 {
		return 0
	}
	return whole(float64(d.Gross) / float64(d.Hashrate/units.PH))
}

// uptime is the part of its nominal hashrate that an account had.
func (p *party) uptime(a *PoolAccount, from, to time.Time) float64 {
	nominal := p.world.book(a).nominal
	if nominal == 0 {
		return 0
	}
	return min(1, float64(p.world.PoolMean(a, from, to))/nominal)
}

// page reads which page is wanted.
func (c luxorCall) page() (number, size int, ok bool) {
	number, ok1 := count(c.q.Get("page_number"), 1, 1, 1e9)
	size, ok2 := count(c.q.Get("page_size"), 10, 1, luxorPage)
	if !ok1 || !ok2 {
		c.refuse(fmt.Sprintf("page_number must be >= 1 and page_size between 1 and %d", luxorPage))
	}
	return number, size, ok1 && ok2
}

// pagination describes a page of a list, with the addresses beside it.
func (c luxorCall) pagination(path string, number, size, total, told int) map[string]any {
	to := func(n int) any {
		if n < 1 || (n-1)*size >= total {
			return nil
		}
		q := url.Values{"subaccount_names": {c.a.Account}, "page_number": {strconv.Itoa(n)}, "page_size": {strconv.Itoa(size)}}
		for _, k := range []string{"status", "start_date", "end_date"} {
			if v := c.q.Get(k); v != "" {
				q.Set(k, v)
			}
		}
		return "/v2/pool/" + path + "/BTC?" + q.Encode()
	}
	return map[string]any{"page_number": number, "page_size": size, "item_count": told, "previous_page_url": to(number - 1), "next_page_url": to(number + 1)}
}

func luxorWorkers(c luxorCall) {
	number, size, ok := c.page()
	if !ok {
		return
	}
	var want choice
	switch c.q.Get("status") {
	case "":
	case "ACTIVE":
		want = active
	case "INACTIVE":
		want = inactive
	default:
		c.refuse("status must be ACTIVE or INACTIVE")
		return
	}
	page, total := c.p.workersIn(c.a, want, (number-1)*size, size)
	rows := []map[string]any{}
	for _, m := range page {
		rows = append(rows, c.worker(m))
	}
	counts := c.p.world.PoolCounts(c.a, c.p.world.Now())
	answer(c.w, map[string]any{
		"currency_type": "BTC", "subaccounts": []map[string]any{{"id": c.p.luxorID(c.a), "name": c.a.Account, "site": nil}},
		"total_inactive": counts.Offline, "total_active": counts.Active(), "workers": rows,
		"pagination": c.pagination("workers", number, size, total, total),
	})
}

func (c luxorCall) worker(m PoolWorkerNow) map[string]any {
	status, heard := "ACTIVE", any(nil)
	if m.State == pool.Offline {
		status = "INACTIVE"
	}
	if !m.LastShare.IsZero() {
		heard = isoMillis(m.LastShare)
	}
	return map[string]any{
		"currency_type": "BTC", "id": "BTC-" + c.a.Account + "-" + m.Name, "subaccount_name": c.a.Account, "name": m.Name, "firmware": "LuxOS",
		"hashrate": hashNumber(m.Now), "efficiency": 1 - m.Stale - m.Rejected, "stale_shares": m.Stale, "rejected_shares": m.Rejected,
		"last_share_time": heard, "status": status,
	}
}
