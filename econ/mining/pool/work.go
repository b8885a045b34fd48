package pool

import (
	"errors"
	"fmt"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Work is what an account hashed over a stretch in which neither the
// difficulty nor the subsidy changed. A day with a retarget is two of them.
type Work struct {
	From, To   time.Time
	Hashrate   units.Hashrate // mean over the stretch
	Difficulty float64
	Subsidy    units.Sats // of a block
	MeanFees   float64    // satoshi per block
}

// Seconds is how long the stretch is.
func (w Work) Seconds() float64 { return w.To.Sub(w.From).Seconds() }

// Validate says what cannot be computed with: a stretch that does not advance,
// a negative or infinite hashrate, a difficulty that is not above zero, a
// reward below zero.
func (w Work) Validate() error {
	err := errors.Join(notNegative("hashrate", float64(w.Hashrate)), positive("difficulty", w.Difficulty),
		notNegative("subsidy", float64(w.Subsidy)), notNegative("mean fees", w.MeanFees))
	if !w.To.After(w.From) {
		err = errors.Join(err, errors.New("it ends before it has begun"))
	}
	if err == nil && !(ExpectedBlocks(w) <= maxBlocks) {
		err = errors.New("it is more work than there can be")
	}
	if err != nil {
		return fmt.Errorf("work from %s: %w", w.From.UTC().Format(time.RFC3339), err)
	}
	return nil
}

// ExpectedBlocks is μ = h·Δ/(D·2^32) of a valid Work (M7).
func ExpectedBlocks(w Work) float64 {
	return float64(w.Hashrate) * w.Seconds() / market.HashesPerBlock(w.Difficulty)
}

// blocksOf is μ over all stretches, by the hashrate each is given.
func blocksOf(work []Work, hashrate func(Work) units.Hashrate) float64 {
	mu := 0.0
	for _, w := range work {
		w.Hashrate = hashrate(w)
		mu += ExpectedBlocks(w)
	}
	return mu
}

// MeanWait is the mean time to a block in days, D·2^32/h (M7), of a valid Work.
// Without hashrate there is none.
func MeanWait(w Work) mining.Maybe[float64] {
	if !(w.Hashrate > 0) {
		return mining.Unknown[float64]("without hashrate no block is found")
	}
	return mining.Of(market.HashesPerBlock(w.Difficulty) / float64(w.Hashrate) / (24 * time.Hour).Seconds())
}
