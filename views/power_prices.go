package views

import "switchyard/views/ui"

// PowerPricesPage says which prices of power are stored, and takes files of
// them.
type PowerPricesPage struct {
	Shell    Shell
	Sentence ui.Sentence
	Back     Link
	Notice   string
	Problems *RecordsPage // bad cells of a file; nil: none
	Stored   RecordsPage
	Upload   *UploadForm // nil: the reader may not import
	Wrong    bool        // something is wrong with what was sent: the form comes first
}
