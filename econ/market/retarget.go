package market

import (
	"math/big"
	"time"
)

// EpochBlocks is the number of blocks between two changes of the difficulty.
const EpochBlocks = 2016

// The retarget rule in seconds: the time an epoch should take, and the limits
// to which the time it took is clamped.
const (
	epochSeconds    = 1_209_600
	minEpochSeconds = epochSeconds / 4
	maxEpochSeconds = epochSeconds * 4
)

// NextBits is the compact target after an epoch whose first and last block
// have these times (M4; Bitcoin Core, CalculateNextWorkRequired): 2015
// intervals, clamped, in 256-bit integers, multiplied before divided.
func NextBits(oldBits uint32, first, last time.Time) (uint32, error) {
	target, err := TargetFromBits(oldBits)
	if err != nil {
		return 0, err
	}
	took := min(max(last.Unix()-first.Unix(), minEpochSeconds), maxEpochSeconds)
	target.Mul(target, big.NewInt(took))
	target.Div(target, big.NewInt(epochSeconds))
	if limit := maxTarget(); target.Cmp(limit) > 0 {
		target = limit
	}
	return BitsFromTarget(target), nil
}
