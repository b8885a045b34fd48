// Package chart draws SVG from data: no script, no style, colours by class
// only. Every drawing states its finding in a title for those who cannot see
// it.
//
// Text is 11 px at every width. A drawing therefore has no view box: it fills
// its container sideways with positions in percent and has a fixed height in
// pixels. Only lines, which cannot be given in percent, stand in a nested svg
// that stretches and keeps its stroke. Labels outside the plot hang over its
// edges into the padding of the wrapper (classes fx-l and fx-r). What would not
// fit a narrow figure carries class c-wide and is hidden there.
package chart

import (
	"math"
	"time"

	"switchyard/econ/market"
)

// Event is a dotted vertical with a label at the top, e.g. a halving.
type Event struct {
	T     time.Time
	Label string
}

// Series is one line on a time axis. Points are ascending; values that are not
// finite are left out and not bridged.
type Series struct {
	Label  string // direct label, e.g. "BTC, $"
	Class  string // m, a, n (company and market) or q (quiet)
	Points []market.Point
	Tick   func(float64) string // label of a gridline
	Value  func(float64) string // label of the last value
}

// gapFactor times the expected step is the widest hole a line may cross.
const gapFactor = 2.5

// finite keeps the points that can be drawn between from and to.
func finite(points []market.Point, from, to time.Time) []market.Point {
	kept := make([]market.Point, 0, len(points))
	for _, p := range points {
		if math.IsNaN(p.V) || math.IsInf(p.V, 0) || p.T.Before(from) || p.T.After(to) {
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

// extent is the smallest and largest value; ok is false without points.
func extent(points []market.Point) (lo, hi float64, ok bool) {
	for i, p := range points {
		if i == 0 || p.V < lo {
			lo = p.V
		}
		if i == 0 || p.V > hi {
			hi = p.V
		}
	}
	return lo, hi, len(points) > 0
}

// trace draws the points as straight segments. A hole wider than gapFactor
// steps starts a new segment; step 0 means that holes are not known.
func trace(points []market.Point, step time.Duration, x func(time.Time) float64, y func(float64) float64) string {
	var d pathData
	for i, p := range points {
		broken := i == 0
		if i > 0 && step > 0 {
			broken = float64(p.T.Sub(points[i-1].T)) > gapFactor*float64(step)
		}
		if broken {
			d.move(x(p.T), y(p.V))
			d.line(x(p.T), y(p.V)) // a lone point shows as a dot
			continue
		}
		d.line(x(p.T), y(p.V))
	}
	return d.String()
}
