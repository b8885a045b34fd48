package pool

import (
	"fmt"
	"slices"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Month is an account over a month of its pool's calendar. Sums over days of
// which one is unknown are unknown, for the first one's reason.
type Month struct {
	From, To    time.Time
	Due         mining.Maybe[units.Sats]
	Paid        mining.Maybe[units.Sats] // as the pool credited it for the days, without corrections
	Corrections units.Sats
	Gap         mining.Maybe[units.Sats] // Paid + Corrections − Due
	Days        map[Verdict]int          // spans by their verdict
	Obstacles   []Obstacle               // in the order of time
}

// ObstacleKind says what keeps a month from being closed.
type ObstacleKind string

// The obstacles.
const (
	StillOpen    ObstacleKind = "open"
	NotCredited  ObstacleKind = "late"
	NotJudged    ObstacleKind = "unknown"
	NotCovered   ObstacleKind = "missing" // no line speaks of the time
	Unchallenged ObstacleKind = "short"   // less was paid, and it is neither corrected nor disputed
)

// Obstacle is a span that stands in the way of closing a month.
type Obstacle struct {
	Kind     ObstacleKind
	From, To time.Time
	Gap      mining.Maybe[units.Sats] // of a short one
	Why      string
}

// MonthSpan is a month of a pool's calendar.
func MonthSpan(f Facts, year int, month time.Month) (from, to time.Time) {
	from = time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return from.Add(Shift(f)), from.AddDate(0, 1, 0).Add(Shift(f))
}

// SumMonth is the month [from, to) of an account from its lines. It fails if
// lines overlap or reach out of the month.
func SumMonth(from, to time.Time, lines []Line) (Month, error) {
	m := Month{
		From: from, To: to, Days: map[Verdict]int{},
		Due: mining.Of(units.Sats(0)), Paid: mining.Of(units.Sats(0)),
	}
	if err := overlap(lines); err != nil {
		return Month{}, fmt.Errorf("month from %s: %w", from.UTC().Format(time.DateOnly), err)
	}
	at := from
	for _, l := range slices.SortedFunc(slices.Values(lines), func(a, b Line) int { return a.From.Compare(b.From) }) {
		if l.From.Before(from) || l.To.After(to) {
			return Month{}, fmt.Errorf("the span from %s is not of the month from %s", l.From.UTC().Format(time.RFC3339), from.UTC().Format(time.DateOnly))
		}
		m.gap(at, l.From)
		m.add(l)
		at = l.To
	}
	m.gap(at, to)
	m.Gap = joined(m.Paid, m.Due, func(paid, due units.Sats) units.Sats { return paid + m.Corrections - due })
	return m, nil
}

// gap notes time that no line speaks of.
func (m *Month) gap(from, to time.Time) {
	if !to.After(from) {
		return
	}
	const why = "nothing is known of it"
	m.Due, m.Paid = joined(m.Due, mining.Unknown[units.Sats](why), plus), joined(m.Paid, mining.Unknown[units.Sats](why), plus)
	m.Obstacles = append(m.Obstacles, Obstacle{Kind: NotCovered, From: from, To: to, Why: why})
}

func (m *Month) add(l Line) {
	m.Days[l.Verdict]++
	m.Corrections += l.Correction
	paid := l.Credited
	if paid.Known {
		paid.Value -= l.Correction
	}
	m.Due, m.Paid = joined(m.Due, l.Due, plus), joined(m.Paid, paid, plus)
	if kind, ok := l.obstacle(); ok {
		m.Obstacles = append(m.Obstacles, Obstacle{Kind: kind, From: l.From, To: l.To, Gap: l.Gap, Why: l.Why})
	}
}

// obstacle is what of the line stands in the way of closing; false if nothing
// does. A short day that is corrected in part or disputed is known to people.
func (l Line) obstacle() (ObstacleKind, bool) {
	switch l.Verdict {
	case Open:
		return StillOpen, true
	case Late:
		return NotCredited, true
	case Unknown:
		return NotJudged, true
	case Short:
		return Unchallenged, l.Correction == 0 && !l.Disputed
	case Agrees, Over, WithinLuck:
	}
	return "", false
}

// CanClose says whether nothing stands in the way; Obstacles are what does.
func (m Month) CanClose() bool { return len(m.Obstacles) == 0 }
