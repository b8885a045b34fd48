package views

import (
	"switchyard/views/format"
	"switchyard/views/ui"
)

// ForkPage compares the two units.
type ForkPage struct {
	Shell Shell
	Units *UnitsFigure
}

// UnitsFigure is what each unit tells those who may hear it.
type UnitsFigure struct {
	ui.Facts
	Rows []UnitRow
}

// UnitRow is one figure that a unit tells.
type UnitRow struct {
	Room  string // whose it is, as people call it
	Unit  ui.Unit
	Name  string
	Value format.Value
	At    string // when it last changed; empty: never
	Href  string // where its rows stand; empty: the reader may not see them
}
