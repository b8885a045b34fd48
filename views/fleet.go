package views

import "switchyard/views/ui"

// FleetPage is the register of machines: what there is in a few figures, how it
// is spread over sites and classes, and every unit.
type FleetPage struct {
	Shell    Shell
	Sentence ui.Sentence
	Links    []Link
	Events   string // topics that change the sentence and the headline figures
	KPIs     []ui.KPI
	Spread   RecordsPage // site × class
	States   RecordsPage
	Register RecordsPage // with its filter
}

// ImportPage takes a file of units: the form, what is wrong with a file or what
// it would do, and the files that came before.
type ImportPage struct {
	Shell    Shell
	Sentence ui.Sentence
	Back     Link
	Notice   string
	Upload   *UploadForm // nil: the reader may not import
	Confirm  *PostAction // nil: nothing waits to be confirmed
	Preview  *RecordsPage
	Past     RecordsPage
}

// UploadForm is a form of one file, and of what is said beside it.
type UploadForm struct {
	Action    string
	Fields    []ui.Control // before the file
	Field     ui.Control   // its kind does not count
	Accept    string       // file types, as the browser's dialog takes them
	Submit    string
	Templates []Link
	Columns   []FactLine // what stands in each column
	Example   []string   // lines of a file; empty: there is a template
}

// ClassesPage lists the machine classes, and the catalogue they begin with.
type ClassesPage struct {
	Classes   RecordsPage
	Catalogue RecordsPage
}
