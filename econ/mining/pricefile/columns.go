package pricefile

import (
	"slices"
	"strings"
	"unicode"

	"switchyard/econ/table"
)

// column is one of those that a file may have.
type column int

const (
	timeColumn column = iota
	priceColumn
	pointColumn
	productColumn
	columns // how many
)

// needed are the columns that a file must have.
const needed = 2

// Columns are the names that each column of a file goes by, ours first. The
// first two columns are needed.
func Columns() [][]string {
	return [][]string{
		{"time_utc", "time", "datetime", "begins_at", "interval_start_utc"},
		{"price_usd_per_mwh", "price", "lmp", "spp", "settlementpointprice"},
		{"point"},
		{"product"},
	}
}

func (c column) titles() []string { return Columns()[c] }

// NamesPoints says whether a table has a column that names the point of each
// price.
func NamesPoints(t table.Table) bool {
	_, heads := headOf(t)
	return slices.ContainsFunc(heads, func(h heading) bool { return h.known && h.column == pointColumn })
}

// heading is the head of a column: its name and what stands in brackets, both in
// small letters and digits alone.
type heading struct {
	text, name, unit string
	column           column
	known            bool
}

func readHeading(text string) heading {
	name, unit, _ := strings.Cut(text, "(")
	h := heading{text: strings.TrimSpace(text), name: letters(name), unit: letters(unit)}
	for c := range columns {
		if slices.ContainsFunc(c.titles(), func(title string) bool { return letters(title) == h.name }) {
			h.column, h.known = c, true
		}
	}
	return h
}

// letters are the small letters and digits of a text.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// headOf is the line that names the columns: the first of three that names a
// time or a price, since a line about the file may come before it; else -1.
func headOf(t table.Table) (at int, heads []heading) {
	for i, r := range t.Rows[:min(3, len(t.Rows))] {
		heads = heads[:0]
		for _, cell := range r.Cells {
			heads = append(heads, readHeading(cell.Text))
		}
		if slices.ContainsFunc(heads, func(h heading) bool { return h.known && h.column < needed }) {
			return i, heads
		}
	}
	return -1, nil
}

// head reads the line that names the columns, and says whether the lines under
// it can be read. Columns of other names are passed over, but not one that is
// nearly ours.
func (c *checker) head() (at int, ok bool) {
	at, heads := headOf(c.t)
	if at < 0 {
		c.bad.Add(table.Problem{Row: 1, Column: timeColumn.titles()[0], What: "No line names the columns. The first should be: " + timeColumn.titles()[0] + ", " + priceColumn.titles()[0] + "."})
		return at, false
	}
	line := c.t.Rows[at].Number
	for col := range columns {
		c.index[col], c.name[col] = -1, col.titles()[0]
	}
	for i, h := range heads {
		switch {
		case !h.known:
		case c.index[h.column] >= 0:
			c.bad.Add(table.Problem{Row: line, Column: h.text, Value: h.text, What: "The column " + c.name[h.column] + " says the same. Keep one of them."})
		default:
			c.index[h.column], c.name[h.column] = i, h.text
			if h.column == priceColumn && h.unit != "" && !slices.Contains([]string{"mwh", "usdmwh", "usdpermwh"}, h.unit) {
				c.bad.Add(table.Problem{Row: line, Column: h.text, Value: h.text, What: "Prices are in dollars per MWh.", Likely: priceColumn.titles()[0]})
			}
		}
	}
	for col := range columns {
		if c.index[col] < 0 {
			c.missing(line, col, heads)
		}
	}
	return at, c.bad.Count == 0
}

// missing notes a column that is not there, or that has nearly its name.
func (c *checker) missing(line int, col column, heads []heading) {
	for _, h := range heads {
		if near := table.Likely(h.name, col.titles()); !h.known && near != "" {
			c.bad.Add(table.Problem{Row: line, Column: h.text, Value: h.text, What: "There is no column of this name.", Likely: near})
			return
		}
	}
	if col < needed {
		c.bad.Add(table.Problem{Row: line, Column: col.titles()[0], What: "This column is missing. It may be called " + strings.Join(col.titles(), ", ") + " as well."})
	}
}

// saysUTC says whether the head of the times says what they are in.
func (c *checker) saysUTC() bool {
	h := readHeading(c.name[timeColumn])
	return strings.HasSuffix(h.name, "utc") || h.unit == "utc"
}
