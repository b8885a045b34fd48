package pricefile

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// widths are how long a price may hold.
func widths() []time.Duration {
	return []time.Duration{5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}
}

// settle puts the prices of a point in order of time, finds how long each holds,
// and notes the times that do not fit.
func (c *checker) settle(s *series) {
	if c.backwards(s) {
		return
	}
	slices.SortStableFunc(s.lines, func(a, b priced) int {
		return cmp.Or(a.price.Start.Compare(b.price.Start), cmp.Compare(a.row, b.row))
	})
	once := s.lines[:0]
	for _, l := range s.lines {
		if n := len(once); n > 0 && once[n-1].price.Start.Equal(l.price.Start) {
			c.fail(l.row, timeColumn, fmt.Sprintf("Row %d has this time too.", c.t.Rows[once[n-1].row].Number), "")
			continue
		}
		once = append(once, l)
	}
	s.lines = once
	width, ok := c.width(s)
	if !ok {
		return
	}
	var between []priced
	for i := range s.lines {
		p := &s.lines[i].price
		p.Width = width
		if !p.Start.Truncate(width).Equal(p.Start) {
			between = append(between, s.lines[i])
		}
	}
	if 2*len(between) > len(s.lines) { // a market whose clocks are half an hour beside UTC
		c.fail(between[0].row, timeColumn, fmt.Sprintf("Prices of %s are by %s and begin between those of UTC. Send them in smaller steps.", s.point, minutes(width)), "")
		return
	}
	for _, l := range between {
		c.fail(l.row, timeColumn, fmt.Sprintf("Prices of %s are by %s; this time is between two of them, as UTC counts.", s.point, minutes(width)), l.price.Start.Truncate(width).Format(time.RFC3339))
	}
}

// backwards notes the times that the order of the file cannot tell apart because
// it goes back in time.
func (c *checker) backwards(s *series) bool {
	if !s.lines[len(s.lines)-1].price.Start.Before(s.lines[0].price.Start) {
		return false
	}
	for _, row := range s.repeated {
		c.fail(row, timeColumn, fmt.Sprintf("The clocks of %s show this time twice, and the file goes back in time. Sort it by time, or write the offset.", c.form.Zone), "")
	}
	return len(s.repeated) > 0
}

// change is how many equal distances in a row are another width and not a gap.
const change = 24

// width is how long the prices of a point hold: the distance between two times
// that is most common among those of an hour and less. One time that is wrong by
// some minutes does not turn a file of hours into one of minutes; a market that
// went over from hours to quarters needs two files.
func (c *checker) width(s *series) (time.Duration, bool) {
	type pair struct{ n, first, run, longest int } // how often, the line of the first, how often without a break
	found := make(map[time.Duration]pair)
	var best, nearest, last time.Duration
	for i := 1; i < len(s.lines); i++ {
		d := s.lines[i].price.Start.Sub(s.lines[i-1].price.Start)
		p := found[d]
		if p.n == 0 {
			p.first = i
		}
		p.n++
		if d != last {
			p.run, last = 0, d
		}
		p.run++
		p.longest = max(p.longest, p.run)
		found[d] = p
		if nearest == 0 || d < nearest {
			nearest = d
		}
	}
	for d, p := range found {
		if d <= time.Hour && (p.n > found[best].n || p.n == found[best].n && d < best) {
			best = d
		}
	}
	switch {
	case len(s.lines) < 2:
		c.fail(s.lines[0].row, timeColumn, fmt.Sprintf("This is the only time of %s: how long its price holds, the next one would tell.", s.point), "")
		return 0, false
	case best == 0:
		best = nearest
	}
	if !slices.Contains(widths(), best) {
		c.fail(s.lines[found[best].first].row, timeColumn, fmt.Sprintf("The times of %s are %s apart. Prices are by 5, 15, 30 or 60 minutes.", s.point, minutes(best)), "")
		return 0, false
	}
	for _, other := range widths() {
		if p := found[other]; other != best && p.longest >= change {
			c.fail(s.lines[p.first].row, timeColumn, fmt.Sprintf("The times of %s are %s apart in one part of the file and %s in another. Send the parts as files of their own.", s.point, minutes(best), minutes(other)), "")
			return 0, false
		}
	}
	return best, true
}

func minutes(d time.Duration) string {
	if d%time.Minute != 0 {
		return d.String()
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()))
}
