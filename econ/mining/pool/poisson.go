package pool

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// chanceAtMost is P(K ≤ k) of a Poisson count with mean mu: the upper
// incomplete gamma function Q(k+1, μ). k and mu must not be negative.
func chanceAtMost(k int, mu float64) float64 {
	if mu == 0 {
		return 1
	}
	return mathext.GammaIncRegComp(float64(k)+1, mu)
}

// poissonQuantile is the smallest k with P(K ≤ k) ≥ p, for p below 1. It
// doubles a bound and halves the span: some forty steps at any mean.
func poissonQuantile(p, mu float64) int {
	low, high := -1, int(math.Ceil(mu))+1
	for chanceAtMost(high, mu) < p {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if mid := low + (high-low)/2; chanceAtMost(mid, mu) < p {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}
