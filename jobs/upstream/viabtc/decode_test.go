package viabtc

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
	"switchyard/jobs/upstream/upstreamtest"
)

const beijing = -8 * time.Hour

// november is the beginning of a day of November 2026 in UTC.
func november(day int) time.Time { return time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC) }

func options() upstream.Options { return upstream.Options{Now: upstreamtest.Now} }

// paged is a page of rows, the last.
func paged(list []byte) *poolwire.Object {
	return poolwire.ReadObject(fmt.Appendf(nil, `{"code":0,"data":{"data":%s,"has_next":false,"total":1}}`, list))
}

func readWorker(row *poolwire.Object) (worker, bool, error) {
	return decodeWorker(row, upstreamtest.Now())
}

func readProfit(row *poolwire.Object) (pool.Earning, bool, error) {
	return decodeProfit(row, beijing, upstreamtest.Now())
}

func readPayment(row *poolwire.Object) (pool.Payout, bool, error) {
	return decodePayment(row, upstreamtest.Now())
}

func checks[T any](t *testing.T, file string, decode func(*poolwire.Object) (T, bool, error), want []string) {
	t.Helper()
	page, err := readPage(options(), paged(upstreamtest.Answer(t, file)), source{}, decode)
	if err != nil || len(page.Rows) != 1 {
		t.Fatalf("got %v, error %v; want one row", page.Rows, err)
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(page.Refused)); diff != "" {
		t.Errorf("checks of %s differ (want -, got +):\n%s", file, diff)
	}
}

func TestBadRowsDoNotCostTheOthers(t *testing.T) {
	checks(t, "workers_bad_rows.json", readWorker, []string{
		"hashrate_10min is not a number",
		"hashrate_10min: the hashrate -1 is not between 0 and 1e+22 H/s",
		"hashrate_10min is not a number",
		"hashrate_10min: the hashrate 1e+23 is not between 0 and 1e+22 H/s",
		"last_active: the time 2030-01-23T14:46:30Z is in the future",
		"the worker is neither active nor unactive",
		"reject_rate: 100.5 is neither a fraction nor percent",
		"reject_rate: -0.1 is neither a fraction nor percent",
		"the worker has no id or no name",
		"the row is of another coin",
		"what should be an object is not an object",
	})
	checks(t, "profit_bad_rows.json", readProfit, []string{
		"total_profit is negative",
		"total_profit is not a sum, or more than all bitcoin",
		"total_profit is not a sum",
		"total_profit is not a sum",
		"the day has no total",
		"date: the time 2026-11-25T00:00:00Z is in the future",
		"the day does not begin at midnight",
		"date: it is not a time",
		"the row names no day",
		"the row is of another coin",
	})
	checks(t, "payments_bad_rows.json", readPayment, []string{
		"amount is negative",
		"the payment has no sum",
		"create_time: the time 2030-01-23T09:46:51Z is in the future",
		"the payment has no time",
		"the payment has no id",
		"what should be an object is not an object",
	})
}

func TestTwoProfitsOfOneDayAreBothRefused(t *testing.T) {
	row := `{"date":"2026-11-22","total_profit":"%s"}`
	page, err := readPage(options(), paged(fmt.Appendf(nil, "["+row+","+row+"]", "0.1", "0.2")), source{}, readProfit)
	if err != nil {
		t.Fatal(err)
	}
	if list, refused := poolwire.Earnings(page.Rows, november(1), november(24)); len(list) > 0 || len(refused) != 1 {
		t.Errorf("got %v, refused %v; want one refusal", list, refused)
	}
}

func TestTheRecordedHashrate(t *testing.T) {
	answer, err := open(options(), upstreamtest.Recorded(t, "viabtc/res_openapi_v1_hashrate.json"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := decodeStanding(options(), answer)
	if err != nil || s.Now.Value != 44625511932668 || s.Hour.Value != 41468691881365 || s.Day.Value != 41780627402430 || s.Active.Value != 3 || s.Inactive.Value != 0 || !s.Inactive.Known {
		t.Errorf("standing is %+v, error %v", s, err)
	}
}

func TestABalanceOfBitcoin(t *testing.T) {
	for rows, want := range map[string]string{
		`[{"coin":"LTC","amount":"2"},{"coin":"BTC","amount":"1"}]`: "100000000",
		`[{"coin":"LTC","amount":"2"}]`:                             "unknown",
		`[]`:                                                        "unknown",
		`[{"coin":"BTC","amount":"-1"}]`:                            "error",
		`[{"coin":"BTC","amount":{}}]`:                              "error",
		`[{"coin":"LTC","amount":{}}]`:                              "error",
		`{}`:                                                        "error",
		`[7]`:                                                       "error",
	} {
		sats, err := decodeBalance(options(), poolwire.ReadObject(fmt.Appendf(nil, `{"data":{"balance":%s}}`, rows)))
		got := fmt.Sprint(int64(sats.Value))
		if !sats.Known {
			got = "unknown"
		}
		if err != nil {
			got = "error"
		}
		if got != want || (err != nil && upstreamtest.Kind(err) != upstream.Malformed) {
			t.Errorf("%s is %s (%v), want %s", rows, got, err, want)
		}
	}
}

func FuzzStanding(f *testing.F) {
	for _, body := range []string{`{"code":0,"data":{"active_workers":1,"hashrate_10min":"1"}}`, `{"code":0,"data":{"balance":[{"coin":"BTC","amount":"0.1"}]}}`, `{"code":12001,"message":"no"}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		answer, err := open(options(), body)
		if err != nil {
			return
		}
		s, err := decodeStanding(options(), answer)
		upstreamtest.CheckStanding(t, s, err)
		if sats, err := decodeBalance(options(), poolwire.ReadObject(body)); err == nil && sats.Known && sats.Value < 0 {
			t.Errorf("a balance of %d satoshi", sats.Value)
		}
	})
}

func FuzzWorkers(f *testing.F) {
	upstreamtest.Seeds(f, "workers.json")
	upstreamtest.Seeds(f, "workers_bad_rows.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := readPage(options(), paged(body), source{}, readWorker)
		c := New(options(), pool.Access{})
		upstreamtest.CheckWorkers(t, poolwire.Sorted(c.workers(page.Rows), poolwire.Together), page.Refused, err)
	})
}

func FuzzLedger(f *testing.F) {
	for _, file := range []string{"profit.json", "profit_bad_rows.json", "payments.json", "payments_bad_rows.json"} {
		upstreamtest.Seeds(f, file)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		days, err := readPage(options(), paged(body), source{}, readProfit)
		earnings, refused := poolwire.Earnings(days.Rows, november(1), november(30))
		upstreamtest.CheckEarnings(t, earnings, append(refused, days.Refused...), err)
		made, err := readPage(options(), paged(body), source{}, readPayment)
		payouts, refused := poolwire.Payouts(made.Rows, november(1), november(30))
		upstreamtest.CheckPayouts(t, payouts, append(refused, made.Refused...), err)
	})
}
