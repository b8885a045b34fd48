package mining

import (
	"errors"
	"fmt"
	"time"

	"switchyard/econ/units"
)

// Site is a place with a grid connection.
type Site struct {
	Name         string
	Interconnect units.Power    // the most the meter may draw
	PUE          float64        // meter energy over machine energy, of mining, at least 1
	Zone         *time.Location // in which its days and its contract's hours are cut
}

// Validate says what is wrong with the site, everything at once.
func (s Site) Validate() error {
	err := errors.Join(named("a site", s.Name), positive("interconnect power in W", float64(s.Interconnect)))
	if !(s.PUE >= 1) || !finite(s.PUE) {
		err = errors.Join(err, fmt.Errorf("PUE is %v; meter energy over machine energy is at least 1", s.PUE))
	}
	if s.Zone == nil {
		err = errors.Join(err, errors.New("the time zone is not known"))
	}
	if err != nil {
		return fmt.Errorf("site %q: %w", s.Name, err)
	}
	return nil
}

// DayHours are the beginnings, in UTC, of the hours of a local day: 24, or 23
// and 25 where clocks change. It fails without a zone, or if the day is not
// made of whole hours.
func (s Site) DayHours(year int, month time.Month, day int) ([]time.Time, error) {
	return s.hours(func(add int, zone *time.Location) time.Time {
		return time.Date(year, month, day+add, 0, 0, 0, 0, zone)
	})
}

// MonthHours are the beginnings, in UTC, of the hours of a local month. It
// fails like DayHours.
func (s Site) MonthHours(year int, month time.Month) ([]time.Time, error) {
	return s.hours(func(add int, zone *time.Location) time.Time {
		return time.Date(year, month+time.Month(add), 1, 0, 0, 0, 0, zone)
	})
}

func (s Site) hours(edge func(add int, zone *time.Location) time.Time) ([]time.Time, error) {
	if s.Zone == nil {
		return nil, fmt.Errorf("site %q: the time zone is not known", s.Name)
	}
	start, end := edge(0, s.Zone), edge(1, s.Zone)
	if end.Sub(start)%time.Hour != 0 {
		return nil, fmt.Errorf("site %q: %s lasts %s, which is not made of whole hours", s.Name, start.Format(time.DateOnly), end.Sub(start))
	}
	var out []time.Time
	for t := start.UTC(); t.Before(end); t = t.Add(time.Hour) {
		out = append(out, t)
	}
	return out, nil
}

// Window is a part of the local week. The zero value is every hour.
type Window struct {
	FromHour, ToHour int // local clock hours, from inclusive, to exclusive; both 0 is the whole day
	WeekdaysOnly     bool
}

// Validate says whether the window is a span of one day.
func (w Window) Validate() error {
	if w.FromHour == 0 && w.ToHour == 0 {
		return nil
	}
	if w.FromHour < 0 || w.ToHour > 24 || w.FromHour >= w.ToHour {
		return fmt.Errorf("hours %d to %d are not a span of one day", w.FromHour, w.ToHour)
	}
	return nil
}

// Holds says whether the hour that begins at start lies in the window. On the
// day a clock hour comes twice, it holds both.
func (w Window) Holds(start time.Time, zone *time.Location) bool {
	local := start.In(zone)
	if w.WeekdaysOnly && (local.Weekday() == time.Saturday || local.Weekday() == time.Sunday) {
		return false
	}
	return w.ToHour == 0 || (local.Hour() >= w.FromHour && local.Hour() < w.ToHour)
}
