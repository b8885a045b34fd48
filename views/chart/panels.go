package chart

import (
	"time"

	"switchyard/econ/market"
)

// Panels is one or two series, each in its own panel with its own scale, on
// one time axis.
type Panels struct {
	ID       string // unique on the page; the title's id derives from it
	Title    string // the finding, in a sentence
	From, To time.Time
	Step     time.Duration // expected distance between points; 0: unknown
	Stale    bool          // the last value is old: hatch from it to To
	Series   []Series
	Events   []Event // at most four are drawn
	Height   float64 // pixels; 0 is 352
}

// The frame of a panel drawing, in pixels.
const (
	panelsHeight = 352
	panelsTop    = 18 // room for labels above the first panel
	panelsFoot   = 22 // room for the time axis
	panelsGap    = 28 // between two panels, holds the label of the second
	maxEvents    = 4
)

// Draw returns the drawing. It is empty if To is not after From or no series
// is given.
func (p Panels) Draw() string {
	if !p.To.After(p.From) || len(p.Series) == 0 {
		return ""
	}
	if p.Height == 0 {
		p.Height = panelsHeight
	}
	d := &drawing{height: p.Height}
	base := p.Height - panelsFoot
	first := base - panelsTop
	if len(p.Series) > 1 {
		first = (first - panelsGap) * 0.58
	}
	p.events(d, panelsTop, base)
	top := float64(panelsTop)
	for i, s := range p.Series {
		bottom := base
		if i == 0 {
			bottom = top + first
		}
		p.panel(d, s, top, bottom, i == 0)
		top = bottom + panelsGap
	}
	timeAxis(d, p.From, p.To, base, 10)
	return d.finish(p.ID+"-title", p.Title, "fx-r")
}

// panel draws one series between top and bottom.
func (p Panels) panel(d *drawing, s Series, top, bottom float64, level bool) {
	label := "b"
	if s.Class == "m" || s.Class == "a" {
		label = s.Class + " b"
	}
	d.text(label, "start", 0, 0, top-6, s.Label)
	points := finite(s.Points, p.From, p.To)
	lo, hi, ok := extent(points)
	if !ok {
		d.hline("gr", top)
		d.text("tk", "start", 0, 0, (top+bottom)/2, "No values in this range")
		return
	}
	ticks := NiceTicks(lo, hi, 5)
	y := Linear(ticks[0], ticks[len(ticks)-1], bottom, top)
	last := points[len(points)-1]
	for _, t := range ticks {
		d.hline("gr", y(t))
		if p.Stale || abs(y(t)-y(last.V)) >= 13 {
			d.text("tk", "end", 1, 74, y(t)+3.5, s.Tick(t))
		}
	}
	if p.Stale {
		hatch(d, Time(p.From, p.To, 0, 1)(last.T), top, bottom)
	} else if level {
		d.hline("ev", y(last.V))
	}
	d.paths([2]string{"ln " + s.Class, trace(points, p.Step, Time(p.From, p.To, 0, stretch), y)})
	end(d, s, last, p.To, Time(p.From, p.To, 0, 1)(last.T), y(last.V), p.Stale)
}

// end marks the last value: filled with a tag while it is fresh, hollow with
// its time once it is stale.
func end(d *drawing, s Series, last market.Point, to time.Time, x, y float64, stale bool) {
	if !stale {
		d.dot("fl "+s.Class, x, y, 3.5)
		d.tag(s.Class, y, s.Value(last.V))
		return
	}
	d.dot("ho "+s.Class, x, y, 3.5)
	anchor, dx := "start", 8.0
	if x > 0.5 {
		anchor, dx = "end", -8
	}
	layout := "2 Jan 15:04"
	if last.T.UTC().Truncate(24 * time.Hour).Equal(to.UTC().Truncate(24 * time.Hour)) {
		layout = "15:04"
	}
	d.text("b halo", anchor, x, dx, y-8, s.Value(last.V)+", last "+last.T.UTC().Format(layout))
}

// hatch covers the span without values up to the right edge.
func hatch(d *drawing, from, top, bottom float64) {
	if from < 1 {
		d.rect("hatch-n", from, top, 1-from, bottom-top)
	}
}

// events draws dotted verticals. Labels that would touch the label of the
// panel, or the event before, stand a line lower.
func (p Panels) events(d *drawing, top, base float64) {
	x := Time(p.From, p.To, 0, 1)
	drawn, lastX, lower := 0, -1.0, false
	for _, e := range p.Events {
		f := x(e.T)
		if f < 0 || f > 1 || drawn == maxEvents {
			continue
		}
		d.line("ev", f, top, f, base)
		lower = f < 0.3 || (f-lastX < 0.16 && !lower)
		labelY := top - 6
		if lower {
			labelY = top + 12
		}
		drawn, lastX = drawn+1, f
		anchor, dx := "middle", 0.0
		switch {
		case lower:
			anchor, dx = "start", 4
			if f > 0.75 {
				anchor, dx = "end", -4
			}
		case f > 0.88:
			anchor = "end"
		}
		d.group("c-wide", func() { d.text("halo", anchor, f, dx, labelY, e.Label) })
	}
}

func abs(v float64) float64 {
	if v < 0 {
		return -v
	}
	return v
}
