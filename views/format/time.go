package format

import (
	"fmt"
	"math"
	"time"
)

// ClockUTC is the time of day: "14:32:08 UTC".
func ClockUTC(t time.Time) string { return t.UTC().Format("15:04:05") + " UTC" }

// DayMonthYear is a date: "10 Mar 2026".
func DayMonthYear(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// DayMonth is a date near now, without its year: "10 Mar".
func DayMonth(t time.Time) string { return t.UTC().Format("2 Jan") }

// DayClock is an instant near now to the minute, in UTC: "10 Mar 14:32".
func DayClock(t time.Time) string { return t.UTC().Format("2 Jan 15:04") }

// MonthYear is a date far away: "Mar 2026".
func MonthYear(t time.Time) string { return t.UTC().Format("Jan 2006") }

// DateMinute is a date with hours and minutes, under a head that says UTC.
func DateMinute(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04") }

// DateTimeUTC is an instant to the second: "10 Mar 2026, 14:32:08 UTC".
func DateTimeUTC(t time.Time) string { return DayMonthYear(t) + ", " + ClockUTC(t) }

// Duration prints a length of time in its two largest units, cut off, not
// rounded: "6 d 19 h", "47 min", "12 s".
func Duration(d time.Duration) string {
	if d <= -time.Second { // less is no second yet, and zero has no sign
		return minus + Duration(-max(d, -math.MaxInt64))
	}
	day := 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d\u00a0s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d\u00a0min", d/time.Minute)
	case d < day:
		return two(int64(d/time.Hour), "h", int64(d%time.Hour/time.Minute), "min")
	case d < 100*day:
		return two(int64(d/day), "d", int64(d%day/time.Hour), "h")
	default:
		return Fixed(float64(d/day), 0) + "\u00a0d"
	}
}

func two(a int64, unitA string, b int64, unitB string) string {
	if b == 0 {
		return fmt.Sprintf("%d\u00a0%s", a, unitA)
	}
	return fmt.Sprintf("%d\u00a0%s %d\u00a0%s", a, unitA, b, unitB)
}

// Ago prints an age: "now" under a second, else "2 min ago".
func Ago(d time.Duration) string {
	if d < time.Second {
		return "now"
	}
	return Duration(d) + " ago"
}
