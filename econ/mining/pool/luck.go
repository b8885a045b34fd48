package pool

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"switchyard/econ/market"
)

// The two ends of an interval that holds 95 %.
const (
	lowTail  = 0.025
	highTail = 0.975
)

// maxBlocks is more blocks than can be expected or found in any span: ten
// thousand years of the whole network. It keeps counts and means within what
// the tables of probability resolve.
const maxBlocks = 1e9

// Luck is how many blocks were found for each that was to be expected (M7).
// Above 1 is lucky.
type Luck struct {
	Ratio    float64         // blocks found / expected blocks
	Interval market.Interval // of the ratio, 95 %, exact (Garwood)
	Blocks   int             // found
	Expected float64         // μ
	AtMost   float64         // P(K ≤ Blocks): the chance of no better luck
}

// ComputeLuck is the luck of blocks found where mu were to be expected, with
// Garwood's interval [½χ²(0.025; 2k), ½χ²(0.975; 2k+2)]/μ (M7). It fails for a
// negative count, and without an expectation.
func ComputeLuck(blocks int, mu float64) (Luck, error) {
	if err := errors.Join(count("blocks found", blocks), positive("expected blocks", mu)); err != nil {
		return Luck{}, err
	}
	if mu > maxBlocks {
		return Luck{}, fmt.Errorf("%v expected blocks are more than there can be", mu)
	}
	k := float64(blocks)
	l := Luck{Ratio: k / mu, Blocks: blocks, Expected: mu, AtMost: chanceAtMost(blocks, mu)}
	if blocks > 0 { // without a block, no rate is too low
		l.Interval.Low = distuv.ChiSquared{K: 2 * k}.Quantile(lowTail) / 2 / mu
	}
	l.Interval.High = distuv.ChiSquared{K: 2*k + 2}.Quantile(highTail) / 2 / mu
	return l, nil
}

// LuckFromInverse converts the figure of pools that publish work spent over
// work expected, where below 1 is lucky: 0.5 is a ratio of 2. It fails unless
// the figure is above zero.
func LuckFromInverse(effort float64) (ratio float64, err error) {
	if err := positive("the pool's figure of its effort", effort); err != nil {
		return 0, err
	}
	ratio = 1 / effort
	if math.IsInf(ratio, 1) {
		return 0, fmt.Errorf("%v is too small to be a pool's effort", effort)
	}
	return ratio, nil
}

// Chances is what a miner has to expect of blocks it finds alone (M7).
type Chances struct {
	Expected   float64 // μ
	None       float64 // P(K = 0) = e^−μ
	RelativeSD float64 // 1/√μ
}

// ComputeChances is what μ blocks of expectation mean to a solo miner. It fails
// unless mu is above zero.
func ComputeChances(mu float64) (Chances, error) {
	if err := positive("expected blocks", mu); err != nil {
		return Chances{}, err
	}
	return Chances{Expected: mu, None: math.Exp(-mu), RelativeSD: 1 / math.Sqrt(mu)}, nil
}

// ChanceAtMost is P(K ≤ blocks) where mu are to be expected (M7). It fails for
// a negative count or mean.
func ChanceAtMost(blocks int, mu float64) (float64, error) {
	if err := errors.Join(count("blocks", blocks), notNegative("expected blocks", mu)); err != nil {
		return 0, err
	}
	return chanceAtMost(blocks, mu), nil
}
