package format

import "math"

// Hashrate prints hashes per second as EH/s, or in PH/s or TH/s where that
// would be less than 0.01.
func Hashrate(hs float64) Value {
	switch a := math.Abs(hs); {
	case a != 0 && a < 0.01e15:
		return scaled(hs, 1e12, "TH/s")
	case a != 0 && a < 0.01e18:
		return scaled(hs, 1e15, "PH/s")
	default:
		return scaled(hs, 1e18, "EH/s")
	}
}

// Difficulty prints the difficulty in units of 10^12: "144.04" "T".
func Difficulty(d float64) Value { return scaled(d, 1e12, "T") }
