package chart

// Epoch is the progress of a difficulty epoch.
type Epoch struct {
	ID, Title   string
	Done, Total int64
	Label       string // over the tick, e.g. "1,056 of 2,016 blocks"
	Start, End  string // under the ends, e.g. "4 Mar"
}

// Draw returns the bar in fourteen parts; empty if Total is not positive.
func (e Epoch) Draw() string {
	if e.Total <= 0 {
		return ""
	}
	d := &drawing{height: 54}
	f := min(1, max(0, float64(e.Done)/float64(e.Total)))
	d.rect("tr", 0, 20, 1, 14)
	d.rect("fl q", 0, 20, f, 14)
	for i := 1; i < 14; i++ {
		d.line("gap", float64(i)/14, 20, float64(i)/14, 34)
	}
	d.line("tg", f, 18, f, 38)
	d.text("b", anchorAt(f, 0.22), f, 0, 11, e.Label)
	d.text("tk", "start", 0, 0, 50, e.Start)
	d.text("tk", "end", 1, 0, 50, e.End)
	return d.finish(e.ID+"-title", e.Title, "")
}

// Band is an estimate with its interval on a horizontal axis.
type Band struct {
	ID, Title        string
	Low, Point, High float64
	Zero             bool // the axis includes zero and marks it
	Tick             func(float64) string
	Label            string // over the point
	Class            string // colour of the point: m, a, n or q
}

// Draw returns the drawing; empty if a value is not finite or out of order.
func (b Band) Draw() string {
	lo, hi := b.Low, b.High
	if !(b.Low <= b.Point && b.Point <= b.High) {
		return ""
	}
	if b.Zero {
		lo, hi = min(lo, 0), max(hi, 0)
	}
	ticks := NiceTicks(lo, hi, 6)
	if len(ticks) < 2 {
		return ""
	}
	d := &drawing{height: 64}
	const top, base = 18.0, 46.0
	x := Linear(ticks[0], ticks[len(ticks)-1], 0, 1)
	d.rect("tr", 0, 24, 1, 14)
	d.rect("fl b2", x(b.Low), 24, x(b.High)-x(b.Low), 14)
	d.line("tg", x(b.Low), 24, x(b.Low), 38)
	d.line("tg", x(b.High), 24, x(b.High), 38)
	if b.Zero {
		d.line("ax", x(0), top, x(0), base)
	}
	d.hline("ax", base)
	for i, t := range ticks {
		mark := func() {
			d.line("ax", x(t), base, x(t), base+4)
			d.text("tk", anchorAt(x(t), 0.02), x(t), 0, 62, b.Tick(t))
		}
		if len(ticks) > 4 && i%2 == 1 && t != 0 {
			d.group("c-wide", mark)
			continue
		}
		mark()
	}
	d.dot("fl "+b.Class, x(b.Point), 31, 4)
	d.text("b halo", anchorAt(x(b.Point), 0.2), x(b.Point), 0, 13, b.Label)
	return d.finish(b.ID+"-title", b.Title, "")
}

// anchorAt keeps a label inside the frame when its position is near an edge.
func anchorAt(f, near float64) string {
	switch {
	case f < near:
		return "start"
	case f > 1-near:
		return "end"
	}
	return "middle"
}
