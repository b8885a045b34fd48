package pricefile

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/table"
)

// Limits of a file.
const (
	// MaxRows is 45 years of hours or nearly four of five minutes, and more than
	// 8 MB of text hold.
	MaxRows = 400_000
	// Ahead is how far ahead a price may begin: those of a day are sold the day
	// before, and weekends at once.
	Ahead    = 72 * time.Hour
	earliest = 2000 // year
)

// Form is what is said of a file beside it.
type Form struct {
	Point   market.PowerPoint   // of lines that name none; zero: each names its own
	Product market.PowerProduct // of lines that name none
	Zone    *time.Location      // of times without an offset
	Now     time.Time
}

// Prices are those of a file, by product, in the order of points and times.
type Prices struct {
	Of map[market.PowerProduct][]market.PowerPrice
	// Rows is how many there are.
	Rows int
	// Repeated is how many times belong to an hour that the clocks repeat in
	// autumn and were told apart by the order of the file.
	Repeated int
}

// Check reads a table. It returns its prices, or every cell that is wrong.
func Check(t table.Table, form Form) (Prices, table.Problems) {
	c := checker{t: t, form: form, points: make(map[string]market.PowerPoint), of: make(map[key]*series)}
	if head, ok := c.head(); ok {
		for i := head + 1; i < len(t.Rows); i++ {
			if !t.Rows[i].Blank() {
				c.line(i)
			}
		}
		if c.rows == 0 {
			c.bad.Add(table.Problem{Row: t.Rows[head].Number, Column: c.name[timeColumn], What: "There is no price under the head."})
		}
		if c.contradicted {
			c.fail(head, timeColumn, fmt.Sprintf("The column is named for UTC, and the form says %s. Choose UTC, or name the column time.", c.form.Zone), "")
		}
	}
	p := Prices{Of: make(map[market.PowerProduct][]market.PowerPrice, 1), Rows: c.rows}
	slices.SortFunc(c.order, func(a, b *series) int { return cmp.Compare(a.point.String(), b.point.String()) })
	for _, s := range c.order {
		c.settle(s)
		p.Repeated += len(s.repeated)
		p.Of[s.product] = slices.Grow(p.Of[s.product], len(s.lines))
		for _, l := range s.lines {
			p.Of[s.product] = append(p.Of[s.product], l.price)
		}
	}
	if c.bad.Count > 0 {
		slices.SortStableFunc(c.bad.List, func(a, b table.Problem) int { return cmp.Compare(a.Row, b.Row) })
		return Prices{}, c.bad
	}
	return p, table.Problems{}
}

// key is what a price belongs to.
type key struct {
	point   market.PowerPoint
	product market.PowerProduct
}

// priced is the price of a line, without its width at first.
type priced struct {
	row   int // of the table, from 0
	price market.PowerPrice
}

// series is the prices of one point and product in the order of the file.
type series struct {
	key
	lines    []priced
	repeated []int              // rows of the table whose times the order of the file told apart
	earlier  map[time.Time]bool // of them, those that came first
}

// tell says which of two moments a repeated time of the clock is: the first to
// come is the earlier.
func (s *series) tell(row int, first, second time.Time) time.Time {
	s.repeated = append(s.repeated, row)
	if s.earlier[first] {
		return second
	}
	if s.earlier == nil {
		s.earlier = make(map[time.Time]bool)
	}
	s.earlier[first] = true
	return first
}

// checker goes through a table and notes what is wrong.
type checker struct {
	t      table.Table
	form   Form
	index  [columns]int // of each column in a line; -1: the file has none
	name   [columns]string
	layout int // that the last time was written in
	// contradicted says that a time has no offset, and that its head says
	// something else of it than the form.
	contradicted bool
	rows         int
	points       map[string]market.PowerPoint // by their text
	of           map[key]*series
	order        []*series
	bad          table.Problems
}

// fail notes that a cell of a line is wrong. A formula is refused: what it would
// give tomorrow is not what is imported today.
func (c *checker) fail(row int, col column, what, likely string) {
	cell := c.cell(row, col)
	if cell.Formula {
		what, likely = "This is a formula. Put its value there.", cell.Text
	}
	c.bad.Add(table.Problem{Row: c.t.Rows[row].Number, Column: c.name[col], Value: cell.Text, What: what, Likely: likely})
}

// line reads one line. Each of its cells that is wrong is noted.
func (c *checker) line(row int) {
	if c.rows++; c.rows > MaxRows {
		if c.rows == MaxRows+1 {
			c.fail(row, timeColumn, fmt.Sprintf("A file holds at most %d prices. Split it.", MaxRows), "")
		}
		return
	}
	before := c.bad.Count
	k := key{c.point(row), c.product(row)}
	at, other := c.moment(row)
	usd := c.price(row)
	if c.bad.Count > before {
		return
	}
	s := c.of[k]
	if s == nil {
		s = &series{key: k}
		c.of[k], c.order = s, append(c.order, s)
	}
	if !other.IsZero() {
		at = s.tell(row, at, other)
	}
	s.lines = append(s.lines, priced{row, market.PowerPrice{Point: k.point, Start: at, USDPerMWh: usd}})
}
