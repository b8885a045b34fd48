package simulate

import (
	"math"
	"time"

	"switchyard/econ/market"
)

// DailyHashrate is the hashrate that the blocks of a UTC day tell, in H/s;
// false for a day without blocks.
func (w *World) DailyHashrate(day time.Time) (float64, bool) {
	day = day.UTC().Truncate(24 * time.Hour)
	first, last := w.heightsIn(day, day.Add(24*time.Hour))
	c := w.chain
	c.mu.Lock()
	defer c.mu.Unlock()
	work := 0.0
	for h := first; h <= last; h++ {
		work += c.difficulties[(h-c.first)/market.EpochBlocks]
	}
	return market.HashesPerBlock(work) / secondsPerDay, work > 0
}

// Step is a change of the difficulty.
type Step struct {
	Time       time.Time
	Height     int64
	Difficulty float64
	Ratio      float64 // new over old; 1 for the first
}

// Steps are the changes of the difficulty since an instant, ascending.
func (w *World) Steps(since time.Time) []Step {
	w.Tip()
	c := w.chain
	c.mu.Lock()
	defer c.mu.Unlock()
	var steps []Step
	for epoch := range c.bits {
		i := epoch * market.EpochBlocks
		if i >= len(c.times) || c.times[i] < since.Unix() {
			continue
		}
		s := Step{Time: time.Unix(c.times[i], 0).UTC(), Height: c.first + int64(i), Difficulty: c.difficulties[epoch], Ratio: 1}
		if epoch > 0 {
			s.Ratio = s.Difficulty / c.difficulties[epoch-1]
		}
		steps = append(steps, s)
	}
	return steps
}

// FeeBucket is the mean of fees over the blocks of a stretch of time.
type FeeBucket struct {
	Height int64 // mean height
	Time   time.Time
	Fees   float64 // sat per block
	USD    float64
}

// FeeBuckets are means of fees over buckets of one width, ascending; a bucket
// of a second is a block.
func (w *World) FeeBuckets(from, to time.Time, width time.Duration) []FeeBucket {
	first, last := w.heightsIn(from, to)
	c := w.chain
	var list []FeeBucket
	n := 0.0
	start := int64(math.MinInt64)
	for h := first; h <= last; h++ {
		c.mu.Lock()
		at, fees := c.times[h-c.first], float64(c.fees(h))
		c.mu.Unlock()
		if bin := at - at%int64(width.Seconds()); bin != start {
			start, n = bin, 0
			list = append(list, FeeBucket{Time: time.Unix(at, 0).UTC(), USD: math.Round(w.Price(time.Unix(at, 0)))})
		}
		b := &list[len(list)-1]
		n++
		b.Fees += (fees - b.Fees) / n
		b.Height = h - int64(n)/2
	}
	return list
}

// FeeRates are the recommended fee rates at an instant in sat/vB: fastest, half
// an hour, an hour, economy, minimum.
func (w *World) FeeRates(t time.Time) [5]float64 {
	minute := t.Unix() / 60
	level := 1 + 6*math.Abs(math.Sin(float64(minute)/700)) + 3*w.noise.uniform(streamRate, minute/5)
	return [5]float64{math.Ceil(level), math.Ceil(level * 0.7), math.Ceil(level * 0.5), math.Ceil(level * 0.3), 1}
}
