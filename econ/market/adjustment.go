package market

import (
	"errors"
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/mathext"
)

// priorBlocks is how many blocks the previous epoch is worth as knowledge of
// the present rate (M5, a₀; an assumption).
const priorBlocks = 144

// earlyBlocks is the number of intervals under which an estimate says that it
// is early: a timestamp may be off by two hours.
const earlyBlocks = 36

// EpochState is what is known of the current difficulty epoch.
type EpochState struct {
	Height        int64     // of the latest block
	First, Latest time.Time // times of the epoch's first and of the latest block
	Now           time.Time
	PrevClamped   bool    // the last retarget was clamped: its hashrate is the prior
	PrevHashrate  float64 // H/s over the previous epoch; used only if PrevClamped
	Difficulty    float64
}

// Adjustment is the expected next change of the difficulty with its 90 % band,
// as fractions: 0.0153 is +1.53 %.
type Adjustment struct {
	Point, Low, High     float64
	ETA, ETALow, ETAHigh time.Time // of the retarget block: expected, 5 % and 95 % quantile
	RetargetHeight       int64
	Elapsed              int64 // complete intervals in the epoch, n
	Remaining            int64 // intervals to go, r
	Early                bool  // fewer than 36 intervals: timestamps alone may be off by hours
	Certain              bool  // the epoch is complete: the change is known, its time is not
}

// NextAdjustment is M5: blocks are a Poisson process of unknown rate with a
// gamma prior worth 144 blocks, so the time still needed is beta-prime.
func NextAdjustment(s EpochState) (Adjustment, error) {
	if s.Height < 0 {
		return Adjustment{}, fmt.Errorf("block height %d is negative", s.Height)
	}
	if s.First.IsZero() || s.Latest.IsZero() || s.Now.IsZero() {
		return Adjustment{}, errors.New("a block time of this epoch is not known")
	}
	n := s.Height % EpochBlocks
	r := EpochBlocks - 1 - n
	e, w := s.Latest.Sub(s.First).Seconds(), max(0, s.Now.Sub(s.Latest).Seconds())
	prior := float64(targetSpacing)
	if s.PrevClamped {
		if !(s.PrevHashrate > 0) || !(s.Difficulty > 0) {
			return Adjustment{}, errors.New("the hashrate before the clamped retarget is not known")
		}
		prior = HashesPerBlock(s.Difficulty) / s.PrevHashrate
	}
	a := Adjustment{
		RetargetHeight: s.Height - n + EpochBlocks, Elapsed: n, Remaining: r,
		Early: n < earlyBlocks, Certain: r == 0,
	}
	shape, rate := priorBlocks+float64(n), priorBlocks*prior+e+w
	switch {
	case n == 0:
		e, shape, rate = 0, priorBlocks, priorBlocks*prior+w
	case e+w <= 0: // timestamps may run backwards
		e, w, shape, rate = 0, 0, priorBlocks, priorBlocks*prior
	}
	// The time that k more blocks take is beta-prime.
	mean := func(k int64) float64 { return rate * float64(k) / (shape - 1) }
	quantile := func(k int64, p float64) float64 {
		y := mathext.InvRegIncBeta(float64(k), shape, p)
		return rate * y / (1 - y)
	}
	// The retarget block is the one after the last interval of the epoch.
	a.ETA, a.ETALow, a.ETAHigh = after(s.Now, mean(r+1)), after(s.Now, quantile(r+1, 0.05)), after(s.Now, quantile(r+1, 0.95))
	if a.Certain {
		a.Point = multiplier(e) - 1
		a.Low, a.High = a.Point, a.Point
		return a, nil
	}
	a.Point = multiplier(e+w+mean(r)) - 1
	a.Low, a.High = multiplier(e+w+quantile(r, 0.95))-1, multiplier(e+w+quantile(r, 0.05))-1
	return a, nil
}

// multiplier is by how much the difficulty is multiplied after an epoch of
// that many seconds.
func multiplier(seconds float64) float64 {
	return epochSeconds / math.Min(math.Max(seconds, minEpochSeconds), maxEpochSeconds)
}

func after(t time.Time, seconds float64) time.Time {
	return t.Add(time.Duration(seconds * float64(time.Second)))
}
