package foundry

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

// ever is a span that holds all there is.
func ever() (from, to time.Time) { return time.Unix(0, 0), time.Unix(1<<40, 0) }

func TestBadDaysDoNotCostTheOthers(t *testing.T) {
	from, to := ever()
	got, refused, err := bare().decodeEarnings(upstreamtest.Answer(t, "earnings_bad_rows.json"), from, to)
	upstreamtest.CheckEarnings(t, got, refused, err)
	if err != nil || len(got) != 1 || got[0].Ref != "2026-11-21" {
		t.Fatalf("got %v, error %v; want the 21st", got, err)
	}
	want := []string{
		"totalAmount is not a sum",
		"totalAmount is negative",
		"the day does not begin at midnight",
		"the day does not end at midnight",
		"hashrate is not a number",
		"hashrate: the hashrate 8e+22 is not between 0 and 1e+22 H/s",
		"startTime: the time 2027-11-17T00:00:00Z is in the future",
		"totalAmount is not a sum, or more than all bitcoin",
		"startTime: it is not a time",
		"the day or its amount is missing",
		"what should be an object is not an object",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

func TestTwoAmountsOfADayAreBothRefused(t *testing.T) {
	from, to := ever()
	const one, other = `{"startTime":"2026-11-21T00:00:00Z","totalAmount":0.03}`, `{"startTime":"2026-11-21T00:00:00Z","totalAmount":0.04}`
	got, refused, err := bare().decodeEarnings([]byte("["+one+","+other+","+one+"]"), from, to)
	if err != nil || len(got) > 0 || len(refused) != 1 {
		t.Errorf("got %v, refused %v, error %v; want one refusal", got, refused, err)
	}
	got, refused, err = bare().decodeEarnings([]byte("["+one+","+one+"]"), from, to)
	if err != nil || len(got) != 1 || len(refused) > 0 {
		t.Errorf("got %v, refused %v, error %v; want the day once", got, refused, err)
	}
}

func TestTransactionsThatGoOut(t *testing.T) {
	from, to := ever()
	const at = `"time":"2026-11-21T01:00:00Z"`
	for row, want := range map[string]struct {
		paid  int64 // satoshi; 0: not a payment
		state pool.PayoutState
		check string
	}{
		`{` + at + `,"amount":0.03,"type":"Earning","description":""}`:                                    {},
		`{` + at + `,"amount":0.03,"type":"PAYOUT"}`:                                                      {paid: 3000000, state: pool.Queued},
		`{` + at + `,"amount":"-0.03","type":"payment","broadcastTime":"2026-11-21T02:00:00"}`:            {paid: 3000000, state: pool.Sent},
		`{` + at + `,"amount":1e-8,"type":"x","txId":"ab"}`:                                               {paid: 1, state: pool.Sent},
		`{` + at + `,"amount":0,"type":"payout"}`:                                                         {check: "the payment has no time or no amount"},
		`{` + at + `,"amount":{},"type":"payout"}`:                                                        {check: "amount is not a sum"},
		`{"amount":1,"type":"payout"}`:                                                                    {check: "time is missing"},
		`{"time":"2030-01-01T00:00:00Z","amount":1,"type":"payout"}`:                                      {check: "time: the time 2030-01-01T00:00:00Z is in the future"},
		`{` + at + `,"amount":1e30,"type":"payout"}`:                                                      {check: "amount is not a sum, or more than all bitcoin"},
		`{` + at + `,"amount":1,"type":"payout","address":"a\u0000b"}`:                                    {check: "address is too long, or has characters that are none"},
		`{` + at + `,"amount":1,"type":"payout","broadcastTime":"2009-01-01T00:00:00Z","description":""}`: {check: "broadcastTime: the time 2009-01-01T00:00:00Z is before the first block"},
	} {
		got, refused, err := bare().decodePayouts([]byte("["+row+"]"), from, to)
		upstreamtest.CheckPayouts(t, got, refused, err)
		switch {
		case err != nil:
			t.Errorf("%s gave %v", row, err)
		case want.check != "":
			if len(got) > 0 || len(refused) != 1 || refused[0].Check != want.check {
				t.Errorf("%s gave %v, refused %v; want that %s", row, got, refused, want.check)
			}
		case want.paid == 0:
			if len(got)+len(refused) > 0 {
				t.Errorf("%s gave %v, refused %v; want nothing", row, got, refused)
			}
		case len(got) != 1 || int64(got[0].Sats) != want.paid || got[0].State != want.state:
			t.Errorf("%s gave %v, refused %v; want %d satoshi, %s", row, got, refused, want.paid, want.state)
		}
	}
}

func FuzzStanding(f *testing.F) {
	// Small, for a large one is made smaller for longer than it is varied.
	f.Add([]byte(`{"activeWorkers":4,"hashrate5minAvg":8,"hashrate24hrAvg":"8"}`), []byte(`{"balance":0.01}`))
	c := bare()
	f.Fuzz(func(t *testing.T, stats, balance []byte) {
		s, err := c.decodeStanding(stats, balance)
		upstreamtest.CheckStanding(t, s, err)
		checkMalformed(t, err)
	})
}

func FuzzWorkers(f *testing.F) {
	upstreamtest.Seeds(f, "workers.json")
	c := bare()
	f.Fuzz(func(t *testing.T, rows []byte) {
		workers, refused, err := c.decodeWorkers(append(append([]byte(`{"totalWorkerCount":1,"workersList":`), rows...), '}'))
		upstreamtest.CheckWorkers(t, workers, refused, err)
		checkMalformed(t, err)
	})
}

func FuzzEarnings(f *testing.F) {
	upstreamtest.Seeds(f, "earnings.json")
	upstreamtest.Seeds(f, "earnings_bad_rows.json")
	from, to := ever()
	c := bare()
	f.Fuzz(func(t *testing.T, rows []byte) {
		earnings, refused, err := c.decodeEarnings(rows, from, to)
		upstreamtest.CheckEarnings(t, earnings, refused, err)
		checkMalformed(t, err)
	})
}

func FuzzPayouts(f *testing.F) {
	upstreamtest.Seeds(f, "transactions.json")
	from, to := ever()
	c := bare()
	f.Fuzz(func(t *testing.T, rows []byte) {
		payouts, refused, err := c.decodePayouts(rows, from, to)
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
