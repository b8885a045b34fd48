package pool

import (
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Range is the pay that luck allows with 95 %.
type Range struct{ Low, High units.Sats }

// Expectation is what work should have been paid (M7). Amounts are rounded
// once, half to even, after their legs are summed.
type Expectation struct {
	Scheme       Scheme
	Blocks       float64                  // μ
	Gross        units.Sats               // before the pool's fee
	Expected     units.Sats               // after it
	Fees         units.Sats               // part of Expected that stands for transaction fees
	ByBlocks     mining.Maybe[units.Sats] // after the fee, by the blocks the pool did find; FPPS has none
	FeesByBlocks mining.Maybe[units.Sats] // part of ByBlocks that stands for transaction fees
	ShareError   float64                  // relative standard error of our share in ByBlocks; 0: it is exact
	// RelativeSD is that of the luck the miner carries, in the pay as a whole;
	// 0 under FPPS.
	RelativeSD mining.Maybe[float64]
	Range      mining.Maybe[Range] // around Expected; of no width under FPPS
}

// Due is what the account should have been paid: by the blocks that were found
// where they count and are known, or else in expectation.
func (e Expectation) Due() units.Sats {
	if e.ByBlocks.Known {
		return e.ByBlocks.Value
	}
	return e.Expected
}

// DueFees is the part of Due that stands for transaction fees.
func (e Expectation) DueFees() units.Sats {
	if e.ByBlocks.Known {
		return e.FeesByBlocks.Value
	}
	return e.Fees
}
