package simulate_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

func TestF2PoolSpeaksAsDocumented(t *testing.T) {
	p := servePools(t)
	a := p.accounts[pool.F2Pool]
	key := []string{"F2P-API-SECRET", "key-of-f2pool", "Content-Type", "application/json"}
	const who = `"mining_user_name":"north","currency":"bitcoin"`
	ask := func(path, extra string) any {
		t.Helper()
		res, text := p.call(t, pool.F2Pool, http.MethodPost, "/v2/"+path, "{"+who+extra+"}", key...)
		if res.StatusCode != http.StatusOK || strings.Contains(text, `"code"`) {
			t.Fatalf("%s: %d %s", path, res.StatusCode, text)
		}
		return tree(t, text)
	}
	hold(t, ask("assets/balance", ""), p.PoolUnpaid(a, *p.now).BTC().StringFixed(8), "balance_info", "balance")
	if got := kinds(t, dig(t, ask("hash_rate/info", ""), "info"), "name hash_rate h1_hash_rate h24_hash_rate"); got != "snnn" {
		t.Errorf("the rates have kinds %s", got)
	}
	workers := ask("hash_rate/worker/list", "")
	if n := len(dig(t, workers, "workers").([]any)); n != 120 {
		t.Errorf("%d workers", n)
	}
	hold(t, workers, "r00000", "workers", 0, "hash_rate_info", "name")
	from := origin.AddDate(0, 0, -2).Truncate(24 * time.Hour)
	span := fmt.Sprintf(`,"start_time":%d,"end_time":%d`, from.Unix(), from.Unix()+1)
	list := ask("assets/transactions/list", span+`,"type":"revenue"`)
	d := p.PoolDay(a, from.Add(-time.Hour))
	hold(t, list, d.Net.BTC().StringFixed(8), "transactions", 0, "changed_balance")
	hold(t, list, (d.Gross - d.Fees).BTC().StringFixed(8), "transactions", 0, "mining_extra", "pps")
	hold(t, list, fmt.Sprint(d.From.Unix()), "transactions", 0, "mining_extra", "mining_date")
	hold(t, list, "revenue_pps_plus", "transactions", 0, "type")
	payouts := ask("assets/transactions/list", fmt.Sprintf(`,"start_time":%d,"end_time":%d,"type":"payout"`, began.Unix(), origin.Unix()))
	made := p.PoolPayouts(a, began, origin)
	hold(t, payouts, (-made[len(made)-1].Sats).BTC().StringFixed(8), "transactions", 0, "changed_balance")
	hold(t, payouts, made[len(made)-1].TxID, "transactions", 0, "payout_extra", "tx_id")

	balance := "/v2/assets/balance"
	p.refuses(t, pool.F2Pool, http.MethodPost, balance, `{`+who+`}`, 200, `"code":5010`, "F2P-API-SECRET", "another")
	p.refuses(t, pool.F2Pool, http.MethodPost, balance, `{"mining_user_name":"south","currency":"bitcoin"}`, 200, `"code":5010`, key...)
	p.refuses(t, pool.F2Pool, http.MethodPost, balance, `{"mining_user_name":"north","currency":"BTC"}`, 200, `"code":5001,"msg":"params error: currency=`, key...)
	p.refuses(t, pool.F2Pool, http.MethodPost, balance, `mining_user_name=north`, 200, `"code":5001`, key...)
	p.refuses(t, pool.F2Pool, http.MethodPost, "/v2/hash_rate/history", `{`+who+`,"start_time":1795305600000,"end_time":1795305700000}`, 200, `"code":5001`, key...)
	p.refuses(t, pool.F2Pool, http.MethodPost, "/v2/assets/transactions/list", `{`+who+span+`,"type":"credit"}`, 200, `"code":5001`, key...)
	p.refuses(t, pool.F2Pool, http.MethodGet, balance, "", 405, "", key...)
}

func TestViaBTCSpeaksAsDocumented(t *testing.T) {
	p := servePools(t)
	a := p.accounts[pool.ViaBTC]
	const base = "/res/openapi/v1/"
	key := []string{"X-API-KEY", "key-of-viabtc"}
	get := func(path string) any {
		t.Helper()
		res, text := p.call(t, pool.ViaBTC, http.MethodGet, base+path, "", key...)
		v := tree(t, text)
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", path, res.StatusCode)
		}
		hold(t, v, "0", "code")
		hold(t, v, "OK", "message")
		return v
	}
	rate := get("hashrate?coin=BTC")
	if got := kinds(t, dig(t, rate, "data"), "coin active_workers unactive_workers hashrate_10min hashrate_1hour hashrate_24hour"); got != "snnsss" {
		t.Errorf("the hashrate has kinds %s", got)
	}
	hold(t, get("account"), p.PoolUnpaid(a, *p.now).BTC().StringFixed(8), "data", "balance", 0, "amount")
	page := get("hashrate/worker?coin=BTC&page=3&limit=50")
	hold(t, page, "30", "data", "count")
	hold(t, page, "false", "data", "has_next")
	hold(t, page, "3", "data", "total_page")
	hold(t, page, "r00100", "data", "data", 0, "worker_name")
	// The day of a date is that of Beijing, and the one of UTC only if asked for.
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	query := "profit/history?coin=BTC&start_date=2026-03-04&end_date=2026-03-04"
	beijing, utc := get(query), get(query+"&utc=true")
	hold(t, beijing, p.PoolDay(a, day).Net.BTC().StringFixed(8), "data", "data", 0, "pplns_profit")
	hold(t, beijing, "2026-03-04", "data", "data", 0, "date")
	hold(t, utc, p.PoolSpan(a, day, day.AddDate(0, 0, 1)).Net.BTC().StringFixed(8), "data", "data", 0, "total_profit")
	if from := p.PoolDay(a, day).From; !from.Equal(day.Add(-8 * time.Hour)) {
		t.Errorf("the day begins at %s", from)
	}
	payments := get("wallet/payment/history?coin=BTC&limit=5")
	made := p.PoolPayouts(a, began, origin)
	hold(t, payments, fmt.Sprint(len(made)), "total") // beside data
	hold(t, payments, made[len(made)-1].Sats.BTC().StringFixed(8), "data", 0, "amount")

	p.refuses(t, pool.ViaBTC, http.MethodGet, base+"hashrate?coin=BTC", "", 200, `"code":12001`)
	p.refuses(t, pool.ViaBTC, http.MethodGet, base+"hashrate?coin=XYZ", "", 200, `"code":5001`, key...)
	p.refuses(t, pool.ViaBTC, http.MethodGet, base+"hashrate/worker?coin=BTC&page=0", "", 200, `"code":2`, key...)
	p.refuses(t, pool.ViaBTC, http.MethodGet, base+"hashrate/worker/1?coin=BTC", "", 200, `"code":5003`, key...)
	p.refuses(t, pool.ViaBTC, http.MethodGet, base+"profit/history?coin=BTC&start_date=04.03.2026", "", 200, `"code":2`, key...)
	for behind, want := range map[time.Duration]string{0: `"code":0`, 59 * time.Second: `"code":0`, time.Minute: `"code":12003`, -time.Second: `"code":12003`} {
		q := fmt.Sprintf("tonce=%d", p.now.Add(-behind).UnixMilli())
		p.refuses(t, pool.ViaBTC, http.MethodGet, base+"account/sub?"+q, "", 200, want, append(key, "X-SIGNATURE", signed("secret-of-viabtc", q))...)
	}
	q := fmt.Sprintf("tonce=%d", p.now.UnixMilli())
	p.refuses(t, pool.ViaBTC, http.MethodGet, base+"account/sub?"+q, "", 200, `"code":12002`, key...)
	p.refuses(t, pool.ViaBTC, http.MethodGet, base+"account/sub?page=1&"+q, "", 200, `"code":12002`, append(key, "X-SIGNATURE", signed("secret-of-viabtc", q))...)
	p.refuses(t, pool.ViaBTC, http.MethodGet, base+"account?"+q, "", 200, `"code":12002`, append(key, "X-SIGNATURE", signed("another", q))...)
}

func TestAntpoolSpeaksAsDocumented(t *testing.T) {
	p := servePools(t)
	a := p.accounts[pool.Antpool]
	nonce := 1_795_409_000_000
	form := func(nonce int, extra ...string) string {
		n := fmt.Sprint(nonce)
		v := url.Values{"key": {"key-of-antpool"}, "nonce": {n}, "coin": {"BTC"}, "signature": {strings.ToUpper(signed("secret-of-antpool", "northkey-of-antpool"+n))}}
		for i := 0; i < len(extra); i += 2 {
			v.Set(extra[i], extra[i+1])
		}
		return v.Encode()
	}
	headers := []string{"Content-Type", "application/x-www-form-urlencoded"}
	ask := func(name string, extra ...string) any {
		t.Helper()
		nonce++
		_, text := p.call(t, pool.Antpool, http.MethodPost, "/api/"+name+".htm", form(nonce, extra...), headers...)
		v := tree(t, text)
		hold(t, v, "0", "code")
		return v
	}
	over := ask("accountOverview", "userId", "north")
	hold(t, over, p.PoolUnpaid(a, *p.now).BTC().StringFixed(8), "data", "unpaidAmount")
	if got := kinds(t, dig(t, over, "data"), "userId hsLast10m hsLast1h hsLast1d totalAmount activeWorkerNum totalWorkerNum"); got != "sssssnn" {
		t.Errorf("the overview has kinds %s", got)
	}
	page := ask("userWorkerList", "userId", "north", "page", "3", "pageSize", "50")
	hold(t, page, "130", "data", "result", "totalRecord")
	hold(t, page, "r00100", "data", "result", "rows", 0, "workerId")
	rate := fmt.Sprint(dig(t, ask("userWorkerList", "workerStatus", "1"), "data", "result", "rows", 0, "hsLast1D"))
	var v float64
	if n, err := fmt.Sscanf(rate, "%f TH/s", &v); n != 1 || err != nil || v < 80 || v > 230 {
		t.Errorf("a worker's day is %q", rate)
	}
	dark := ask("userWorkerList", "workerStatus", "2")
	hold(t, dark, fmt.Sprint(p.PoolCounts(a, *p.now).Offline), "data", "result", "totalRecord")
	earned := ask("paymentHistoryV2", "type", "recv", "pageEnable", "1", "page", "1", "pageSize", "10")
	d := p.PoolDay(a, origin.AddDate(0, 0, -1))
	block, err1 := units.ParseBTC(fmt.Sprint(dig(t, earned, "data", "rows", 0, "fppsBlockAmount")))
	fees, err2 := units.ParseBTC(fmt.Sprint(dig(t, earned, "data", "rows", 0, "fppsFeeAmount")))
	if err1 != nil || err2 != nil || block+fees != d.Net {
		t.Errorf("the day earned %v and %v (%v, %v), want %v together", block, fees, err1, err2, d.Net)
	}
	if got := kinds(t, dig(t, ask("hashrate"), "data"), "last10m prev1d dupelicate"); got != "sss" {
		t.Errorf("the hashrate has kinds %s", got)
	}

	overview := "/api/account.htm"
	p.refuses(t, pool.Antpool, http.MethodPost, overview, form(nonce), 200, "nonce error", headers...)
	p.refuses(t, pool.Antpool, http.MethodPost, overview, form(nonce-5), 200, "nonce error", headers...)
	p.refuses(t, pool.Antpool, http.MethodPost, overview, form(nonce+1, "signature", signed("secret-of-antpool", fmt.Sprint("northkey-of-antpool", nonce+1))), 200, "signature error", headers...)
	p.refuses(t, pool.Antpool, http.MethodPost, overview, form(nonce+2, "key", "another"), 200, "api key error", headers...)
	ask("account") // what was refused before its nonce counted did not use it up
	p.refuses(t, pool.Antpool, http.MethodPost, overview, form(nonce+3, "coin", "LTC"), 200, "coin error", headers...)
	p.refuses(t, pool.Antpool, http.MethodPost, overview, form(nonce+4, "userId", "south"), 200, "userId error", headers...)
	p.refuses(t, pool.Antpool, http.MethodPost, "/api/userWorkerList.htm", form(nonce+5, "pageSize", "1000"), 200, "page error", headers...)
}

func TestOceanSpeaksAsDocumented(t *testing.T) {
	p := servePools(t)
	a := p.accounts[pool.Ocean]
	get := func(path string) any {
		t.Helper()
		res, text := p.call(t, pool.Ocean, http.MethodGet, "/v1/"+path, "")
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, res.StatusCode, text)
		}
		return dig(t, tree(t, text), "result")
	}
	snap := get("statsnap/" + a.Address)
	hold(t, snap, p.PoolUnpaid(a, *p.now).BTC().StringFixed(8), "unpaid")
	if got := kinds(t, snap, "snap_ts shares_60s hashrate_60s hashrate_300s lastest_share_ts shares_in_tides estimated_earn_next_block"); got != "sssssss" {
		t.Errorf("the snapshot has kinds %s", got)
	}
	hold(t, get("statsnap/"+a.Address+".r00003"), "user", "snap_type")
	rows := dig(t, get("user_hashrate_full/"+a.Address), "workers").(map[string]any)
	if len(rows) != 200 {
		t.Errorf("%d workers", len(rows))
	}
	if got := kinds(t, dig(t, rows["r00003"], 0), "hashrate_60s hashrate_300s hashrate_3600s hashrate_86400s"); got != "ssss" {
		t.Errorf("a worker has kinds %s", got)
	}
	if got := kinds(t, get("user_hashrate/"+a.Address), "hashrate_10800s active_worker_count"); got != "sn" {
		t.Errorf("the rates have kinds %s", got)
	}
	from, to := origin.AddDate(0, 0, -3).Truncate(24*time.Hour), origin.Truncate(24*time.Hour)
	credits := p.PoolCredits(a, from, to)
	for _, span := range []string{
		from.Format(time.DateOnly) + "/" + to.Format(time.DateOnly), from.Format("2006-01-02T15:04:05") + "/" + to.Format("2006-01-02T15:04:05"),
		fmt.Sprint(from.Unix(), "/", to.Unix()),
	} {
		pay := get("earnpay/" + a.Address + "/" + span)
		if n := len(dig(t, pay, "earnings").([]any)); n != len(credits) || n == 0 {
			t.Errorf("%s: %d blocks, want %d", span, n, len(credits))
		}
		hold(t, pay, fmt.Sprint(int64(credits[0].Net)), "earnings", 0, "satoshis_net_earned")
		hold(t, pay, fmt.Sprint(int64(credits[0].Fee)), "earnings", 0, "fees_colected_satoshis")
		hold(t, pay, credits[0].Hash, "earnings", 0, "block_hash")
		hold(t, pay, credits[0].At.Format("2006-01-02T15:04:05"), "earnings", 0, "ts")
		hold(t, pay, "true", "payouts", 0, "is_generation_txn")
	}
	hold(t, get("blocks/0/5"), p.PoolCredits(a, began, origin)[len(p.PoolCredits(a, began, origin))-1].Hash, "blocks", 0, "block_hash")
	if got := kinds(t, get("pool_stat"), "network_difficulty active_users current_estimated_block_reward"); got != "sss" {
		t.Errorf("the pool has kinds %s", got)
	}
	const none = `{"error":"No such user or user has no active workers"}`
	for _, path := range []string{"statsnap/bc1qnobody", "earnpay/bc1qnobody", "statsnap/" + a.Address + ".nobody", "earnpay/" + a.Address + ".r00003"} {
		p.refuses(t, pool.Ocean, http.MethodGet, "/v1/"+path, "", 200, none)
	}
	p.refuses(t, pool.Ocean, http.MethodGet, "/v1/earnpay/"+a.Address+"/yesterday", "", 200, `"error"`)
	p.refuses(t, pool.Ocean, http.MethodGet, "/v1/earnpay/"+a.Address+"/1795305600000", "", 200, `"error"`)
}

func TestCKPoolSpeaksAsDocumented(t *testing.T) {
	p := servePools(t)
	a := p.accounts[pool.CKPool]
	_, text := p.call(t, pool.CKPool, http.MethodGet, "/users/"+a.Address, "")
	user := tree(t, text)
	if got := kinds(t, user, "hashrate1m hashrate5m hashrate1hr hashrate1d hashrate7d lastshare workers shares bestshare bestever authorised worker"); got != "sssssnnnnnno" {
		t.Errorf("the user has kinds %s", got)
	}
	rate, err := units.ParseHashrate(fmt.Sprint(dig(t, user, "hashrate1d")) + "H/s")
	want := float64(p.PoolMean(a, p.now.Add(-24*time.Hour), *p.now))
	if err != nil || float64(rate) < 0.99*want || float64(rate) > 1.01*want {
		t.Errorf("the day is %v (%v), want %g", rate, err, want)
	}
	if n := len(dig(t, user, "worker").([]any)); n != 3 {
		t.Errorf("%d workers", n)
	}
	hold(t, user, a.Address+".r00000", "worker", 0, "workername")
	res, text := p.call(t, pool.CKPool, http.MethodGet, "/pool/pool.status", "")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if res.StatusCode != http.StatusOK || len(lines) != 3 {
		t.Fatalf("the status is %d, %s", res.StatusCode, text)
	}
	for i, names := range []string{"runtime lastupdate Users Workers Idle Disconnected", "hashrate1m hashrate7d", "diff accepted rejected bestshare SPS1m"} {
		kinds(t, tree(t, lines[i]), names)
	}
	res, _ = p.call(t, pool.CKPool, http.MethodGet, "/users/bc1qnobody", "")
	if res.StatusCode != http.StatusNotFound || res.Header.Get("Content-Type") != "text/html" {
		t.Errorf("nobody is %d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
}
