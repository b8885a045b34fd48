package market_test

import (
	"math"
	"testing"
	"time"

	"switchyard/econ/market"
)

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
