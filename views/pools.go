package views

import (
	"switchyard/views/chart"
	"switchyard/views/ui"
)

// PoolPayoutsPage is what an account at a pool was credited and paid over a span,
// held against what was due.
type PoolPayoutsPage struct {
	Shell    Shell
	Name     string
	Sentence ui.Sentence
	Links    []Link
	Notice   string
	Spans    []ui.SegItem
	Events   string // topics after whose change the figures are fetched again
	KPIs     []ui.KPI
	Gaps     GapsFigure
	Days     RecordsPage
	Payments RecordsPage
	Booked   []VersionLine
	Book     *ui.FormSpec // nil: the reader may not, or nothing can be booked
	BookAll  *PostAction
	Balance  RecordsPage
	Month    *PoolMonthPanel // nil: no month is chosen
}

// GapsFigure is the chart of the days.
type GapsFigure struct {
	Chart chart.Gaps
	Facts ui.Facts
}

// PoolMonthPanel is how a month stands: its sums, what it was closed with, and what
// stands in the way.
type PoolMonthPanel struct {
	Title     string
	Sums      RecordsPage
	Says      string       // how it stands, in a sentence
	Obstacles []Link       // each to its day; Href is empty where there is none
	Close     *PostAction  // nil: it cannot be closed, or not by the reader
	Restate   *ui.FormSpec // nil: nothing differs
}

// PoolDayPage is one day of an account with all that it rests on; printed, it is
// the dispute file.
type PoolDayPage struct {
	Shell    Shell
	Name     string
	Sentence ui.Sentence
	Back     Link
	Files    []Link
	Notice   string
	Heading  []FactLine // of the printed page
	Evidence RecordsPage
	Remark   *ui.FormSpec // nil: the reader may not
	Said     []FactLine   // where there is no form
	Versions []VersionLine
}
