package simulate

import "math"

// noise makes random numbers out of what they are for, so that a value does
// not depend on which others were asked for before.
type noise struct{ seed uint64 }

// Streams of numbers that must not depend on one another.
const (
	streamDay uint64 = iota + 1
	streamBridge
	streamVenue
	streamHashrate
	streamBlock
	streamFees
	streamPool
	streamRate
	streamMiner
	streamPower
	streamWind
	streamSpike
	streamFleet
	streamPoolHall
	streamPoolWorker
	streamPoolBlock
	streamPoolTx
)

// mix is SplitMix64's finalizer.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// bits are 64 random bits for a place in a stream.
func (n noise) bits(stream uint64, at ...int64) uint64 {
	h := mix(n.seed ^ mix(stream))
	for _, a := range at {
		h = mix(h ^ uint64(a)) //nolint:gosec // only the bits matter
	}
	return h
}

// uniform is in the open interval (0, 1).
func (n noise) uniform(stream uint64, at ...int64) float64 {
	return (float64(n.bits(stream, at...)>>11) + 0.5) / (1 << 53)
}

// normal has mean 0 and variance 1 (Box and Muller).
func (n noise) normal(stream uint64, at ...int64) float64 {
	h := n.bits(stream, at...)
	u := (float64(h>>32) + 0.5) / (1 << 32)
	v := float64(h&0xffffffff) / (1 << 32)
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

// exponential has mean 1.
func (n noise) exponential(stream uint64, at ...int64) float64 {
	return -math.Log(n.uniform(stream, at...))
}
