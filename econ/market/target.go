package market

import (
	"fmt"
	"math/big"
)

// maxTarget is the proof-of-work limit, 2^224 − 1.
func maxTarget() *big.Int {
	one := big.NewInt(1)
	return one.Sub(one.Lsh(one, 224), big.NewInt(1))
}

// unitTarget is the target of difficulty 1, 0xffff·2^208.
func unitTarget() *big.Int { return new(big.Int).Lsh(big.NewInt(0xffff), 208) }

// TargetFromBits expands the compact form of a target (M2). Negative, zero and
// overflowing forms are errors.
func TargetFromBits(bits uint32) (*big.Int, error) {
	exponent, mantissa := uint(bits>>24), int64(bits&0x7fffff)
	if bits&0x800000 != 0 && mantissa != 0 {
		return nil, fmt.Errorf("compact target %08x is negative", bits)
	}
	t := big.NewInt(mantissa)
	if exponent <= 3 {
		t.Rsh(t, 8*(3-exponent))
	} else {
		t.Lsh(t, 8*(exponent-3))
	}
	if t.Sign() == 0 {
		return nil, fmt.Errorf("compact target %08x is zero", bits)
	}
	if t.BitLen() > 256 {
		return nil, fmt.Errorf("compact target %08x is larger than 256 bits", bits)
	}
	return t, nil
}

// BitsFromTarget truncates a target to its compact form (M2; Bitcoin Core,
// arith_uint256::GetCompact).
func BitsFromTarget(t *big.Int) uint32 {
	size := uint(t.BitLen()+7) / 8
	var mantissa uint64
	if size <= 3 {
		mantissa = t.Uint64() << (8 * (3 - size))
	} else {
		mantissa = new(big.Int).Rsh(t, 8*(size-3)).Uint64()
	}
	if mantissa&0x800000 != 0 { // the sign bit: one byte more instead
		mantissa >>= 8
		size++
	}
	return uint32(mantissa) | uint32(size)<<24
}

// DifficultyFromBits is T1/target for a compact target (M2).
func DifficultyFromBits(bits uint32) (float64, error) {
	t, err := TargetFromBits(bits)
	if err != nil {
		return 0, err
	}
	d, _ := new(big.Rat).SetFrac(unitTarget(), t).Float64() // rounds to nearest
	return d, nil
}
