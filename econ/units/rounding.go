package units

import "github.com/shopspring/decimal"

// Rounding says what becomes of the part of an amount that is smaller than the
// ledger keeps. The zero value is the rule wherever a contract does not say
// otherwise.
type Rounding int

// The roundings.
const (
	HalfEven Rounding = iota // a tie goes to the even digit
	HalfUp                   // a tie goes away from zero: a contract's clause
)

// round is exact with that many decimals.
func (r Rounding) round(exact decimal.Decimal, decimals int32) decimal.Decimal {
	if r == HalfUp {
		return exact.Round(decimals)
	}
	return exact.RoundBank(decimals)
}
