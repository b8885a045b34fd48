package pool_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

func TestSpanIsCutAtRetargetAndHalving(t *testing.T) {
	at := func(h int) time.Time { return begin.Add(time.Duration(h) * time.Hour) }
	network := []pool.Network{
		{From: at(20), Difficulty: 140e12, Subsidy: baseSubsidy / 2, MeanFees: 5},
		{From: at(-300), Difficulty: 120e12, Subsidy: baseSubsidy},
		{From: at(-9), Difficulty: 130e12, Subsidy: baseSubsidy},
		{From: at(6), Difficulty: 140e12, Subsidy: baseSubsidy},
		{From: at(24), Difficulty: 150e12, Subsidy: baseSubsidy / 2},
	}
	got, err := pool.Stretches(begin, at(24), units.EH, network)
	want := []pool.Work{
		{From: begin, To: at(6), Hashrate: units.EH, Difficulty: 130e12, Subsidy: baseSubsidy},
		{From: at(6), To: at(20), Hashrate: units.EH, Difficulty: 140e12, Subsidy: baseSubsidy},
		{From: at(20), To: at(24), Hashrate: units.EH, Difficulty: 140e12, Subsidy: baseSubsidy / 2, MeanFees: 5},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	_, err = pool.Stretches(at(-301), at(24), units.EH, network)
	fails(t, "before all", err, "difficulty at 2026-02-18T11:00:00Z is not known")
	_, err = pool.Stretches(begin, at(24), units.EH, nil)
	fails(t, "nothing", err, "is not known")
	_, err = pool.Stretches(begin, begin, units.EH, network)
	fails(t, "no time", err, "ends before")
	_, err = pool.Stretches(begin, at(24), -1, network)
	fails(t, "hashrate", err, "hashrate: -1")
}

// Stretches cover their span without a gap, whatever the changes.
func TestStretchesCoverTheirSpan(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 6))
	for range 500 {
		to := begin.Add(time.Duration(1 + rng.Int64N(int64(48*time.Hour))))
		network := []pool.Network{{From: begin, Difficulty: 1e12}}
		for range rng.IntN(6) {
			network = append(network, pool.Network{From: begin.Add(time.Duration(rng.Int64N(int64(60 * time.Hour)))), Difficulty: 1e12})
		}
		work, err := pool.Stretches(begin, to, units.PH, network)
		if err != nil {
			t.Fatal(err)
		}
		at := begin
		for _, w := range work {
			if !w.From.Equal(at) {
				t.Fatalf("a stretch begins at %s, the last one ended at %s", w.From, at)
			}
			at = w.To
		}
		same(t, "end", at, to)
	}
}
