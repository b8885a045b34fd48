package market

import (
	"errors"
	"math"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// targetSpacing is the time between two blocks the protocol aims at, in
// seconds.
const targetSpacing = 600

// HashesPerBlock is the expected number of hashes for one block at a
// difficulty: D·2^32, the industry's figure (M2). The exact expectation is
// 15.259 ppm larger.
func HashesPerBlock(difficulty float64) float64 { return difficulty * (1 << 32) }

// ImpliedHashrate is the hashrate in H/s at which blocks come every 600 s (M2).
func ImpliedHashrate(difficulty float64) float64 {
	return HashesPerBlock(difficulty) / targetSpacing
}

// Interval is a closed interval.
type Interval struct{ Low, High float64 }

// HashrateEstimate is a hashrate measured from block times, with its exact
// 95 % interval, both in H/s.
type HashrateEstimate struct {
	HashesPerSecond float64
	Interval        Interval
	Blocks          int64
	Elapsed         time.Duration
}

// ObservedHashrate estimates the hashrate from blocks that took elapsed at one
// difficulty (M2). It fails without blocks, time or difficulty.
func ObservedHashrate(difficulty float64, blocks int64, elapsed time.Duration) (HashrateEstimate, error) {
	return ObservedHashrateOver(difficulty*float64(blocks), blocks, elapsed)
}

// ObservedHashrateOver is ObservedHashrate for blocks of several difficulties:
// work is the sum of the difficulties of the blocks counted.
func ObservedHashrateOver(work float64, blocks int64, elapsed time.Duration) (HashrateEstimate, error) {
	switch {
	case blocks < 1:
		return HashrateEstimate{}, errors.New("no blocks to measure a hashrate from")
	case elapsed <= 0:
		return HashrateEstimate{}, errors.New("the blocks' timestamps do not advance")
	case !(work > 0) || math.IsInf(work, 1):
		return HashrateEstimate{}, errors.New("the blocks' work is not known")
	}
	rate := HashesPerBlock(work) / elapsed.Seconds()
	// 2N·λT is chi-squared with 2N degrees of freedom.
	chi := distuv.ChiSquared{K: 2 * float64(blocks)}
	scale := rate / float64(2*blocks)
	return HashrateEstimate{
		HashesPerSecond: rate,
		Interval:        Interval{Low: chi.Quantile(0.025) * scale, High: chi.Quantile(0.975) * scale},
		Blocks:          blocks, Elapsed: elapsed,
	}, nil
}
