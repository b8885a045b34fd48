package views

import (
	"switchyard/views/ui"
)

// RecordsPage is a list of things that are typed: sites, customers, people, the
// audit log.
type RecordsPage struct {
	Shell       Shell
	Name        string // of the page
	Sentence    ui.Sentence
	Unit        ui.Unit
	Add         string // address of the form that adds one; empty: the reader may not
	AddLabel    string
	Links       []Link // other things to do, e.g. a file
	Filter      []ui.Control
	Kept        []ui.Option // names and values that the filter sends along
	FilterLabel string      // of its button; empty: Filter
	Notice      string      // what a form has just done
	Figure      string      // id
	Title       string
	Sub         string
	Columns     []DataColumn
	Rows        []RecordRow
	Total       *RecordRow // under the rows; nil: none
	Empty       ui.Problem // what to say when there is no row
	Refetch     string     // topics that change the list
	Older       string     // address of the next page; empty: none
	OlderAs     string     // words on the way there; empty: "Older"
	Facts       ui.Facts
}

// Link is a way to somewhere.
type Link struct{ Href, Label string }

// RecordRow is one line of the list.
type RecordRow struct {
	Href  string // of the record; empty: no page
	Mark  ui.MarkKind
	State string // what the mark means, in words
	Cells []Cell
}

// Cell is a value with its unit, and lighter words under it.
type Cell struct {
	Text, Unit, Under string
	Href              string // of what the text names; empty: nothing
}

// RecordPage is one thing that is typed: its form, and its versions.
type RecordPage struct {
	Shell    Shell
	Name     string
	Sentence ui.Sentence
	Unit     ui.Unit
	Back     Link
	Links    []Link // other things of it, beside the way back
	Notice   string
	Title    string // of the form
	Sub      string
	Form     *ui.FormSpec // nil: the reader may not edit
	Facts    []FactLine   // shown where there is no form, or beside it
	Actions  []PostAction
	Versions []VersionLine // newest first; empty: a new thing
	Source   ui.Facts
	More     *RecordsPage // a list that belongs to it, e.g. balances
	MoreForm *ui.FormSpec
}

// FactLine is a name and a value in words.
type FactLine struct{ Name, Text string }

// PostAction is a button that changes something by itself.
type PostAction struct {
	Action, Label, Describe string
	Hidden                  []ui.Option
	Danger                  bool
	Effect                  string // what it does, in a sentence
}

// VersionLine is one version of a record.
type VersionLine struct {
	At      string // when it became known
	Who     string
	Since   string // since when it holds
	Changes []string
}

// older are the words on the way to the next page.
func (p RecordsPage) older() string {
	if p.OlderAs == "" {
		return "Older"
	}
	return p.OlderAs
}
