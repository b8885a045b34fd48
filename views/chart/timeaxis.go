package chart

import (
	"time"
)

// TimeTick is a mark on a time axis.
type TimeTick struct {
	T     time.Time
	Label string
}

// clockSteps are the steps below a day, in UTC.
var clockSteps = [...]time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// daySteps and monthSteps are the steps above.
var (
	daySteps   = [...]int{1, 2, 7, 14}
	monthSteps = [...]int{1, 2, 3, 6, 12, 24, 60, 120}
)

// TimeTicks returns at most most marks on round UTC times inside from..to.
func TimeTicks(from, to time.Time, most int) []TimeTick {
	from, to = from.UTC(), to.UTC()
	if !to.After(from) || most < 2 {
		return nil
	}
	for _, step := range clockSteps {
		if to.Sub(from)/step < time.Duration(most) {
			return clockTicks(from, to, step)
		}
	}
	for _, days := range daySteps {
		if ticks := dayTicks(from, to, days); len(ticks) <= most {
			return ticks
		}
	}
	for _, months := range monthSteps {
		if ticks := monthTicks(from, to, months); len(ticks) <= most {
			return ticks
		}
	}
	return nil
}

func clockTicks(from, to time.Time, step time.Duration) []TimeTick {
	var ticks []TimeTick
	first := from.Truncate(step)
	if first.Before(from) {
		first = first.Add(step)
	}
	for t := first; !t.After(to); t = t.Add(step) {
		label := t.Format("15:04")
		if t.Hour() == 0 && t.Minute() == 0 {
			label = t.Format("2 Jan")
		}
		ticks = append(ticks, TimeTick{t, label})
	}
	return ticks
}

// dayTicks marks every so many days, evenly; whole weeks begin on Mondays.
func dayTicks(from, to time.Time, days int) []TimeTick {
	const firstMonday = 4 // days since 1 January 1970
	var ticks []TimeTick
	for t := from.Truncate(24 * time.Hour); !t.After(to); t = t.AddDate(0, 0, 1) {
		if n := int(t.Unix() / 86_400); !t.Before(from) && (n-firstMonday)%days == 0 {
			ticks = append(ticks, TimeTick{t, t.Format("2 Jan")})
		}
	}
	return ticks
}

func monthTicks(from, to time.Time, months int) []TimeTick {
	var ticks []TimeTick
	t := time.Date(from.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	if months > 12 {
		years := months / 12
		t = time.Date(from.Year()/years*years, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for ; !t.After(to); t = t.AddDate(0, months, 0) {
		if t.Before(from) {
			continue
		}
		label := t.Format("Jan")
		if t.Month() == time.January || len(ticks) == 0 {
			label = t.Format("Jan 06")
		}
		if months >= 12 {
			label = t.Format("2006")
		}
		ticks = append(ticks, TimeTick{t, label})
	}
	return ticks
}

// timeAxis draws the base line at y with its ticks. Every second tick is left
// out where the figure is narrow.
func timeAxis(d *drawing, from, to time.Time, y float64, most int) {
	d.hline("ax", y)
	x := Time(from, to, 0, 1)
	ticks := TimeTicks(from, to, most)
	for i, t := range ticks {
		f := x(t.T)
		anchor := "middle"
		switch {
		case f < 0.03:
			anchor = "start"
		case f > 0.97:
			anchor = "end"
		}
		mark := func() {
			d.line("ax", f, y, f, y+4)
			d.text("tk", anchor, f, 0, y+17, t.Label)
		}
		if len(ticks) > 3 && i%2 == 1 {
			d.group("c-wide", mark)
			continue
		}
		mark()
	}
}
