package chart

import "time"

// Gaps is how far a sum of each day is off what was due, as bars from zero, with
// the band within which it agrees.
type Gaps struct {
	ID, Title string
	From, To  time.Time // days, the second not among them
	Bars      []GapBar
	Tolerance float64 // fraction
	Tick      func(float64) string
}

// GapBar is one day. A day whose gap is not known has a mark on the axis.
type GapBar struct {
	Day      time.Time
	Fraction float64
	Known    bool
	Bad      bool   // less than luck or the tolerance explains
	Label    string // over the bar; empty: none
}

// The frame of the drawing, in pixels.
const (
	gapsHeight = 240
	gapsTop    = 16
	gapsBase   = 214
)

// Draw returns the drawing; empty if To is not after From.
func (g Gaps) Draw() string {
	if !g.To.After(g.From) {
		return ""
	}
	lo, hi := -g.Tolerance, g.Tolerance
	for _, b := range g.Bars {
		if b.Known {
			lo, hi = min(lo, b.Fraction), max(hi, b.Fraction)
		}
	}
	ticks := NiceTicks(lo, hi, 6)
	if len(ticks) < 2 {
		return ""
	}
	d := &drawing{height: gapsHeight}
	y := Linear(ticks[0], ticks[len(ticks)-1], gapsBase, gapsTop)
	d.rect("fl b1", 0, y(g.Tolerance), 1, y(-g.Tolerance)-y(g.Tolerance))
	for _, t := range ticks {
		d.hline("gr", y(t))
		d.text("tk", "end", 1, 60, y(t)+3.5, g.Tick(t))
	}
	d.hline("ax", y(0))
	x := Time(g.From, g.To, 0, 1)
	for _, b := range g.Bars {
		g.bar(d, b, x(b.Day), x(b.Day.Add(24*time.Hour)), y)
	}
	timeAxis(d, g.From, g.To, gapsBase, 10)
	return d.finish(g.ID+"-title", g.Title, "fx-r")
}

// bar draws a day between two fractions of the width, with air at both sides.
func (g Gaps) bar(d *drawing, b GapBar, left, right float64, y func(float64) float64) {
	pad := (right - left) * 0.18
	left, right = left+pad, right-pad
	if !b.Known {
		d.rect("hatch-n", left, y(0)-6, right-left, 12)
		return
	}
	class := "fl m"
	if b.Bad {
		class = "fl bd"
	}
	top, bottom := y(max(b.Fraction, 0)), y(min(b.Fraction, 0))
	if bottom-top < 2 { // a day that agrees is seen too
		top, bottom = y(0)-1, y(0)+1
	}
	d.rect(class, left, top, right-left, bottom-top)
	if b.Label != "" {
		at := bottom + 13
		if b.Fraction > 0 {
			at = top - 5
		}
		d.text("b halo", "middle", (left+right)/2, 0, at, b.Label)
	}
}
