// Package table is a file that somebody has sent, as a table of texts, and what
// is wrong with its cells. What the texts mean, the packages say that check
// them: whole files are taken or refused, with every bad cell named.
package table

import (
	"slices"
	"strings"
)

// Cell is a cell of a file, as text. Formula says that the text is what a
// formula last gave.
type Cell struct {
	Text    string
	Formula bool
}

// Row is a line of a file, counted from 1 as its reader sees it.
type Row struct {
	Number int
	Cells  []Cell
}

// Blank says whether nothing stands in the line.
func (r Row) Blank() bool {
	return !slices.ContainsFunc(r.Cells, func(c Cell) bool { return strings.TrimSpace(c.Text) != "" })
}

// Table is the lines of a file. DayNumbers says that a date may be a count of
// days since the end of 1899, as workbooks keep it.
type Table struct {
	Rows       []Row
	DayNumbers bool
}
