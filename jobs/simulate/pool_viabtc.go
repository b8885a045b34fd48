package simulate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// ViaBTC's own codes for what it does not do.
const (
	viabtcArgument  = 2
	viabtcCoin      = 5001
	viabtcNoWorker  = 5003
	viabtcKey       = 12001
	viabtcSignature = 12002
	viabtcTonce     = 12003
)

const (
	viabtcPage  = 50 // rows where a call asks for no number
	viabtcMost  = 100
	tonceWithin = 60_000 // milliseconds behind the server's clock
)

// viabtcRoutes speak ViaBTC: an envelope with a code, hashrates in H/s and sums as
// text, days of Beijing unless those of UTC are asked for.
func viabtcRoutes(p *party, mux *http.ServeMux) {
	for path, speak := range map[string]func(viabtcCall){
		"account": viabtcAccount, "hashrate": viabtcHashrate, "hashrate/history": viabtcHistory, "hashrate/chart": viabtcChart,
		"hashrate/worker": viabtcWorkers, "hashrate/worker/{id}": viabtcWorker, "profit": viabtcProfit, "profit/history": viabtcProfits,
		"wallet/payment/history": viabtcPayments,
	} {
		p.viabtcRoute(mux, path, false, speak)
	}
	p.viabtcRoute(mux, "account/sub", true, viabtcSubaccounts)
}

func (p *party) viabtcRoute(mux *http.ServeMux, path string, signed bool, speak func(viabtcCall)) {
	mux.HandleFunc("GET /res/openapi/v1/"+path, func(w http.ResponseWriter, r *http.Request) {
		c := viabtcCall{p: p, w: w, r: r, q: r.URL.Query()}
		a, ok := p.byKey(r.Header.Get("X-Api-Key"))
		if !ok {
			c.refuse(viabtcKey, "Invalid api key")
			return
		}
		c.a = a
		if (signed || r.Header.Get("X-Signature") != "") && !c.signed() {
			return
		}
		if path != "account" && path != "account/sub" && c.q.Get("coin") != "BTC" {
			c.refuse(viabtcCoin, "Invalid coin")
			return
		}
		speak(c)
	})
}

type viabtcCall struct {
	p *party
	a *PoolAccount
	w http.ResponseWriter
	r *http.Request
	q url.Values
}

func (c viabtcCall) refuse(code int, text string) {
	answer(c.w, map[string]any{"code": code, "data": map[string]any{}, "message": text})
}

func (c viabtcCall) tell(data any) {
	answer(c.w, map[string]any{"code": 0, "data": data, "message": "OK"})
}

// signed checks the signature of the query as it was sent, and its time.
func (c viabtcCall) signed() bool {
	mac := hmac.New(sha256.New, []byte(c.a.Secret))
	_, _ = mac.Write([]byte(c.r.URL.RawQuery)) //nolint:errcheck // a hash never fails
	got, err := hex.DecodeString(c.r.Header.Get("X-Signature"))
	if err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		c.refuse(viabtcSignature, "Invalid signature")
		return false
	}
	tonce, err := strconv.ParseInt(c.q.Get("tonce"), 10, 64)
	if behind := c.p.world.Now().UnixMilli() - tonce; err != nil || behind < 0 || behind >= tonceWithin {
		c.refuse(viabtcTonce, "Invalid tonce")
		return false
	}
	return true
}

// page reads which page is wanted and describes it; rows are made by part.
func (c viabtcCall) page(total int, part func(from, to int) any) (map[string]any, bool) {
	number, ok1 := count(c.q.Get("page"), 1, 1, 1e9)
	limit, ok2 := count(c.q.Get("limit"), viabtcPage, 1, viabtcMost)
	if !ok1 || !ok2 {
		c.refuse(viabtcArgument, "Invalid argument")
		return nil, false
	}
	from := min(total, (number-1)*limit)
	to := min(total, from+limit)
	return map[string]any{
		"count": to - from, "curr_page": number, "data": part(from, to), "has_next": to < total, "total": total, "total_page": (total + limit - 1) / limit,
	}, true
}

// within pages a list under data.
func (c viabtcCall) within(total int, part func(from, to int) any) {
	if list, ok := c.page(total, part); ok {
		c.tell(list)
	}
}

// beside pages a list at the top level.
func (c viabtcCall) beside(total int, part func(from, to int) any) {
	if list, ok := c.page(total, part); ok {
		list["code"], list["message"] = 0, "OK"
		answer(c.w, list)
	}
}

func viabtcSubaccounts(c viabtcCall) {
	c.beside(0, func(_, _ int) any { return []any{} })
}

func viabtcAccount(c viabtcCall) {
	c.tell(map[string]any{
		"account": map[string]any{"account": c.a.Account}, "observer": []any{},
		"withdraw_address": []map[string]any{{"coin": "BTC", "address": c.a.Address}},
		"balance":          []map[string]any{{"coin": "BTC", "amount": btcText(c.p.world.PoolUnpaid(c.a, c.p.world.Now()))}},
	})
}

func viabtcHashrate(c viabtcCall) {
	s := c.p.standing(c.a)
	c.tell(map[string]any{
		"coin": "BTC", "active_workers": s.counts.Active(), "unactive_workers": s.counts.Offline,
		"hashrate_10min": hashes(s.five), "hashrate_1hour": hashes(s.hour), "hashrate_24hour": hashes(s.day),
	})
}

func viabtcWorkers(c viabtcCall) {
	c.within(len(c.a.Workers), func(from, to int) any {
		rows := []map[string]any{}
		for _, m := range c.p.world.PoolWorkers(c.a, c.p.world.Now(), from, to-from) {
			rows = append(rows, viabtcRow(m))
		}
		return rows
	})
}

func viabtcRow(m PoolWorkerNow) map[string]any {
	status, heard := "active", int64(0)
	if m.State == pool.Offline {
		status = "unactive"
	}
	if !m.LastShare.IsZero() {
		heard = m.LastShare.Unix()
	}
	return map[string]any{
		"coin": "BTC", "group_id": m.Group, "group_name": "hall-" + strconv.FormatInt(m.Group, 10), "worker_id": firstWorkerID + int64(m.Index), "worker_name": m.Name,
		"worker_status": status, "hashrate_10min": hashes(m.Now), "hashrate_1hour": hashes(m.Hour), "hashrate_24hour": hashes(m.Day),
		"reject_rate": shareText(m.Rejected), "last_active": heard,
	}
}

func viabtcWorker(c viabtcCall) {
	id, err := strconv.ParseInt(c.r.PathValue("id"), 10, 64)
	i := id - firstWorkerID
	if err != nil || i < 0 || i >= int64(len(c.a.Workers)) {
		c.refuse(viabtcNoWorker, "Worker not found")
		return
	}
	c.tell(viabtcRow(c.p.world.PoolWorkers(c.a, c.p.world.Now(), int(i), 1)[0]))
}

func viabtcPayments(c viabtcCall) {
	payouts := slices.Clone(c.p.world.PoolPayouts(c.a, c.a.Begin, c.p.world.Now()))
	slices.Reverse(payouts) // the newest first
	c.beside(len(payouts), func(from, to int) any {
		rows := []map[string]any{}
		for _, x := range payouts[from:to] {
			rows = append(rows, map[string]any{"id": x.At.Unix(), "coin": "BTC", "amount": btcText(x.Sats), "address": x.Address, "tx": x.TxID, "create_time": x.At.Unix()})
		}
		return rows
	})
}

// viabtcProfitRow is a sum by the scheme that paid it.
func (c viabtcCall) profitRow(net units.Sats) map[string]any {
	row := map[string]any{"coin": "BTC", "pplns_profit": "0", "pps_profit": "0", "solo_profit": "0", "total_profit": btcText(net)}
	switch c.a.Scheme {
	case pool.PPLNS:
		row["pplns_profit"] = btcText(net)
	case pool.Solo:
		row["solo_profit"] = btcText(net)
	default:
		row["pps_profit"] = btcText(net)
	}
	return row
}

func viabtcProfit(c viabtcCall) {
	credited, _ := c.p.world.PoolTotals(c.a, c.p.world.Now())
	c.tell(c.profitRow(credited))
}

// days are those with dates from start_date to end_date that have ended, the
// newest first; all of them without either.
func (c viabtcCall) days() ([]PoolDay, bool) {
	shift := c.a.facts().Day
	if utc := c.q.Get("utc"); utc == "true" {
		shift = 0
	} else if utc != "" && utc != "false" {
		c.refuse(viabtcArgument, "Invalid argument")
		return nil, false
	}
	now := c.p.world.Now()
	first := c.a.Begin.UTC().Add(-shift).Truncate(24 * time.Hour)
	from, ok1 := date(c.q.Get("start_date"), first)
	to, ok2 := date(c.q.Get("end_date"), now.AddDate(0, 0, 1).Truncate(24*time.Hour))
	if !ok1 || !ok2 || to.Before(from) {
		c.refuse(viabtcArgument, "Invalid argument")
		return nil, false
	}
	var list []PoolDay
	for day := later(from, first).Add(shift); !day.After(to.Add(shift)) && !day.Add(24*time.Hour).After(now); day = day.Add(24 * time.Hour) {
		list = append(list, PoolDay{From: day, To: day.Add(24 * time.Hour)})
	}
	slices.Reverse(list)
	return list, true
}

// dated pages days; those of the page are computed.
func (c viabtcCall) dated(row func(PoolDay) map[string]any) {
	days, ok := c.days()
	if !ok {
		return
	}
	shift := c.a.facts().Day
	if c.q.Get("utc") == "true" {
		shift = 0
	}
	c.within(len(days), func(from, to int) any {
		rows := []map[string]any{}
		for _, d := range days[from:to] {
			told := row(c.p.world.PoolSpan(c.a, d.From, d.To))
			told["date"] = d.From.Add(-shift).Format(time.DateOnly)
			rows = append(rows, told)
		}
		return rows
	})
}

func viabtcHistory(c viabtcCall) {
	c.dated(func(d PoolDay) map[string]any {
		return map[string]any{"coin": "BTC", "hashrate": hashes(d.Hashrate), "reject_rate": shareText(usualRejected)}
	})
}

func viabtcProfits(c viabtcCall) {
	c.dated(func(d PoolDay) map[string]any { return c.profitRow(d.Net) })
}

// viabtcChart tells ten minutes, hours or days, as many as period says.
func viabtcChart(c viabtcCall) {
	steps := map[string]time.Duration{"min": 10 * time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	step, known := steps[c.q.Get("interval")]
	n, ok := count(c.q.Get("period"), 24, 1, 1000)
	if !known || !ok {
		c.refuse(viabtcArgument, "Invalid argument")
		return
	}
	rows := []map[string]any{}
	end := c.p.world.Now().Truncate(step)
	for t := end.Add(-time.Duration(n) * step); t.Before(end); t = t.Add(step) {
		rows = append(rows, map[string]any{"timestamp": t.Unix(), "hashrate": hashes(c.p.world.PoolMean(c.a, t, t.Add(step))), "reject_rate": shareText(usualRejected)})
	}
	c.tell(rows)
}
