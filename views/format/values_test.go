package format_test

import (
	"math"
	"testing"

	"switchyard/econ/units"
	"switchyard/views/format"
)

// What only the server prints has no vectors: it is tested here.

func TestPlain(t *testing.T) {
	for in, want := range map[float64]string{
		0: "0", 0.25: "0.25", 1234.5: "1,234.5", -0.0000001: "0", 144.04e12: "144,040,000,000,000",
		1.0391472281130547e21: "1.0391 × 10^21", -1e15: "−1.0000 × 10^15", 100: "100", -0.5: "−0.5",
	} {
		if got := format.Plain(in); got != want {
			t.Errorf("Plain(%v) = %q, want %q", in, got, want)
		}
	}
}

func TestBitcoin(t *testing.T) {
	for sats, want := range map[units.Sats]string{3_000_000: "0.0300", 0: "0.0000", -250_000_000_000: "−2,500.0000", 312_500_000: "3.1250"} {
		if got := format.BTC(sats); got != (format.Value{Text: want, Unit: "BTC"}) {
			t.Errorf("BTC(%d) = %v, want %s", sats, got, want)
		}
	}
	if got := format.Sats(3e6); got != (format.Value{Text: "3,000,000", Unit: "sat"}) {
		t.Errorf("Sats: got %v", got)
	}
}

func TestSignedDollars(t *testing.T) {
	for in, want := range map[float64]string{0.83: "+$0.83", -0.83: "−$0.83", 0: "$0.00", 0.004: "$0.00", -0.004: "$0.00", 1125.4: "+$1,125"} {
		if got := format.SignedUSD2(in).Text; got != want {
			t.Errorf("SignedUSD2(%v) = %q, want %q", in, got, want)
		}
	}
	if got := format.SignedUSD2(math.NaN()).Text; got != format.Missing {
		t.Errorf("SignedUSD2(NaN) = %q", got)
	}
}

// The unit stands apart from its number, to be set smaller; money has none.
func TestUnitsStandApart(t *testing.T) {
	for want, got := range map[format.Value]format.Value{
		{Text: "1,010", Unit: "EH/s"}: format.Hashrate(1.01e21),
		{Text: "144.04", Unit: "T"}:   format.Difficulty(144.04e12),
		{Text: "30.7", Unit: "%"}:     format.Percent1(0.307),
		{Text: "$38.65"}:              format.USD2(38.65),
		{Text: format.Missing}:        format.Hashrate(math.NaN()),
	} {
		if got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}
