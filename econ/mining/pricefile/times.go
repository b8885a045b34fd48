package pricefile

import (
	"strconv"
	"time"
)

// layouts are the ways to write a time; the first offsets of them name their
// offset. Fractions of a second may follow.
var layouts = [...]string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02 15:04Z07:00",
	"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04",
}

const offsets = 4 // of layouts

// parse reads a time, or a workbook's count of days. Zoned says that it names
// its offset; else it is what clocks show, as if they were in UTC.
func (c *checker) parse(text string) (shown time.Time, zoned, ok bool) {
	for n := range layouts {
		i := (c.layout + n) % len(layouts) // the last first: files write times in one way
		if t, err := time.Parse(layouts[i], text); err == nil {
			c.layout = i
			return t.UTC(), i < offsets, true
		}
	}
	const first, end = 36_526, 73_051 // days from 1899-12-30 to 2000 and to 2100
	if days, err := strconv.ParseFloat(text, 64); err == nil && c.t.DayNumbers && days >= first && days < end {
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(days * 86_400 * float64(time.Second))).Round(time.Second), false, true
	}
	return time.Time{}, false, false
}

// guessTime reads a time that is written in another way; empty if there is none,
// or if it could be two days.
func guessTime(text string) string {
	found := ""
	for _, form := range []string{
		"1/2/2006 15:04", "1/2/2006 15:04:05", "1/2/2006 3:04 PM", "1/2/2006 3:04:05 PM", "2/1/2006 15:04", "2/1/2006 15:04:05",
		"2.1.2006 15:04", "2.1.2006 15:04:05", "2006/1/2 15:04", "2006/1/2 15:04:05", "2006-1-2 15:04", "2006-01-02 15:04:05 MST", "20060102 15:04", time.DateOnly,
	} {
		t, err := time.Parse(form, text)
		if err != nil {
			continue
		}
		if guess := t.Format("2006-01-02 15:04"); found == "" || found == guess {
			found = guess
		} else {
			return ""
		}
	}
	return found
}

// instants are the moments at which the clocks of a zone show a time: none in
// the hour that they skip in spring, two in the one that they repeat in autumn.
// shown is the time as if the clocks were in UTC.
func instants(shown time.Time, zone *time.Location) (first, second time.Time, n int) {
	near := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), shown.Second(), shown.Nanosecond(), zone)
	start, end := near.ZoneBounds()
	clocks := []time.Time{near}
	if !start.IsZero() {
		clocks = append(clocks, start.Add(-time.Nanosecond))
	}
	if !end.IsZero() {
		clocks = append(clocks, end)
	}
	var tried [3]int
	for i, clock := range clocks {
		_, offset := clock.Zone()
		tried[i] = offset
		at := shown.Add(-time.Duration(offset) * time.Second)
		if _, o := at.In(zone).Zone(); o != offset || i > 0 && offset == tried[0] || i > 1 && offset == tried[1] {
			continue
		}
		switch n++; {
		case n == 1:
			first = at
		case at.Before(first):
			first, second = at, first
		default:
			second = at
		}
	}
	return first, second, n
}
