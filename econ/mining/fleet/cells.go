package fleet

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"switchyard/econ/mining"
	"switchyard/econ/table"
)

var (
	serialForm = regexp.MustCompile(`^[A-Z0-9][A-Z0-9._-]{3,39}$`)
	macForm    = regexp.MustCompile(`^([0-9a-f]{2}:){5}[0-9a-f]{2}$`)
	macDigits  = regexp.MustCompile(`^[0-9a-f]{12}$`)
	exponent   = regexp.MustCompile(`^[0-9](\.[0-9]+)?E\+?[0-9]+$`)
)

// serialOf is a serial number as the register writes it.
func serialOf(text string) string { return strings.ToUpper(strings.TrimSpace(text)) }

// ValidSerial says whether text can be the serial number of a unit: four to
// forty capital letters, digits, points, underscores and hyphens.
func ValidSerial(text string) bool { return serialForm.MatchString(text) }

// sentence makes an error read like one, without its full stop.
func sentence(err error) string {
	text := err.Error()
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

// cell is the trimmed cell of a column; false if the file has no such column. A
// formula is refused: what it would give tomorrow is not what is imported today.
func (c *checker) cell(column string) (table.Cell, bool) {
	i, there := c.index[column]
	if !there {
		return table.Cell{}, false
	}
	if i >= len(c.now.Cells) {
		return table.Cell{}, true
	}
	cell := c.now.Cells[i]
	cell.Text = strings.TrimSpace(cell.Text)
	return cell, true
}

// fail notes that the cell of a column is wrong.
func (c *checker) fail(column, what, likely string) {
	cell, _ := c.cell(column)
	if cell.Formula {
		what, likely = "This is a formula. Put its value there.", cell.Text
	}
	c.bad.Add(table.Problem{Row: c.now.Number, Column: column, Value: cell.Text, What: what, Likely: likely})
}

func (c *checker) serial() string {
	cell, _ := c.cell("serial")
	s := serialOf(cell.Text)
	switch {
	case cell.Formula:
		c.fail("serial", "", "")
	case s == "":
		c.fail("serial", "Each unit needs its serial number.", "")
	case exponent.MatchString(s):
		c.fail("serial", "The spreadsheet has turned this number into a power of ten. Keep the column as text.", "")
	case !serialForm.MatchString(s):
		c.fail("serial", "Four to forty letters, digits, points, underscores and hyphens.", repaired(s))
	case c.lines[s] > 0:
		c.fail("serial", fmt.Sprintf("Row %d has this serial number too.", c.lines[s]), "")
	default:
		c.lines[s] = c.now.Number
	}
	return s
}

// repaired is a serial without what cannot stand in it; empty if that is none.
func repaired(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", r) {
			return r
		}
		return -1
	}, s)
	if !serialForm.MatchString(s) {
		return ""
	}
	return s
}

// name is the id of a class or site by its name.
func (c *checker) name(column, noun string, known map[string]Named) int64 {
	cell, _ := c.cell(column)
	found, there := known[strings.ToLower(cell.Text)]
	if there && !cell.Formula {
		return found.ID
	}
	names := make([]string, 0, len(known))
	for _, n := range known {
		names = append(names, n.Name)
	}
	slices.Sort(names)
	switch {
	case cell.Text == "":
		c.fail(column, "Each unit needs its "+noun+".", "")
	case len(names) == 0:
		c.fail(column, "There is no "+noun+" yet. Add it first.", "")
	default:
		c.fail(column, "There is no "+noun+" of this name.", table.Likely(cell.Text, names))
	}
	return 0
}

// text is a line of text; was is what a file without the column leaves.
func (c *checker) text(column string, limit int, was string) string {
	cell, there := c.cell(column)
	switch {
	case !there:
		return was
	case cell.Formula:
		c.fail(column, "", "")
	case !utf8.ValidString(cell.Text) || strings.ContainsFunc(cell.Text, unicode.IsControl):
		c.fail(column, "This holds characters that cannot be printed.", "")
	case utf8.RuneCountInString(cell.Text) > limit:
		c.fail(column, fmt.Sprintf("At most %d characters; these are %d.", limit, utf8.RuneCountInString(cell.Text)), "")
	}
	return cell.Text
}

func (c *checker) address(was string) string {
	cell, there := c.cell("address")
	if !there {
		return was
	}
	if cell.Text == "" && !cell.Formula {
		return ""
	}
	addr, err := netip.ParseAddr(cell.Text)
	switch {
	case cell.Formula:
		c.fail("address", "", "")
	case err != nil:
		guess := ""
		if tidy, terr := netip.ParseAddr(strings.Trim(strings.ReplaceAll(cell.Text, ",", "."), ". ")); terr == nil {
			guess = tidy.String()
		}
		c.fail("address", "This is not an IP address, for example 10.20.3.14.", guess)
	case addr.Zone() != "":
		c.fail("address", "An address without a zone is needed.", addr.WithZone("").String())
	}
	return addr.String()
}

func (c *checker) mac(was string) string {
	cell, there := c.cell("mac")
	if !there {
		return was
	}
	m := strings.ToLower(strings.ReplaceAll(cell.Text, "-", ":"))
	if macDigits.MatchString(m) {
		m = strings.Join([]string{m[0:2], m[2:4], m[4:6], m[6:8], m[8:10], m[10:12]}, ":")
	}
	switch {
	case cell.Formula:
		c.fail("mac", "", "")
	case m == "":
	case !macForm.MatchString(m):
		guess := strings.NewReplacer("o", "0", "l", "1", "i", "1", ".", ":").Replace(m)
		if !macForm.MatchString(guess) {
			guess = ""
		}
		c.fail("mac", "Six pairs of hexadecimal digits, for example 02:1a:3c:00:4f:9e.", guess)
	case c.macs[m] > 0:
		c.fail("mac", fmt.Sprintf("Row %d has this address too.", c.macs[m]), "")
	default:
		c.macs[m] = c.now.Number
	}
	return m
}

// since is when the state began: as the cell says, else as it was, else now.
func (c *checker) since(old Unit, there bool, state mining.State) time.Time {
	moved := !there || state != old.State
	cell, _ := c.cell("since")
	switch {
	case cell.Formula:
		c.fail("since", "", "")
		return time.Time{}
	case cell.Text == "" && moved:
		return c.known.Now
	case cell.Text == "":
		return old.Since
	}
	at, ok := c.moment(cell.Text)
	switch {
	case !ok:
		guess := ""
		for _, form := range []string{"2006/01/02", "2.1.2006", "2006-1-2", "2 Jan 2006", "Jan 2, 2006"} {
			if t, err := time.Parse(form, cell.Text); err == nil {
				guess = t.Format(time.DateOnly)
			}
		}
		c.fail("since", "A date is needed, for example "+c.known.Now.Format(time.DateOnly)+".", guess)
	case at.Year() < 2009 || at.After(c.known.Now):
		c.fail("since", "The state began after 2008 and not in the future.", "")
	case there && !moved && !sameDay(at, old.Since, cell.Text):
		c.fail("since", "The unit is in this state since "+old.Since.Format(time.DateOnly)+" already.", old.Since.Format(time.DateOnly))
	case there && !moved:
		return old.Since
	case there && at.Before(old.Since):
		c.fail("since", "The unit has been "+string(old.State)+" since "+old.Since.Format(time.DateOnly)+", which is later.", "")
	}
	return at
}

// sameDay says whether a cell tells the moment that is known: a date tells the
// day alone.
func sameDay(at, known time.Time, text string) bool {
	if len(text) > len(time.DateOnly) {
		return at.Sub(known).Abs() <= time.Second // a workbook rounds
	}
	return at.Format(time.DateOnly) == known.UTC().Format(time.DateOnly)
}

// moment reads a date, a time, or a workbook's count of days.
func (c *checker) moment(text string) (time.Time, bool) {
	for _, form := range []string{time.DateOnly, time.RFC3339Nano, "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), true
		}
	}
	if days, err := strconv.ParseFloat(text, 64); err == nil && c.days && days > 39_448 && days < 110_000 { // 2008 to 2201
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(days * 86_400 * float64(time.Second))).Round(time.Second), true
	}
	return time.Time{}, false
}
