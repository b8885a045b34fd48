package chart

import (
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
