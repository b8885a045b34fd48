package views

// FailurePage is an error in the shell. Detail is for people; the cause is in
// the log under Request.
type FailurePage struct {
	Shell   Shell
	Status  int    // HTTP status: 403, 404, 500, 503 or another
	Title   string // a short noun phrase
	Detail  string // a sentence: what happened
	Request string // number of the request in the log
	Ask     string // page that may be asked for; empty: none
	// Starting is true while the server starts or waits for its database; the
	// page then says that it asks again by itself and when.
	Starting bool
	Retry    string // address worth trying again; empty: Path of the shell
}
