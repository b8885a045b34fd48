package units

import (
	"fmt"
	"math"
	"strconv"

	"github.com/shopspring/decimal"
)

const usdDecimals = 2

// USD is an exact amount of dollars in whole cents. The zero value is $0.00.
type USD struct{ amount decimal.Decimal }

// Cents is that many cents.
func Cents(n int64) USD { return USD{decimal.New(n, -usdDecimals)} }

// RoundUSD rounds an exact figure to the cent, once, on its way into a ledger.
func RoundUSD(exact decimal.Decimal, r Rounding) USD { return USD{r.round(exact, usdDecimals)} }

// USDFromFloat is where a simulated or measured figure becomes an amount: it is
// rounded once, half to even, as it is printed. It fails if v is not finite.
func USDFromFloat(v float64) (USD, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return USD{}, fmt.Errorf("%v is not an amount of dollars", v)
	}
	d, err := decimal.NewFromString(strconv.FormatFloat(v, 'f', usdDecimals, 64))
	if err != nil {
		return USD{}, fmt.Errorf("dollars of %v: %w", v, err)
	}
	return USD{d}, nil
}

// Add is u + v.
func (u USD) Add(v USD) USD { return USD{u.amount.Add(v.amount)} }

// Sub is u − v.
func (u USD) Sub(v USD) USD { return USD{u.amount.Sub(v.amount)} }

// Neg is −u.
func (u USD) Neg() USD { return USD{u.amount.Neg()} }

// Cmp is −1, 0 or +1 as u is less than, equal to or more than v.
func (u USD) Cmp(v USD) int { return u.amount.Cmp(v.amount) }

// Equal says whether the amounts are the same.
func (u USD) Equal(v USD) bool { return u.amount.Equal(v.amount) }

// Sign is −1, 0 or +1.
func (u USD) Sign() int { return u.amount.Sign() }

// Decimal is the amount in dollars, for products that are rounded later.
func (u USD) Decimal() decimal.Decimal { return u.amount }

// Float64 is the nearest float64 in dollars, for simulation and display; it
// never goes back into a ledger.
func (u USD) Float64() float64 { return u.amount.InexactFloat64() }

// String is the amount with two decimals and without groups: "-1234.50". It is
// for stores and files; views/format prints for people.
func (u USD) String() string { return u.amount.StringFixed(usdDecimals) }
