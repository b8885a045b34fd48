package market

import (
	"errors"
	"math"

	"switchyard/econ/units"
)

// FeeWindow is the number of blocks over which fees are averaged for the
// hashprice (M3; the window of Luxor's index).
const FeeWindow = 144

const secondsPerDay = 86_400

// Hashprice is the expected pay for 1 PH/s over one day (M3).
type Hashprice struct {
	SatPerPHDay float64
	USDPerPHDay float64
	FeeShare    float64 // fraction of the pay that is fees
}

// ComputeHashprice is M3: meanFees in satoshi per block, priceUSD in USD per
// BTC. It depends on difficulty alone, not on how fast blocks come. Inputs that
// are not finite and sensible are errors.
func ComputeHashprice(difficulty float64, subsidy units.Sats, meanFees, priceUSD float64) (Hashprice, error) {
	switch {
	case !(difficulty > 0) || math.IsInf(difficulty, 1):
		return Hashprice{}, errors.New("the difficulty is not known")
	case subsidy < 0 || !(meanFees >= 0) || math.IsInf(meanFees, 1):
		return Hashprice{}, errors.New("the block reward is not known")
	case !(priceUSD > 0) || math.IsInf(priceUSD, 1):
		return Hashprice{}, errors.New("the price of bitcoin is not known")
	}
	reward := float64(subsidy) + meanFees
	sat := 1e15 * secondsPerDay / HashesPerBlock(difficulty) * reward
	h := Hashprice{SatPerPHDay: sat, USDPerPHDay: sat * priceUSD / units.SatsPerBTC}
	if reward > 0 {
		h.FeeShare = meanFees / reward
	}
	return h, nil
}

// MeanFees is the simple mean of the blocks' total fees in satoshi, over the
// blocks whose fees are known, and how many those are.
func MeanFees(blocks []Block) (mean float64, counted int) {
	sum := 0.0
	for _, b := range blocks {
		if b.TotalFees != nil {
			sum += float64(*b.TotalFees)
			counted++
		}
	}
	if counted == 0 {
		return 0, 0
	}
	return sum / float64(counted), counted
}
