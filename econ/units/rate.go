package units

import "github.com/shopspring/decimal"

const rateDecimals = 6

// Rate is an exact figure at a millionth: dollars per MWh, per GPU-hour or per
// kW-month, an exchange rate, or a percentage as a fraction. The zero value is
// zero.
type Rate struct{ value decimal.Decimal }

// RoundRate rounds an exact figure to a millionth, half to even.
func RoundRate(exact decimal.Decimal) Rate { return Rate{HalfEven.round(exact, rateDecimals)} }

// Times is the exact product with a quantity. Sum the legs, then RoundUSD once.
func (r Rate) Times(quantity decimal.Decimal) decimal.Decimal { return r.value.Mul(quantity) }

// Cmp is −1, 0 or +1 as r is less than, equal to or more than s.
func (r Rate) Cmp(s Rate) int { return r.value.Cmp(s.value) }

// Equal says whether the rates are the same.
func (r Rate) Equal(s Rate) bool { return r.value.Equal(s.value) }

// Sign is −1, 0 or +1.
func (r Rate) Sign() int { return r.value.Sign() }

// Decimal is the rate itself.
func (r Rate) Decimal() decimal.Decimal { return r.value }

// Float64 is the nearest float64, for simulation and display.
func (r Rate) Float64() float64 { return r.value.InexactFloat64() }

// String is the rate with all that is known of it and no more: "48", "2.95".
func (r Rate) String() string { return r.value.String() }
