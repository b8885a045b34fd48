package market_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"switchyard/econ/market"
	"switchyard/econ/units"
)

func TestM3Hashprice(t *testing.T) {
	h, err := market.ComputeHashprice(baseDifficulty, baseSubsidy, baseFees, basePrice)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "sat/PH/day", h.SatPerPHDay, 48_821.3621653, 1e-7)
	near(t, "USD/PH/day", h.USDPerPHDay, 39.0570897, 1e-7)
	near(t, "fee share, %", h.FeeShare*100, 0.950872, 1e-6)
	h, err = market.ComputeHashprice(baseDifficulty, baseSubsidy, 0, basePrice)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "USD/PH/day without fees", h.USDPerPHDay, 38.6857069, 1e-7)

	for _, c := range []struct{ difficulty, fees, price, usd, btc float64 }{
		{146506306925897.6, 2_870_000, 91_250, 39.51398325776085, 0.0004330299535097079},
		{146506306925897.6, 0, 91_250, 39.154389346007115, 0.00042908919831240676},
		{146506306925897.6, 14_500_000, 91_250, 40.97115301166185, 0.00044899893711410245},
		{100e12, 0, 100_000, 62.8642737865448, 0.000628642737865448},
	} {
		h, err := market.ComputeHashprice(c.difficulty, baseSubsidy, c.fees, c.price)
		if err != nil {
			t.Fatal(err)
		}
		relative(t, "USD", h.USDPerPHDay, c.usd, 1e-12)
		relative(t, "BTC", h.SatPerPHDay/units.SatsPerBTC, c.btc, 1e-12)
	}
	for _, bad := range [][3]float64{{0, 1, 1}, {math.NaN(), 1, 1}, {1, -1, 1}, {1, math.NaN(), 1}, {1, 1, 0}, {1, 1, math.Inf(1)}} {
		if got, err := market.ComputeHashprice(bad[0], baseSubsidy, bad[1], bad[2]); err == nil {
			t.Errorf("%v gave %+v without error", bad, got)
		}
	}
}

func TestMeanFeesCountsOnlyKnownFees(t *testing.T) {
	fee := func(v units.Sats) *units.Sats { return &v }
	mean, n := market.MeanFees([]market.Block{{TotalFees: fee(10)}, {}, {TotalFees: fee(0)}, {TotalFees: fee(2)}})
	if mean != 4 || n != 3 {
		t.Errorf("got %g over %d, want 4 over 3", mean, n)
	}
	if mean, n := market.MeanFees([]market.Block{{}}); mean != 0 || n != 0 {
		t.Errorf("got %g over %d, want nothing", mean, n)
	}
}

// Press reports of late 2025 quoted $38.2 at this price and difficulty.
func TestM3AgainstThePress(t *testing.T) {
	for fees, want := range map[float64]float64{0: 37.636, 3_000_000: 37.997} {
		h, err := market.ComputeHashprice(152e12, baseSubsidy, fees, 91_000)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "USD/PH/day", h.USDPerPHDay, want, 0.0005)
	}
}

// More price, fees or subsidy pay more; more difficulty pays less; the two legs
// tell the same.
func TestHashpriceIsMonotone(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 144))
	for range 1_000 {
		d, f, p := 1e12*(1+200*rng.Float64()), 1e7*rng.Float64(), 1_000+2e5*rng.Float64()
		up := 1 + rng.Float64()
		at := func(d float64, s units.Sats, f, p float64) market.Hashprice {
			h, err := market.ComputeHashprice(d, s, f, p)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		base := at(d, baseSubsidy, f, p)
		relative(t, "legs", base.USDPerPHDay, base.SatPerPHDay*p/1e8, 1e-14)
		if !(at(d*up, baseSubsidy, f, p).SatPerPHDay < base.SatPerPHDay) ||
			!(at(d, baseSubsidy*2, f, p).SatPerPHDay > base.SatPerPHDay) ||
			!(at(d, baseSubsidy, f*up+1, p).SatPerPHDay > base.SatPerPHDay) ||
			!(at(d, baseSubsidy, f, p*up).USDPerPHDay > base.USDPerPHDay) {
			t.Errorf("not monotone at D=%g F=%g P=%g, times %g", d, f, p, up)
		}
		if !(base.FeeShare >= 0 && base.FeeShare < 1) {
			t.Errorf("fee share %g", base.FeeShare)
		}
	}
}

// After the last halving, blocks without fees pay nothing: the share of fees is
// then zero, not undefined.
func TestHashpriceOfNothing(t *testing.T) {
	if h, err := market.ComputeHashprice(1, 0, 0, 1); err != nil || h != (market.Hashprice{}) {
		t.Errorf("got %+v, %v", h, err)
	}
}
