package ocean

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

func hashes(v float64) mining.Maybe[units.Hashrate] { return mining.Of(units.Hashrate(v)) }

func at(unix int64) time.Time { return time.Unix(unix, 0).UTC() }

func TestANormalDay(t *testing.T) {
	c, log := setup(t, &site{}, address)
	standing, err := c.Standing(t.Context())
	upstreamtest.CheckStanding(t, standing, err)
	if want := (pool.Standing{
		At: at(1795409940), Now: hashes(400561e9), Hour: hashes(399861e9), Day: hashes(398061e9), Active: mining.Of(2),
		Inactive: standing.Inactive, Unpaid: mining.Of(units.Sats(385090)), Stale: standing.Stale, Rejected: standing.Rejected,
	}); err != nil || standing != want || standing.Inactive.Known {
		t.Errorf("got %+v, error %v, want %+v", standing, err, want)
	}
	workers, refused, err := c.Workers(t.Context())
	upstreamtest.CheckWorkers(t, workers, refused, err)
	none := mining.Unknown[float64]("the pool does not tell it")
	never := mining.Unknown[time.Time]("the pool did not say")
	if diff := cmp.Diff([]pool.Worker{
		{ID: address, Name: address, State: pool.Online, Now: hashes(1e12), Hour: hashes(1e12), Day: hashes(1e12), Stale: none, Rejected: none, LastShare: never},
		{ID: address + ".r01s01", Name: "r01s01", State: pool.Online, Now: hashes(200561e9), Hour: hashes(199861e9), Day: hashes(198061e9), Stale: none, Rejected: none, LastShare: never},
		{ID: "r01s02", Name: "r01s02", State: pool.Offline, Now: hashes(0), Hour: hashes(1.2e12), Day: hashes(150e12), Stale: none, Rejected: none, LastShare: mining.Of(at(1795406400))},
	}, workers); diff != "" || len(refused) > 0 {
		t.Errorf("refused %v; workers differ (want -, got +):\n%s", refused, diff)
	}
	if strings.Count(log.String(), `form="a list of one"`) != 1 || strings.Count(log.String(), `form="an object"`) != 1 {
		t.Errorf("the log is\n%s", log)
	}
}

func TestEarningsOfBlocksAndPaymentsOnChain(t *testing.T) {
	s := &site{}
	c, _ := setup(t, s, address)
	from, to := upstreamtest.Week()
	earnings, refused, err := c.Earnings(t.Context(), from, to)
	upstreamtest.CheckEarnings(t, earnings, refused, err)
	block := func(hash string, at time.Time, net, fee units.Sats) pool.Earning {
		return pool.Earning{
			Ref: hash, From: at, To: at, Net: net, Fee: mining.Of(fee), Fees: mining.Unknown[units.Sats]("the pool does not tell it"),
			Hashrate: mining.Unknown[units.Hashrate]("a share of a block has none"),
		}
	}
	if diff := cmp.Diff([]pool.Earning{
		block("00000000000000000001a0", from, 12, 0), // at the very beginning
		block("00000000000000000001ab", time.Date(2026, 11, 21, 3, 11, 40, 0, time.UTC), 28700, 290),
		block("00000000000000000001aa", time.Date(2026, 11, 22, 15, 24, 24, 0, time.UTC), 28458, 287),
	}, earnings); diff != "" || len(refused) > 0 {
		t.Errorf("refused %v; earnings differ (want -, got +):\n%s", refused, diff)
	}
	payouts, refused, err := c.Payouts(t.Context(), from, to)
	upstreamtest.CheckPayouts(t, payouts, refused, err)
	paid := func(tx string, at time.Time, sats units.Sats) pool.Payout {
		return pool.Payout{Ref: tx, At: at, Sats: sats, Fee: mining.Unknown[units.Sats]("the pool tells what arrived"), State: pool.Sent, TxID: tx, Address: address}
	}
	if diff := cmp.Diff([]pool.Payout{
		paid("ff12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34", time.Date(2026, 11, 19, 8, 0, 0, 0, time.UTC), 1048576),
		paid("ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34", time.Date(2026, 11, 21, 3, 11, 40, 0, time.UTC), 1048700),
	}, payouts); diff != "" || len(refused) > 0 {
		t.Errorf("refused %v; payouts differ (want -, got +):\n%s", refused, diff)
	}
	if want := "/earnpay/" + address + "/1794873600/1795410030"; s.asked[0] != want {
		t.Errorf("asked %q, want %q", s.asked[0], want)
	}
}

func TestWhatThePoolRefusesIsNamed(t *testing.T) {
	for _, status := range []int{0, http.StatusNotFound, http.StatusBadRequest, http.StatusInternalServerError} {
		c, log := setup(t, &site{missing: status}, "bc1qstranger/../x")
		upstreamtest.AllFail(t, c, "", upstream.NoAccount)
		if strings.Count(log.String(), "unknown address") != 1 {
			t.Errorf("the log is\n%s", log)
		}
	}
	t.Run("too many calls", func(t *testing.T) {
		c, _ := setup(t, &site{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {"90"}}, body: `{"error":"slow"}`}, address)
		upstreamtest.AllFail(t, c, "", upstream.RateLimited)
		_, err := c.Standing(t.Context())
		if got := upstreamtest.RetryAfter(err); got != 90*time.Second {
			t.Errorf("it asked to wait %s, want 90 s", got)
		}
	})
	t.Run("denied", func(t *testing.T) {
		c, _ := setup(t, &site{status: http.StatusForbidden}, address)
		upstreamtest.AllFail(t, c, "", upstream.Denied)
	})
	for said, kind := range map[string]upstream.Kind{"Too many requests": upstream.RateLimited, "Rate limit exceeded": upstream.RateLimited, "Database is away": upstream.Refused} {
		body := `{"error":"` + said + `"}`
		c, _ := setup(t, &site{answers: map[string]string{"statsnap": body, "user_hashrate": body, "user_hashrate_full": body, "earnpay": body}}, address)
		upstreamtest.AllFail(t, c, "", kind)
	}
	t.Run("changed types", func(t *testing.T) {
		c, _ := setup(t, &site{answers: map[string]string{
			"user_hashrate":      `{"result":{"hashrate_300s":{"v":1},"hashrate_86400s":"1","active_worker_count":1}}`,
			"user_hashrate_full": `{"result":{"workers":[]}}`,
			"earnpay":            `{"result":{"earnings":{},"payouts":7}}`,
		}}, address)
		upstreamtest.AllFail(t, c, "", upstream.Malformed)
		_, err := c.Standing(t.Context())
		upstreamtest.Contains(t, err, "result.hashrate_300s is not a number")
	})
	t.Run("a changed snapshot", func(t *testing.T) {
		c, _ := setup(t, &site{answers: map[string]string{"statsnap": `{"result":{"unpaid":{}}}`}}, address)
		s, err := c.Standing(t.Context())
		upstreamtest.CheckStanding(t, s, err)
		upstreamtest.Contains(t, err, "ocean: the snapshot is not as documented: result.unpaid is not a sum")
	})
}

func TestAListThatIsEmptyThoughWorkersAreCountedFails(t *testing.T) {
	s := &site{answers: map[string]string{"user_hashrate_full": `{"result":{"workers":{}}}`}}
	c, _ := setup(t, s, address)
	workers, refused, err := c.Workers(t.Context())
	upstreamtest.CheckWorkers(t, workers, refused, err)
	upstreamtest.Contains(t, err, "it counts 2 workers and lists none")
	s.answers["user_hashrate"] = `{"result":{"active_worker_count":"0"}}`
	if workers, _, err = c.Workers(t.Context()); err != nil || len(workers) > 0 {
		t.Errorf("got %v, error %v; want none", workers, err)
	}
}

func TestABlockThatComesLateIsNotMadeUp(t *testing.T) {
	s := &site{answers: map[string]string{"earnpay": `{"result":{"earnings":[],"payouts":[]}}`}}
	c, _ := setup(t, s, address)
	from, to := upstreamtest.Week()
	if got, refused, err := c.Earnings(t.Context(), from, to); err != nil || len(got)+len(refused) > 0 {
		t.Fatalf("got %v, refused %v, error %v; want nothing", got, refused, err)
	}
	if got, refused, err := c.Payouts(t.Context(), from, to); err != nil || len(got)+len(refused) > 0 {
		t.Fatalf("got %v, refused %v, error %v; want nothing", got, refused, err)
	}
	s.answers = nil
	if got, _, err := c.Earnings(t.Context(), from, to); err != nil || len(got) != 3 {
		t.Errorf("got %v, error %v; want three blocks", got, err)
	}
}

func TestFaults(t *testing.T) {
	upstreamtest.Faults(t, upstreamtest.Answer(t, "earnpay.json"), func(o upstream.Options) error {
		c := New(o, pool.Access{Account: address})
		defer c.Close()
		from, to := upstreamtest.Week()
		payouts, refused, err := c.Payouts(t.Context(), from, to)
		upstreamtest.CheckPayouts(t, payouts, refused, err)
		return err
	})
	upstreamtest.Faults(t, upstreamtest.Answer(t, "user_hashrate_full.json"), func(o upstream.Options) error {
		c := New(o, pool.Access{Account: address})
		defer c.Close()
		workers, refused, err := c.Workers(t.Context())
		upstreamtest.CheckWorkers(t, workers, refused, err)
		return err
	})
}

func TestTheHashrateOfTheWholePool(t *testing.T) {
	s := &site{answers: map[string]string{}}
	c, _ := setup(t, s, address)
	if rate, err := c.PoolHashrate(t.Context()); err != nil || rate != 19_301_223_344_556_677_000 {
		t.Errorf("got %v, %v", rate, err)
	}
	for _, body := range []string{`{"result":{"pool_300s":"0"}}`, `{"result":{"pool_300s":{}}}`, `{"result":{"pool_60s":"1"}}`, `{"result":{"pool_300s":"-5"}}`, `{"result":{"pool_300s":"1e30"}}`, `{}`} {
		s.answers["pool_hashrate"] = body
		if rate, err := c.PoolHashrate(t.Context()); upstreamtest.Kind(err) != upstream.Malformed || rate != 0 {
			t.Errorf("%s is read as %v, %v", body, rate, err)
		}
	}
}
