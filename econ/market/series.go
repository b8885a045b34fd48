package market

import "time"

// World says whether facts come from the outside or from the simulator. A
// database holds exactly one world; the two are never mixed.
type World string

// The two worlds.
const (
	Public    World = "public"
	Simulated World = "simulated"
)

// Level is the resolution at which a series is kept.
type Level string

// The levels, finest first.
const (
	LevelTick   Level = "tick"
	LevelMinute Level = "minute"
	LevelHour   Level = "hour"
	LevelDay    Level = "day"
)

// Width is the length of one bar of the level; a tick has the width of the
// second it is stored under.
func (l Level) Width() time.Duration {
	switch l {
	case LevelMinute:
		return time.Minute
	case LevelHour:
		return time.Hour
	case LevelDay:
		return 24 * time.Hour
	default:
		return time.Second
	}
}

// SeriesDef declares a series before it is stored.
type SeriesDef struct {
	Key      string        // room.metric_unit[.qualifier], e.g. market.btc_usd.kraken
	Unit     string        // unit of the values, e.g. USD, sat/PH/day, H/s
	Interval time.Duration // expected time between two values
	Source   string        // name of the ops.Source that feeds it
	Licence  string        // what may be done with the values, empty if nothing is known
}

// Room is the part of the key before the first point: the room, and so the
// Postgres schema, that keeps the series.
func (d SeriesDef) Room() string {
	for i := range len(d.Key) {
		if d.Key[i] == '.' {
			return d.Key[:i]
		}
	}
	return d.Key
}

// Series is a declared series as the store keeps it.
type Series struct {
	SeriesDef
	ID    int32
	World World
}

// Point is one value of a series at an instant.
type Point struct {
	T time.Time
	V float64
}

// SeriesStatus is a series with its newest value: Last.T is zero if it has none.
type SeriesStatus struct {
	Series
	Last  Point
	Level Level // level Last was read from
	Seq   int64 // number of the last change published under the series' key
}

// Bar sums up the values of one interval that begins at T.
type Bar struct {
	T           time.Time
	N           int64 // number of values; at least 1
	Sum         float64
	Min, Max    float64
	First, Last float64
}

// Chart is a series cut for display: at most two points per requested column,
// with every minimum and maximum kept.
type Chart struct {
	Series Series
	Level  Level // coarsest level that served
	From   time.Time
	To     time.Time
	Points []Point
	Seq    int64
}

// Candle is one venue's open, high, low and close over one interval that
// begins at T, in USD per BTC. Volume is in BTC.
type Candle struct {
	T                      time.Time
	Open, High, Low, Close float64
	Volume                 float64
}

// Quote is the last trade price a venue reported, in USD per BTC.
type Quote struct {
	Venue    string
	Price    float64
	T        time.Time // when the venue says the trade or ticker was
	Received time.Time // when it reached us
}
