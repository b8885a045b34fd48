package pricefile

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"switchyard/econ/market"
	"switchyard/econ/table"
	"switchyard/econ/units"
)

// cell is the trimmed cell of a column; empty if the line or the file has none.
func (c *checker) cell(row int, col column) table.Cell {
	i := c.index[col]
	if i < 0 || i >= len(c.t.Rows[row].Cells) {
		return table.Cell{}
	}
	cell := c.t.Rows[row].Cells[i]
	cell.Text = strings.TrimSpace(cell.Text)
	return cell
}

// point is the one that the line names, else the form's.
func (c *checker) point(row int) market.PowerPoint {
	cell := c.cell(row, pointColumn)
	if cell.Text == "" && !cell.Formula {
		if c.form.Point == (market.PowerPoint{}) {
			c.fail(row, pointColumn, "Each price needs its point, here or in the form.", "")
		}
		return c.form.Point
	}
	if p, known := c.points[cell.Text]; known && !cell.Formula {
		return p
	}
	p, err := market.ParsePowerPoint(cell.Text)
	if err != nil || cell.Formula {
		guess := ""
		if g, gerr := market.ParsePowerPoint(c.form.Point.Market + " " + cell.Text); gerr == nil {
			guess = g.String()
		}
		c.fail(row, pointColumn, "A point is a market and its name of it, for example ERCOT HB_WEST.", guess)
		return p
	}
	c.points[cell.Text] = p
	return p
}

// product is the one that the line names, else the form's.
func (c *checker) product(row int) market.PowerProduct {
	cell := c.cell(row, productColumn)
	switch text := letters(cell.Text); {
	case cell.Formula:
	case text == "" && cell.Text == "":
		return c.form.Product
	case text == "realtime" || text == "rt" || text == "rtm":
		return market.RealTimePower
	case text == "dayahead" || text == "da" || text == "dam":
		return market.DayAheadPower
	}
	names := []string{string(market.RealTimePower), string(market.DayAheadPower)}
	c.fail(row, productColumn, "A product is "+strings.Join(names, " or ")+".", table.Likely(cell.Text, names))
	return ""
}

// What a price is at least and at most, in dollars per MWh.
var (
	lowest  = units.RoundRate(decimal.NewFromInt(-10_000))
	highest = units.RoundRate(decimal.NewFromInt(50_000))
)

func possible(usd units.Rate) bool { return usd.Cmp(lowest) >= 0 && usd.Cmp(highest) <= 0 }

// price is the line's price.
func (c *checker) price(row int) units.Rate {
	cell := c.cell(row, priceColumn)
	usd, err := c.rate(cell.Text)
	switch {
	case cell.Formula:
		c.fail(row, priceColumn, "", "")
	case err != nil:
		what := sentence(err)
		if len(what) > 160 {
			what = "This is not a price, for example −12.50."
		}
		c.fail(row, priceColumn, what, guessRate(cell.Text))
	case !possible(usd):
		c.fail(row, priceColumn, "Prices are from −10,000 to 50,000 dollars per MWh.", "")
	}
	return usd
}

// rate reads an exact price. A workbook keeps numbers in binary: what lies a
// billionth and less beside a price of six decimals is noise, which no
// spreadsheet shows.
func (c *checker) rate(text string) (units.Rate, error) {
	if v, err := strconv.ParseFloat(text, 64); err == nil && c.t.DayNumbers && math.Abs(v) < 1e6 {
		exact := decimal.NewFromFloat(v)
		if near := units.RoundRate(exact); exact.Sub(near.Decimal()).Abs().LessThan(decimal.New(1, -9)) {
			return near, nil
		}
	}
	return units.ParseRate(text)
}

// guessRate is a price without what cannot stand in it; empty if that is none.
func guessRate(text string) string {
	text = strings.NewReplacer("$", "", "USD", "", "/MWh", "", "€", "", " ", "").Replace(text)
	if strings.Count(text, ",") == 1 && !strings.Contains(text, ".") {
		text = strings.Replace(text, ",", ".", 1)
	}
	d, err := decimal.NewFromString(text)
	if err != nil || d.Exponent() < -30 || d.Exponent() > 5 {
		return ""
	}
	usd := units.RoundRate(d)
	if !possible(usd) {
		return ""
	}
	return usd.String()
}

// sentence makes an error read like one.
func sentence(err error) string {
	text := err.Error()
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:] + "."
}

// moment is when the line's price begins. Of a time that the clocks of the zone
// show twice it is the earlier, and other the later; else other is zero.
func (c *checker) moment(row int) (at, other time.Time) {
	cell := c.cell(row, timeColumn)
	if cell.Formula {
		c.fail(row, timeColumn, "", "")
		return at, other
	}
	shown, zoned, ok := c.parse(cell.Text)
	switch {
	case !ok:
		c.fail(row, timeColumn, "A time is needed, for example 2026-03-10 14:00 or 2026-03-10T14:00:00Z.", guessTime(cell.Text))
		return at, other
	case zoned || c.form.Zone == time.UTC:
		at = shown
	case c.saysUTC():
		at, c.contradicted = shown, true
	default:
		var n int
		if at, other, n = instants(shown, c.form.Zone); n == 0 {
			c.fail(row, timeColumn, fmt.Sprintf("The clocks of %s skip this hour. Perhaps the times are in another zone.", c.form.Zone), "")
			return at, other
		}
	}
	if at.Year() < earliest || at.After(c.form.Now.Add(Ahead)) {
		c.fail(row, timeColumn, fmt.Sprintf("Prices begin after %d and at most %d hours ahead.", earliest-1, int(Ahead.Hours())), "")
	}
	return at, other
}
