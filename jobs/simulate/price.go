package simulate

import (
	"math"
	"sync"
	"time"
)

const (
	secondsPerDay = 86_400
	// pastDays is how far before its origin the world begins: more than the
	// three years that a first start asks for.
	pastDays = 1300
	// dayVolatility is the standard deviation of a day's log return: 45 % a year.
	dayVolatility = 0.45 / 19.105 // the root of 365
	// dayMemory is how much of its distance from the anchors a day keeps.
	dayMemory = 0.97
	// bridgeLevels halve a day down to less than a second.
	bridgeLevels = 17
)

// anchors are what the price is pulled to: days from the origin, and USD. They
// give a past with a halving year, a peak and a fall; beyond the last one the
// price keeps near it.
var anchors = [...]struct{ day, usd float64 }{
	{-1300, 27_500}, {-1100, 34_000}, {-960, 66_000}, {-800, 61_000}, {-650, 94_000},
	{-500, 104_000}, {-380, 122_000}, {-300, 92_000}, {-160, 76_000}, {-40, 84_000}, {0, 87_000}, {400, 95_000},
}

// priceModel is the price path. Days are counted from the world's beginning.
type priceModel struct {
	noise noise
	begin int64 // Unix time of day 0
	mu    sync.Mutex
	days  []float64 // distance of each day's beginning from the anchors, in logs; grows, guarded by mu
}

func newPriceModel(n noise, begin int64) *priceModel {
	return &priceModel{noise: n, begin: begin}
}

// anchor is the log price that a day is pulled to.
func anchor(day float64) float64 {
	day -= pastDays
	for i := 1; i < len(anchors); i++ {
		a, b := anchors[i-1], anchors[i]
		if day < b.day {
			f := max(0, (day-a.day)/(b.day-a.day))
			return math.Log(a.usd)*(1-f) + math.Log(b.usd)*f
		}
	}
	return math.Log(anchors[len(anchors)-1].usd)
}

// walk is the distance from the anchors at the beginning of a day: a
// mean-reverting walk, computed once for each day and in order.
func (m *priceModel) walk(day int64) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.days) == 0 {
		m.days = append(m.days, 0)
	}
	for int64(len(m.days)) <= day {
		n := int64(len(m.days))
		m.days = append(m.days, dayMemory*m.days[n-1]+dayVolatility*m.noise.normal(streamDay, n))
	}
	return m.days[max(day, 0)]
}

// day is the log price at the beginning of a day. The walk's value at the
// origin is taken out near it, so that a new world opens at the last anchor.
func (m *priceModel) day(day int64) float64 {
	origin := m.walk(pastDays) * math.Exp(-math.Abs(float64(day-pastDays))/30)
	return anchor(float64(day)) + m.walk(day) - origin
}

// at is the price in USD at an instant: the line between two days, and a
// Brownian bridge over it, refined by midpoints down to the second.
func (m *priceModel) at(t time.Time) float64 {
	seconds := t.Unix() - m.begin
	day := seconds / secondsPerDay
	if seconds < 0 {
		day, seconds = 0, 0
	}
	frac := float64(seconds-day*secondsPerDay) / secondsPerDay
	base := m.day(day)*(1-frac) + m.day(day+1)*frac
	return math.Exp(base + m.bridge(day, frac))
}

// bridge is zero at both ends of a day.
func (m *priceModel) bridge(day int64, at float64) float64 {
	low, high := 0.0, 1.0
	lowV, highV := 0.0, 0.0
	index := int64(0)
	sd := dayVolatility / 2
	for level := range int64(bridgeLevels) {
		mid := (low + high) / 2
		midV := (lowV+highV)/2 + sd*m.noise.normal(streamBridge, day, level, index)
		index *= 2
		if at < mid {
			high, highV = mid, midV
		} else {
			low, lowV = mid, midV
			index++
		}
		sd /= math.Sqrt2
	}
	return lowV + (highV-lowV)*(at-low)/(high-low)
}
