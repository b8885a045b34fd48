package market

import (
	"time"

	"switchyard/econ/units"
)

// Block is one block of the chain as an upstream described it. A nil pointer
// is a fact the upstream did not tell, which is not the same as zero.
type Block struct {
	Height     int64
	Hash       string // 64 hex digits, lower case
	PrevHash   string // empty for the genesis block
	Time       time.Time
	Bits       uint32
	Difficulty float64
	TxCount    *int64
	Weight     *int64 // weight units
	TotalFees  *units.Sats
	Reward     *units.Sats // subsidy and fees
	MedianFee  *float64    // sat/vB
	PoolName   string      // empty if unknown
}
