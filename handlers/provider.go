package handlers

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

// attemptCookie holds a sign-in with the provider that is under way, sealed.
const attemptCookie = "switchyard-sign-in"

func (a *App) setAttempt(c echo.Context, value string, seconds int) {
	c.SetCookie(&http.Cookie{
		Name: attemptCookie, Value: value, Path: "/sign-in/provider", HttpOnly: true, Secure: a.secure(c),
		SameSite: http.SameSiteLaxMode, MaxAge: seconds, // the provider's redirect comes from another site
	})
}

// beginProvider answers GET /sign-in/provider: the browser goes to the
// company's provider.
func (a *App) beginProvider(c echo.Context) error {
	if a.provider == nil {
		return notFound("No identity provider is set up here.")
	}
	attempt, address, err := a.provider.Begin(c.Request().Context(), a.now())
	if err != nil {
		return providerFault(err)
	}
	sealed, err := a.sealer.SealAttempt(attempt)
	if err != nil {
		return err
	}
	a.setAttempt(c, sealed, int(signin.AttemptLife.Seconds()))
	return c.Redirect(http.StatusSeeOther, address)
}

// endProvider answers GET /sign-in/provider/back.
func (a *App) endProvider(c echo.Context) error {
	if a.provider == nil {
		return notFound("No identity provider is set up here.")
	}
	sealed := ""
	if cookie, err := c.Cookie(attemptCookie); err == nil {
		sealed = cookie.Value
	}
	a.setAttempt(c, "", -1) // an attempt is good once
	attempt, err := a.sealer.OpenAttempt(sealed, a.now())
	if err != nil {
		return providerFault(err)
	}
	identity, err := a.provider.Finish(c.Request().Context(), attempt, signin.Callback{
		Code: c.QueryParam("code"), State: c.QueryParam("state"), Error: c.QueryParam("error"),
	}, a.now())
	if err != nil {
		return providerFault(err)
	}
	person, err := a.personOfIdentity(c, identity)
	if err != nil {
		return err
	}
	if err := a.signIn(c, person, false); err != nil { // the provider asks for the second proof
		return err
	}
	return c.Redirect(http.StatusSeeOther, home(person.Role))
}

// personOfIdentity is who an identity is here. The first time, it is linked to
// the person of its verified address, or makes one with the role of its groups.
// Later the provider's subject alone counts: an address may pass to somebody
// else. Whoever has lost the group of their role does not get in.
func (a *App) personOfIdentity(c echo.Context, id signin.Identity) (access.Person, error) {
	ctx, auth := c.Request().Context(), a.db.Auth()
	person, err := auth.PersonByIdentity(ctx, id.Issuer, id.Subject)
	if errors.Is(err, db.ErrNotFound) {
		person, err = a.linkIdentity(c, id)
	}
	switch {
	case err != nil:
		return person, err
	case !person.Active():
		return person, refused("This account is deactivated. An administrator can change that.")
	case !slices.Contains(id.Roles, person.Role):
		return person, refused("Your groups at the provider do not give you the role you have here, " + person.Role.Title() + ". An administrator of either side can change that.")
	}
	return person, nil
}

// linkIdentity links somebody who comes from the provider for the first time.
func (a *App) linkIdentity(c echo.Context, id signin.Identity) (access.Person, error) {
	ctx, auth := c.Request().Context(), a.db.Auth()
	email, err := access.ParseEmail(id.Email)
	if err != nil || !id.EmailVerified {
		return access.Person{}, refused("The provider does not vouch for your e-mail address, so it is not known who you are here.")
	}
	by := access.Actor{Name: email, Address: c.RealIP(), Request: requestIDOf(c)}
	person, err := auth.PersonByEmail(ctx, email)
	if errors.Is(err, db.ErrNotFound) {
		if len(id.Roles) != 1 {
			return person, refused("Your groups at the provider do not give you one role here. An administrator can add you.")
		}
		person = access.Person{Email: email, Name: id.Name, Role: id.Roles[0]}
		if person.Name == "" {
			person.Name = email
		}
		person.ID, err = auth.InsertPerson(ctx, by, person)
	}
	if err != nil {
		return person, err
	}
	by.ID, by.Role = person.ID, person.Role
	err = auth.LinkIdentity(ctx, by, person.ID, id.Issuer, id.Subject)
	if errors.Is(err, db.ErrTaken) {
		return person, refused("This address belongs to somebody who is known under another account of the provider.")
	}
	return person, err
}

func refused(detail string) error {
	return &fault{status: http.StatusForbidden, title: "Not signed in", detail: detail}
}

// providerFault tells a person why signing in with the provider failed; the
// cause is for the log.
func providerFault(err error) error {
	var f *signin.Failure
	if !errors.As(err, &f) {
		return err
	}
	status := http.StatusBadGateway
	switch f.Reason {
	case signin.Stale:
		status = http.StatusBadRequest
	case signin.Refused:
		status = http.StatusForbidden
	case signin.Unavailable, signin.Untrusted:
	}
	return &fault{status: status, title: "Not signed in", detail: f.Sentence, cause: err}
}
