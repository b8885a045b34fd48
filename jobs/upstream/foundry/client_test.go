package foundry

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

// ghs is one GH/s.
const ghs = units.Hashrate(1e9)

func day(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

func TestANormalDay(t *testing.T) {
	s := &site{}
	c := setup(t, s)
	standing, err := c.Standing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	upstreamtest.CheckStanding(t, standing, err)
	if want := (pool.Standing{
		At: time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC), Now: mining.Of(81234567 * ghs), Hour: mining.Of(80911223 * ghs), Day: mining.Of(80122334 * ghs),
		Active: mining.Of(412), Inactive: mining.Of(6), Unpaid: mining.Of(units.Sats(1244017)), Stale: standing.Stale, Rejected: standing.Rejected,
	}); standing != want {
		t.Errorf("got %+v, want %+v", standing, want)
	}
	workers, refused, err := c.Workers(t.Context())
	upstreamtest.CheckWorkers(t, workers, refused, err)
	noDay := workers[0].Day
	if diff := cmp.Diff([]pool.Worker{
		{ID: "3312871", Name: "r01s01", State: pool.Online, Now: mining.Of(201100 * ghs), Hour: mining.Of(199800 * ghs), Day: noDay, Stale: mining.Of(0.06 * 0.01), Rejected: mining.Of(0.02 * 0.01), LastShare: mining.Of(time.Date(2026, 11, 23, 4, 59, 40, 0, time.UTC))},
		{ID: "3312872", Name: "r01s02", State: pool.Offline, Now: mining.Of(units.Hashrate(0)), Hour: mining.Of(12000 * ghs), Day: noDay, Stale: mining.Of(0.0), Rejected: mining.Of(0.0), LastShare: mining.Of(time.Date(2026, 11, 23, 4, 12, 0, 0, time.UTC))},
	}, workers); diff != "" || len(refused) > 0 {
		t.Errorf("refused %v; workers differ (want -, got +):\n%s", refused, diff)
	}
}

func TestEarningsOfDaysAndPaymentsOut(t *testing.T) {
	s := &site{}
	c := setup(t, s)
	from, to := upstreamtest.Week()
	earnings, refused, err := c.Earnings(t.Context(), from, to)
	upstreamtest.CheckEarnings(t, earnings, refused, err)
	if diff := cmp.Diff([]pool.Earning{
		{Ref: "2026-11-21", From: day(21), To: day(22), Net: 3449000, Fee: mining.Of(units.Sats(8000)), Fees: mining.Of(units.Sats(30000)), Hashrate: mining.Of(79990001 * ghs)},
		{Ref: "2026-11-22", From: day(22), To: day(23), Net: 3461000, Fee: mining.Of(units.Sats(8000)), Fees: mining.Of(units.Sats(31000)), Hashrate: mining.Of(80122334 * ghs)},
		{Ref: "2026-11-23", From: day(23), To: day(24), Net: 721000, Fee: mining.Of(units.Sats(2000)), Fees: mining.Of(units.Sats(7000)), Hashrate: mining.Of(80911223 * ghs), Open: true},
	}, earnings); diff != "" || len(refused) > 0 {
		t.Errorf("refused %v; earnings differ (want -, got +):\n%s", refused, diff)
	}
	payouts, refused, err := c.Payouts(t.Context(), from, to)
	upstreamtest.CheckPayouts(t, payouts, refused, err)
	address := "bc1qexampledestination000000000000000000"
	noFee := payouts[0].Fee
	if diff := cmp.Diff([]pool.Payout{
		{Ref: "2026-11-22T01:00:00Z/" + address, At: day(22).Add(time.Hour), Sats: 3410000, Fee: noFee, State: pool.Sent, TxID: "aa00bb11cc22dd33ee44ff5566778899aa00bb11cc22dd33ee44ff5566778899", Address: address},
		{Ref: "2026-11-23T01:00:00Z/" + address, At: day(23).Add(time.Hour), Sats: 3460000, Fee: noFee, State: pool.Queued, Address: address},
	}, payouts); diff != "" || len(refused) > 0 || noFee.Known {
		t.Errorf("refused %v; payouts differ (want -, got +):\n%s", refused, diff)
	}
	// A day is found by its beginning, though the span begins within it.
	if earnings, _, err = c.Earnings(t.Context(), day(22).Add(5*time.Hour), day(22).Add(6*time.Hour)); err != nil || len(earnings) != 1 || earnings[0].Ref != "2026-11-22" {
		t.Errorf("an hour of the 22nd gave %v, error %v", earnings, err)
	}
}

func TestWhatThePoolRefusesIsNamed(t *testing.T) {
	t.Run("expired key", func(t *testing.T) {
		upstreamtest.AllFail(t, setup(t, &site{status: http.StatusForbidden, body: `{"message":"key ` + key + ` expired"}`}), key, upstream.Denied)
	})
	t.Run("wrong key", func(t *testing.T) {
		s := &site{t: t}
		server := httptest.NewServer(s)
		defer server.Close()
		c := New(upstreamtest.Once(server.URL), pool.Access{Account: account, Key: "wrong"})
		defer c.Close()
		upstreamtest.AllFail(t, c, "wrong", upstream.Denied)
	})
	t.Run("unknown subaccount", func(t *testing.T) {
		s := &site{t: t}
		server := httptest.NewServer(s)
		defer server.Close()
		c := New(upstreamtest.Once(server.URL), pool.Access{Account: "acme/north?", Key: key})
		defer c.Close()
		upstreamtest.AllFail(t, c, key, upstream.NoAccount)
		if len(s.asked) == 0 || !strings.HasPrefix(s.asked[0], "/subaccount_stats/acme%2Fnorth%3F?coin=BTC") {
			t.Errorf("asked %v", s.asked)
		}
	})
	t.Run("too many calls", func(t *testing.T) {
		c := setup(t, &site{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {"120"}}, body: "slow down"})
		upstreamtest.AllFail(t, c, key, upstream.RateLimited)
		_, err := c.Standing(t.Context())
		if got := upstreamtest.RetryAfter(err); got != 2*time.Minute {
			t.Errorf("it asked to wait %s, want two minutes", got)
		}
	})
	t.Run("changed types", func(t *testing.T) {
		c := setup(t, &site{answers: map[string]string{
			"/subaccount_stats": `{"activeWorkers":4,"hashrate5minAvg":{"v":1},"hashrate24hrAvg":1}`,
			"/workers":          `{"workersList":{"0":{}},"totalWorkerCount":1}`,
			"/earnings":         `{"earnings":[]}`,
			"/transactions":     `"none"`,
		}})
		upstreamtest.AllFail(t, c, key, upstream.Malformed)
		_, err := c.Standing(t.Context())
		upstreamtest.Contains(t, err, "hashrate5minAvg is not a number")
	})
	t.Run("a balance that changed", func(t *testing.T) {
		c := setup(t, &site{answers: map[string]string{"/balance": `{"balance":[1]}`}})
		_, err := c.Standing(t.Context())
		upstreamtest.Contains(t, err, "foundry: the balance is not as documented: balance is not a sum")
	})
}

func TestAListThatIsNotWholeFails(t *testing.T) {
	for _, body := range []string{`{"workersList":[],"totalWorkerCount":2}`, `{"workersList":[{"workerId":"1","workerName":"a"}],"totalWorkerCount":2}`} {
		workers, refused, err := setup(t, &site{answers: map[string]string{"/workers": body}}).Workers(t.Context())
		upstreamtest.CheckWorkers(t, workers, refused, err)
		if upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("%s gave %v", body, err)
		}
	}
	workers, _, err := setup(t, &site{answers: map[string]string{"/workers": `{"workersList":[],"totalWorkerCount":0}`}}).Workers(t.Context())
	if err != nil || len(workers) > 0 {
		t.Errorf("no workers gave %v, error %v", workers, err)
	}
}

func TestADayThatComesLateIsNotMadeUp(t *testing.T) {
	s := &site{answers: map[string]string{"/earnings": `[]`}}
	c := setup(t, s)
	if got, refused, err := c.Earnings(t.Context(), day(22), day(23)); err != nil || len(got)+len(refused) > 0 {
		t.Fatalf("got %v, refused %v, error %v; want nothing", got, refused, err)
	}
	delete(s.answers, "/earnings")
	if got, _, err := c.Earnings(t.Context(), day(22), day(23)); err != nil || len(got) != 1 || got[0].Net != 3461000 {
		t.Errorf("got %v, error %v; want the day", got, err)
	}
}

func TestTheNewerPathIsAskedWhereTheDocumentedOneIsGone(t *testing.T) {
	var log bytes.Buffer
	s := &site{t: t, gone: map[string]bool{"/earnings": true}}
	server := httptest.NewServer(s)
	defer server.Close()
	o := upstreamtest.Once(server.URL)
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	c := New(o, pool.Access{Account: account, Key: key})
	defer c.Close()
	for range 2 {
		if got, _, err := c.Earnings(t.Context(), day(22), day(23)); err != nil || len(got) != 1 {
			t.Fatalf("got %v, error %v; want the day", got, err)
		}
	}
	if strings.Count(log.String(), "form=/v2/earnings") != 1 || strings.Contains(log.String(), key) {
		t.Errorf("the log is\n%s", log.String())
	}
}

func TestFaults(t *testing.T) {
	unknown := map[string]upstream.Kind{"404": upstream.NoAccount}
	upstreamtest.FaultsBut(t, upstreamtest.Answer(t, "transactions.json"), unknown, func(o upstream.Options) error {
		c := New(o, pool.Access{Account: account, Key: key})
		defer c.Close()
		from, to := upstreamtest.Week()
		payouts, refused, err := c.Payouts(t.Context(), from, to)
		upstreamtest.CheckPayouts(t, payouts, refused, err)
		return err
	})
	upstreamtest.FaultsBut(t, upstreamtest.Answer(t, "workers.json"), unknown, func(o upstream.Options) error {
		c := New(o, pool.Access{Account: account, Key: key})
		defer c.Close()
		workers, refused, err := c.Workers(t.Context())
		upstreamtest.CheckWorkers(t, workers, refused, err)
		return err
	})
}
