package simulate

import (
	"hash/fnv"
	"math"
	"sync"
	"time"
	_ "time/tzdata" // Texas keeps its time on a machine without zones
)

// texas is where the simulated power market keeps its time.
var texas = sync.OnceValue(func() *time.Location { // read from a file, a thousand times slower than an hour's price
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		panic(err) // the zone is built in
	}
	return zone
})

// Shape of a power price in USD/MWh: a year's mean, and what the seasons, the
// hours and the weekend make of it.
const (
	powerMean    = 31.0
	summerRise   = 0.34
	winterRise   = 0.18
	weekendFall  = 0.12
	windStrength = 0.42 // of a day's wind on its price, in logs
	hourNoise    = 0.14
	quarterNoise = 0.20
	spikeOdds    = 0.0022 // of an hour without season
	spikeFloor   = 140.0  // USD/MWh of the least spike
	spikeCap     = 5000.0 // the offer cap
)

// hourShape is the price of each local hour against the day's mean: nights are
// cheap, sun presses noon, evenings are dear.
var hourShape = [24]float64{
	0.82, 0.77, 0.74, 0.73, 0.76, 0.88, 1.06, 1.10, 0.98, 0.88, 0.80, 0.76, 0.75, 0.78, 0.86, 1.02, 1.28, 1.62, 1.78, 1.58, 1.30, 1.10, 0.97, 0.88,
}

// powerSeason is how high summer and how deep winter is, each 0 to 1.
func powerSeason(local time.Time) (summer, winter float64) {
	angle := 2 * math.Pi * float64(local.YearDay()-20) / 365
	return max(0, -math.Cos(angle)), max(0, math.Cos(angle))
}

// pointID tells points apart: the numbers of one say nothing of another's.
func pointID(point string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(point)) //nolint:errcheck // a hash does not fail
	return int64(h.Sum32())
}

// expectedPower is what everybody expects of an hour, USD/MWh; windy hours of
// the west fall below zero.
func (w *World) expectedPower(point string, hour time.Time) float64 {
	local := hour.In(texas())
	day := hour.Unix() / secondsPerDay
	summer, winter := powerSeason(local)
	v := powerMean * (1 + summerRise*summer + winterRise*winter) * hourShape[local.Hour()]
	if d := local.Weekday(); d == time.Saturday || d == time.Sunday {
		v *= 1 - weekendFall
	}
	frac := float64(hour.Unix()%secondsPerDay) / secondsPerDay
	wind := w.noise.normal(streamWind, day)*(1-frac) + w.noise.normal(streamWind, day+1)*frac
	v *= math.Exp(-windStrength * wind)
	if over := wind - 1.35; over > 0 && hourShape[local.Hour()] < 1 {
		v -= 30 * over
	}
	return v * (0.97 + 0.06*w.noise.uniform(streamPower, pointID(point)))
}

// DayAheadPower is what the hour was sold for the day before, in USD/MWh.
func (w *World) DayAheadPower(point string, hour time.Time) float64 {
	hour = hour.UTC().Truncate(time.Hour)
	summer, _ := powerSeason(hour.In(texas()))
	premium := 1.03 + 0.25*summer*max(0, hourShape[hour.In(texas()).Hour()]-1) // for fear of spikes
	return cents(w.expectedPower(point, hour) * premium * math.Exp(0.06*w.noise.normal(streamPower, 1, pointID(point), hour.Unix())))
}

// RealTimePower is what energy costs in the quarter of an hour that begins at t,
// in USD/MWh: the expectation with noise, and now and then a spike that begins
// in one hour and dies in the next.
func (w *World) RealTimePower(point string, t time.Time) float64 {
	quarter := t.UTC().Truncate(15 * time.Minute)
	hour := quarter.Truncate(time.Hour)
	v := w.expectedPower(point, hour)
	v += math.Abs(v) * (math.Exp(hourNoise*w.noise.normal(streamPower, 2, hour.Unix())+quarterNoise*w.noise.normal(streamPower, 3, pointID(point), quarter.Unix())) - 1)
	v += w.spike(hour) * (0.7 + 0.6*w.noise.uniform(streamSpike, 2, quarter.Unix()))
	v += 0.3 * w.spike(hour.Add(-time.Hour))
	return cents(min(v, spikeCap))
}

// RealTimeHour is the mean of an hour's four quarters, in USD/MWh.
func (w *World) RealTimeHour(point string, hour time.Time) float64 {
	sum := 0.0
	for q := range 4 {
		sum += w.RealTimePower(point, hour.Add(time.Duration(q)*15*time.Minute))
	}
	return sum / 4
}

// spike is what scarcity adds to an hour, in USD/MWh; the whole market feels it.
func (w *World) spike(hour time.Time) float64 {
	local := hour.In(texas())
	summer, winter := powerSeason(local)
	odds := spikeOdds * (1 + 8*summer*max(0, hourShape[local.Hour()]-1) + 4*winter*max(0, hourShape[local.Hour()]-1))
	if w.noise.uniform(streamSpike, 0, hour.Unix()) > odds {
		return 0
	}
	return min(spikeCap, spikeFloor*math.Pow(w.noise.uniform(streamSpike, 1, hour.Unix()), -0.8))
}

// cents is a price as the market prints it.
func cents(v float64) float64 { return math.Round(v*100) / 100 }
