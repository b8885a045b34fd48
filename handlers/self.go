package handlers

import (
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// showSelf answers GET /account: who the reader is, and where they are signed
// in.
func (a *App) showSelf(c echo.Context) error { return a.selfPage(c, newForm(nil)) }

func (a *App) selfPage(c echo.Context, f *form) error {
	who, own := subjectOf(c), sessionOf(c)
	ctx, auth := c.Request().Context(), a.db.Auth()
	person, err := auth.Person(ctx, who.ID)
	if err != nil {
		return err
	}
	sessions, err := auth.Sessions(ctx, who.ID)
	if err != nil {
		return err
	}
	v := views.SelfPage{Name: person.Name, Email: person.Email, Role: person.Role.Title(), Notice: selfNotice(c)}
	for _, s := range sessions {
		v.Sessions = append(v.Sessions, views.SessionRow{
			ID: hex.EncodeToString(s.Hash), This: string(s.Hash) == string(own.Hash), Agent: orNothing(s.Agent), Address: s.Address,
			Since: format.DateTimeUTC(s.CreatedAt), Seen: s.SeenAt, Ends: format.DayMonthYear(s.ExpiresAt),
		})
	}
	if person.Persona == "" {
		current := f.control(ui.InputPassword, "current", "Present password", "")
		current.Fill = "current-password"
		v.Password = &ui.FormSpec{Action: "/account/password", Submit: "Change password", Fields: append([]ui.Control{current}, newPassword(f)...)}
	}
	err = a.readPage(c, nil, func(p *page) error {
		v.Shell = a.shell(p, "Account")
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, f.status(), views.Self(v))
}

// changePassword answers POST /account/password.
func (a *App) changePassword(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx, auth := c.Request().Context(), a.db.Auth()
	person, err := auth.Person(ctx, subjectOf(c).ID)
	if err != nil {
		return err
	}
	if person.Persona != "" {
		return badInput("People of the demo have no password.")
	}
	t := tries{pair: "pair " + person.Email + " " + c.RealIP(), address: "address " + c.RealIP(), account: "account " + person.Email}
	if wait, err := t.exhausted(ctx, auth); err != nil {
		return err
	} else if wait {
		f.fail("current", "Too many wrong tries from here. Wait fifteen minutes.")
		return a.selfPage(c, f)
	}
	password := parsePassword(f, person.Email, person.Name)
	if !f.ok() {
		return a.selfPage(c, f)
	}
	_, good, err := a.checkPassword(ctx, auth, person.Email, f.values.Get("current"))
	if err != nil {
		return err
	}
	if !good {
		if err := auth.AddFailure(ctx, t.all(), tryWindow); err != nil {
			return err
		}
		f.fail("current", "This is not your present password.")
		return a.selfPage(c, f)
	}
	encoded, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	if err := auth.SetPassword(ctx, actorOf(c), person.ID, encoded, nil); err != nil {
		return err
	}
	// All sessions have ended, this one too: it goes on under a new number.
	c.Set(sessionKey, nil)
	if err := a.signIn(c, person, false); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/account?saved=1")
}

// endSession answers POST /account/sessions/{session}/end.
func (a *App) endSession(c echo.Context) error {
	hash, err := hex.DecodeString(c.Param("session"))
	if err != nil {
		return notFound("There is no such session.")
	}
	err = a.db.Auth().EndSession(c.Request().Context(), actorOf(c), subjectOf(c).ID, hash)
	if err != nil && !errors.Is(err, db.ErrNotFound) { // it may have ended by itself
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/account?saved=1")
}

// selfNotice is what has just been done.
func selfNotice(c echo.Context) string {
	if c.QueryParam("asked") != "" && c.Request().Method == http.MethodGet {
		return "An administrator has been asked."
	}
	return saved(c)
}
