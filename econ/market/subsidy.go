package market

import (
	"fmt"

	"switchyard/econ/units"
)

// HalvingInterval is the number of blocks between two halvings of the subsidy.
const HalvingInterval = 210_000

const firstSubsidy units.Sats = 50 * units.SatsPerBTC

// Subsidy is the new bitcoin that the block at height may create, in satoshi
// (M1; Bitcoin Core, GetBlockSubsidy). A negative height is an error.
func Subsidy(height int64) (units.Sats, error) {
	if height < 0 {
		return 0, fmt.Errorf("block height %d is negative", height)
	}
	era := height / HalvingInterval
	if era >= 64 {
		return 0, nil
	}
	return firstSubsidy >> era, nil
}

// IssuedThrough is the scheduled issue of blocks 0 to height, in satoshi (M1).
// The spendable supply is slightly lower. A negative height is an error.
func IssuedThrough(height int64) (units.Sats, error) {
	if height < 0 {
		return 0, fmt.Errorf("block height %d is negative", height)
	}
	var total units.Sats
	for left, subsidy := height+1, firstSubsidy; left > 0 && subsidy > 0; subsidy >>= 1 {
		n := min(left, HalvingInterval)
		total += units.Sats(n) * subsidy
		left -= n
	}
	return total, nil
}
