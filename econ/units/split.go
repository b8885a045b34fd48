package units

import (
	"errors"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"
)

// Split divides the amount in proportion to the weights, by largest remainder
// with ties to the earlier part: the parts sum to the amount exactly. It fails
// without weights, if one is negative, or if all are zero.
func (u USD) Split(weights ...decimal.Decimal) ([]USD, error) {
	cents, err := split(u.amount.Shift(usdDecimals).BigInt(), weights)
	parts := make([]USD, len(cents))
	for i, c := range cents {
		parts[i] = USD{decimal.NewFromBigInt(c, -usdDecimals)}
	}
	return parts, err
}

// Split is USD.Split for satoshi.
func (s Sats) Split(weights ...decimal.Decimal) ([]Sats, error) {
	whole, err := split(big.NewInt(int64(s)), weights)
	parts := make([]Sats, len(whole))
	for i, w := range whole {
		parts[i] = Sats(w.Int64()) // no part is larger than the whole
	}
	return parts, err
}

// EqualWeights are the weights of n equal parts.
func EqualWeights(n int) []decimal.Decimal {
	return slices.Repeat([]decimal.Decimal{decimal.NewFromInt(1)}, n)
}

// split divides total. A negative one is divided like a positive one and its
// parts are negated, so that a refund mirrors its bill.
func split(total *big.Int, weights []decimal.Decimal) ([]*big.Int, error) {
	whole, sum, err := wholeWeights(weights)
	if err != nil {
		return nil, err
	}
	left := new(big.Int).Abs(total)
	parts, remainders, order := make([]*big.Int, len(whole)), make([]*big.Int, len(whole)), make([]int, len(whole))
	for i, w := range whole {
		share := new(big.Int).Mul(left, w)
		parts[i], remainders[i] = share.QuoRem(share, sum, new(big.Int))
		order[i] = i
	}
	for _, p := range parts {
		left.Sub(left, p)
	}
	slices.SortStableFunc(order, func(a, b int) int { return remainders[b].Cmp(remainders[a]) })
	for _, i := range order[:left.Int64()] { // fewer are left than there are parts
		parts[i].Add(parts[i], big.NewInt(1))
	}
	if total.Sign() < 0 {
		for _, p := range parts {
			p.Neg(p)
		}
	}
	return parts, nil
}

// wholeWeights brings the weights to one scale, as integers, with their sum.
func wholeWeights(weights []decimal.Decimal) (whole []*big.Int, sum *big.Int, err error) {
	scale := int32(0)
	for _, w := range weights {
		scale = min(scale, w.Exponent())
	}
	sum = new(big.Int)
	for _, w := range weights {
		if w.Sign() < 0 {
			return nil, nil, errors.New("a part cannot have a negative weight")
		}
		n := w.Shift(-scale).BigInt()
		whole, sum = append(whole, n), sum.Add(sum, n)
	}
	if sum.Sign() == 0 {
		return nil, nil, errors.New("there is nothing to split between: no part has a weight")
	}
	return whole, sum, nil
}
