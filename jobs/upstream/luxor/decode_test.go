package luxor

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
	"switchyard/jobs/upstream/upstreamtest"
)

// ever is a span that holds all there is.
func ever() (from, to time.Time) { return time.Unix(0, 0), time.Unix(1<<40, 0) }

// rows are those of a list that is the whole of a file.
func rows(t testing.TB, body []byte) []json.RawMessage {
	t.Helper()
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestHashratesAreNumbersOrStringsOfHashes(t *testing.T) {
	for text, want := range map[string]float64{`"81234567890123456"`: 81234567890123456, `81234567890123456`: 81234567890123456, `"8.1e16"`: 8.1e16, `0`: 0, `"0"`: 0} {
		s, err := bare().decodeSummary(fmt.Appendf(nil, `{"hashrate_5m":%s,"hashrate_24h":0,"active_miners":"7","balance":[{"currency_type":"BTC","revenue":"0.00000001"}]}`, text))
		upstreamtest.CheckStanding(t, s, err)
		if err != nil || s.Now != hashes(want) || s.Active.Value != 7 || s.Unpaid.Value != 1 || s.Stale.Known {
			t.Errorf("%s gave %+v, error %v", text, s, err)
		}
	}
	for text, says := range map[string]string{
		`"NaN"`: "hashrate_5m is not a number", `"Infinity"`: "hashrate_5m is not a number", `-1`: "hashrate_5m: the hashrate -1 is not",
		`1e23`: "hashrate_5m: the hashrate 1e+23 is not", `"81 PH/s"`: "hashrate_5m is not a number", `true`: "hashrate_5m is not a number",
	} {
		s, err := bare().decodeSummary(fmt.Appendf(nil, `{"hashrate_5m":%s,"hashrate_24h":0,"active_miners":7,"balance":[]}`, text))
		upstreamtest.CheckStanding(t, s, err)
		upstreamtest.Contains(t, err, says)
	}
}

func TestBadRowsDoNotCostTheOthers(t *testing.T) {
	workers, refused := poolwire.Rows(rows(t, upstreamtest.Answer(t, "workers_bad_rows.json")), bare().decodeWorker)
	if len(workers) != 1 || workers[0].Name != "r01s01" {
		t.Errorf("got %v, want the first", workers)
	}
	same(t, refused, []string{
		"hashrate is not a number",
		"hashrate: the hashrate -1 is not between 0 and 1e+22 H/s",
		"hashrate is not a number",
		"hashrate: the hashrate 1e+23 is not between 0 and 1e+22 H/s",
		"status is neither ACTIVE nor INACTIVE",
		"the worker has no name",
		"the worker is of another subaccount",
		"stale_shares: the fraction 1.5 is not between 0 and 1",
		"last_share_time: the time 2027-01-01T00:00:00Z is in the future",
		"what should be an object is not an object",
	})
	days, refused, dated := bare().decodeRevenue(rows(t, upstreamtest.Answer(t, "revenue_bad_rows.json")))
	if len(days) != 1 || days[0].Ref != "2026-11-22" || !dated {
		t.Errorf("got %v, want the 22nd: a day of which a part is unknown has no sum", days)
	}
	same(t, refused, []string{
		"revenue.revenue is not a sum",
		"revenue.revenue is negative",
		"revenue.currency_type is not BTC",
		"revenue.revenue is not a sum, or more than all bitcoin",
		"the day has an amount of this kind already",
		"revenue is not an object",
		"revenue is missing",
		"date_time: the time 2027-11-15T00:00:00Z is in the future",
		"date_time is not a time",
	})
	payouts, refused := poolwire.Rows(rows(t, upstreamtest.Answer(t, "transactions_bad_rows.json")), bare().decodePayout)
	if len(payouts) != 1 || payouts[0].Ref != "1" {
		t.Errorf("got %v, want the first", payouts)
	}
	same(t, refused, []string{
		"currency_amount is not a sum",
		"currency_amount is negative",
		"the payment has no id, no time or no amount",
		"date_time: the time 2027-11-22T16:00:00Z is in the future",
		"the payment has no id, no time or no amount",
		"transaction_type is neither credit nor debit",
		"currency_type is not BTC",
		"subaccount_name is of another subaccount",
		"transaction_id is missing",
		"currency_amount is not a sum, or more than all bitcoin",
	})
}

func TestADayCannotEarnMoreThanAllBitcoin(t *testing.T) {
	const row = `{"date_time":"2026-11-21T00:00:00Z","revenue":{"revenue":20000000,"revenue_type":"%s"}}`
	days, refused, _ := bare().decodeRevenue(rows(t, fmt.Appendf(nil, "["+row+","+row+"]", "MINING", "OTHER")))
	if len(days) > 0 {
		t.Errorf("got %v, want nothing", days)
	}
	same(t, refused, []string{"the day has more than all bitcoin"})
}

func same(t testing.TB, refused []upstream.Refusal, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

func TestAWorkerWithoutAStateHasThatOfItsHashrate(t *testing.T) {
	for rate, want := range map[string]pool.WorkerState{"1": pool.Online, "0": pool.Offline, "null": pool.Offline} {
		w, ok, err := bare().decodeWorker(poolwire.ReadObject(fmt.Appendf(nil, `{"name":"a","hashrate":%s,"status":"UNSPECIFIED"}`, rate)))
		if !ok || err != nil || w.State != want || w.ID != "a" {
			t.Errorf("%s H/s gave %+v, error %v; want %s", rate, w, err, want)
		}
	}
}

func FuzzSummary(f *testing.F) {
	// Small, for a large one is made smaller for longer than it is varied.
	f.Add([]byte(`{"hashrate_5m":"8e16","hashrate_24h":"8","active_miners":4,"balance":[{"currency_type":"BTC","revenue":0.01}]}`))
	f.Add([]byte(`{"subaccounts":[{"name":"site-b"}],"hashrate_5m":"8","hashrate_24h":0,"active_miners":4,"balance":[]}`))
	c := bare()
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := c.decodeSummary(body)
		upstreamtest.CheckStanding(t, s, err)
		if kind := upstreamtest.Kind(err); err != nil && kind != upstream.Malformed && kind != upstream.NoAccount {
			t.Errorf("error is %v, want that it is malformed, or of another account", err)
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(`{"workers":[],"pagination":{"next_page_url":null}}`))
	f.Add([]byte(`{"workers":[{}],"pagination":{"next_page_url":"/v2"}}`))
	c := bare()
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := c.decodePage(body, "workers", nil)
		if err != nil && upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("error is %v, want that it is malformed", err)
		}
		for _, row := range page.Rows {
			if rowName(row) == "" {
				t.Errorf("the row %s has no name", row)
			}
		}
	})
}

func FuzzWorkers(f *testing.F) {
	upstreamtest.Seeds(f, "workers.json")
	upstreamtest.Seeds(f, "workers_bad_rows.json")
	c := bare()
	f.Fuzz(func(t *testing.T, row []byte) {
		workers, refused := poolwire.Rows([]json.RawMessage{row}, c.decodeWorker)
		upstreamtest.CheckWorkers(t, workers, refused, nil)
	})
}

func FuzzRevenue(f *testing.F) {
	for _, name := range []string{"revenue.json", "revenue_bad_rows.json", "revenue_bare.json"} {
		upstreamtest.Seeds(f, name)
	}
	from, to := ever()
	c := bare()
	f.Fuzz(func(t *testing.T, row []byte) {
		days, refused, _ := c.decodeRevenue([]json.RawMessage{row})
		days, _ = poolwire.Earnings(days, from, to)
		upstreamtest.CheckEarnings(t, days, refused, nil)
	})
}

func FuzzDays(f *testing.F) {
	upstreamtest.Seeds(f, "efficiency.json")
	c := bare()
	f.Fuzz(func(t *testing.T, row []byte) {
		told, refused := c.decodeDays([]json.RawMessage{row})
		upstreamtest.CheckRefused(t, refused)
		for day, h := range told {
			upstreamtest.CheckT(t, day)
			if h.Known && !(h.Value >= 0 && h.Value <= 1e22) {
				t.Errorf("hashrate %v of %s is not sensible", h, day)
			}
		}
	})
}

func FuzzPayouts(f *testing.F) {
	upstreamtest.Seeds(f, "transactions.json")
	upstreamtest.Seeds(f, "transactions_bad_rows.json")
	c := bare()
	f.Fuzz(func(t *testing.T, row []byte) {
		payouts, refused := poolwire.Rows([]json.RawMessage{row}, c.decodePayout)
		upstreamtest.CheckPayouts(t, payouts, refused, nil)
	})
}
