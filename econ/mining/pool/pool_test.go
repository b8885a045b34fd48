package pool_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// The base case of the specification: section 0 and M7.
const (
	baseDifficulty            = 130e12
	baseSubsidy    units.Sats = 312_500_000
	baseFees                  = 3_000_000.0
	poolHashrate              = 90 * units.EH
)

var begin = time.Date(2026, time.March, 3, 0, 0, 0, 0, time.UTC)

// baseWork is 5 EH/s over days.
func baseWork(days int) pool.Work {
	return pool.Work{
		From: begin, To: begin.AddDate(0, 0, days), Hashrate: 5 * units.EH,
		Difficulty: baseDifficulty, Subsidy: baseSubsidy, MeanFees: baseFees,
	}
}

// baseFound is what the pool of the example found in the day.
func baseFound() pool.Found {
	return pool.Found{
		PoolHashrate: mining.Of(poolHashrate), Blocks: mining.Of(15),
		Subsidies: 15 * baseSubsidy, Fees: 52_000_000, Share: mining.Unknown[float64]("the pool states none"),
	}
}

func expect(t testing.TB, terms pool.Terms, found pool.Found, work ...pool.Work) pool.Expectation {
	t.Helper()
	e, err := pool.Expect(terms, work, found)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %v, want %v ± %v", what, got, want, tolerance)
	}
}

func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// known is the value of a figure that must have one.
func known[T any](t testing.TB, what string, m mining.Maybe[T]) T {
	t.Helper()
	if !m.Known {
		t.Errorf("%s is unknown: %s", what, m.Why)
	}
	return m.Value
}

// unknown fails unless the figure has no value and says why.
func unknown[T any](t testing.TB, what string, m mining.Maybe[T], why string) {
	t.Helper()
	if m.Known || !strings.Contains(m.Why, why) {
		t.Errorf("%s: got %+v, want unknown with %q", what, m, why)
	}
}

func fails(t testing.TB, what string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: got error %v, want one with %q", what, err, want)
	}
}
