package chart

import "time"

// History is one series on a logarithmic scale with events, for spans in which
// it changes by a multiple.
type History struct {
	ID       string
	Title    string
	From, To time.Time
	Step     time.Duration
	Stale    bool
	Series   Series
	Events   []Event
}

const historyHeight = 210

// Draw returns the drawing; empty if there is nothing to scale by.
func (h History) Draw() string {
	points := finite(h.Series.Points, h.From, h.To)
	lo, hi, ok := extent(points)
	if !ok || !h.To.After(h.From) || lo <= 0 {
		return ""
	}
	const top, base = 24.0, historyHeight - 22.0
	d := &drawing{height: historyHeight}
	lo, hi = lo*0.94, hi*1.04
	y := Log(lo, hi, base, top)
	for _, t := range LogTicks(lo, hi, 6) {
		d.hline("gr", y(t))
		d.text("tk", "end", 0, -6, y(t)+3.5, h.Series.Tick(t))
	}
	x := Time(h.From, h.To, 0, 1)
	last := points[len(points)-1]
	if h.Stale {
		hatch(d, x(last.T), top, base)
	}
	h.events(d, top, base)
	d.paths([2]string{"ln " + h.Series.Class, trace(points, h.Step, Time(h.From, h.To, 0, stretch), y)})
	if h.Stale {
		end(d, h.Series, last, h.To, x(last.T), y(last.V), true)
	} else {
		d.dot("fl "+h.Series.Class, x(last.T), y(last.V), 3.5)
		d.text(h.Series.Class+" b", "start", x(last.T), 7, y(last.V)+4, h.Series.Value(last.V))
	}
	timeAxis(d, h.From, h.To, base, 7)
	return d.finish(h.ID+"-title", h.Title, "fx-l fx-r")
}

// events labels each dotted vertical at the top, on the side with more room.
// In a narrow figure the labels would meet, so there they stand in steps.
func (h History) events(d *drawing, top, base float64) {
	const step = 14
	x := Time(h.From, h.To, 0, 1)
	drawn, lastX, lowered := 0, -1.0, 0.0
	for _, e := range h.Events {
		f := x(e.T)
		if f < 0 || f > 1 || drawn == maxEvents {
			continue
		}
		d.line("ev", f, top-10, f, base)
		anchor, dx := "start", 4.0
		if f > 0.5 {
			anchor, dx = "end", -4
		}
		if drawn > 0 && f-lastX < 0.3 {
			lowered = step - lowered
		} else {
			lowered = 0
		}
		narrow := float64(drawn * step)
		label := func(lower float64) { d.text("halo", anchor, f, dx, top-8+lower, e.Label) }
		if narrow == lowered {
			label(lowered)
		} else {
			d.group("c-wide", func() { label(lowered) })
			d.group("c-narrow", func() { label(narrow) })
		}
		drawn, lastX = drawn+1, f
	}
}
