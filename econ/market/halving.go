package market

import (
	"errors"
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
// and with growth g per epoch that divided by 1+g.
func NextHalving(tip int64, now time.Time, growthPerEpoch float64) (Halving, error) {
	if tip < 0 {
		return Halving{}, fmt.Errorf("block height %d is negative", tip)
	}
	if !(growthPerEpoch > -1) {
		return Halving{}, errors.New("the hashrate cannot shrink by all of itself")
	}
	next := (tip/HalvingInterval + 1) * HalvingInterval
	left := next - tip
	seconds := float64(left) * targetSpacing * EpochBlocks / (EpochBlocks - 2) / (1 + growthPerEpoch)
	return Halving{Height: next, Remaining: left, ETA: after(now, seconds), Growth: growthPerEpoch}, nil
}
