package handlers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/views"
	"switchyard/views/ui"
)

// Limits of failed tries, within the window.
const (
	tryWindow       = 15 * time.Minute
	triesOfPair     = 5   // of one account from one address
	triesOfAddress  = 100 // of any account from one address
	triesOfStranger = 50  // of one account from all addresses together
)

// showSignIn answers GET /sign-in.
func (a *App) showSignIn(c echo.Context) error {
	if who := subjectOf(c); who.Known() {
		return c.Redirect(http.StatusSeeOther, home(who.Role))
	}
	return a.signInPage(c, newForm(nil), "", http.StatusOK)
}

// signInPage draws the personas of the demo, and the form of everybody else.
func (a *App) signInPage(c echo.Context, f *form, problem string, status int) error {
	v := views.SignInPage{Shell: a.bareShell(c, "Sign in"), Hidden: hiddenNext(c), Provider: a.provider != nil}
	personas, err := a.personas(c)
	if err != nil {
		return err
	}
	for _, p := range personas {
		v.Personas = append(v.Personas, views.Persona{ID: strconv.FormatInt(p.ID, 10), Name: p.Name, Role: p.Role.Title(), Says: p.Persona})
	}
	email := f.control(ui.InputEmail, "email", "E-mail", "")
	email.Fill = "username"
	password := f.control(ui.InputPassword, "password", "Password", "")
	password.Fill = "current-password"
	v.Form = &ui.FormSpec{Action: "/sign-in", Submit: "Sign in", Problem: problem, Hidden: v.Hidden, Fields: []ui.Control{email, password}}
	if len(personas) > 0 && problem == "" {
		v.Form = nil // nobody of the demo has a password
	}
	return render(c, status, views.SignIn(v))
}

// hiddenNext keeps the page to come back to in a form.
func hiddenNext(c echo.Context) []ui.Option {
	next := c.QueryParam("next")
	if next == "" && c.Request().Method == http.MethodPost {
		next = c.FormValue("next")
	}
	if next = localPath(next); next == "" {
		return nil
	}
	return []ui.Option{{Value: "next", Label: next}}
}

// personas are the people of the demo, for a browser on this machine; nobody
// anywhere else.
func (a *App) personas(c echo.Context) ([]access.Person, error) {
	if !a.demo || !onLoopback(c) {
		return nil, nil
	}
	return a.db.Auth().Personas(c.Request().Context())
}

// onLoopback says whether the browser is on this machine: it reached a loopback
// address, from one, by a name that is one, and no proxy stands between.
func onLoopback(c echo.Context) bool {
	r := c.Request()
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok || !isLoopback(local.String()) || !isLoopback(r.RemoteAddr) {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip"} {
		if r.Header.Get(header) != "" {
			return false
		}
	}
	return host == "localhost" || isLoopback(net.JoinHostPort(host, "0"))
}

func isLoopback(hostPort string) bool {
	a, err := netip.ParseAddrPort(hostPort)
	return err == nil && a.Addr().Unmap().IsLoopback()
}

// enterPersona answers POST /sign-in/persona.
func (a *App) enterPersona(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	personas, err := a.personas(c)
	if err != nil {
		return err
	}
	if len(personas) == 0 {
		return &fault{status: http.StatusForbidden, title: "Refused", detail: "People of the demo sign in on this machine alone, at a loopback address."}
	}
	for _, p := range personas {
		if strconv.FormatInt(p.ID, 10) == f.get("person") {
			if err := a.signIn(c, p, false); err != nil {
				return err
			}
			return a.enter(c, f, p.Role)
		}
	}
	return badInput("There is no such person in the demo.")
}

// enter goes to the page somebody wanted before signing in, or to where their
// role begins.
func (a *App) enter(c echo.Context, f *form, role access.Role) error {
	if next := localPath(f.get("next")); next != "" {
		return c.Redirect(http.StatusSeeOther, next)
	}
	return c.Redirect(http.StatusSeeOther, home(role))
}

// wrongSignIn is what every failed try is told, whether there is such an
// account or not.
const wrongSignIn = "The address or the password is wrong. Five wrong tries make a pause of up to fifteen minutes."

// givePassword answers POST /sign-in.
func (a *App) givePassword(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx, auth := c.Request().Context(), a.db.Auth()
	email, err := access.ParseEmail(f.get("email"))
	if err != nil {
		f.fail("email", sentence(err))
	}
	password := f.values.Get("password")
	if password == "" {
		f.fail("password", "This is needed.")
	}
	if !f.ok() {
		return a.signInPage(c, f, "", f.status())
	}
	t := tries{pair: "pair " + email + " " + c.RealIP(), address: "address " + c.RealIP(), account: "account " + email}
	if wait, err := t.exhausted(ctx, auth); err != nil {
		return err
	} else if wait {
		c.Response().Header().Set("Retry-After", fmt.Sprint(int(tryWindow.Seconds())))
		return a.signInPage(c, f, "Too many wrong tries from here. Wait fifteen minutes, or ask an administrator for a new link.", http.StatusTooManyRequests)
	}
	person, good, err := a.checkPassword(ctx, auth, email, password)
	if err != nil {
		return err
	}
	if !good {
		if err := auth.AddFailure(ctx, t.all(), tryWindow); err != nil {
			return err
		}
		return a.signInPage(c, f, wrongSignIn, http.StatusUnprocessableEntity)
	}
	if err := auth.ForgetFailures(ctx, []string{t.pair}); err != nil {
		return err
	}
	return a.admit(c, f, person)
}

// admit signs in somebody who has proved the password: at once, or after a
// one-time code where one is asked for.
func (a *App) admit(c echo.Context, f *form, person access.Person) error {
	credential, err := a.db.Auth().Credential(c.Request().Context(), person.ID)
	if err != nil {
		return err
	}
	owes := credential.TOTPOn || a.needsCode(person)
	if err := a.signIn(c, person, owes); err != nil {
		return err
	}
	if owes {
		return c.Redirect(http.StatusSeeOther, "/sign-in/code"+nextQuery(f.get("next")))
	}
	return a.enter(c, f, person.Role)
}

// tries are the counts a try is held against. A flood against one account from
// elsewhere does not lock its owner out: the owner's address counts apart until
// the account as a whole is under attack from very many.
type tries struct{ pair, address, account string }

func (t tries) all() []string { return []string{t.pair, t.address, t.account} }

// exhausted says whether one of the limits is reached. It is asked before the
// password is hashed, so that a flood costs no memory.
func (t tries) exhausted(ctx context.Context, auth *db.Store) (bool, error) {
	n, err := auth.Failures(ctx, t.all(), tryWindow)
	if err != nil {
		return false, err
	}
	strange := n[t.pair] > 0 // an address that has not failed on this account yet gets its try
	return n[t.pair] >= triesOfPair || n[t.address] >= triesOfAddress || (strange && n[t.account] >= triesOfStranger), nil
}

// checkPassword says whether an account has this password. It takes as long for
// an account that is not there.
func (a *App) checkPassword(ctx context.Context, auth *db.Store, email, password string) (access.Person, bool, error) {
	person, err := auth.PersonByEmail(ctx, email)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return person, false, err
	}
	var credential db.Credential
	if err == nil && person.Active() {
		if credential, err = auth.Credential(ctx, person.ID); err != nil {
			return person, false, err
		}
	}
	if credential.PasswordHash == "" {
		return person, false, a.hasher.VerifyNobody(ctx, password)
	}
	good, err := a.hasher.Verify(ctx, credential.PasswordHash, password)
	return person, good, err
}
