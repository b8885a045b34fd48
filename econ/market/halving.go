package market

import (
	"fmt"
	"time"
)

// Halving is the next halving of the subsidy under an assumed growth of the
// hashrate.
type Halving struct {
	Height    int64
	Remaining int64 // blocks to go
	ETA       time.Time
	Growth    float64 // hashrate growth per epoch, a fraction; an assumption
}

// NextHalving is M6: with a constant hashrate a block takes 600·2016/2014 s,
// and with growth g per epoch that divided by 1+g. It fails for a negative
// height, and for a growth the difficulty could not follow: one retarget changes
// it at most fourfold.
func NextHalving(tip int64, now time.Time, growthPerEpoch float64) (Halving, error) {
	if tip < 0 {
		return Halving{}, fmt.Errorf("block height %d is negative", tip)
	}
	if !(growthPerEpoch > -0.75 && growthPerEpoch < 3) {
		return Halving{}, fmt.Errorf("the difficulty cannot follow a hashrate that grows by %g per epoch", growthPerEpoch)
	}
	next := (tip/HalvingInterval + 1) * HalvingInterval
	left := next - tip
	seconds := float64(left) * targetSpacing * EpochBlocks / (EpochBlocks - 2) / (1 + growthPerEpoch)
	return Halving{Height: next, Remaining: left, ETA: after(now, seconds), Growth: growthPerEpoch}, nil
}
