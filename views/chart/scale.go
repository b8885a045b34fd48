package chart

import (
	"math"
	"time"
)

// Linear maps lo..hi to a..b. A span without width maps to the middle.
func Linear(lo, hi, a, b float64) func(float64) float64 {
	if !(hi > lo) {
		return func(float64) float64 { return (a + b) / 2 }
	}
	return func(v float64) float64 { return a + (v-lo)/(hi-lo)*(b-a) }
}

// Log maps lo..hi to a..b by their logarithms; both must be positive, else it
// maps to the middle.
func Log(lo, hi, a, b float64) func(float64) float64 {
	if lo <= 0 || hi <= lo {
		return func(float64) float64 { return (a + b) / 2 }
	}
	f := Linear(math.Log(lo), math.Log(hi), a, b)
	return func(v float64) float64 { return f(math.Log(v)) }
}

// Time maps from..to to a..b.
func Time(from, to time.Time, a, b float64) func(time.Time) float64 {
	f := Linear(0, float64(to.Sub(from)), a, b)
	return func(t time.Time) float64 { return f(float64(t.Sub(from))) }
}

// niceFactors are the steps people read without counting.
var niceFactors = [...]float64{1, 2, 2.5, 5, 10}

// NiceTicks returns at most most round values that enclose lo..hi: the first
// is at or below lo, the last at or above hi. A span without width is widened
// so that there is always something to read the value against.
func NiceTicks(lo, hi float64, most int) []float64 {
	if math.IsNaN(lo) || math.IsNaN(hi) || math.IsInf(lo, 0) || math.IsInf(hi, 0) || most < 2 {
		return nil
	}
	if hi < lo {
		lo, hi = hi, lo
	}
	if hi-lo <= math.Abs(hi)*1e-9 {
		pad := math.Abs(hi) * 0.02
		if pad == 0 {
			pad = 1
		}
		lo, hi = lo-pad, hi+pad
	}
	base := math.Pow(10, math.Floor(math.Log10((hi-lo)/float64(most))))
	for {
		for _, f := range niceFactors {
			step := base * f
			first, last := math.Floor(lo/step+1e-9), math.Ceil(hi/step-1e-9)
			if n := int(last-first) + 1; n <= most {
				return multiples(first, n, step)
			}
		}
		base *= 10
	}
}

// multiples lists n multiples of step from first on, free of rounding dust.
func multiples(first float64, n int, step float64) []float64 {
	ticks := make([]float64, n)
	for i := range ticks {
		v := (first + float64(i)) * step
		if scale := math.Pow(10, 3-math.Floor(math.Log10(step))); !math.IsInf(scale, 0) && scale > 0 {
			v = math.Round(v*scale) / scale
		}
		ticks[i] = v
	}
	return ticks
}

// logSets are the digits of a decade, densest first.
var logSets = [...][]float64{{1, 1.5, 2, 3, 4, 6, 8}, {1, 2, 4, 6, 8}, {1, 2, 5}, {1, 3}, {1}}

// LogTicks returns at most most round values inside lo..hi for a logarithmic
// axis: the densest set of digits that fits.
func LogTicks(lo, hi float64, most int) []float64 {
	if lo <= 0 || hi <= lo || math.IsInf(hi, 0) || math.IsNaN(lo) || math.IsNaN(hi) || most < 2 {
		return nil
	}
	for _, digits := range logSets {
		if ticks := logTicks(lo, hi, digits); len(ticks) <= most && len(ticks) > 1 {
			return ticks
		}
	}
	var inside []float64 // a narrow span: linear steps read better
	for _, v := range NiceTicks(lo, hi, most) {
		if v >= lo && v <= hi {
			inside = append(inside, v)
		}
	}
	return inside
}

func logTicks(lo, hi float64, digits []float64) []float64 {
	var ticks []float64
	for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)); e++ {
		for _, m := range digits {
			if v := m * math.Pow(10, e); v >= lo*(1-1e-9) && v <= hi*(1+1e-9) {
				ticks = append(ticks, v)
			}
		}
	}
	return ticks
}
