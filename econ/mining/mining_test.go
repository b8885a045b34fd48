package mining_test

import (
	"math"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones, wherever the tests run

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// The base case of economics.md.
const (
	baseDifficulty = 130e12
	basePrice      = 80_000.0
	baseSubsidy    = units.Sats(312_500_000)
	baseFees       = 3_000_000.0
)

func basePay(t testing.TB) mining.Pay {
	t.Helper()
	pay, err := mining.ComputePay(baseDifficulty, baseSubsidy, baseFees, basePrice)
	if err != nil {
		t.Fatal(err)
	}
	return pay
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func baseSite(t testing.TB) mining.Site {
	return mining.Site{Name: "Pecos", Interconnect: 120 * units.MW, PUE: 1.04, Zone: zone(t, "America/Chicago")}
}

func class(name string, terahash, watts float64) mining.MachineClass {
	return mining.MachineClass{Name: name, Modes: []mining.Mode{{Name: "normal", Hashrate: units.Hashrate(terahash) * units.TH, Power: units.Power(watts)}}}
}

// baseGroups are the classes A, B and C of M8.
func baseGroups(uptime float64) []mining.Group {
	group := func(name string, n int, terahash, watts float64) mining.Group {
		return mining.Group{Name: name, Site: "Pecos", Class: class(name, terahash, watts), Count: n, PoolFee: 0.01, Uptime: uptime}
	}
	return []mining.Group{group("A", 10_000, 270, 3_645), group("B", 8_000, 200, 3_500), group("C", 12_000, 100, 2_950)}
}

func baseOrder(t testing.TB, groups []mining.Group) *mining.Order {
	t.Helper()
	o, err := mining.NewOrder([]mining.Site{baseSite(t)}, groups, basePay(t).USDPerPHDay)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func plan(t testing.TB, o *mining.Order, supply []mining.Supply, options mining.PlanOptions) *mining.Plan {
	t.Helper()
	p, err := o.Plan(mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": supply}}, options)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func rate(t testing.TB, text string) units.Rate {
	t.Helper()
	r, err := units.ParseRate(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func usd(t testing.TB, text string) units.USD {
	t.Helper()
	v, err := units.ParseUSD(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func dollars(t testing.TB, text string) mining.Maybe[units.USD] { return mining.Of(usd(t, text)) }

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %.12g, want %.12g ± %g", what, got, want, tolerance)
	}
}

func relative(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	near(t, what, got, want, math.Abs(want)*tolerance)
}

// known is the value of a figure that must have one.
func known[T any](t testing.TB, what string, m mining.Maybe[T]) T {
	t.Helper()
	if !m.Known {
		t.Errorf("%s is unknown: %s", what, m.Reason())
	}
	return m.Value
}

// unknown checks that a figure has no value, and why.
func unknown[T any](t testing.TB, what string, m mining.Maybe[T], why string) {
	t.Helper()
	if m.Known || !strings.Contains(m.Reason(), why) {
		t.Errorf("%s: got %v (%q), want none: %q", what, m.Value, m.Reason(), why)
	}
}

// fails checks for an error with a text.
func fails(t testing.TB, what string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: got error %v, want one with %q", what, err, want)
	}
}
