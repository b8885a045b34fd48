package pool

import (
	"errors"
	"fmt"
	"time"

	"switchyard/econ/units"
)

// MonthClose are the values of a month fixed when it was closed. A later
// difference does not change them: it is a restatement, a MonthClose of its own
// that says why.
type MonthClose struct {
	From, To    time.Time
	Due         units.Sats
	Paid        units.Sats
	Corrections units.Sats
	Days        int // spans judged
	Short, Over int // of those
	WithinLuck  int
	Reason      string // of a restatement; empty before
}

// Gap is Paid + Corrections − Due: below zero is missing.
func (c MonthClose) Gap() units.Sats { return c.Paid + c.Corrections - c.Due }

// Close fixes the values of a month. It fails while something stands in the
// way.
func (m Month) Close() (MonthClose, error) {
	if !m.CanClose() {
		first := m.Obstacles[0]
		return MonthClose{}, fmt.Errorf("%d spans stand in the way, the first from %s: %s", len(m.Obstacles), first.From.UTC().Format(time.RFC3339), first.Kind)
	}
	if !m.Gap.Known {
		return MonthClose{}, errors.New(m.Gap.Reason())
	}
	c := MonthClose{
		From: m.From, To: m.To, Due: m.Due.Value, Paid: m.Paid.Value, Corrections: m.Corrections,
		Short: m.Days[Short], Over: m.Days[Over], WithinLuck: m.Days[WithinLuck],
	}
	for _, n := range m.Days {
		c.Days += n
	}
	return c, nil
}

// Difference is a figure of a closed month that has come out otherwise.
type Difference struct {
	Name     string // as in Evidence
	Was, Now units.Sats
}

// Differences are the figures of a closed month that are others today, in their
// order; none if it stands.
func (c MonthClose) Differences(today MonthClose) []Difference {
	var out []Difference
	for _, d := range []Difference{
		{"due", c.Due, today.Due}, {"paid", c.Paid, today.Paid},
		{"corrections", c.Corrections, today.Corrections}, {"gap", c.Gap(), today.Gap()},
	} {
		if d.Was != d.Now {
			out = append(out, d)
		}
	}
	return out
}

// Restate is the closed month with the values of today. It fails without a
// reason, for another month, and if no amount differs.
func (c MonthClose) Restate(today MonthClose, reason string) (MonthClose, error) {
	switch {
	case reason == "":
		return MonthClose{}, errors.New("a restatement needs its reason")
	case !c.From.Equal(today.From) || !c.To.Equal(today.To):
		return MonthClose{}, errors.New("that is another month")
	case len(c.Differences(today)) == 0:
		return MonthClose{}, errors.New("nothing differs from what was closed")
	}
	today.Reason = reason
	return today, nil
}
