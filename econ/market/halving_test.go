package market_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"switchyard/econ/market"
)

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

func TestM6RefusesGrowthTheDifficultyCannotFollow(t *testing.T) {
	for _, g := range []float64{-0.75, -1, 3, math.NaN(), math.Inf(1)} {
		if h, err := market.NextHalving(1, time.Time{}, g); err == nil {
			t.Errorf("growth %g gave %+v without error", g, h)
		}
	}
}

// At constant hashrate the noise of the blocks does not add up, because each
// retarget gives back what the epoch before it was off: 45 epochs end 0.45 days
// from their expected end, where 90,720 independent intervals would end 2.1 days
// from it.
func TestM6NoiseDoesNotAccumulate(t *testing.T) {
	const epochs, runs = 45, 5_000
	now := time.Unix(1_790_000_000, 0)
	h, err := market.NextHalving(market.HalvingInterval-epochs*market.EpochBlocks, now, 0)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(6, 45))
	sum, squares := 0.0, 0.0
	for range runs {
		difficulty, days := 1_209_600/(600*gamma(rng, market.EpochBlocks-1)), 0.0
		for range epochs {
			counted := 600 * difficulty * gamma(rng, market.EpochBlocks-1)
			days += (counted + 600*difficulty*rng.ExpFloat64()) / 86_400
			difficulty *= 1_209_600 / counted
		}
		sum += days
		squares += days * days
	}
	mean := sum / runs
	near(t, "days to the halving", h.ETA.Sub(now).Hours()/24, mean, 0.03)
	near(t, "standard deviation", math.Sqrt(squares/runs-mean*mean), 0.449, 0.015)
}
