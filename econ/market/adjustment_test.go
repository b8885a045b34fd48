package market_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"switchyard/econ/market"
)

func TestM5Examples(t *testing.T) {
	for _, c := range []struct {
		name             string
		n                int64
		e, w             time.Duration
		point, low, high float64 // percent
		mean, soon, late float64 // seconds still needed, where the example states them
	}{
		{"mid epoch", 1000, 590_000 * time.Second, 400 * time.Second, 1.52694, -2.05456, 5.20912, 601_007.874, 559_310.236, 644_573.223},
		{"early", 50, 28_000 * time.Second, 0, 1.41303, -10.02647, 14.60642, 0, 0, 0},
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
		left := func(change float64) float64 { return 1_209_600/(1+change) - (c.e + c.w).Seconds() }
		if c.mean != 0 {
			near(t, "mean time left", left(a.Point), c.mean, 0.01)
			near(t, "5 % quantile", left(a.High), c.soon, 0.01)
			near(t, "95 % quantile", left(a.Low), c.late, 0.01)
		}
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
	// The retarget block itself is still to be found.
	near(t, "n=2015, next block", a.ETA.Sub(first.Add(1_000_060*time.Second)).Seconds(), (144*600.0+1_000_060)/(144+2014), 1e-3)
	// The wait counts from the first block on; a clock behind the block's does not.
	waited, err := market.NextAdjustment(state(0, 0, time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "n=0, an hour", waited.Point, 1_209_600/(3600+(144*600.0+3600)*2015/143)-1, 1e-12)
	ahead, err := market.NextAdjustment(state(10, 6_000*time.Second, -time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "block ahead of the clock", ahead.Point, 1_209_600/(6000+(144*600.0+6000)*2005/153)-1, 1e-12)
	// Early ends at 36 intervals.
	for n, want := range map[int64]bool{35: true, 36: false} {
		if a, err := market.NextAdjustment(state(n, time.Duration(n)*10*time.Minute, 0)); err != nil || a.Early != want {
			t.Errorf("n=%d: got early %v, %v, want %v", n, a.Early, err, want)
		}
	}
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
// then the time the remaining blocks take, and one more block to the retarget.
func TestM5QuantilesAgainstSimulation(t *testing.T) {
	const n, r, draws = 1000, 1015, 200_000
	rng := rand.New(rand.NewPCG(5, 5))
	left, toRetarget, sum := make([]float64, draws), make([]float64, draws), 0.0
	for i := range left {
		interval := 676_800 / gamma(rng, 144+n)
		left[i] = gamma(rng, r) * interval
		toRetarget[i] = left[i] + rng.ExpFloat64()*interval
		sum += left[i]
	}
	slices.Sort(left)
	slices.Sort(toRetarget)
	at := func(sorted []float64, p float64) float64 { return sorted[int(p*draws)] }
	relative(t, "mean", sum/draws, 601_007.874, 5e-4)
	relative(t, "5 %", at(left, 0.05), 559_310.236, 5e-4)
	relative(t, "50 %", at(left, 0.50), 600_460.277, 5e-4)
	relative(t, "95 %", at(left, 0.95), 644_573.223, 5e-4)

	now := time.Unix(1_790_590_400, 0)
	a, err := market.NextAdjustment(market.EpochState{
		Height: n, First: now.Add(-590_400 * time.Second), Latest: now.Add(-400 * time.Second), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "retarget, 5 %", a.ETALow.Sub(now).Seconds(), at(toRetarget, 0.05), 5e-4)
	relative(t, "retarget, 95 %", a.ETAHigh.Sub(now).Seconds(), at(toRetarget, 0.95), 5e-4)
	relative(t, "retarget, mean", a.ETA.Sub(now).Seconds(), 676_800.0*1016/1143, 1e-9)
}

// As the epoch goes on at a steady pace the band closes around the truth.
func TestM5BandNarrows(t *testing.T) {
	first, width := time.Unix(1_790_000_000, 0), 10.0
	for n := int64(100); n < market.EpochBlocks; n += 100 {
		latest := first.Add(time.Duration(n) * 10 * time.Minute)
		a, err := market.NextAdjustment(market.EpochState{Height: n, First: first, Latest: latest, Now: latest})
		if err != nil {
			t.Fatal(err)
		}
		if !(a.Low < a.Point && a.Point < a.High && a.High-a.Low < width) {
			t.Errorf("n=%d: %g in [%g, %g] after a width of %g", n, a.Point, a.Low, a.High, width)
		}
		width = a.High - a.Low
	}
}
