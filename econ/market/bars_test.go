package market_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
)

func TestRollUp(t *testing.T) {
	minute := time.Date(2026, 11, 23, 14, 32, 0, 0, time.UTC)
	elsewhere := time.FixedZone("UTC+5:30", 19_800)
	at := func(seconds int) time.Time { return minute.Add(time.Duration(seconds) * time.Second) }
	got := market.RollUp([]market.Point{
		{T: at(61), V: 7}, {T: at(59), V: 4}, {T: at(0), V: 3}, {T: at(30), V: 9}, {T: at(30).In(elsewhere), V: 1}, {T: at(180), V: 2},
	}, time.Minute)
	want := []market.Bar{
		{T: at(0), N: 4, Sum: 17, Min: 1, Max: 9, First: 3, Last: 4},
		{T: at(60), N: 1, Sum: 7, Min: 7, Max: 7, First: 7, Last: 7},
		{T: at(180), N: 1, Sum: 2, Min: 2, Max: 2, First: 2, Last: 2}, // a minute without points has no bar
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bars differ (-want +got):\n%s", diff)
	}
	if got[0].Mean() != 4.25 {
		t.Errorf("mean: got %g, want 4.25", got[0].Mean())
	}
	if got := market.RollUp(nil, time.Minute); got != nil {
		t.Errorf("no points gave %v", got)
	}
	// Days begin at midnight UTC, wherever the times were written.
	late := time.Date(2026, 11, 24, 3, 0, 0, 0, elsewhere) // 21:30 UTC the day before
	day := market.RollUp([]market.Point{{T: late, V: 1}}, 24*time.Hour)
	if want := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC); !day[0].T.Equal(want) || day[0].T.Location() != time.UTC {
		t.Errorf("day: got %s, want %s", day[0].T, want)
	}
}

// somePoints are whole-numbered, so that sums are exact in any order.
func somePoints(rng *rand.Rand, n int, span time.Duration) []market.Point {
	points := make([]market.Point, n)
	for i := range points {
		points[i] = market.Point{
			T: time.Unix(1_790_000_000, 0).UTC().Add(time.Duration(rng.Int64N(int64(span)))),
			V: float64(rng.IntN(2_000) - 1_000),
		}
	}
	return points
}

func TestRollUpOfRollUpsIsRollUpOfPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		points := somePoints(rng, 1+rng.IntN(300), 72*time.Hour)
		minutes := market.RollUp(points, time.Minute)
		hours := market.RollUpBars(minutes, time.Hour)
		if diff := cmp.Diff(market.RollUp(points, time.Hour), hours); diff != "" {
			t.Fatalf("hours differ (-of points +of minutes):\n%s", diff)
		}
		if diff := cmp.Diff(market.RollUp(points, 24*time.Hour), market.RollUpBars(hours, 24*time.Hour)); diff != "" {
			t.Fatalf("days differ (-of points +of hours):\n%s", diff)
		}
		// Order does not matter, and rolling up to the same width changes nothing.
		rng.Shuffle(len(minutes), func(i, j int) { minutes[i], minutes[j] = minutes[j], minutes[i] })
		if diff := cmp.Diff(hours, market.RollUpBars(minutes, time.Hour)); diff != "" {
			t.Fatalf("hours of shuffled minutes differ:\n%s", diff)
		}
		if diff := cmp.Diff(hours, market.RollUpBars(hours, time.Hour)); diff != "" {
			t.Fatalf("hours of hours differ:\n%s", diff)
		}
	}
}

func TestBarOfCandle(t *testing.T) {
	at := time.Unix(1_790_000_040, 0)
	got := market.BarOfCandle(market.Candle{T: at, Open: 10, High: 14, Low: 8, Close: 12, Volume: 3})
	want := market.Bar{T: at, N: 4, Sum: 44, Min: 8, Max: 14, First: 10, Last: 12}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDownsample(t *testing.T) {
	start := time.Unix(1_790_000_040, 0)
	at := func(i int) time.Time { return start.Add(time.Duration(i) * time.Minute) }
	one := func(i int, v float64) market.Bar {
		return market.Bar{T: at(i), N: 1, Sum: v, Min: v, Max: v, First: v, Last: v}
	}
	rose := market.Bar{T: start, N: 4, Min: 1, Max: 9, First: 2, Last: 8}
	fell := market.Bar{T: start, N: 4, Min: 1, Max: 9, First: 8, Last: 2}
	for _, c := range []struct {
		name    string
		bars    []market.Bar
		columns int
		want    []market.Point
	}{
		{"nothing", nil, 10, nil},
		{"no columns", []market.Bar{one(0, 1)}, 0, nil},
		{"one value", []market.Bar{one(0, 5)}, 10, []market.Point{{T: at(0), V: 5}}},
		{"rose within its bar", []market.Bar{rose}, 1, []market.Point{{T: at(0), V: 1}, {T: at(0), V: 9}}},
		{"fell within its bar", []market.Bar{fell}, 1, []market.Point{{T: at(0), V: 9}, {T: at(0), V: 1}}},
		{"high before low", []market.Bar{one(0, 5), one(1, 9), one(2, 1), one(3, 5)}, 1, []market.Point{{T: at(1), V: 9}, {T: at(2), V: 1}}},
		{"low before high", []market.Bar{one(0, 5), one(1, 1), one(2, 9), one(3, 5)}, 1, []market.Point{{T: at(1), V: 1}, {T: at(2), V: 9}}},
		{"as many columns as bars", []market.Bar{one(0, 5), one(1, 1)}, 2, []market.Point{{T: at(0), V: 5}, {T: at(1), V: 1}}},
		{"empty columns stay empty", []market.Bar{one(0, 5), one(99, 1)}, 50, []market.Point{{T: at(0), V: 5}, {T: at(99), V: 1}}},
	} {
		if diff := cmp.Diff(c.want, market.Downsample(c.bars, c.columns)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// Whatever is asked for: at most two points a column, in order of time, and
// they are the column's minimum and maximum.
func TestDownsampleKeepsExtremes(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for range 300 {
		bars := market.RollUp(somePoints(rng, 1+rng.IntN(500), 400*24*time.Hour), time.Minute)
		columns := 1 + rng.IntN(200)
		first := bars[0].T
		span := big.NewInt(int64(bars[len(bars)-1].T.Sub(first)) + 1)
		column := func(t time.Time) int64 {
			d := big.NewInt(int64(t.Sub(first)))
			return d.Mul(d, big.NewInt(int64(columns))).Div(d, span).Int64()
		}
		type extremes struct{ low, high float64 }
		want, got, points := map[int64]extremes{}, map[int64]extremes{}, map[int64]int{}
		for _, b := range bars {
			e, ok := want[column(b.T)]
			if !ok {
				e = extremes{b.Min, b.Max}
			}
			want[column(b.T)] = extremes{min(e.low, b.Min), max(e.high, b.Max)}
		}
		sampled := market.Downsample(bars, columns)
		for _, p := range sampled {
			e, ok := got[column(p.T)]
			if !ok {
				e = extremes{p.V, p.V}
			}
			got[column(p.T)] = extremes{min(e.low, p.V), max(e.high, p.V)}
			if points[column(p.T)]++; points[column(p.T)] > 2 {
				t.Fatalf("column %d of %d has more than two points", column(p.T), columns)
			}
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(extremes{})); diff != "" {
			t.Fatalf("%d columns (-want +got):\n%s", columns, diff)
		}
		if !slices.IsSortedFunc(sampled, func(a, b market.Point) int { return a.T.Compare(b.T) }) {
			t.Fatalf("points out of order: %v", sampled)
		}
	}
}

// A year of minutes is more nanoseconds than a float64 counts: the last bar must
// not fall into a column of its own.
func TestDownsampleOfAYearHasNoExtraColumn(t *testing.T) {
	start := time.Date(2025, 11, 23, 0, 0, 0, 0, time.UTC)
	bars := make([]market.Bar, 365*24*60)
	for i := range bars {
		v := float64(i % 97)
		bars[i] = market.Bar{T: start.Add(time.Duration(i) * time.Minute), N: 1, Sum: v, Min: v, Max: v, First: v, Last: v}
	}
	for _, columns := range []int{1, 7, 476, 1000} {
		if got := len(market.Downsample(bars, columns)); got != 2*columns {
			t.Errorf("%d columns gave %d points, want %d", columns, got, 2*columns)
		}
	}
}
