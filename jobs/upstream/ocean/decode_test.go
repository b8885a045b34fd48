package ocean

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

// ever is a span that holds all there is.
func ever() (from, to time.Time) { return time.Unix(0, 0), time.Unix(1<<40, 0) }

func TestHashratesAreStringsOrNumbersOfHashes(t *testing.T) {
	snap := upstreamtest.Answer(t, "statsnap.json")
	for text, want := range map[string]float64{`"200561000000000"`: 200561e9, `200561000000000`: 200561e9, `"2.5e14"`: 2.5e14, `"0"`: 0, `1`: 1} {
		s, err := bare().decodeStanding(fmt.Appendf(nil, `{"result":{"hashrate_300s":%s,"hashrate_86400s":"1","active_worker_count":"3"}}`, text), snap)
		upstreamtest.CheckStanding(t, s, err)
		if err != nil || s.Now != hashes(want) || s.Active.Value != 3 {
			t.Errorf("%s gave %+v, error %v", text, s, err)
		}
	}
	for text, says := range map[string]string{
		`"NaN"`: "is not a number", `"-1"`: "hashrate_300s: the hashrate -1 is not", `"1e23"`: "hashrate_300s: the hashrate 1e+23 is not", `"200 TH"`: "is not a number", `[1]`: "is not a number",
	} {
		s, err := bare().decodeStanding(fmt.Appendf(nil, `{"result":{"hashrate_300s":%s,"hashrate_86400s":"1","active_worker_count":"3"}}`, text), snap)
		upstreamtest.CheckStanding(t, s, err)
		upstreamtest.Contains(t, err, says)
	}
}

func TestBadRowsDoNotCostTheOthers(t *testing.T) {
	from, to := ever()
	earnings, refused, err := bare().decodeEarnings(fmt.Appendf(nil, `{"result":{"earnings":%s}}`, upstreamtest.Answer(t, "earnings_bad_rows.json")), from, to)
	upstreamtest.CheckEarnings(t, earnings, refused, err)
	if err != nil || len(earnings) != 1 || earnings[0].Net != 28458 {
		t.Fatalf("got %v, error %v; want the first", earnings, err)
	}
	if diff := cmp.Diff([]string{
		"satoshis_net_earned is not a sum",
		"satoshis_net_earned is negative",
		"satoshis_net_earned is not a sum",
		"satoshis_net_earned is not a sum, or more than all bitcoin",
		"ts: the time 2027-11-22T15:24:24Z is in the future",
		"ts: it is not a time",
		"the earning has no block, no time or no amount",
		"block_hash is missing",
		"fees_colected_satoshis is negative",
		"what should be an object is not an object",
	}, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
	payouts, refused, err := bare().decodePayouts(fmt.Appendf(nil, `{"result":{"payouts":%s}}`, upstreamtest.Answer(t, "payouts_bad_rows.json")), from, to)
	upstreamtest.CheckPayouts(t, payouts, refused, err)
	if err != nil || len(payouts) != 1 || payouts[0].Ref != "ab12" {
		t.Fatalf("got %v, error %v; want the first", payouts, err)
	}
	if diff := cmp.Diff([]string{
		"the payment has no transaction, no time or no amount",
		"the payment has no transaction, no time or no amount",
		"total_satoshis_net_paid is not a sum",
		"ts: the time 2026-12-21T03:11:40Z is in the future",
		"the payment has no transaction, no time or no amount",
	}, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

func TestAWorkerIsAnObjectOrAListOfOne(t *testing.T) {
	const good = `{"hashrate_300s":"1"}`
	for row, want := range map[string]string{
		`[]`:                          "the worker is not one object",
		`[` + good + `,` + good + `]`: "the worker is not one object",
		`[[` + good + `]]`:            "what should be an object is not an object",
		`null`:                        "the worker is not one object",
		`7`:                           "what should be an object is not an object",
		`{}`:                          "hashrate_300s is missing",
		`{"hashrate_300s":"1","hashrate_3600s":"-1"}`: "hashrate_3600s: the hashrate -1 is not between 0 and 1e+22 H/s",
	} {
		workers, refused, err := bare().decodeWorkers(fmt.Appendf(nil, `{"result":{"workers":{"a":%s,"b":%s}}}`, row, good))
		upstreamtest.CheckWorkers(t, workers, refused, err)
		if err != nil || len(workers) != 1 || workers[0].Name != "b" || len(refused) != 1 || refused[0].Check != want {
			t.Errorf("%s gave %v, refused %v, error %v; want b and that %s", row, workers, refused, err, want)
		}
	}
}

func FuzzStanding(f *testing.F) {
	// Small, for a large one is made smaller for longer than it is varied.
	f.Add([]byte(`{"result":{"hashrate_300s":"4","hashrate_86400s":3,"active_worker_count":2}}`), []byte(`{"result":{"unpaid":"0.003"}}`))
	f.Add([]byte(unknown), []byte(unknown))
	c := bare()
	f.Fuzz(func(t *testing.T, rates, snap []byte) {
		s, err := c.decodeStanding(rates, snap)
		upstreamtest.CheckStanding(t, s, err)
		checkKind(t, err)
		n, err := c.decodeCount(rates)
		checkKind(t, err)
		if n < 0 {
			t.Errorf("it counts %d workers", n)
		}
	})
}

func FuzzWorkers(f *testing.F) {
	f.Add("r01s01", []byte(`[{"hashrate_60s":"200555000000000","hashrate_300s":"200561000000000","hashrate_3600s":1,"lastest_share_ts":"1795406400"}]`))
	f.Add("", []byte(`{"hashrate_300s":"0"}`))
	c := bare()
	f.Fuzz(func(t *testing.T, full string, row []byte) {
		workers, refused, err := c.decodeWorkers(fmt.Appendf(nil, `{"result":{"workers":{%q:%s}}}`, full, row))
		upstreamtest.CheckWorkers(t, workers, refused, err)
		checkKind(t, err)
	})
}

func FuzzEarnings(f *testing.F) {
	upstreamtest.Seeds(f, "earnings_bad_rows.json")
	from, to := ever()
	c := bare()
	f.Fuzz(func(t *testing.T, rows []byte) {
		earnings, refused, err := c.decodeEarnings(fmt.Appendf(nil, `{"result":{"earnings":%s}}`, rows), from, to)
		upstreamtest.CheckEarnings(t, earnings, refused, err)
		checkKind(t, err)
	})
}

func FuzzPayouts(f *testing.F) {
	upstreamtest.Seeds(f, "payouts_bad_rows.json")
	from, to := ever()
	c := bare()
	f.Fuzz(func(t *testing.T, rows []byte) {
		payouts, refused, err := c.decodePayouts(fmt.Appendf(nil, `{"result":{"payouts":%s}}`, rows), from, to)
		upstreamtest.CheckPayouts(t, payouts, refused, err)
		checkKind(t, err)
	})
}

// checkKind fails the test unless an error is that an answer cannot be read, or
// what the pool says itself.
func checkKind(t testing.TB, err error) {
	t.Helper()
	switch upstreamtest.Kind(err) {
	case upstream.Malformed, upstream.Refused, upstream.NoAccount, upstream.RateLimited:
	default:
		if err != nil {
			t.Errorf("error is %v, which is none that an answer can give", err)
		}
	}
}
