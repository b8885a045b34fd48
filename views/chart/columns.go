package chart

import "time"

// Columns are amounts by equal spans of time, from zero up. A span whose amount is
// not known is hatched, and so is the room above one that is known in part.
type Columns struct {
	ID, Title string
	From, To  time.Time
	Width     time.Duration // of a span
	Class     string        // colour: m, a, n or q
	Label     string        // of the axis, e.g. "$ an hour"
	List      []Column      // ascending
	Tick      func(float64) string
	Height    float64 // pixels; 0 is 210
}

// Column is one span. V is nil where nothing is known of it.
type Column struct {
	T    time.Time
	V    *float64
	Part bool // V is not all
}

const columnsHeight = 210

// Draw returns the drawing; empty if To is not after From or there is no span.
func (c Columns) Draw() string {
	if !c.To.After(c.From) || len(c.List) == 0 || c.Width <= 0 {
		return ""
	}
	if c.Height == 0 {
		c.Height = columnsHeight
	}
	d := &drawing{height: c.Height}
	const top = 18.0
	base := c.Height - 22
	d.text("b", "start", 0, 0, top-6, c.Label)
	ticks := NiceTicks(0, c.highest(), 5)
	y := Linear(ticks[0], ticks[len(ticks)-1], base, top)
	for _, t := range ticks {
		d.hline("gr", y(t))
		d.text("tk", "end", 1, 58, y(t)+3.5, c.Tick(t))
	}
	for _, col := range c.List {
		c.column(d, col, y, top, base)
	}
	timeAxis(d, c.From, c.To, base, 9)
	return d.finish(c.ID+"-title", c.Title, "fx-r")
}

// highest is the largest amount, above zero so that there is an axis.
func (c Columns) highest() float64 {
	most := 0.0
	for _, col := range c.List {
		if col.V != nil {
			most = max(most, *col.V)
		}
	}
	if most == 0 {
		return 1
	}
	return most
}

// column is a bar with a gap at its right, so that neighbours stay apart.
func (c Columns) column(d *drawing, col Column, y func(float64) float64, top, base float64) {
	x := Time(c.From, c.To, 0, 1)
	from, to := max(0, x(col.T)), min(1, x(col.T.Add(c.Width)))
	if to <= from {
		return
	}
	height := base
	if col.V != nil {
		height = y(max(0, *col.V))
		d.rect("fl "+c.Class, from+(to-from)*0.08, height, (to-from)*0.84, base-height)
	}
	if col.V == nil || col.Part {
		d.rect("hatch-n", from, top, to-from, height-top)
	}
}
