package units_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/units"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestAmountsRoundHalfToEven(t *testing.T) {
	for cents, want := range map[string]int64{
		"0.5": 0, "1.5": 2, "2.5": 2, "-0.5": 0, "-1.5": -2, "-2.5": -2, "2.500001": 3, "0.499999": 0,
	} {
		if got := units.RoundUSD(dec(cents).Shift(-2), units.HalfEven); !got.Equal(units.Cents(want)) {
			t.Errorf("%s cents: got %s, want %s", cents, got, units.Cents(want))
		}
		if got, err := units.RoundSats(dec(cents), units.HalfEven); err != nil || got != units.Sats(want) {
			t.Errorf("%s sat: got %d, %v, want %d", cents, got, err, want)
		}
		if got := units.RoundRate(dec(cents).Shift(-6)); !got.Equal(units.RoundRate(dec("0.000001").Mul(decimal.NewFromInt(want)))) {
			t.Errorf("%s millionths: got %s, want %d", cents, got, want)
		}
	}
}

func TestContractMayRoundHalfUp(t *testing.T) {
	for cents, want := range map[string]int64{"0.5": 1, "1.5": 2, "2.5": 3, "-0.5": -1, "-2.5": -3, "2.499999": 2} {
		if got := units.RoundUSD(dec(cents).Shift(-2), units.HalfUp); !got.Equal(units.Cents(want)) {
			t.Errorf("%s cents: got %s, want %s", cents, got, units.Cents(want))
		}
	}
}

func TestProductIsRoundedOnce(t *testing.T) {
	rate, err := units.ParseRate("0.333333")
	if err != nil {
		t.Fatal(err)
	}
	// Three legs of 1.005 are 1.00499899…, so $1.00; rounded one by one, $1.02.
	legs := decimal.Zero
	for range 3 {
		legs = legs.Add(rate.Times(dec("1.005")))
	}
	if got := units.RoundUSD(legs, units.HalfEven); !got.Equal(units.Cents(100)) {
		t.Errorf("got %s, want 1.00", got)
	}
	if got := legs.String(); got != "1.004998995" {
		t.Errorf("the product is not exact: %s", got)
	}
}

func TestDollars(t *testing.T) {
	a, b := units.Cents(10_010), units.Cents(-30)
	for _, c := range []struct {
		what string
		got  units.USD
		want string
	}{
		{"sum", a.Add(b), "99.80"}, {"difference", a.Sub(b), "100.40"}, {"opposite", b.Neg(), "0.30"},
		{"zero", units.USD{}, "0.00"}, {"negative zero", units.USD{}.Neg(), "0.00"},
	} {
		if c.got.String() != c.want {
			t.Errorf("%s: got %s, want %s", c.what, c.got, c.want)
		}
	}
	if a.Cmp(b) != 1 || b.Cmp(a) != -1 || a.Cmp(units.Cents(10_010)) != 0 || b.Sign() != -1 || (units.USD{}).Sign() != 0 {
		t.Error("the order of amounts is wrong")
	}
	if a.Float64() != 100.10 || !a.Decimal().Equal(dec("100.1")) {
		t.Errorf("got %v and %s", a.Float64(), a.Decimal())
	}
}

func TestSimulatedFigureIsRoundedWhereItCrosses(t *testing.T) {
	for v, want := range map[float64]string{0.125: "0.12", 0.375: "0.38", -0.125: "-0.12", 1e15 + 0.3: "1000000000000000.25", -0.001: "0.00"} {
		if got, err := units.USDFromFloat(v); err != nil || got.String() != want {
			t.Errorf("%v: got %s, %v, want %s", v, got, err, want)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got, err := units.USDFromFloat(v); err == nil {
			t.Errorf("%v gave %s without error", v, got)
		}
	}
}

func TestComputedSatoshiAreRoundedWhereTheyCross(t *testing.T) {
	for v, want := range map[float64]units.Sats{0.5: 0, 1.5: 2, 2.5: 2, -0.5: 0, -1.5: -2, 240_445_208.6: 240_445_209} {
		if got, err := units.SatsFromFloat(v); err != nil || got != want {
			t.Errorf("%v: got %d, %v, want %d", v, got, err, want)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e19} {
		if got, err := units.SatsFromFloat(v); err == nil {
			t.Errorf("%v gave %d without error", v, got)
		}
	}
}

func TestRates(t *testing.T) {
	a, b := units.RoundRate(dec("48.25")), units.RoundRate(dec("-0.0000014"))
	if a.Cmp(b) != 1 || b.Cmp(a) != -1 || a.Equal(b) || a.Sign() != 1 || (units.Rate{}).Sign() != 0 {
		t.Error("the order of rates is wrong")
	}
	if a.Float64() != 48.25 || !a.Decimal().Equal(dec("48.25")) || b.String() != "-0.000001" {
		t.Errorf("got %v, %s and %s", a.Float64(), a.Decimal(), b)
	}
}

func TestSatoshi(t *testing.T) {
	if got := units.Sats(3_000_001).BTC(); got.String() != "0.03000001" {
		t.Errorf("got %s", got)
	}
	if got, err := units.RoundSats(dec("9223372036854775807.6"), units.HalfEven); err == nil {
		t.Errorf("more than 64 bits gave %d without error", got)
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		cents   int64
		weights string
		want    string
	}{
		{10_000, "1 1 1", "33.34 33.33 33.33"},
		{-10_000, "1 1 1", "-33.34 -33.33 -33.33"},
		{10_001, "1 1", "50.01 50.00"},               // a tie goes to the earlier part
		{100, "0.5 0.25 0.25", "0.50 0.25 0.25"},     // weights of any scale
		{100, "31 28 31", "0.35 0.31 0.34"},          // 34.44, 31.11, 34.44
		{5, "1 0 1e2", "0.00 0.00 0.05"},             // a part without weight gets nothing
		{0, "1 2", "0.00 0.00"},                      //
		{1, "1 1 1", "0.01 0.00 0.00"},               // less than there are parts
		{math.MaxInt64, "1", "92233720368547758.07"}, //
		{10, "3 3 3 3 3 3 3", "0.02 0.02 0.02 0.01 0.01 0.01 0.01"},
	} {
		var weights []decimal.Decimal
		for _, w := range strings.Fields(c.weights) {
			weights = append(weights, dec(w))
		}
		parts, err := units.Cents(c.cents).Split(weights...)
		var got []string
		for _, p := range parts {
			got = append(got, p.String())
		}
		if s := strings.Join(got, " "); err != nil || s != c.want {
			t.Errorf("%d cents by %s: got %s, %v, want %s", c.cents, c.weights, s, err, c.want)
		}
	}
	for _, bad := range [][]decimal.Decimal{nil, units.EqualWeights(0), {dec("0"), dec("0")}, {dec("2"), dec("-1")}} {
		if got, err := units.Cents(100).Split(bad...); err == nil || len(got) != 0 {
			t.Errorf("split by %v gave %v, %v", bad, got, err)
		}
	}
}

// Whatever the amount and the weights, nothing is lost and nobody is off by a
// whole cent.
func TestSplitLosesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 2_000 {
		total := units.Sats(rng.Int64N(2_100_000_000_000_000) - 1_000_000_000_000_000)
		weights, sum := make([]decimal.Decimal, 1+rng.IntN(12)), decimal.Zero
		for i := range weights {
			weights[i] = decimal.New(rng.Int64N(1_000_000), -int32(rng.IntN(7)))
			sum = sum.Add(weights[i])
		}
		weights[0], sum = weights[0].Add(dec("1")), sum.Add(dec("1"))
		parts, err := total.Split(weights...)
		if err != nil {
			t.Fatal(err)
		}
		var back units.Sats
		for i, p := range parts {
			back += p
			share := decimal.NewFromInt(int64(total)).Mul(weights[i]).DivRound(sum, 9)
			if off := share.Sub(decimal.NewFromInt(int64(p))).Abs(); off.Cmp(dec("1")) >= 0 {
				t.Errorf("part %d of %d by %v is %d, off by %s", i, total, weights, p, off)
			}
		}
		if back != total {
			t.Errorf("%d by %v: the parts sum to %d", total, weights, back)
		}
	}
}

func TestPowerEnergyAndEfficiency(t *testing.T) {
	if got := units.Efficiency(17.5).Draw(units.PH); got != 17.5*units.KW {
		t.Errorf("1 PH/s at 17.5 J/TH draws %g W, want 17.5 kW", got)
	}
	if got, ok := units.EfficiencyOf(3645*units.Watt, 270*units.TH); !ok || got != 13.5 {
		t.Errorf("got %g, %v, want 13.5 J/TH", got, ok)
	}
	if _, ok := units.EfficiencyOf(units.KW, 0); ok {
		t.Error("an efficiency without hashrate is not undefined")
	}
	if got := (2 * units.MW).Over(90 * time.Minute); got != 3*units.MWh {
		t.Errorf("2 MW for 90 minutes: got %g MWh, want 3", got)
	}
	for month, want := range map[time.Month]int{time.January: 744, time.February: 672, time.April: 720, time.December: 744} {
		if got := units.HoursIn(2026, month); got != want {
			t.Errorf("%s 2026 has %d hours, want %d", month, got, want)
		}
	}
	if got := units.HoursIn(2028, time.February); got != 696 {
		t.Errorf("February 2028 has %d hours, want 696", got)
	}
	if units.HoursPerMonth != 730 {
		t.Errorf("a normalised month has %d hours, want 730", units.HoursPerMonth)
	}
}
