package luxor

import (
	"net/http"
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

func day(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

func hashes(v float64) mining.Maybe[units.Hashrate] { return mining.Of(units.Hashrate(v)) }

func TestANormalDay(t *testing.T) {
	s := &site{}
	c, _ := setup(t, s, opened())
	standing, err := c.Standing(t.Context())
	upstreamtest.CheckStanding(t, standing, err)
	if want := (pool.Standing{
		At: upstreamtest.Now(), Now: hashes(81234567890123456), Hour: hashes(80911223344556677), Day: hashes(80122334455667788),
		Active: mining.Of(412), Inactive: standing.Inactive, Unpaid: mining.Of(units.Sats(1244000)), Stale: standing.Stale, Rejected: standing.Rejected,
	}); err != nil || standing != want || standing.Inactive.Known || standing.Rejected.Known {
		t.Errorf("got %+v, error %v, want %+v", standing, err, want)
	}
	if late := standing.Stale; !late.Known || late.Value < 0.00048 || late.Value > 0.00049 {
		t.Errorf("%+v of the shares came late, want 0.0488%%", late)
	}
	workers, refused, err := c.Workers(t.Context())
	upstreamtest.CheckWorkers(t, workers, refused, err)
	one := mining.Unknown[units.Hashrate]("the pool tells one hashrate of a worker")
	if diff := cmp.Diff([]pool.Worker{
		{ID: "BTC-site-a-r01s01", Name: "r01s01", State: pool.Online, Now: hashes(198.4e12), Hour: one, Day: one, Stale: mining.Of(0.0011), Rejected: mining.Of(0.0004), LastShare: mining.Of(time.Date(2026, 11, 23, 4, 59, 41, 0, time.UTC))},
		{ID: "BTC-site-a-r01s02", Name: "r01s02", State: pool.Online, Now: hashes(197.1e12), Hour: one, Day: one, Stale: mining.Of(0.0012), Rejected: mining.Of(0.0003), LastShare: mining.Of(time.Date(2026, 11, 23, 4, 59, 59, 0, time.UTC))},
		{ID: "BTC-site-a-r01s03", Name: "r01s03", State: pool.Offline, Now: hashes(0), Hour: one, Day: one, Stale: mining.Of(0.0), Rejected: mining.Of(0.0), LastShare: mining.Of(time.Date(2026, 11, 22, 23, 10, 0, 0, time.UTC))},
	}, workers); diff != "" || len(refused) > 0 {
		t.Errorf("refused %v; workers differ (want -, got +):\n%s", refused, diff)
	}
	if diff := cmp.Diff([]string{summaryPath, workersPath, workersPath}, s.asked); diff != "" {
		t.Errorf("asked otherwise (want -, got +):\n%s", diff)
	}
}

// earned is a day as the pool tells it.
func earned(n int, net units.Sats, rate mining.Maybe[units.Hashrate], open bool) pool.Earning {
	none := mining.Unknown[units.Sats]("the pool does not tell it")
	return pool.Earning{Ref: day(n).Format(time.DateOnly), From: day(n), To: day(n + 1), Net: net, Fee: none, Fees: none, Hashrate: rate, Open: open}
}

func TestEarningsOfDaysAddTheKindsOfRevenue(t *testing.T) {
	c, log := setup(t, &site{}, opened())
	none := mining.Unknown[units.Hashrate]("the pool does not tell the day's hashrate")
	got, refused, err := c.Earnings(t.Context(), day(21).Add(time.Hour), upstreamtest.Now())
	upstreamtest.CheckEarnings(t, got, refused, err)
	if diff := cmp.Diff([]pool.Earning{
		earned(21, 3461001, hashes(80122334455667788), false),
		earned(22, 3469000, hashes(80911223344556677), false),
		earned(23, 720000, none, true),
	}, got); diff != "" || len(refused) > 0 {
		t.Errorf("refused %v; earnings differ (want -, got +):\n%s", refused, diff)
	}
	if !strings.Contains(log.String(), `form="rows with a date"`) {
		t.Errorf("the log is\n%s", log)
	}
	if got, _, err = c.Earnings(t.Context(), day(24), day(25)); err != nil || len(got) > 0 {
		t.Errorf("tomorrow gave %v, error %v", got, err)
	}
}

func TestCreditsStandInForRevenueWithoutDates(t *testing.T) {
	s := &site{answers: map[string]string{revenuePath: `{"currency_type":"BTC","revenue":` + string(upstreamtest.Answer(t, "revenue_bare.json")) + `}`}}
	c, log := setup(t, s, opened())
	got, refused, err := c.Earnings(t.Context(), day(21), day(23))
	upstreamtest.CheckEarnings(t, got, refused, err)
	if diff := cmp.Diff([]pool.Earning{
		earned(21, 3461001, hashes(80122334455667788), false),
		earned(22, 3469000, hashes(80911223344556677), false),
	}, got); diff != "" || len(refused) > 0 {
		t.Errorf("refused %v; earnings differ (want -, got +):\n%s", refused, diff)
	}
	if !strings.Contains(log.String(), "rows without a date") {
		t.Errorf("the log is\n%s", log)
	}
}

func TestPayoutsAreTheDebitsThatAreNoFees(t *testing.T) {
	noFee := mining.Unknown[units.Sats]("the pool lists fees by themselves")
	const chain = "cc00bb11cc22dd33ee44ff5566778899aa00bb11cc22dd33ee44ff5566778899"
	want := []pool.Payout{
		{Ref: chain, At: day(20).Add(16 * time.Hour), Sats: 3410000, Fee: noFee, State: pool.Sent, TxID: chain},
		{Ref: "tx-88120", At: day(22).Add(16 * time.Hour), Sats: 3440000, Fee: noFee, State: pool.Sent},
	}
	for form, s := range map[string]*site{
		"/pool/transactions/BTC": {},
		"/payments/transactions/BTC": {
			gone:      map[string]bool{"/pool/transactions/BTC": true},
			elsewhere: map[string]string{"/payments/transactions/BTC": "/pool/transactions/BTC"},
		},
	} {
		c, log := setup(t, s, opened())
		from, to := upstreamtest.Week()
		got, refused, err := c.Payouts(t.Context(), from, to)
		upstreamtest.CheckPayouts(t, got, refused, err)
		if diff := cmp.Diff(want, got); diff != "" || len(refused) > 0 {
			t.Errorf("%s: refused %v; payouts differ (want -, got +):\n%s", form, refused, diff)
		}
		if !strings.Contains(log.String(), "form="+form) {
			t.Errorf("the log is\n%s", log)
		}
	}
}

func TestHashratesOfDaysMayBeElsewhereOrGone(t *testing.T) {
	s := &site{
		gone:      map[string]bool{"/pool/hashrate-efficiency/BTC": true},
		elsewhere: map[string]string{"/pool/hashrate-history/BTC": "/pool/hashrate-efficiency/BTC"},
	}
	c, _ := setup(t, s, opened())
	got, _, err := c.Earnings(t.Context(), day(22), day(23))
	if err != nil || len(got) != 1 || got[0].Hashrate != hashes(80911223344556677) {
		t.Errorf("got %v, error %v; want the hashrate", got, err)
	}
	s.elsewhere = nil
	got, _, err = c.Earnings(t.Context(), day(22), day(23))
	if err != nil || len(got) != 1 || got[0].Hashrate.Known || got[0].Net != 3469000 {
		t.Errorf("got %v, error %v; want no hashrate", got, err)
	}
}

func TestWhatThePoolRefusesIsNamed(t *testing.T) {
	t.Run("expired key", func(t *testing.T) {
		c, log := setup(t, &site{status: http.StatusUnauthorized, body: `{"statusCode":401,"message":"` + key + ` has expired"}`}, opened())
		upstreamtest.AllFail(t, c, key, upstream.Denied)
		if strings.Contains(log.String(), key) {
			t.Errorf("the log tells the key:\n%s", log)
		}
	})
	t.Run("wrong key", func(t *testing.T) {
		c, _ := setup(t, &site{}, pool.Access{Account: account, Key: "api-wrong"})
		upstreamtest.AllFail(t, c, "api-wrong", upstream.Denied)
	})
	t.Run("no subaccount", func(t *testing.T) {
		c, _ := setup(t, &site{}, pool.Access{Key: key})
		upstreamtest.AllFail(t, c, key, upstream.Status)
	})
	t.Run("unknown subaccount", func(t *testing.T) {
		c, _ := setup(t, &site{}, pool.Access{Account: "site-b", Key: key})
		upstreamtest.AllFail(t, c, key, upstream.NoAccount)
	})
	t.Run("a summary of others", func(t *testing.T) {
		body := strings.ReplaceAll(string(upstreamtest.Answer(t, "summary.json")), `"site-a"`, `"site-c"`)
		c, _ := setup(t, &site{answers: map[string]string{summaryPath: body}}, opened())
		s, err := c.Standing(t.Context())
		upstreamtest.CheckStanding(t, s, err)
		if upstreamtest.Kind(err) != upstream.NoAccount {
			t.Errorf("error is %v, want that the account is unknown", err)
		}
	})
	t.Run("too many calls", func(t *testing.T) {
		c, _ := setup(t, &site{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {"45"}}}, opened())
		upstreamtest.AllFail(t, c, key, upstream.RateLimited)
		_, err := c.Standing(t.Context())
		if got := upstreamtest.RetryAfter(err); got != 45*time.Second {
			t.Errorf("it asked to wait %s, want 45 s", got)
		}
	})
	t.Run("changed types", func(t *testing.T) {
		c, _ := setup(t, &site{answers: map[string]string{
			summaryPath:              `{"hashrate_5m":{"v":1},"hashrate_24h":"1","active_miners":1,"balance":[]}`,
			workersPath:              `{"total_active":[],"workers":[]}`,
			revenuePath:              `{"revenue":{}}`,
			"/pool/transactions/BTC": `{"transactions":[],"pagination":{"next_page_url":{}}}`,
		}}, opened())
		upstreamtest.AllFail(t, c, key, upstream.Malformed)
		_, err := c.Standing(t.Context())
		upstreamtest.Contains(t, err, "luxor: the summary is not as documented: hashrate_5m is not a number")
		_, _, err = c.Payouts(t.Context(), day(20), day(23))
		upstreamtest.Contains(t, err, "pagination.next_page_url is not a text")
	})
}

func TestAPageThatRepeatsFails(t *testing.T) {
	c, _ := setup(t, &site{stuck: true}, opened())
	from, to := upstreamtest.Week()
	_, _, err1 := c.Workers(t.Context())
	_, _, err2 := c.Earnings(t.Context(), from, to)
	_, _, err3 := c.Payouts(t.Context(), from, to)
	for _, err := range []error{err1, err2, err3} {
		if upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("error is %v, want that it is malformed", err)
		}
		upstreamtest.Contains(t, err, "page 2 repeats those before it")
	}
}

func TestAnEmptyPageIsNoEnd(t *testing.T) {
	s := &site{answers: map[string]string{workersPath: `{"total_active":2,"total_inactive":0,"workers":[],"pagination":{"next_page_url":null}}`}}
	c, _ := setup(t, s, opened())
	_, _, err := c.Workers(t.Context())
	upstreamtest.Contains(t, err, "it counts 2 workers and lists none")
	s.answers[workersPath] = `{"total_active":2,"total_inactive":0,"workers":[],"pagination":{"next_page_url":"/v2/pool/workers/BTC?page_number=2"}}`
	_, _, err = c.Workers(t.Context())
	upstreamtest.Contains(t, err, "page 1 is empty though another was to follow")
	s.answers[workersPath] = `{"total_active":0,"total_inactive":0,"workers":[],"pagination":{"next_page_url":null}}`
	if workers, _, err := c.Workers(t.Context()); err != nil || len(workers) > 0 {
		t.Errorf("got %v, error %v; want none", workers, err)
	}
}

func TestADayThatComesLateIsNotMadeUp(t *testing.T) {
	s := &site{answers: map[string]string{revenuePath: `{"revenue":[]}`}}
	c, _ := setup(t, s, opened())
	if got, refused, err := c.Earnings(t.Context(), day(22), day(23)); err != nil || len(got)+len(refused) > 0 {
		t.Fatalf("got %v, refused %v, error %v; want nothing", got, refused, err)
	}
	delete(s.answers, revenuePath)
	if got, _, err := c.Earnings(t.Context(), day(22), day(23)); err != nil || len(got) != 1 || got[0].Net != 3469000 {
		t.Errorf("got %v, error %v; want the day", got, err)
	}
}

func TestFaults(t *testing.T) {
	unknown := map[string]upstream.Kind{"404": upstream.NoAccount}
	upstreamtest.FaultsBut(t, upstreamtest.Answer(t, "summary.json"), unknown, func(o upstream.Options) error {
		c := New(o, opened())
		defer c.Close()
		s, err := c.Standing(t.Context())
		upstreamtest.CheckStanding(t, s, err)
		return err
	})
	list := `{"total_active":2,"total_inactive":1,"workers":` + string(upstreamtest.Answer(t, "workers.json")) + `,"pagination":{"next_page_url":null}}`
	upstreamtest.FaultsBut(t, []byte(list), unknown, func(o upstream.Options) error {
		c := New(o, opened())
		defer c.Close()
		workers, refused, err := c.Workers(t.Context())
		upstreamtest.CheckWorkers(t, workers, refused, err)
		return err
	})
}
