package chart

import (
	"math"

	"switchyard/econ/market"
)

// Sparkline draws a line of 72 by 18 px with an end dot and no axis. It is
// hidden from assistive technology, because the values stand in its row. It is
// empty for fewer than two points.
func Sparkline(points []market.Point, class string) string {
	const w, h = 72, 18
	if len(points) == 0 {
		return ""
	}
	kept := finite(points, points[0].T, points[len(points)-1].T)
	if len(kept) < 2 {
		return ""
	}
	lo, hi, _ := extent(kept)
	x := Time(kept[0].T, kept[len(kept)-1].T, 1, w-4)
	y := Linear(lo, hi, h-3, 3)
	last := kept[len(kept)-1]
	return `<svg class="spark" viewBox="0 0 72 18" width="72" height="18" aria-hidden="true"><path class="ln thin ` + class + `" d="` +
		trace(kept, 0, x, y) + `"/><circle class="fl ` + class + `" cx="` + num(x(last.T)) + `" cy="` + num(y(last.V)) + `" r="1.8"/></svg>`
}

// Interval draws an estimate and its interval in 72 by 10 px, for a row that
// holds the values. The track spans a fifth to either side of the point, so
// that widths compare from row to row; what lies beyond is cut. It is empty if
// the values are out of order or the point is not positive.
func Interval(low, point, high float64) string {
	const w, h, reach = 72, 10, 0.2
	if !(low <= point && point <= high) || point <= 0 || math.IsInf(high, 0) {
		return ""
	}
	x := func(v float64) float64 {
		return min(w, max(0, Linear(point*(1-reach), point*(1+reach), 0, w)(v)))
	}
	return `<svg class="spark" viewBox="0 0 72 10" width="72" height="10" aria-hidden="true"><rect class="tr" x="0" y="0" width="72" height="10"/><rect class="fl b2" x="` +
		num(x(low)) + `" y="2" width="` + num(x(high)-x(low)) + `" height="6"/><line class="tg" x1="` + num(x(point)) + `" y1="0" x2="` + num(x(point)) + `" y2="10"/></svg>`
}

// Bullet draws a value against a target in 96 by 10 px: a track up to most, a bar
// and a tick. It is hidden from assistive technology, because its row holds the
// values. What lies beyond most is cut. It is empty without a scale.
func Bullet(v, target, most float64, class string) string {
	const w = 96
	if !(most > 0) || !(v >= 0) {
		return ""
	}
	x := func(v float64) float64 { return min(w, max(0, Linear(0, most, 0, w)(v))) }
	return `<svg class="spark" viewBox="0 0 96 10" width="96" height="10" aria-hidden="true"><rect class="tr" x="0" y="0" width="96" height="10"/><rect class="fl ` + class + `" x="0" y="2" width="` +
		num(x(v)) + `" height="6"/><line class="tg" x1="` + num(x(target)) + `" y1="0" x2="` + num(x(target)) + `" y2="10"/></svg>`
}
