package f2pool

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
	"switchyard/jobs/upstream/upstreamtest"
)

func options() upstream.Options { return upstream.Options{Now: upstreamtest.Now} }

func notes() *poolwire.Facts { return poolwire.NewFacts(name, slog.New(slog.DiscardHandler)) }

// november is the beginning of a day of November 2026.
func november(day int) time.Time { return time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC) }

// long is a span that holds every row of testdata.
func long() (from, to time.Time) { return november(1), november(24) }

func answer(key string, rows []byte) *poolwire.Object {
	return poolwire.ReadObject(fmt.Appendf(nil, `{%q:%s}`, key, rows))
}

func TestDaysThatWereCredited(t *testing.T) {
	from, to := long()
	got, refused, err := decodeEarnings(options(), answer("transactions", upstreamtest.Answer(t, "revenue.json")), from, to)
	if err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, error %v", refused, err)
	}
	unsaid := mining.Unknown[units.Sats](notSaid)
	want := []pool.Earning{
		{Ref: "551100002", From: november(21), To: november(22), Net: 1_299_999, Fee: unsaid, Fees: unsaid, Hashrate: mining.Of(units.Hashrate(30211223344556677))},
		// 2 % of 1,300,110 and of 36,000 satoshi: 26,722.2
		{Ref: "551203391", From: november(22), To: november(23), Net: 1_310_255, Fee: mining.Of(units.Sats(26_722)), Fees: mining.Of(units.Sats(36_000)), Hashrate: mining.Of(units.Hashrate(30411223344556677))},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("earnings differ (want -, got +):\n%s", diff)
	}
}

func TestPaymentsOfEitherSign(t *testing.T) {
	from, to := long()
	got, refused, err := decodePayouts(options(), notes(), answer("transactions", upstreamtest.Answer(t, "payout.json")), from, to)
	if err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, error %v", refused, err)
	}
	unsaid := mining.Unknown[units.Sats](notSaid)
	want := []pool.Payout{
		{Ref: "551204002", At: time.Unix(1_795_230_000, 0).UTC(), Sats: 150_000_000, Fee: unsaid, State: pool.Sent},
		{Ref: "551204001", At: time.Unix(1_795_316_400, 0).UTC(), Sats: 1, Fee: unsaid, State: pool.Sent},
		{Ref: "551204000", At: time.Unix(1_795_402_800, 0).UTC(), Sats: 831_000, Fee: unsaid, State: pool.Sent, TxID: "00802e7d6acf262c9afda8882dc361c705f224985c074f62e57942af9beae8b9", Address: "bc1qdemo"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("payouts differ (want -, got +):\n%s", diff)
	}
}

func TestBadTransactionsDoNotCostTheOthers(t *testing.T) {
	from, to := long()
	got, refused, err := decodeEarnings(options(), answer("transactions", upstreamtest.Answer(t, "bad_rows.json")), from, to)
	if err != nil || len(got) != 1 || got[0].Ref != "1" {
		t.Fatalf("got %v, error %v; want the first", got, err)
	}
	want := []string{
		"changed_balance is negative",
		"changed_balance is not a sum, or more than all bitcoin",
		"changed_balance is not a sum",
		"changed_balance is not a sum",
		"mining_extra is not an object",
		"mining_extra.mining_date: the time 2030-01-23T00:00:00Z is in the future",
		"the day does not begin at midnight",
		"mining_extra.pps_fee_rate: the fraction 1.2 is not between 0 and 1",
		"the transaction has no sum",
		"the transaction has no id",
		errKind.Error(),
		"what should be an object is not an object",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

func TestBadWorkersDoNotCostTheOthers(t *testing.T) {
	got, refused, err := decodeWorkers(options(), notes(), answer("workers", upstreamtest.Answer(t, "workers_bad_rows.json")), "acme")
	if err != nil || len(got) != 1 || got[0].Name != "good" {
		t.Fatalf("got %v, error %v; want the good one", got, err)
	}
	want := []string{
		"hash_rate_info.hash_rate is not a number",
		"hash_rate_info.hash_rate: the hashrate -5 is not between 0 and 1e+22 H/s",
		"hash_rate_info.hash_rate is not a number",
		"hash_rate_info.hash_rate: the hashrate 1e+23 is not between 0 and 1e+22 H/s",
		"last_share_at: the time 2030-01-23T14:46:30Z is in the future",
		"the worker has no status",
		"the worker has no hashrate",
		"the worker has no name",
		"hash_rate_info is not an object",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

func TestWhetherAWorkerIsOnline(t *testing.T) {
	for _, c := range []struct {
		status int64
		hashes bool
		want   pool.WorkerState
	}{{0, true, pool.Online}, {0, false, pool.Online}, {1, true, pool.Online}, {1, false, pool.Offline}, {2, false, pool.Offline}} {
		if got := state(notes(), c.status, c.hashes); got != c.want {
			t.Errorf("status %d, hashes %t: %s, want %s", c.status, c.hashes, got, c.want)
		}
	}
}

// The page of an account in version 1 is no answer of the API that is asked.
func TestVersion1IsNotRead(t *testing.T) {
	page := poolwire.ReadObject(upstreamtest.Recorded(t, "f2pool/bitcoin_user_v1.json"))
	s, err := decodeStanding(options(), page, page)
	if upstreamtest.Kind(err) != upstream.Malformed || s != (pool.Standing{}) {
		t.Errorf("got %+v, %v; want that it is malformed", s, err)
	}
	upstreamtest.Contains(t, err, "info is not an object")
}

func FuzzStanding(f *testing.F) {
	for _, name := range []string{"info.json", "balance.json"} {
		upstreamtest.Seeds(f, name)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		both := fmt.Appendf(nil, `{"info":{"hash_rate":1,"h24_hash_rate":1},"balance_info":{"balance":1},%s`, body[min(1, len(body)):])
		s, err := decodeStanding(options(), poolwire.ReadObject(both), poolwire.ReadObject(both))
		upstreamtest.CheckStanding(t, s, err)
		if _, err := open(options(), body); err != nil && upstreamtest.Kind(err) == "" {
			t.Errorf("error %v has no kind", err)
		}
	})
}

func FuzzWorkers(f *testing.F) {
	for _, name := range []string{"workers.json", "workers_bad_rows.json"} {
		upstreamtest.Seeds(f, name)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		workers, refused, err := decodeWorkers(options(), notes(), answer("workers", body), "acme")
		upstreamtest.CheckWorkers(t, workers, refused, err)
	})
}

func FuzzTransactions(f *testing.F) {
	for _, name := range []string{"revenue.json", "payout.json", "bad_rows.json"} {
		upstreamtest.Seeds(f, name)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		from, to := long()
		earnings, refused, err := decodeEarnings(options(), answer("transactions", body), from, to)
		upstreamtest.CheckEarnings(t, earnings, refused, err)
		payouts, refused, err := decodePayouts(options(), notes(), answer("transactions", body), from, to)
		upstreamtest.CheckPayouts(t, payouts, refused, err)
	})
}
