package pool

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

const day = 24 * time.Hour

// Shift is how far a pool's day lies from ours: it begins that much after
// midnight UTC, or before if negative.
func Shift(f Facts) time.Duration {
	if f.ByBlock {
		return 0
	}
	return f.Day
}

// DayAt is the day of a pool's calendar that holds the moment.
func DayAt(f Facts, at time.Time) (from, to time.Time) {
	from = at.UTC().Add(-Shift(f)).Truncate(day).Add(Shift(f))
	return from, from.Add(day)
}

// OwnDay is what belongs to a day of UTC.
type OwnDay struct {
	Day      time.Time // its begin, UTC
	Due      mining.Maybe[units.Sats]
	Credited mining.Maybe[units.Sats]
	// Apportioned says that a part of a day of the pool was taken by time: the
	// pool does not say when within its day it was earned.
	Apportioned bool
	Covered     time.Duration // of the day, by the lines; less than 24 hours at both ends of a shifted calendar
}

// OwnDays gives what was due and credited for days of a pool to the days of UTC
// in which they lie, by time, with largest remainders: the parts sum to what was
// given. A day that a line without an amount reaches into is unknown. It fails
// if lines overlap.
func OwnDays(lines []Line) ([]OwnDay, error) {
	if err := overlap(lines); err != nil {
		return nil, err
	}
	days := map[time.Time]*OwnDay{}
	for _, l := range lines {
		spans := cut(l.From, l.To)
		due, err := shares(l.Due, spans)
		if err != nil {
			return nil, err
		}
		credited, err := shares(l.Credited, spans)
		if err != nil {
			return nil, err
		}
		for i, s := range spans {
			begin := s.from.Truncate(day)
			d, ok := days[begin]
			if !ok {
				d = &OwnDay{Day: begin, Due: mining.Of(units.Sats(0)), Credited: mining.Of(units.Sats(0))}
				days[begin] = d
			}
			d.Due, d.Credited = joined(d.Due, due[i], plus), joined(d.Credited, credited[i], plus)
			d.Apportioned = d.Apportioned || len(spans) > 1
			d.Covered += s.to.Sub(s.from)
		}
	}
	out := make([]OwnDay, 0, len(days))
	for _, d := range days {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b OwnDay) int { return a.Day.Compare(b.Day) })
	return out, nil
}

func plus(a, b units.Sats) units.Sats { return a + b }

// stretch is a part of a span within one day of UTC.
type stretch struct{ from, to time.Time }

// cut divides a span at midnights UTC.
func cut(from, to time.Time) []stretch {
	var parts []stretch
	for at := from.UTC(); at.Before(to); {
		next := at.Truncate(day).Add(day)
		if next.After(to) {
			next = to.UTC()
		}
		parts = append(parts, stretch{at, next})
		at = next
	}
	return parts
}

// shares splits an amount over the parts of its span by their length.
func shares(amount mining.Maybe[units.Sats], parts []stretch) ([]mining.Maybe[units.Sats], error) {
	if !amount.Known {
		return slices.Repeat([]mining.Maybe[units.Sats]{amount}, len(parts)), nil
	}
	weights := make([]decimal.Decimal, len(parts))
	for i, p := range parts {
		weights[i] = decimal.NewFromInt(int64(p.to.Sub(p.from)))
	}
	split, err := amount.Value.Split(weights...)
	if err != nil {
		return nil, fmt.Errorf("split of %d satoshi by time: %w", amount.Value, err)
	}
	out := make([]mining.Maybe[units.Sats], len(split))
	for i, s := range split {
		out[i] = mining.Of(s)
	}
	return out, nil
}

// overlap fails if a line does not advance or two of them share time.
func overlap(lines []Line) error {
	sorted := slices.SortedFunc(slices.Values(lines), func(a, b Line) int { return a.From.Compare(b.From) })
	for i, l := range sorted {
		switch {
		case !l.To.After(l.From):
			return errors.New("a span ends before it has begun")
		case i > 0 && l.From.Before(sorted[i-1].To):
			return fmt.Errorf("two spans hold %s", l.From.UTC().Format(time.RFC3339))
		}
	}
	return nil
}
