package views

import (
	"time"

	"switchyard/views/ui"
)

// SelfPage is a person's own account.
type SelfPage struct {
	Shell             Shell
	Name, Email, Role string
	Notice            string
	Password          *ui.FormSpec // nil: a person of the demo has none
	Sessions          []SessionRow // the last used first
}

// SessionRow is a browser that is signed in.
type SessionRow struct {
	ID             string
	This           bool // the reader's own
	Agent, Address string
	Since, Ends    string
	Seen           time.Time
}
