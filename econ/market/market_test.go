package market_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"switchyard/econ/units"
)

// The base case of economics.md.
const (
	baseDifficulty = 130e12
	basePrice      = 80_000.0
	baseSubsidy    = units.Sats(312_500_000)
	baseFees       = 3_000_000.0
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %.12g, want %.12g ± %g", what, got, want, tolerance)
	}
}

func relative(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	near(t, what, got, want, math.Abs(want)*tolerance)
}

// gamma draws from a gamma distribution of unit rate (Marsaglia and Tsang).
func gamma(rng *rand.Rand, shape float64) float64 {
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		v *= v * v
		if v > 0 && math.Log(rng.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
