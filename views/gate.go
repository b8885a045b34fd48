package views

import "switchyard/views/ui"

// SignInPage lets somebody in.
type SignInPage struct {
	Shell    Shell
	Personas []Persona // of the demo; empty: a real company
	Form     *ui.FormSpec
	Provider bool        // the company's identity provider may be used
	Hidden   []ui.Option // sent along by every form
}

// Persona is somebody of the demo to sign in as.
type Persona struct {
	ID   string
	Name string
	Role string // the button's name
	Says string // what this person does here
}

// WelcomePage lets the holder of a link set a password.
type WelcomePage struct {
	Shell    Shell
	Sentence ui.Sentence
	Form     *ui.FormSpec // nil: the link does not work
}

// CodePage asks for a one-time code.
type CodePage struct {
	Shell Shell
	Form  *ui.FormSpec
	Setup *CodeSetup // codes are to be set up first; nil: they are
}

// CodeSetup is what an authenticator takes.
type CodeSetup struct {
	Image  string // as a data address
	Secret string // to be typed where no camera is
}

// RecoveryPage shows recovery codes, once.
type RecoveryPage struct {
	Shell Shell
	Codes []string
	Next  string
}

// CodesPage is where a person keeps one-time codes.
type CodesPage struct {
	Shell  Shell
	Notice string
	On     bool
	Needed bool // by the role
	Left   int  // recovery codes
	Setup  *CodeSetup
	Form   *ui.FormSpec
}
