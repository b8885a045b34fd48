package braiins

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

func at(unix int64) time.Time { return time.Unix(unix, 0).UTC() }

// hashes is a hashrate in a unit of so many H/s; both factors are told on the wire.
func hashes(v, unit float64) mining.Maybe[units.Hashrate] { return mining.Of(units.Hashrate(v * unit)) }

func TestANormalDay(t *testing.T) {
	c, _ := setup(t, &site{}, opened())
	standing, err := c.Standing(t.Context())
	upstreamtest.CheckStanding(t, standing, err)
	if want := (pool.Standing{
		At: upstreamtest.Now(), Now: hashes(40112345.67, 1e9), Hour: hashes(39987001.2, 1e9), Day: hashes(39800112.9, 1e9),
		Active: mining.Of(203), Inactive: mining.Of(1), Unpaid: mining.Of(units.Sats(412210)), Stale: standing.Stale, Rejected: standing.Rejected,
	}); err != nil || standing != want {
		t.Errorf("got %+v, error %v, want %+v", standing, err, want)
	}
	workers, refused, err := c.Workers(t.Context())
	upstreamtest.CheckWorkers(t, workers, refused, err)
	none := mining.Unknown[float64]("the pool does not tell it")
	if diff := cmp.Diff([]pool.Worker{
		{ID: "acme.hall.r02", Name: "hall.r02", State: pool.Offline, Now: hashes(0, 1), Hour: hashes(0, 1), Day: hashes(0, 1), Stale: none, Rejected: none, LastShare: workers[0].LastShare},
		{ID: "other.r03", Name: "other.r03", State: pool.Disabled, Now: hashes(0.2, 1e15), Hour: hashes(0.2, 1e15), Day: hashes(0.1, 1e15), Stale: none, Rejected: none, LastShare: mining.Of(at(1795400000))},
		{ID: "acme.r01s01", Name: "r01s01", State: pool.Online, Now: hashes(201334.1, 1e9), Hour: hashes(199871.5, 1e9), Day: hashes(198990.2, 1e9), Stale: none, Rejected: none, LastShare: mining.Of(at(1795409991))},
		{ID: "acme.r01s02", Name: "r01s02", State: pool.Low, Now: hashes(101.5, 1e12), Hour: hashes(99.5, 1e12), Day: hashes(198.1, 1e12), Stale: none, Rejected: none, LastShare: mining.Of(at(1795409991))},
	}, workers); diff != "" || len(refused) > 0 || workers[0].LastShare.Known {
		t.Errorf("refused %v; workers differ (want -, got +):\n%s", refused, diff)
	}
}

func TestEarningsOfDaysWithTheirHashrates(t *testing.T) {
	s := &site{}
	c, _ := setup(t, s, opened())
	from, to := upstreamtest.Week()
	earnings, refused, err := c.Earnings(t.Context(), from, to)
	upstreamtest.CheckEarnings(t, earnings, refused, err)
	none := mining.Unknown[units.Sats]("the pool does not tell it")
	if diff := cmp.Diff([]pool.Earning{
		{Ref: "2026-11-21", From: day(21), To: day(22), Net: 1719000, Fee: none, Fees: none, Hashrate: hashes(39690, 1e12)},
		{Ref: "2026-11-22", From: day(22), To: day(23), Net: 1721044, Fee: none, Fees: none, Hashrate: hashes(39711200.4, 1e9)},
		{Ref: "2026-11-23", From: day(23), To: day(24), Net: 355104, Fee: none, Fees: none, Hashrate: earnings[2].Hashrate, Open: true},
	}, earnings); diff != "" || len(refused) > 0 || earnings[2].Hashrate.Known {
		t.Errorf("refused %v; earnings differ (want -, got +):\n%s", refused, diff)
	}
	want := []string{"/accounts/rewards/json/btc?from=2026-11-17&to=2026-11-23", "/accounts/hash_rate_daily/json/btc?from=2026-11-17&to=2026-11-23"}
	if diff := cmp.Diff(want, s.asked); diff != "" {
		t.Errorf("asked otherwise (want -, got +):\n%s", diff)
	}
	if got, _, err := c.Earnings(t.Context(), day(22), day(23)); err != nil || len(got) != 1 || got[0].Ref != "2026-11-22" {
		t.Errorf("the 22nd gave %v, error %v", got, err)
	}
	s.asked = nil
	if got, _, err := c.Earnings(t.Context(), day(24), day(25)); err != nil || len(got)+len(s.asked) > 0 {
		t.Errorf("tomorrow gave %v, error %v, asked %v", got, err, s.asked)
	}
}

func TestDailyHashratesMayBeElsewhereOrGone(t *testing.T) {
	const group, user = "/accounts/hash_rate_daily/json/btc", "/accounts/hash_rate_daily/json/user/btc"
	s := &site{gone: map[string]bool{group: true}, answers: map[string]string{user: `{"btc":[{"date":1795305600,"hash_rate_unit":"Ph/s","hash_rate_24h":40}]}`}}
	c, log := setup(t, s, opened())
	got, _, err := c.Earnings(t.Context(), day(22), day(23))
	if err != nil || len(got) != 1 || got[0].Hashrate != hashes(40, 1e15) {
		t.Errorf("got %v, error %v; want 40 PH/s", got, err)
	}
	s.gone[user] = true
	got, _, err = c.Earnings(t.Context(), day(22), day(23))
	if err != nil || len(got) != 1 || got[0].Hashrate.Known {
		t.Errorf("got %v, error %v; want no hashrate", got, err)
	}
	if !strings.Contains(log.String(), "form="+user) || !strings.Contains(log.String(), "form=none") {
		t.Errorf("the log is\n%s", log)
	}
}

func TestPaymentsOnChainAndOverLightning(t *testing.T) {
	bare := string(upstreamtest.Answer(t, "payouts.json"))
	from, to := upstreamtest.Week()
	const address = "bc1qexampledestination000000000000000000"
	want := []pool.Payout{
		{Ref: "1794700000/" + address, At: at(1794880000), Sats: 1500000, Fee: mining.Of(units.Sats(0)), State: pool.Failed, Address: address},
		{Ref: "1795330000/" + address, At: at(1795333600), Sats: 1700000, Fee: mining.Of(units.Sats(0)), State: pool.Sent, TxID: "aa00bb11cc22dd33ee44ff5566778899aa00bb11cc22dd33ee44ff5566778899", Address: address},
		{Ref: "lightning/1795400000/lnbc41u1exampleinvoice", At: at(1795400002), Sats: 4100, Fee: mining.Of(units.Sats(3)), State: pool.Sent, OffNet: true},
		{Ref: "1795405000/" + address, At: at(1795405000), Sats: 1690000, Fee: mining.Of(units.Sats(1200)), State: pool.Queued, Address: address},
	}
	for form, body := range map[string]string{"bare": bare, "wrapped": `{"btc":` + bare + `}`} {
		s := &site{answers: map[string]string{"/accounts/payouts/json/btc": body}}
		c, log := setup(t, s, opened())
		got, refused, err := c.Payouts(t.Context(), from, to)
		upstreamtest.CheckPayouts(t, got, refused, err)
		if diff := cmp.Diff(want, got); diff != "" || len(refused) > 0 {
			t.Errorf("%s: refused %v; payouts differ (want -, got +):\n%s", form, refused, diff)
		}
		if !strings.Contains(log.String(), "fact=payouts form="+form) || s.asked[0] != "/accounts/payouts/json/btc?from=2026-11-16&to=2026-11-23" {
			t.Errorf("asked %v, logged\n%s", s.asked, log)
		}
	}
}

func TestWhatThePoolRefusesIsNamed(t *testing.T) {
	t.Run("expired token", func(t *testing.T) {
		c, log := setup(t, &site{status: http.StatusForbidden, body: "token " + token + " expired"}, opened())
		upstreamtest.AllFail(t, c, token, upstream.Denied)
		if strings.Contains(log.String(), token) {
			t.Errorf("the log tells the token:\n%s", log)
		}
	})
	t.Run("wrong token", func(t *testing.T) {
		c, _ := setup(t, &site{}, pool.Access{Account: account, Key: "wrong-token"})
		upstreamtest.AllFail(t, c, "wrong-token", upstream.Denied)
	})
	t.Run("token of another account", func(t *testing.T) {
		c, _ := setup(t, &site{}, pool.Access{Account: "globex", Key: token})
		s, err := c.Standing(t.Context())
		upstreamtest.CheckStanding(t, s, err)
		if upstreamtest.Kind(err) != upstream.NoAccount {
			t.Errorf("error is %v, want that the account is unknown", err)
		}
	})
	t.Run("too many calls", func(t *testing.T) {
		c, _ := setup(t, &site{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {"60"}}}, opened())
		upstreamtest.AllFail(t, c, token, upstream.RateLimited)
		_, err := c.Standing(t.Context())
		if got := upstreamtest.RetryAfter(err); got != time.Minute {
			t.Errorf("it asked to wait %s, want a minute", got)
		}
	})
	t.Run("ignored", func(t *testing.T) {
		c, log := setup(t, &site{hasty: 4}, opened())
		upstreamtest.AllFail(t, c, token, upstream.RateLimited)
		if strings.Count(log.String(), "ignored request") != 1 {
			t.Errorf("the log is\n%s", log)
		}
		if _, err := c.Standing(t.Context()); err != nil {
			t.Errorf("the fifth request failed: %v", err)
		}
	})
	t.Run("changed types", func(t *testing.T) {
		c, _ := setup(t, &site{answers: map[string]string{
			profilePath: `{"username":"acme","btc":{"hash_rate_unit":"Gh/s","hash_rate_5m":{"v":1},"hash_rate_24h":1,"current_balance":"1","ok_workers":1}}`,
			workersPath: `{"btc":{"workers":[]}}`,
			rewardsPath: `{"btc":{"daily_rewards":{}}}`,
			payoutsPath: `{"onchain":null,"lightning":[]}`,
		}}, opened())
		upstreamtest.AllFail(t, c, token, upstream.Malformed)
		_, err := c.Standing(t.Context())
		upstreamtest.Contains(t, err, "btc.hash_rate_5m is not a number")
	})
}

func TestAListThatIsEmptyThoughWorkersAreCountedFails(t *testing.T) {
	s := &site{answers: map[string]string{workersPath: `{"btc":{"workers":{}}}`}}
	c, _ := setup(t, s, opened())
	workers, refused, err := c.Workers(t.Context())
	upstreamtest.CheckWorkers(t, workers, refused, err)
	if upstreamtest.Kind(err) != upstream.Malformed {
		t.Errorf("error is %v, want that the list is not whole", err)
	}
	s.answers[profilePath] = `{"btc":{"hash_rate_unit":"Gh/s","hash_rate_5m":0,"hash_rate_24h":0,"current_balance":"0","ok_workers":0,"low_workers":0,"off_workers":0}}`
	if workers, _, err := c.Workers(t.Context()); err != nil || len(workers) > 0 {
		t.Errorf("got %v, error %v; want none", workers, err)
	}
}

func TestADayThatComesLateIsNotMadeUp(t *testing.T) {
	s := &site{answers: map[string]string{rewardsPath: `{"btc":{"daily_rewards":[]}}`}}
	c, _ := setup(t, s, opened())
	if got, refused, err := c.Earnings(t.Context(), day(22), day(23)); err != nil || len(got)+len(refused) > 0 {
		t.Fatalf("got %v, refused %v, error %v; want nothing", got, refused, err)
	}
	delete(s.answers, rewardsPath)
	if got, _, err := c.Earnings(t.Context(), day(22), day(23)); err != nil || len(got) != 1 || got[0].Net != 1721044 {
		t.Errorf("got %v, error %v; want the day", got, err)
	}
}

func TestFaults(t *testing.T) {
	ignored := map[string]upstream.Kind{"no body": upstream.RateLimited}
	upstreamtest.FaultsBut(t, upstreamtest.Answer(t, "profile.json"), ignored, func(o upstream.Options) error {
		c := New(o, opened())
		defer c.Close()
		s, err := c.Standing(t.Context())
		upstreamtest.CheckStanding(t, s, err)
		return err
	})
	upstreamtest.FaultsBut(t, upstreamtest.Answer(t, "payouts.json"), ignored, func(o upstream.Options) error {
		c := New(o, opened())
		defer c.Close()
		from, to := upstreamtest.Week()
		payouts, refused, err := c.Payouts(t.Context(), from, to)
		upstreamtest.CheckPayouts(t, payouts, refused, err)
		return err
	})
}
