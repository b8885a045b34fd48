package views

import "switchyard/views/ui"

// SignInPage lets somebody in.
type SignInPage struct {
	Shell    Shell
	Personas []Persona // of the demo; empty: a real company
	Form     *ui.FormSpec
	Notice   string
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
