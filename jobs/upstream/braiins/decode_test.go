package braiins

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

func TestUnitsOfHashrate(t *testing.T) {
	for unit, want := range map[string]float64{"Gh/s": 1e9, "gh/s": 1e9, "GH/S": 1e9, "Th/s": 1e12, "Ph/s": 1e15, "Eh/s": 1e18, "Mh/s": 1e6, "kh/s": 1e3, "h/s": 1, "": 0, "Gh": 0, "Gb/s": 0, "TH": 0} {
		for _, number := range []string{`1.5`, `"1.5"`} {
			body := fmt.Appendf(nil, `{"btc":{"hash_rate_unit":%q,"hash_rate_5m":%s,"hash_rate_24h":0,"current_balance":"0","ok_workers":1}}`, unit, number)
			s, err := bare().decodeProfile(body)
			upstreamtest.CheckStanding(t, s, err)
			switch {
			case want == 0:
				upstreamtest.Contains(t, err, "btc.hash_rate_unit is not a unit of hashrate")
			case err != nil || s.Now != hashes(1.5, want):
				t.Errorf("1.5 %s gave %v, error %v", unit, s.Now, err)
			}
		}
	}
}

func TestBadRowsDoNotCostTheOthers(t *testing.T) {
	from, to := ever()
	body := fmt.Appendf(nil, `{"btc":{"daily_rewards":%s}}`, upstreamtest.Answer(t, "rewards_bad_rows.json"))
	earnings, refused, err := bare().decodeRewards(body, from, to)
	upstreamtest.CheckEarnings(t, earnings, refused, err)
	if err != nil || len(earnings) != 1 || earnings[0].Ref != "2026-11-21" {
		t.Fatalf("got %v, error %v; want the 21st", earnings, err)
	}
	if diff := cmp.Diff([]string{
		"total_reward is not a sum",
		"total_reward is negative",
		"total_reward is not a sum",
		"total_reward is not a sum, or more than all bitcoin",
		"the day does not begin at midnight",
		"date: the time 1.7951328e+12 is not in seconds",
		"date: the time 2027-11-22T00:00:00Z is in the future",
		"date is not a number",
		"the day or its reward is missing",
		"what should be an object is not an object",
	}, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
	body = fmt.Appendf(nil, `{"onchain":%s}`, upstreamtest.Answer(t, "payouts_bad_rows.json"))
	payouts, refused, err := bare().decodePayouts(body, from, to)
	upstreamtest.CheckPayouts(t, payouts, refused, err)
	if err != nil || len(payouts) != 1 || payouts[0].Address != "a" {
		t.Fatalf("got %v, error %v; want the first", payouts, err)
	}
	if diff := cmp.Diff([]string{
		"status is none of queued, confirmed and failed",
		"amount_sats is negative",
		"amount_sats is not a sum",
		"the payment has no time or no amount",
		"the payment has no time or no amount",
		"fee_sats is not a sum",
		"amount_sats is not a sum, or more than all bitcoin",
		"requested_at_ts: the time 2027-11-22T00:00:00Z is in the future",
		"resolved_at_ts: the time 2027-11-22T00:00:00Z is in the future",
	}, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

func TestBadWorkersDoNotCostTheOthers(t *testing.T) {
	const good = `{"state":"ok","hash_rate_unit":"Gh/s","hash_rate_5m":1}`
	for row, want := range map[string]string{
		`{"state":"on","hash_rate_unit":"Gh/s"}`:                           "state is none of ok, low, off and dis",
		`{"state":"ok"}`:                                                   "hash_rate_unit is missing",
		`{"state":"ok","hash_rate_unit":"Gh/s","hash_rate_5m":-1}`:         "hash_rate_5m: the hashrate -1e+09 is not between 0 and 1e+22 H/s",
		`{"state":"ok","hash_rate_unit":"Eh/s","hash_rate_24h":"100000"}`:  "hash_rate_24h: the hashrate 1e+23 is not between 0 and 1e+22 H/s",
		`{"state":"ok","hash_rate_unit":"Gh/s","last_share":"2026-11-23"}`: "last_share is not a number",
		`[]`: "what should be an object is not an object",
	} {
		workers, refused, err := bare().decodeWorkers(fmt.Appendf(nil, `{"btc":{"workers":{"acme.a":%s,"acme.b":%s}}}`, row, good))
		upstreamtest.CheckWorkers(t, workers, refused, err)
		if err != nil || len(workers) != 1 || workers[0].Name != "b" || len(refused) != 1 || refused[0].Check != want {
			t.Errorf("%s gave %v, refused %v, error %v; want b and that %s", row, workers, refused, err, want)
		}
	}
}

func FuzzProfile(f *testing.F) {
	// Small, for a large one is made smaller for longer than it is varied.
	f.Add([]byte(`{"btc":{"hash_rate_unit":"Gh/s","hash_rate_5m":4.5,"hash_rate_24h":"3","current_balance":"0.1","ok_workers":2}}`))
	f.Add([]byte(`{"username":"globex","btc":{}}`))
	c := bare()
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := c.decodeProfile(body)
		upstreamtest.CheckStanding(t, s, err)
		if kind := upstreamtest.Kind(err); err != nil && kind != upstream.Malformed && kind != upstream.NoAccount {
			t.Errorf("error is %v, want that it is malformed, or of another account", err)
		}
	})
}

func FuzzWorkers(f *testing.F) {
	f.Add("acme.r01", []byte(`{"state":"ok","last_share":1795409991,"hash_rate_unit":"Gh/s","hash_rate_5m":201334.1,"hash_rate_60m":"1","hash_rate_24h":2}`))
	c := bare()
	f.Fuzz(func(t *testing.T, full string, row []byte) {
		workers, refused, err := c.decodeWorkers(fmt.Appendf(nil, `{"btc":{"workers":{%q:%s}}}`, full, row))
		upstreamtest.CheckWorkers(t, workers, refused, err)
		checkMalformed(t, err)
	})
}

func FuzzRewards(f *testing.F) {
	upstreamtest.Seeds(f, "rewards.json")
	upstreamtest.Seeds(f, "rewards_bad_rows.json")
	from, to := ever()
	c := bare()
	f.Fuzz(func(t *testing.T, rows []byte) {
		earnings, refused, err := c.decodeRewards(fmt.Appendf(nil, `{"btc":{"daily_rewards":%s}}`, rows), from, to)
		upstreamtest.CheckEarnings(t, earnings, refused, err)
		checkMalformed(t, err)
	})
}

func FuzzDaily(f *testing.F) {
	upstreamtest.Seeds(f, "hash_rate_daily.json")
	c := bare()
	f.Fuzz(func(t *testing.T, rows []byte) {
		days, refused, err := c.decodeDaily(fmt.Appendf(nil, `{"btc":%s}`, rows))
		upstreamtest.CheckRefused(t, refused)
		checkMalformed(t, err)
		for day, h := range days {
			upstreamtest.CheckT(t, day)
			if h.Known && !(h.Value >= 0 && h.Value <= 1e22) {
				t.Errorf("hashrate %v of %s is not sensible", h, day)
			}
		}
	})
}

func FuzzPayouts(f *testing.F) {
	upstreamtest.Seeds(f, "payouts.json")
	upstreamtest.Seeds(f, "payouts_bad_rows.json")
	from, to := ever()
	c := bare()
	f.Fuzz(func(t *testing.T, rows []byte) {
		payouts, refused, err := c.decodePayouts(fmt.Appendf(nil, `{"onchain":[],"lightning":%s}`, rows), from, to)
		upstreamtest.CheckPayouts(t, payouts, refused, err)
		checkMalformed(t, err)
	})
}

func checkMalformed(t testing.TB, err error) {
	t.Helper()
	if err != nil && upstreamtest.Kind(err) != upstream.Malformed {
		t.Errorf("error is %v, want that it is malformed", err)
	}
}
