package market_test

import (
	"math"
	"testing"

	"switchyard/econ/market"
	"switchyard/econ/units"
)

func TestM1Subsidy(t *testing.T) {
	for h, want := range map[int64]units.Sats{
		0: 5_000_000_000, 209_999: 5_000_000_000, 210_000: 2_500_000_000, 839_999: 625_000_000,
		840_000: 312_500_000, 1_049_999: 312_500_000, 1_050_000: 156_250_000,
		6_929_999: 1, 6_930_000: 0, 13_440_000: 0, math.MaxInt64: 0,
	} {
		if got, err := market.Subsidy(h); err != nil || got != want {
			t.Errorf("Subsidy(%d) = %d, %v, want %d", h, got, err, want)
		}
	}
	for h, want := range map[int64]units.Sats{
		0: 5_000_000_000, 839_999: 1_968_750_000_000_000, 950_000: 2_003_125_312_500_000,
		6_929_999: 2_099_999_997_690_000, math.MaxInt64 - 1: 2_099_999_997_690_000,
	} {
		if got, err := market.IssuedThrough(h); err != nil || got != want {
			t.Errorf("IssuedThrough(%d) = %d, %v, want %d", h, got, err, want)
		}
	}
	if _, err := market.Subsidy(-1); err == nil {
		t.Error("Subsidy(-1) has no error")
	}
	if _, err := market.IssuedThrough(-1); err == nil {
		t.Error("IssuedThrough(-1) has no error")
	}
}
