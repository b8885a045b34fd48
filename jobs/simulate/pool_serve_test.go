package simulate_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/simulate"
)

// poolWorld is a world whose clock a test turns.
type poolWorld struct {
	*simulate.World
	servers  *simulate.Servers
	accounts map[pool.Party]*simulate.PoolAccount
	now      *time.Time
}

func servePools(t *testing.T) poolWorld {
	t.Helper()
	now := origin
	w := simulate.NewWorld(simulate.Config{Origin: origin, Seed: 11, Now: func() time.Time { return now }})
	all := everyAccount()
	s, err := simulate.Serve(w, slog.New(slog.DiscardHandler), all...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	p := poolWorld{World: w, servers: s, accounts: make(map[pool.Party]*simulate.PoolAccount), now: &now}
	for _, a := range all {
		p.accounts[a.Party] = a
	}
	return p
}

// call is one request to a pool; headers in pairs.
func (p poolWorld) call(t *testing.T, party pool.Party, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), method, p.servers.URL(string(party))+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

// tree is an answer in JSON whose numbers keep their text.
func tree(t *testing.T, text string) any {
	t.Helper()
	var v any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %.300s", err, text)
	}
	return v
}

// at walks into an answer: names of keys and indexes of rows.
func dig(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch key := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			if v, ok = m[key], ok && m != nil; !ok {
				t.Fatalf("no object at %v of %v", step, path)
			}
			if _, has := m[key]; !has {
				t.Fatalf("no %v at %v in %.300v", step, path, m)
			}
		case int:
			rows, ok := v.([]any)
			if !ok || len(rows) <= key {
				t.Fatalf("no row %d at %v in %.300v", key, path, v)
			}
			v = rows[key]
		}
	}
	return v
}

// kinds are "s" for text, "n" for a number and so on, of the keys that are named.
func kinds(t *testing.T, v any, names string) string {
	t.Helper()
	var b strings.Builder
	for _, name := range strings.Fields(names) {
		switch dig(t, v, name).(type) {
		case string:
			b.WriteByte('s')
		case json.Number:
			b.WriteByte('n')
		case nil:
			b.WriteByte('0')
		case bool:
			b.WriteByte('b')
		default:
			b.WriteByte('o')
		}
	}
	return b.String()
}

// hold fails unless an answer holds a text at a place.
func hold(t *testing.T, v any, want string, path ...any) {
	t.Helper()
	if got := fmt.Sprint(dig(t, v, path...)); got != want {
		t.Errorf("%v is %s, want %s", path, got, want)
	}
}

// refuses fails unless a call is answered by a status and a text.
func (p poolWorld) refuses(t *testing.T, party pool.Party, method, path, body string, status int, text string, headers ...string) {
	t.Helper()
	res, got := p.call(t, party, method, path, body, headers...)
	if res.StatusCode != status || !strings.Contains(got, text) {
		t.Errorf("%s %s %s: %d %.200s, want %d %s", party, path, body, res.StatusCode, got, status, text)
	}
}

func signed(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestLuxorSpeaksAsDocumented(t *testing.T) {
	p := servePools(t)
	key := []string{"Authorization", "key-of-luxor"}
	const names = "subaccount_names=north"
	get := func(path string) any {
		t.Helper()
		res, text := p.call(t, pool.Luxor, http.MethodGet, "/api/v2/pool/"+path, "", key...)
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, res.StatusCode, text)
		}
		return tree(t, text)
	}
	a := p.accounts[pool.Luxor]
	s := get("summary/BTC?" + names)
	if got := kinds(t, s, "currency_type subaccounts hashrate_5m hashrate_1h hashrate_24h efficiency_5m uptime_24h active_miners"); got != "sosssnnn" {
		t.Errorf("the summary has kinds %s", got)
	}
	hold(t, s, p.PoolUnpaid(a, *p.now).BTC().StringFixed(8), "balance", 0, "revenue")
	seen := make(map[string]bool)
	for next := "/v2/pool/workers/BTC?page_size=100&" + names; next != ""; {
		page := get(strings.TrimPrefix(next, "/v2/pool/"))
		for i := range dig(t, page, "workers").([]any) {
			row := dig(t, page, "workers", i)
			if got := kinds(t, row, "id name hashrate efficiency status firmware stale_shares"); got != "ssnnssn" {
				t.Fatalf("a worker has kinds %s", got)
			}
			seen[dig(t, row, "name").(string)] = true
		}
		hold(t, page, "230", "pagination", "item_count")
		next, _ = dig(t, page, "pagination", "next_page_url").(string)
	}
	if len(seen) != 230 {
		t.Errorf("the pages hold %d workers", len(seen))
	}
	inactive := get("workers/BTC?status=INACTIVE&page_size=1&" + names)
	hold(t, inactive, fmt.Sprint(p.PoolCounts(a, *p.now).Offline), "pagination", "item_count")
	day := origin.AddDate(0, 0, -3).Format(time.DateOnly)
	list := get("transactions/BTC?page_size=100&" + names + "&start_date=" + day + "&end_date=" + day)
	d := p.PoolDay(a, origin.AddDate(0, 0, -4))
	hold(t, list, d.Net.BTC().StringFixed(8), "transactions", 0, "currency_amount")
	hold(t, list, "credit", "transactions", 0, "transaction_type")
	hold(t, list, day+"T00:00:00.000Z", "transactions", 0, "date_time")
	hold(t, list, "debit", "transactions", 1, "transaction_type")
	rows := dig(t, get("hashrate-efficiency/BTC?tick_size=1d&"+names+"&start_date=2026-03-01&end_date=2026-03-05"), "hashrate_efficiency").([]any)
	if len(rows) != 5 {
		t.Errorf("%d days of efficiency", len(rows))
	}

	p.refuses(t, pool.Luxor, http.MethodGet, "/api/v2/pool/summary/BTC?"+names, "", 401, `"message":"Invalid or missing API key"`)
	p.refuses(t, pool.Luxor, http.MethodGet, "/api/v2/pool/summary/BTC?"+names, "", 401, `"statusCode":401`, "Authorization", "Bearer key-of-luxor")
	for query, text := range map[string]string{
		"summary/BTC": "FST_ERR_VALIDATION", "workers/BTC?page_number=0&" + names: "page_number", "workers/BTC?page_size=101&" + names: "page_size",
		"workers/BTC?status=DEAD&" + names: "status", "transactions/BTC?" + names: "start_date", "transactions/BTC?start_date=5&end_date=6&" + names: "start_date",
		"uptime/BTC?tick_size=2h&start_date=2026-03-01&end_date=2026-03-05&" + names: "tick_size",
	} {
		p.refuses(t, pool.Luxor, http.MethodGet, "/api/v2/pool/"+query, "", 400, text, key...)
	}
	p.refuses(t, pool.Luxor, http.MethodGet, "/api/v2/pool/summary/BTC?subaccount_names=south", "", 404, "not found", key...)
}

func TestFoundrySpeaksAsDocumented(t *testing.T) {
	p := servePools(t)
	key := []string{"X-API-KEY", "key-of-foundry"}
	get := func(path string, headers ...string) any {
		t.Helper()
		res, text := p.call(t, pool.Foundry, http.MethodGet, path, "", headers...)
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, res.StatusCode, text)
		}
		return tree(t, text)
	}
	a := p.accounts[pool.Foundry]
	stats := get("/subaccount_stats/north", key...)
	hold(t, stats, strconv.FormatInt(int64(p.PoolHashrate(a, *p.now)/1e9), 10), "hashrate5minAvg")
	from, to := origin.AddDate(0, 0, -3).Truncate(24*time.Hour), origin
	days := get(fmt.Sprintf("/earnings/north?startDateUnixMs=%d&endDateUnixMs=%d", from.UnixMilli(), to.UnixMilli()), "Authorization", "Bearer key-of-foundry")
	if n := len(days.([]any)); n != 4 {
		t.Errorf("%d days, want three and the present one", n)
	}
	d := p.PoolDay(a, from)
	hold(t, days, d.Net.BTC().StringFixed(8), 0, "totalAmount")
	hold(t, days, d.Fee.BTC().StringFixed(8), 0, "feeAmount")
	hold(t, days, d.Fees.BTC().StringFixed(8), 0, "txFeeRewardAmount")
	hold(t, days, (d.Gross - d.Fees).BTC().StringFixed(8), 0, "ppsBaseAmount")
	hold(t, days, from.Format("2006-01-02T15:04:05.000")+"+00:00", 0, "startTime")
	if n := len(get(fmt.Sprintf("/earnings/north?startDateUnixMs=%d&endDateUnixMs=%d", from.Unix(), to.Unix()), key...).([]any)); n != 0 {
		t.Errorf("a range in seconds gave %d days", n)
	}
	first := get("/workers/north?pageNumber=0&pageSize=100", key...)
	last := get("/workers/north?pageNumber=2&pageSize=100", key...)
	if n := len(dig(t, last, "workersList").([]any)); n != 30 {
		t.Errorf("the last page has %d rows", n)
	}
	if got := kinds(t, dig(t, first, "workersList", 0), "workerId workerName hashrate_5m hashrate_1h rejectDetail_1h stale15mPercent tag"); got != "ssnnsns" {
		t.Errorf("a worker has kinds %s", got)
	}
	if n := len(dig(t, get("/workers/north?pageSize=-1", key...), "workersList").([]any)); n != 230 {
		t.Errorf("all workers are %d", n)
	}
	online := get("/workers/north?pageSize=1&status="+url.QueryEscape("online<15min"), key...)
	hold(t, online, fmt.Sprint(p.PoolCounts(a, *p.now).Active()), "totalWorkerCount")
	hours := get(fmt.Sprintf("/subaccount_hashrate_day/north?startDateUnixMs=%d&endDateUnixMs=%d", from.UnixMilli(), to.UnixMilli()), key...)
	hold(t, hours, "-1.0", 3, "averageWorkers")
	balance := get("/balance/north", key...)
	hold(t, balance, p.PoolUnpaid(a, *p.now).BTC().StringFixed(8), "balance")

	p.refuses(t, pool.Foundry, http.MethodGet, "/authentication_test", "", 403, "")
	p.refuses(t, pool.Foundry, http.MethodGet, "/authentication_test", "", 200, "success", key...)
	p.refuses(t, pool.Foundry, http.MethodGet, "/balance/north", "", 403, "", append(key, "Authorization", "Bearer key-of-foundry")...)
	p.refuses(t, pool.Foundry, http.MethodGet, "/balance/south", "", 404, "", key...)
	p.refuses(t, pool.Foundry, http.MethodGet, "/workers/north?status=online", "", 400, "status", key...)
	p.refuses(t, pool.Foundry, http.MethodGet, "/workers/north?pageSize=0", "", 400, "page", key...)
	p.refuses(t, pool.Foundry, http.MethodGet, "/balance/north?coin=LTC", "", 400, "coin", key...)
}

func TestBraiinsSpeaksAsDocumented(t *testing.T) {
	p := servePools(t)
	a := p.accounts[pool.Braiins]
	key := []string{"Pool-Auth-Token", "key-of-braiins"}
	get := func(path string) any {
		t.Helper()
		res, text := p.call(t, pool.Braiins, http.MethodGet, path, "", key...)
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, res.StatusCode, text)
		}
		return tree(t, text)
	}
	profile := get("/accounts/profile/json/btc/")
	hold(t, profile, p.PoolUnpaid(a, *p.now).BTC().StringFixed(8), "btc", "current_balance")
	hold(t, profile, "Gh/s", "btc", "hash_rate_unit")
	if got := kinds(t, dig(t, profile, "btc"), "all_time_reward hash_rate_5m today_reward ok_workers shares_24h"); got != "snsnn" {
		t.Errorf("the profile has kinds %s", got)
	}
	workers := dig(t, get("/accounts/workers/json/btc"), "btc", "workers").(map[string]any)
	if len(workers) != 90 {
		t.Errorf("%d workers", len(workers))
	}
	if got := kinds(t, workers["north.r00003"], "state last_share hash_rate_unit hash_rate_5m hash_rate_24h"); got != "snsnn" {
		t.Errorf("a worker has kinds %s", got)
	}
	day := origin.AddDate(0, 0, -2)
	date := day.Format(time.DateOnly)
	rewards := get("/accounts/rewards/json/btc?from=" + date + "&to=" + date)
	hold(t, rewards, p.PoolDay(a, day).Net.BTC().StringFixed(8), "btc", "daily_rewards", 0, "total_reward")
	hold(t, rewards, fmt.Sprint(day.Truncate(24*time.Hour).Unix()), "btc", "daily_rewards", 0, "date")
	if n := len(dig(t, get("/accounts/rewards/json/btc"), "btc", "daily_rewards").([]any)); n != 64 {
		t.Errorf("%d days have ended since the beginning, want 64", n)
	}
	p.refuses(t, pool.Braiins, http.MethodGet, "/accounts/profile/json/btc/", "", 401, "", "Pool-Auth-Token", "another")
	p.refuses(t, pool.Braiins, http.MethodGet, "/accounts/rewards/json/btc?from=1795305600", "", 400, "", key...)
	// Asked too often it says nothing, and only where a test wants that.
	p.servers.Pace("braiins", 5*time.Second)
	get("/accounts/workers/json/btc")
	p.refuses(t, pool.Braiins, http.MethodGet, "/accounts/workers/json/btc", "", 200, "", key...)
	if _, text := p.call(t, pool.Braiins, http.MethodGet, "/accounts/workers/json/btc", "", key...); text != "" {
		t.Errorf("asked too often it says %.80s", text)
	}
}

// A payout is queued for an hour; then its transaction is found in the chain with
// the same sum.
func TestAPayoutsTransactionIsInTheChain(t *testing.T) {
	p := servePools(t)
	key := []string{"X-Pool-Auth-Token", "key-of-braiins"}
	midnight := origin.Truncate(24 * time.Hour)
	newest := func() map[string]any {
		_, text := p.call(t, pool.Braiins, http.MethodGet, "/accounts/payouts/json/btc", "", key...)
		rows := dig(t, tree(t, text), "onchain").([]any)
		return rows[len(rows)-1].(map[string]any)
	}
	*p.now = midnight.Add(2*time.Hour + 10*time.Minute)
	if row := newest(); row["status"] != "queued" || row["tx_id"] != nil || row["resolved_at_ts"] != nil {
		t.Errorf("ten minutes after it was asked for the payout is %v", row)
	}
	*p.now = midnight.Add(9 * time.Hour)
	row := newest()
	if row["status"] != "confirmed" {
		t.Fatalf("the payout is %v", row)
	}
	res, text := p.call(t, "mempool", http.MethodGet, "/api/tx/"+row["tx_id"].(string), "")
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", res.StatusCode, text)
	}
	tx := tree(t, text)
	hold(t, tx, fmt.Sprint(row["amount_sats"]), "vout", 0, "value")
	hold(t, tx, fmt.Sprint(row["destination"]), "vout", 0, "scriptpubkey_address")
	hold(t, tx, "true", "status", "confirmed")
	height, _ := strconv.ParseInt(fmt.Sprint(dig(t, tx, "status", "block_height")), 10, 64)
	b, ok := p.Block(height)
	if !ok || fmt.Sprint(dig(t, tx, "status", "block_time")) != fmt.Sprint(b.Time.Unix()) || b.Time.Before(midnight.Add(3*time.Hour)) {
		t.Errorf("it is in block %d of %s", height, b.Time)
	}
	// Between the sending and the next block it waits.
	*p.now = midnight.Add(3*time.Hour + time.Second)
	if p.Tip().Time.Before(midnight.Add(3 * time.Hour)) {
		_, text := p.call(t, "mempool", http.MethodGet, "/api/tx/"+row["tx_id"].(string), "")
		hold(t, tree(t, text), "false", "status", "confirmed")
	}
	*p.now = midnight.Add(2*time.Hour + 30*time.Minute)
	p.refuses(t, "mempool", http.MethodGet, "/api/tx/"+row["tx_id"].(string), "", 404, "Transaction not found")
	p.refuses(t, "mempool", http.MethodGet, "/api/tx/"+strings.Repeat("ab", 32), "", 404, "Transaction not found")
	p.refuses(t, "mempool", http.MethodGet, "/api/tx/abc", "", 400, "Invalid hex string")
	// OCEAN pays in the block itself.
	payouts := p.PoolPayouts(p.accounts[pool.Ocean], began, midnight)
	last := payouts[len(payouts)-1]
	_, text = p.call(t, "mempool", http.MethodGet, "/api/tx/"+last.TxID, "")
	hold(t, tree(t, text), fmt.Sprint(int64(last.Sats)), "vout", 0, "value")
	hold(t, tree(t, text), fmt.Sprint(last.Height), "status", "block_height")
}

// The address of a pool is the one below which its paths are documented.
func TestAPoolsAddressIsWhereItsPathsBegin(t *testing.T) {
	p := servePools(t)
	for party, path := range map[pool.Party]string{
		pool.Luxor: "/pool/subaccounts", pool.Foundry: "/authentication_test", pool.Braiins: "/accounts/workers/json/btc", pool.Ocean: "/ping",
		pool.CKPool: "/pool/pool.status", pool.ViaBTC: "/res/openapi/v1/account",
	} {
		if res, text, err := ask(t, p.servers.PoolURL(party)+path); err != nil || res.StatusCode == http.StatusNotFound {
			t.Errorf("%s does not know %s: %v %s", party, path, err, text)
		}
	}
}
