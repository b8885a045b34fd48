package market_test

import (
	"math"
	"testing"

	"switchyard/econ/market"
)

func TestM2DifficultyOfCompactTargets(t *testing.T) {
	for bits, want := range map[uint32]float64{
		0x1b0404cb: 16_307.420938523983, 0x1d00d86a: 1.1828995343128408, 0x1d00ffff: 1,
	} {
		got, err := market.DifficultyFromBits(bits)
		if err != nil {
			t.Fatal(err)
		}
		relative(t, "difficulty", got, want, 1e-15)
	}
	for _, bits := range []uint32{0, 0x01800001, 0x1d800001, 0xff123456, 0x00ffffff} {
		if got, err := market.DifficultyFromBits(bits); err == nil {
			t.Errorf("DifficultyFromBits(%08x) = %g without error", bits, got)
		}
	}
}

func FuzzTargetFromBits(f *testing.F) {
	for _, bits := range []uint32{0x1d00ffff, 0x1b0404cb, 0x01010000, 0, 0x03000001, 0x20ffffff} {
		f.Add(bits)
	}
	f.Fuzz(func(t *testing.T, bits uint32) {
		target, err := market.TargetFromBits(bits)
		if err != nil {
			return
		}
		again, err := market.TargetFromBits(market.BitsFromTarget(target))
		if err != nil || again.Cmp(target) != 0 {
			t.Errorf("%08x: %x became %x, %v", bits, target, again, err)
		}
		if d, err := market.DifficultyFromBits(bits); err != nil || !(d > 0) || math.IsInf(d, 0) {
			t.Errorf("%08x: difficulty %g, %v", bits, d, err)
		}
	})
}
