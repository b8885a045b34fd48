package fleet

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/table"
)

// MaxRows is how many units a file may hold.
const MaxRows = 50_000

// Columns are the columns of a file, in the order of the template. The first
// four are needed; one that is left out leaves a unit's field as it is.
func Columns() []string {
	return []string{"serial", "class", "site", "state", "building", "aisle", "rack", "slot", "address", "mac", "since", "note"}
}

const needed = 4 // of Columns

// Known is what a file is compared with. Names are in lower case.
type Known struct {
	Classes map[string]Named
	Sites   map[string]Named
	Units   map[string]Unit // by serial
	Now     time.Time
}

// Named is a thing and how it is written.
type Named struct {
	ID   int64
	Name string
}

// Change is a unit before and after.
type Change struct{ Before, After Unit }

// Plan is what a file would do to the register.
type Plan struct {
	Add       []Unit
	Change    []Change
	Unchanged int
}

// Empty says that the file changes nothing.
func (p Plan) Empty() bool { return len(p.Add) == 0 && len(p.Change) == 0 }

// Serials are the serial numbers that a table names, as the register writes
// them; those of rows that turn out bad may be among them.
func Serials(t table.Table) []string {
	head, at := headOf(t)
	column := slices.Index(head, "serial")
	if at < 0 || column < 0 {
		return nil
	}
	list := make([]string, 0, len(t.Rows))
	for _, r := range t.Rows[at+1:] {
		if column < len(r.Cells) {
			list = append(list, serialOf(r.Cells[column].Text))
		}
	}
	return list
}

// headOf is the line that names the columns, and where it stands: a line about
// the file may come before it. It is -1 if none of the first three names a
// serial.
func headOf(t table.Table) (names []string, at int) {
	for i, r := range t.Rows[:min(3, len(t.Rows))] {
		names = make([]string, len(r.Cells))
		for j, c := range r.Cells {
			name, _, _ := strings.Cut(c.Text, "(") // a unit in brackets
			names[j] = strings.ToLower(strings.TrimSpace(name))
		}
		if slices.Contains(names, "serial") {
			return names, i
		}
	}
	return nil, -1
}

// Check compares a table with what is known. Either it returns what the file
// would do, or every cell that is wrong, and how many there are in all if these
// are more than table.MaxProblems: it is all or nothing.
func Check(t table.Table, known Known) (plan Plan, problems []table.Problem, count int) {
	c := checker{known: known, days: t.DayNumbers, lines: make(map[string]int), macs: make(map[string]int)}
	head, at := headOf(t)
	if !c.columns(t, head, at) {
		return Plan{}, c.bad.List, c.bad.Count
	}
	rows := 0
	for _, r := range t.Rows[at+1:] {
		if r.Blank() {
			continue
		}
		if rows++; rows > MaxRows {
			c.bad.Add(table.Problem{Row: r.Number, Column: "serial", What: fmt.Sprintf("A file holds at most %d units. Split it.", MaxRows)})
			break
		}
		c.row(r, &plan)
	}
	if rows == 0 {
		c.bad.Add(table.Problem{Row: t.Rows[at].Number, Column: "serial", What: "There is no unit under the head."})
	}
	if c.bad.Count > 0 {
		return Plan{}, c.bad.List, c.bad.Count
	}
	return plan, nil, 0
}

// checker goes through a table and notes what is wrong.
type checker struct {
	known Known
	days  bool
	index map[string]int // column of each name
	lines map[string]int // line of each serial
	macs  map[string]int // line of each MAC
	bad   table.Problems
	now   table.Row
}

// columns reads the head and says whether the rows can be read by it.
func (c *checker) columns(t table.Table, head []string, at int) bool {
	if at < 0 {
		c.bad.Add(table.Problem{Row: 1, Column: "serial", What: "No line names the columns. The first should be: " + strings.Join(Columns(), ", ") + "."})
		return false
	}
	c.index = make(map[string]int, len(head))
	for i, name := range head {
		_, twice := c.index[name]
		switch {
		case name == "" || slices.Contains(informative, name):
		case !slices.Contains(Columns(), name):
			c.bad.Add(table.Problem{Row: t.Rows[at].Number, Column: t.Rows[at].Cells[i].Text, Value: t.Rows[at].Cells[i].Text, What: "The register has no such column.", Likely: table.Likely(name, Columns())})
		case twice:
			c.bad.Add(table.Problem{Row: t.Rows[at].Number, Column: name, Value: t.Rows[at].Cells[i].Text, What: "This column is there twice."})
		default:
			c.index[name] = i
		}
	}
	for _, name := range Columns()[:needed] {
		if _, there := c.index[name]; !there {
			c.bad.Add(table.Problem{Row: t.Rows[at].Number, Column: name, What: "This column is missing."})
		}
	}
	return c.bad.Count == 0
}

// informative columns stand in the files that the register writes, for people;
// an import passes over them.
var informative = []string{"last changed", "by"}

// row adds what a line does to the plan, unless one of its cells is wrong.
func (c *checker) row(r table.Row, plan *Plan) {
	before, u := c.bad.Count, Unit{}
	c.now = r
	serial := c.serial()
	old, there := c.known.Units[serial]
	if there {
		u = old
	}
	u.Serial = serial
	u.Class = c.name("class", "class", c.known.Classes)
	u.Site = c.name("site", "site", c.known.Sites)
	u.Building = c.text("building", 40, u.Building)
	u.Aisle = c.text("aisle", 20, u.Aisle)
	u.Rack = c.text("rack", 20, u.Rack)
	u.Slot = c.text("slot", 20, u.Slot)
	u.Note = c.text("note", 500, u.Note)
	u.Address = c.address(u.Address)
	u.MAC = c.mac(u.MAC)
	u.State = c.state(old, there)
	u.Since = c.since(old, there, u.State)
	switch {
	case c.bad.Count > before:
	case !there:
		plan.Add = append(plan.Add, u)
	case u == old:
		plan.Unchanged++
	default:
		plan.Change = append(plan.Change, Change{Before: old, After: u})
	}
}

// state is the cell's state; that of a unit that is there must follow its own.
func (c *checker) state(old Unit, there bool) mining.State {
	cell, _ := c.cell("state")
	s := mining.State(strings.ToLower(cell.Text))
	if !slices.Contains(mining.States(), s) {
		names := make([]string, 0, len(mining.States()))
		for _, known := range mining.States() {
			names = append(names, string(known))
		}
		c.fail("state", "This is not a state of a machine: "+strings.Join(names, ", ")+".", table.Likely(string(s), names))
		return s
	}
	if there && s != old.State {
		if err := old.State.Follow(s); err != nil {
			c.fail("state", sentence(err)+".", string(old.State))
		}
	}
	return s
}
