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

// TokensPage is where a person keeps API tokens.
type TokensPage struct {
	Shell  Shell
	Notice string
	Made   string // shown once; empty: none was just made
	Tokens []TokenRow
	Form   ui.FormSpec
}

// TokenRow is a token that works.
type TokenRow struct {
	ID          int64
	Name, Rooms string
	Ends        string
	Used        time.Time // zero: never
}
