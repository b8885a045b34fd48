package units

import (
	"fmt"
	"math"

	"github.com/shopspring/decimal"
)

// Sats is an amount of bitcoin in satoshi; one bitcoin is 100,000,000.
type Sats int64

// SatsPerBTC is the number of satoshi in one bitcoin.
const SatsPerBTC = 100_000_000

const btcDecimals = 8

// RoundSats rounds an exact number of satoshi to a whole one, once, on its way
// into a ledger. It fails beyond what 64 bits hold.
func RoundSats(exact decimal.Decimal, r Rounding) (Sats, error) {
	whole := r.round(exact, 0).BigInt()
	if !whole.IsInt64() {
		return 0, fmt.Errorf("%s satoshi is more than there can be", whole)
	}
	return Sats(whole.Int64()), nil
}

// SatsFromFloat is where a computed amount of bitcoin becomes one that is
// booked: v, in satoshi, is rounded once, half to even. It fails if v is not
// finite or is beyond 64 bits.
func SatsFromFloat(v float64) (Sats, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%v is not an amount of bitcoin", v)
	}
	return RoundSats(decimal.NewFromFloat(v), HalfEven)
}

// BTC is the amount in bitcoin, exact.
func (s Sats) BTC() decimal.Decimal { return decimal.New(int64(s), -btcDecimals) }
