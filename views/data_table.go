package views

import "switchyard/views/ui"

// DataTablePage is the data behind a figure as a table: /data/{figure}.
type DataTablePage struct {
	Shell   Shell
	Figure  string // id of the figure
	Title   string // as on the figure
	Sub     string // what the rows are
	Back    string // page the figure stands on
	Columns []DataColumn
	Rows    [][]string // cells formatted with views/format; as many as Columns
	Total   int        // rows in all; more than len(Rows) if cut
	CSV     string     // address of the file; empty: none
	XLSX    string
	Facts   ui.Facts
}

// DataColumn heads a column of a data table.
type DataColumn struct {
	Label  string
	Unit   string // lighter, under the label; may be empty
	Right  bool   // numbers stand right
	Sort   string // address that sorts by it; empty: it cannot be
	Sorted string // "ascending", "descending" or empty: by another one
	Hide   string // "p3" leaves narrow figures first, then "p2"; empty: always shown
}
