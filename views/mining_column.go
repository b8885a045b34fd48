package views

import (
	"math"

	"switchyard/econ/market"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// UnitColumn is a unit by the measures that both units are told by.
type UnitColumn struct {
	ui.Facts
	About  string // what the unit sells, and with how much power
	Rows   []UnitMeasure
	Events string // topics after whose change it is fetched again
	Note   string // what is left out
}

// UnitMeasure is one measure of a unit over 30 days.
type UnitMeasure struct {
	Name   string
	Value  format.Value
	Why    string    // why the value is missing
	Change ui.Change // against the 30 days before
	Spark  []market.Point
	Sum    bool // what the rows above come to
}

// Moved is how far a value is from the one before, as a fraction of its size;
// up is good where more says so, and neither where it is nil.
func Moved(now, before float64, more *bool) ui.Change {
	if before == 0 {
		return ui.Change{Why: "nothing to compare with"}
	}
	return judged(change(ui.Some((now-before)/math.Abs(before)), ""), more)
}

// MovedPoints is how far a fraction is from the one before, in percentage
// points.
func MovedPoints(now, before float64, decimals int, more *bool) ui.Change {
	c := change(ui.Some(now-before), "")
	c.Text = format.Fixed(100*math.Abs(now-before), decimals) + "\u00a0pt"
	return judged(c, more)
}

func judged(c ui.Change, more *bool) ui.Change {
	if more == nil || c.Dir == ui.Flat || c.Why != "" {
		return c
	}
	c.Judge = ui.Bad
	if (c.Dir == ui.Up) == *more {
		c.Judge = ui.Good
	}
	return c
}
