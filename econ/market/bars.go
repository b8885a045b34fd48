package market

import (
	"cmp"
	"math/bits"
	"slices"
	"time"
)

// RollUp sums points, given in any order, into bars of width aligned to UTC,
// ascending. Of two points at the same instant the later given counts as later.
func RollUp(points []Point, width time.Duration) []Bar {
	bars := make([]Bar, len(points))
	for i, p := range points {
		bars[i] = Bar{T: p.T, N: 1, Sum: p.V, Min: p.V, Max: p.V, First: p.V, Last: p.V}
	}
	return RollUpBars(bars, width)
}

// RollUpBars sums bars, given in any order, into wider bars aligned to UTC,
// ascending.
func RollUpBars(bars []Bar, width time.Duration) []Bar {
	sorted := slices.Clone(bars)
	slices.SortStableFunc(sorted, func(a, b Bar) int { return a.T.Compare(b.T) })
	var out []Bar
	for _, b := range sorted {
		start := b.T.UTC().Truncate(width)
		if n := len(out); n > 0 && out[n-1].T.Equal(start) {
			out[n-1] = out[n-1].then(b)
			continue
		}
		b.T = start
		out = append(out, b)
	}
	return out
}

// then is the bar followed by a later one.
func (b Bar) then(later Bar) Bar {
	return Bar{
		T: b.T, N: b.N + later.N, Sum: b.Sum + later.Sum,
		Min: min(b.Min, later.Min), Max: max(b.Max, later.Max), First: b.First, Last: later.Last,
	}
}

// Mean is the simple mean of the bar's values.
func (b Bar) Mean() float64 { return b.Sum / float64(b.N) }

// BarOfCandle is a candle as a bar of four observed values: open, high, low
// and close.
func BarOfCandle(c Candle) Bar {
	return Bar{
		T: c.T, N: 4, Sum: c.Open + c.High + c.Low + c.Close,
		Min: c.Low, Max: c.High, First: c.Open, Last: c.Close,
	}
}

// Downsample cuts bars, ascending, into at most two points for each of columns
// equal parts of their span: the part's minimum and maximum, in the order in
// which they came. Values are never made up. A part with one bar of one value
// gives one point.
func Downsample(bars []Bar, columns int) []Point {
	if len(bars) == 0 || columns < 1 {
		return nil
	}
	first := bars[0].T
	span := bars[len(bars)-1].T.Sub(first) + 1
	// In integers: a year of nanoseconds times the columns fits no float64.
	column := func(t time.Time) int {
		hi, lo := bits.Mul64(uint64(t.Sub(first)), uint64(columns))
		c, _ := bits.Div64(hi, lo, uint64(span))
		return int(c)
	}
	var (
		points []Point
		col    = -1
		lo, hi Bar
	)
	flush := func() {
		if col >= 0 {
			points = append(points, extremes(lo, hi)...)
		}
	}
	for _, b := range bars {
		c := column(b.T)
		if c != col {
			flush()
			col, lo, hi = c, b, b
			continue
		}
		if b.Min < lo.Min {
			lo = b
		}
		if b.Max >= hi.Max {
			hi = b
		}
	}
	flush()
	return points
}

// extremes are the lowest and highest value of a column. Within one bar it is
// not known when they came: a bar that rose had its minimum first.
func extremes(lo, hi Bar) []Point {
	low, high := Point{T: lo.T, V: lo.Min}, Point{T: hi.T, V: hi.Max}
	switch order := cmp.Or(lo.T.Compare(hi.T), cmp.Compare(lo.First, lo.Last)); {
	case low.V == high.V:
		return []Point{low}
	case order <= 0:
		return []Point{low, high}
	default:
		return []Point{high, low}
	}
}
