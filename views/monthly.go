package views

import "switchyard/views/ui"

// MonthlyPage is the monthly production update. Without months it says so.
type MonthlyPage struct {
	Shell    Shell
	Sentence ui.Sentence
	Month    string // e.g. "March 2026"
	State    string // Draft, Published or Restated
	Edit     string // address of its form and history; empty: closed to the reader
	CanAdd   bool
	Rows     []MonthlyRow
	Months   []MonthLine // the newest first
	ui.Facts
}

// MonthlyRow is one line of the update.
type MonthlyRow struct {
	Group, Name, Unit string
	Value             string // empty: not known, Why says why
	Why               string
	Month, Year       ui.Change // against the month and the year before
}

// MonthLine is a month in the list.
type MonthLine struct {
	Href, Label, State string
	Current            bool
}
