package views

import (
	"time"

	"switchyard/econ/mining"
	"switchyard/views/ui"
)

// TodayPage is a site in the next 24 hours, as those who stand at its switches
// need it.
type TodayPage struct {
	Shell    Shell
	Sentence ui.Sentence
	Links    []Link
	Site     string
	Events   string // topics that change the page
	KPIs     []ui.KPI
	Switches SwitchesFigure
	Hours    SiteHoursFigure
	Contract []FactLine
}

// SwitchesFigure is what a site switches and when.
type SwitchesFigure struct {
	ui.Facts
	Until string // to which the price is known, in words
	Zone  *time.Location
	Rows  []mining.Switch
}

// SiteHoursFigure is a site hour by hour.
type SiteHoursFigure struct {
	ui.Facts
	Zone *time.Location
	Rows []SiteHour
}

// unknown are the hours at the end whose price is not known: the first of them,
// why, and how many.
func (f SiteHoursFigure) unknown() (from time.Time, why string, n int) {
	for i := len(f.Rows) - 1; i >= 0 && !f.Rows[i].Known; i-- {
		from, why, n = f.Rows[i].At, f.Rows[i].Basis, n+1
	}
	return from, why, n
}

// SiteHour is one hour of a site.
type SiteHour struct {
	At        time.Time
	Known     bool    // the price is
	Price     float64 // mean of its steps, USD/MWh
	Basis     string  // what the price rests on
	On, Off   float64 // MW that should run, and that should not
	MarginUSD float64 // of the hour, switching deducted
}

// SwitchWords says what is switched to what.
func SwitchWords(s mining.Switch) string {
	switch {
	case s.To == "":
		return "Off"
	case s.From == "":
		return "On"
	}
	return "To " + s.To
}

// localClock is the time at a site.
func localClock(at time.Time, zone *time.Location) string { return at.In(zone).Format("Mon 15:04") }
