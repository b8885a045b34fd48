package market_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/units"
)

// The base case of economics.md.
const (
	baseDifficulty = 130e12
	basePrice      = 80_000.0
	baseSubsidy    = units.Sats(312_500_000)
	baseFees       = 3_000_000.0
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %.12g, want %.12g ± %g", what, got, want, tolerance)
	}
}

func relative(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	near(t, what, got, want, math.Abs(want)*tolerance)
}

func TestM1Subsidy(t *testing.T) {
	for h, want := range map[int64]units.Sats{
		0: 5_000_000_000, 209_999: 5_000_000_000, 210_000: 2_500_000_000, 839_999: 625_000_000,
		840_000: 312_500_000, 1_049_999: 312_500_000, 1_050_000: 156_250_000,
		6_929_999: 1, 6_930_000: 0, 13_440_000: 0, math.MaxInt64: 0,
	} {
		if got, err := market.Subsidy(h); err != nil || got != want {
			t.Errorf("Subsidy(%d) = %d, %v, want %d", h, got, err, want)
		}
	}
	for h, want := range map[int64]units.Sats{
		0: 5_000_000_000, 839_999: 1_968_750_000_000_000, 950_000: 2_003_125_312_500_000,
		6_929_999: 2_099_999_997_690_000, math.MaxInt64 - 1: 2_099_999_997_690_000,
	} {
		if got, err := market.IssuedThrough(h); err != nil || got != want {
			t.Errorf("IssuedThrough(%d) = %d, %v, want %d", h, got, err, want)
		}
	}
	if _, err := market.Subsidy(-1); err == nil {
		t.Error("Subsidy(-1) has no error")
	}
	if _, err := market.IssuedThrough(-1); err == nil {
		t.Error("IssuedThrough(-1) has no error")
	}
}

func TestM2DifficultyOfCompactTargets(t *testing.T) {
	for bits, want := range map[uint32]float64{
		0x1b0404cb: 16_307.420938523983, 0x1d00d86a: 1.1828995343128408, 0x1d00ffff: 1,
	} {
		got, err := market.DifficultyFromBits(bits)
		if err != nil {
			t.Fatal(err)
		}
		relative(t, "difficulty", got, want, 1e-15)
	}
	for _, bits := range []uint32{0, 0x01800001, 0x1d800001, 0xff123456, 0x00ffffff} {
		if got, err := market.DifficultyFromBits(bits); err == nil {
			t.Errorf("DifficultyFromBits(%08x) = %g without error", bits, got)
		}
	}
}

func TestM2Hashrate(t *testing.T) {
	near(t, "implied, EH/s", market.ImpliedHashrate(baseDifficulty)/1e18, 930.5762474667, 1e-9)
	exact := baseDifficulty * math.Exp2(48) / 65535
	near(t, "simplification, ppm", (exact/market.HashesPerBlock(baseDifficulty)-1)*1e6, 15.259, 0.001)

	got, err := market.ObservedHashrate(baseDifficulty, 144, 82_800*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "observed", got.HashesPerSecond/1e18, 971.036, 0.001)
	near(t, "low", got.Interval.Low/1e18, 818.917, 0.001)
	near(t, "high", got.Interval.High/1e18, 1135.923, 0.001)

	// Two difficulties: the work of each block counts.
	over, err := market.ObservedHashrateOver(72*baseDifficulty+72*2*baseDifficulty, 144, 82_800*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "over a retarget", over.HashesPerSecond, got.HashesPerSecond*1.5, 1e-12)

	for _, c := range []struct {
		work    float64
		blocks  int64
		elapsed time.Duration
	}{{1, 0, time.Second}, {1, 1, 0}, {1, 1, -time.Second}, {0, 1, time.Second}, {math.NaN(), 1, time.Second}, {math.Inf(1), 1, time.Second}} {
		if got, err := market.ObservedHashrateOver(c.work, c.blocks, c.elapsed); err == nil {
			t.Errorf("%+v gave %+v without error", c, got)
		}
	}
}

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

func TestM4BitcoinCoreVectors(t *testing.T) {
	for _, c := range []struct {
		old         uint32
		first, last int64
		want        uint32
	}{
		{0x1d00ffff, 1261130161, 1262152739, 0x1d00d86a},
		{0x1d00ffff, 1231006505, 1233061996, 0x1d00ffff},
		{0x1c05a3f4, 1279008237, 1279297671, 0x1c0168fd},
		{0x1c387f6f, 1263163443, 1269211443, 0x1d00e1fd},
	} {
		got, err := market.NextBits(c.old, time.Unix(c.first, 0), time.Unix(c.last, 0))
		if err != nil || got != c.want {
			t.Errorf("NextBits(%08x) = %08x, %v, want %08x", c.old, got, err, c.want)
		}
	}
	if _, err := market.NextBits(0, time.Unix(0, 0), time.Unix(1, 0)); err == nil {
		t.Error("no error for a target of zero")
	}
}

// Because 1/T is convex and 2015 intervals are used, blocks take 600.596 s on
// average at constant hashrate.
func TestM4MeanIntervalAtConstantHashrate(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2016))
	difficulty, total, blocks := 1.0, 0.0, 0
	for range 4000 {
		epoch := 0.0
		for i := range market.EpochBlocks {
			dt := rng.ExpFloat64() * 600 * difficulty
			total += dt
			blocks++
			if i > 0 {
				epoch += dt
			}
		}
		difficulty *= 1_209_600 / min(max(epoch, 302_400), 4_838_400)
	}
	near(t, "seconds per block", total/float64(blocks), 600.60, 0.1)
}

func TestM5Examples(t *testing.T) {
	for _, c := range []struct {
		name             string
		n                int64
		e, w             time.Duration
		point, low, high float64 // percent
	}{
		{"mid epoch", 1000, 590_000 * time.Second, 400 * time.Second, 1.52694, -2.05456, 5.20912},
		{"early", 50, 28_000 * time.Second, 0, 1.41303, -10.02647, 14.60642},
	} {
		first := time.Unix(1_790_000_000, 0)
		latest := first.Add(c.e)
		a, err := market.NextAdjustment(market.EpochState{
			Height: 484*market.EpochBlocks + c.n, First: first, Latest: latest, Now: latest.Add(c.w), Difficulty: baseDifficulty,
		})
		if err != nil {
			t.Fatal(err)
		}
		near(t, c.name+" point", a.Point*100, c.point, 1e-5)
		near(t, c.name+" low", a.Low*100, c.low, 1e-5)
		near(t, c.name+" high", a.High*100, c.high, 1e-5)
		if a.Elapsed != c.n || a.Remaining != 2015-c.n || a.RetargetHeight != 485*market.EpochBlocks {
			t.Errorf("%s: got %+v", c.name, a)
		}
		if !a.ETALow.Before(a.ETA) || !a.ETA.Before(a.ETAHigh) {
			t.Errorf("%s: times out of order: %+v", c.name, a)
		}
	}
}

func TestM5Edges(t *testing.T) {
	first := time.Unix(1_790_000_000, 0)
	state := func(n int64, e, w time.Duration) market.EpochState {
		return market.EpochState{Height: n, First: first, Latest: first.Add(e), Now: first.Add(e + w), Difficulty: 1}
	}
	// n = 0: the prior alone, and the wait.
	a, err := market.NextAdjustment(state(0, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "n=0", a.Point, 1_209_600/(144*600.0*2015/143)-1, 1e-12)
	if !a.Early || a.Certain || a.Remaining != 2015 {
		t.Errorf("n=0: got %+v", a)
	}
	// Timestamps that run backwards fall back to the prior; r follows the height.
	a, err = market.NextAdjustment(state(10, -time.Hour, 0))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "backwards", a.Point, 1_209_600/(144*600.0*2005/143)-1, 1e-12)
	// n = 2015: nothing left to be unsure of.
	a, err = market.NextAdjustment(state(2015, 1_000_000*time.Second, time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if !a.Certain || a.Low != a.Point || a.High != a.Point {
		t.Errorf("n=2015: got %+v", a)
	}
	near(t, "n=2015", a.Point, 0.2096, 1e-12)
	// After a clamped retarget the previous hashrate is the prior.
	s := state(0, 0, 0)
	s.PrevClamped = true
	if _, err := market.NextAdjustment(s); err == nil {
		t.Error("clamped without a hashrate: no error")
	}
	s.PrevHashrate = market.ImpliedHashrate(1) / 2
	a, err = market.NextAdjustment(s)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "clamped", a.Point, 1_209_600/(144*1200.0*2015/143)-1, 1e-12)
	for _, bad := range []market.EpochState{{Height: -1, First: first, Latest: first, Now: first}, {Height: 1}} {
		if got, err := market.NextAdjustment(bad); err == nil {
			t.Errorf("%+v gave %+v without error", bad, got)
		}
	}
}

// The quantiles hold against a simulation: draw the rate from the posterior,
// then the time the remaining blocks take.
func TestM5QuantilesAgainstSimulation(t *testing.T) {
	const n, r, draws = 1000, 1015, 200_000
	shape, rate := 144.0+n, 676_800.0
	rng := rand.New(rand.NewPCG(5, 5))
	inBand, sum := 0, 0.0
	for range draws {
		lambda := gamma(rng, shape) / rate
		left := gamma(rng, r) / lambda
		sum += left
		if left > 559_310.236 && left < 644_573.223 {
			inBand++
		}
	}
	relative(t, "mean", sum/draws, 601_007.874, 5e-4)
	near(t, "share in the 90 % band", float64(inBand)/draws, 0.90, 0.003)
}

// gamma draws from a gamma distribution of unit rate (Marsaglia and Tsang).
func gamma(rng *rand.Rand, shape float64) float64 {
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := math.Pow(1+c*x, 3)
		if v > 0 && math.Log(rng.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func TestM6Halving(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for growth, days := range map[float64]float64{0: 625.6207, 0.01: 619.4264, 0.03: 607.3987} {
		h, err := market.NextHalving(960_000, now, growth)
		if err != nil {
			t.Fatal(err)
		}
		if h.Height != 1_050_000 || h.Remaining != 90_000 {
			t.Errorf("got %+v", h)
		}
		near(t, "days", h.ETA.Sub(now).Hours()/24, days, 0.001)
	}
	if h, err := market.NextHalving(1_049_999, now, 0); err != nil || h.Remaining != 1 {
		t.Errorf("got %+v, %v", h, err)
	}
	if h, err := market.NextHalving(1_050_000, now, 0); err != nil || h.Remaining != 210_000 {
		t.Errorf("got %+v, %v", h, err)
	}
	if _, err := market.NextHalving(-1, now, 0); err == nil {
		t.Error("no error for a negative height")
	}
	if _, err := market.NextHalving(1, now, -1); err == nil {
		t.Error("no error for a hashrate that vanishes")
	}
}

func FuzzTargetFromBits(f *testing.F) {
	for _, bits := range []uint32{0x1d00ffff, 0x1b0404cb, 0x01010000, 0, 0x03000001, 0x20ffffff} {
		f.Add(bits)
	}
	f.Fuzz(func(t *testing.T, bits uint32) {
		target, err := market.TargetFromBits(bits)
		if err != nil {
			return
		}
		again, err := market.TargetFromBits(market.BitsFromTarget(target))
		if err != nil || again.Cmp(target) != 0 {
			t.Errorf("%08x: %x became %x, %v", bits, target, again, err)
		}
		if d, err := market.DifficultyFromBits(bits); err != nil || !(d > 0) || math.IsInf(d, 0) {
			t.Errorf("%08x: difficulty %g, %v", bits, d, err)
		}
	})
}
