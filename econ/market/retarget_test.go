package market_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"switchyard/econ/market"
)

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

// The rule's own limits: the time is clamped to a quarter and to four times the
// target, and timestamps may even run backwards.
func TestM4Clamps(t *testing.T) {
	const old = 0x1b0404cb
	first := time.Unix(1_700_000_000, 0)
	at := func(seconds int64) uint32 {
		bits, err := market.NextBits(old, first, first.Add(time.Duration(seconds)*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		return bits
	}
	if got := at(1_209_600); got != old {
		t.Errorf("on time: got %08x, want %08x", got, old)
	}
	if at(302_400) != at(302_399) || at(302_400) != at(-1) || at(302_400) == at(400_000) {
		t.Error("a fast epoch is not clamped to a quarter")
	}
	if at(4_838_400) != at(4_838_401) || at(4_838_400) == at(4_000_000) {
		t.Error("a slow epoch is not clamped to four times")
	}
}
