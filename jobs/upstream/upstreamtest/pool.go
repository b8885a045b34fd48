package upstreamtest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// Account is what every client of a mining pool answers.
type Account interface {
	Standing(ctx context.Context) (pool.Standing, error)
	Workers(ctx context.Context) ([]pool.Worker, []upstream.Refusal, error)
	Earnings(ctx context.Context, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error)
	Payouts(ctx context.Context, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error)
}

// Week is the seven days of UTC that end with the one of Now, and Now.
func Week() (from, to time.Time) { return Now().Truncate(24*time.Hour).AddDate(0, 0, -6), Now() }

// Once are options that ask a server without waits and without a second try.
func Once(url string) upstream.Options {
	return upstream.Options{BaseURL: url, Rate: 1e6, Burst: 100, Retries: -1, Timeout: 5 * time.Second, Now: Now}
}

// AccountErrors asks for all that a pool tells of an account and returns the
// error of each call by its name. A number that comes with an error fails the
// test, and so does an error that repeats secret.
func AccountErrors(t testing.TB, c Account, secret string) map[string]error {
	t.Helper()
	from, to := Week()
	errs := make(map[string]error)
	s, err := c.Standing(t.Context())
	CheckStanding(t, s, err)
	errs["standing"] = err
	workers, refused, err := c.Workers(t.Context())
	CheckWorkers(t, workers, refused, err)
	errs["workers"] = err
	earnings, refused, err := c.Earnings(t.Context(), from, to)
	CheckEarnings(t, earnings, refused, err)
	errs["earnings"] = err
	payouts, refused, err := c.Payouts(t.Context(), from, to)
	CheckPayouts(t, payouts, refused, err)
	errs["payouts"] = err
	for call, err := range errs {
		if err != nil && secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("the error of %s tells the key: %v", call, err)
		}
	}
	return errs
}

// RetryAfter is how long the party asked to be left alone.
func RetryAfter(err error) time.Duration {
	var e *upstream.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.RetryAfter
}

// CheckStanding fails the test unless a standing is sensible, and empty beside an
// error.
func CheckStanding(t testing.TB, s pool.Standing, err error) {
	t.Helper()
	if err != nil {
		if s != (pool.Standing{}) {
			t.Errorf("the standing %+v comes with the error %v", s, err)
		}
		return
	}
	CheckT(t, s.At)
	checkRates(t, s.Now, s.Hour, s.Day)
	checkShares(t, s.Stale, s.Rejected)
	checkSats(t, s.Unpaid)
	for _, n := range []mining.Maybe[int]{s.Active, s.Inactive} {
		if n.Known && n.Value < 0 {
			t.Errorf("%d workers", n.Value)
		}
	}
}

// CheckWorkers fails the test unless workers are sensible, in order and each
// there once, and none beside an error.
func CheckWorkers(t testing.TB, workers []pool.Worker, refused []upstream.Refusal, err error) {
	t.Helper()
	checkNone(t, len(workers), refused, err)
	for i, w := range workers {
		checkRates(t, w.Now, w.Hour, w.Day)
		checkShares(t, w.Stale, w.Rejected)
		if w.LastShare.Known {
			CheckT(t, w.LastShare.Value)
		}
		switch w.State {
		case pool.Online, pool.Low, pool.Offline, pool.Disabled:
		default:
			t.Errorf("the state of %+v is none", w)
		}
		if w.ID == "" || w.Name == "" || strings.ContainsFunc(w.ID+w.Name, unicode.IsControl) || (i > 0 && w.Name <= workers[i-1].Name) {
			t.Errorf("worker %+v has no sensible name, or not its place", w)
		}
	}
}

// CheckEarnings fails the test unless earnings are sensible, ascending and each
// named once, and none beside an error.
func CheckEarnings(t testing.TB, earnings []pool.Earning, refused []upstream.Refusal, err error) {
	t.Helper()
	checkNone(t, len(earnings), refused, err)
	seen := make(map[string]bool)
	for i, e := range earnings {
		CheckT(t, e.From)
		checkRates(t, e.Hashrate)
		checkSats(t, mining.Of(e.Net), e.Fee, e.Fees)
		if e.Ref == "" || seen[e.Ref] || e.To.Before(e.From) || e.Open != e.To.After(Now()) || (i > 0 && e.From.Before(earnings[i-1].From)) {
			t.Errorf("earning %+v is not sensible, or not in its place", e)
		}
		seen[e.Ref] = true
	}
}

// CheckPayouts fails the test unless payouts are sensible, ascending and each
// named once, and none beside an error.
func CheckPayouts(t testing.TB, payouts []pool.Payout, refused []upstream.Refusal, err error) {
	t.Helper()
	checkNone(t, len(payouts), refused, err)
	seen := make(map[string]bool)
	for i, p := range payouts {
		CheckT(t, p.At)
		checkSats(t, mining.Of(p.Sats), p.Fee)
		if p.Ref == "" || seen[p.Ref] || p.Sats == 0 || p.State == "" || (p.OffNet && p.TxID != "") || (i > 0 && p.At.Before(payouts[i-1].At)) {
			t.Errorf("payout %+v is not sensible, or not in its place", p)
		}
		seen[p.Ref] = true
	}
}

func checkNone(t testing.TB, n int, refused []upstream.Refusal, err error) {
	t.Helper()
	CheckRefused(t, refused)
	if err != nil && n > 0 {
		t.Errorf("%d rows come with the error %v", n, err)
	}
}

func checkRates(t testing.TB, rates ...mining.Maybe[units.Hashrate]) {
	t.Helper()
	for _, h := range rates {
		if h.Known != (h.Why == "") || (h.Known && !(h.Value >= 0 && h.Value <= 1e22)) {
			t.Errorf("hashrate %+v is not sensible", h)
		}
	}
}

func checkShares(t testing.TB, shares ...mining.Maybe[float64]) {
	t.Helper()
	for _, s := range shares {
		if s.Known != (s.Why == "") || (s.Known && !(s.Value >= 0 && s.Value <= 1)) {
			t.Errorf("fraction %+v is not sensible", s)
		}
	}
}

func checkSats(t testing.TB, sums ...mining.Maybe[units.Sats]) {
	t.Helper()
	for _, s := range sums {
		if s.Known != (s.Why == "") || s.Value < 0 || s.Value > 21_000_000*units.SatsPerBTC {
			t.Errorf("sum %+v is not sensible", s)
		}
	}
}

// AllFail fails the test unless everything that is asked of an account ends in an
// error of a kind, none with a number and none with the secret.
func AllFail(t testing.TB, c Account, secret string, kind upstream.Kind) {
	t.Helper()
	for call, err := range AccountErrors(t, c, secret) {
		if Kind(err) != kind {
			t.Errorf("%s gave %v, want an error of the kind %s", call, err, kind)
		}
	}
}
