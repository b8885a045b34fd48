package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
	"switchyard/views"
	"switchyard/views/ui"
)

// showWelcome answers GET /welcome/{token}: nothing is spent by looking, since
// mail scanners follow links.
func (a *App) showWelcome(c echo.Context) error { return a.welcomePage(c, newForm(nil)) }

// welcomePage draws the form of a link that still works.
func (a *App) welcomePage(c echo.Context, f *form) error {
	v := views.WelcomePage{Shell: a.bareShell(c, "Welcome")}
	v.Shell.Path = "/welcome" // the token stays out of the page
	link, person, err := a.linkOf(c)
	switch {
	case errors.Is(err, db.ErrNotFound):
		v.Sentence = ui.Sentence{}.Say("This link has been used, has expired, or never was. Ask an administrator for a new one.")
		return render(c, http.StatusNotFound, views.Welcome(v))
	case err != nil:
		return err
	}
	var fields []ui.Control
	switch link.Purpose {
	case db.LinkAdmin:
		v.Sentence = ui.Sentence{}.Say("You are the first here. Say who you are, choose a password, and you are the administrator.")
		email := f.control(ui.InputEmail, "email", "E-mail", "You sign in with it")
		email.Fill = "username"
		name := f.control(ui.InputText, "name", "Name", "As colleagues know you")
		name.Fill = "name"
		fields = append(fields, name, email)
	case db.LinkInvite:
		v.Sentence = ui.Sentence{}.Say("Choose a password, " + person.Name + ", and you are signed in as " + person.Role.Title() + ".")
	case db.LinkReset:
		v.Sentence = ui.Sentence{}.Say("Choose a new password, " + person.Name + ". Every other browser is signed out.")
	}
	v.Form = &ui.FormSpec{Action: c.Request().URL.Path, Submit: "Set password", Fields: append(fields, newPassword(f)...)}
	return render(c, f.status(), views.Welcome(v))
}

// newPassword are the two fields of a new password.
func newPassword(f *form) []ui.Control {
	first := f.control(ui.InputPassword, "password", "New password", "12 characters or more; a few words are good")
	first.Fill = "new-password"
	again := f.control(ui.InputPassword, "again", "Again", "")
	again.Fill = "new-password"
	return []ui.Control{first, again}
}

// parsePassword checks a new password that was typed twice.
func parsePassword(f *form, email, name string) string {
	password := f.values.Get("password")
	if wrong := signin.Violations(password, signin.Person{Email: email, Name: name}); len(wrong) > 0 {
		f.fail("password", strings.Join(wrong, " "))
	} else if f.values.Get("again") != password {
		f.fail("again", "The two are not the same.")
	}
	return password
}

// linkOf is the link in the address and the person it is for.
func (a *App) linkOf(c echo.Context) (db.Link, access.Person, error) {
	hash, err := signin.ParseToken(signin.Link, c.Param("token"))
	if err != nil {
		return db.Link{}, access.Person{}, db.ErrNotFound
	}
	ctx, auth := c.Request().Context(), a.db.Auth()
	link, err := auth.Link(ctx, hash[:])
	if err != nil || link.Person == 0 {
		return link, access.Person{}, err
	}
	person, err := auth.Person(ctx, link.Person)
	return link, person, err
}

// acceptWelcome answers POST /welcome/{token}: it spends the link, sets the
// password and signs in.
func (a *App) acceptWelcome(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	link, person, err := a.linkOf(c)
	if errors.Is(err, db.ErrNotFound) {
		return a.welcomePage(c, f)
	}
	if err != nil {
		return err
	}
	if link.Purpose == db.LinkAdmin {
		person = access.Person{Name: f.text("name", 100, false), Role: access.Admin}
		if person.Email, err = access.ParseEmail(f.get("email")); err != nil {
			f.fail("email", sentence(err))
		}
	}
	password := parsePassword(f, person.Email, person.Name)
	if !f.ok() {
		return a.welcomePage(c, f)
	}
	ctx := c.Request().Context()
	encoded, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	hash, err := signin.ParseToken(signin.Link, c.Param("token"))
	if err != nil {
		return err
	}
	by := access.Actor{ID: person.ID, Name: person.Name, Role: person.Role, Address: c.RealIP(), Request: requestIDOf(c)}
	person, err = a.db.Auth().UseLink(ctx, by, hash[:], encoded, person)
	switch {
	case errors.Is(err, db.ErrTaken):
		f.fail("email", "Somebody has this address already.")
		return a.welcomePage(c, f)
	case errors.Is(err, db.ErrNotFound):
		return a.welcomePage(c, f)
	case err != nil:
		return err
	}
	return a.admit(c, f, person)
}
