package views

import (
	"math"
	"strings"

	"switchyard/econ/market"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// change prints a fraction as an arrow and its size; id marks its text for the
// live feed.
func change(n ui.Num, id string) ui.Change {
	if !n.OK {
		return ui.Change{ID: id, Why: n.Why}
	}
	d := format.Delta(n.V)
	return ui.Change{ID: id, Dir: ui.Direction(d.Dir), Text: d.Text}
}

// plain joins a value and its unit for sentences, where units are not set
// smaller.
func plain(v format.Value) string {
	switch {
	case v.Unit == "":
		return v.Text
	case v.Unit == "%" || strings.HasPrefix(v.Unit, "/"):
		return v.Text + v.Unit
	}
	return v.Text + "\u00a0" + v.Unit
}

// signed prints a fraction with its sign, e.g. "−2.1%".
func signed(fraction float64) string { return plain(format.SignedPercent1(fraction)) }

// share prints the size of a fraction, e.g. "2.1%".
func share(fraction float64) string { return plain(format.Percent1(math.Abs(fraction))) }

// band prints an interval of fractions, e.g. "−3.4% to −0.8%".
func band(low, high float64) string { return signed(low) + " to " + signed(high) }

// counted prints a whole number.
func counted(n int64) string { return format.Count(float64(n)) }

// afterAdjustment is hashprice once the adjustment has come, with price and
// fees as they are: earnings go with the inverse of difficulty (M3).
func afterAdjustment(hashprice float64, a market.Adjustment) float64 {
	return hashprice / (1 + a.Point)
}

// stale says whether a figure's line must stop at its last point.
func stale(f ui.Facts) bool { return f.Fresh.State == market.Stale }
