package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

// secure says whether the browser reached us over TLS: by the address people
// use, where it is set, since a proxy may end it.
func (a *App) secure(c echo.Context) bool {
	if a.publicURL != nil {
		return a.publicURL.Scheme == "https"
	}
	return c.IsTLS()
}

// cookieName is the session cookie's name. Over TLS its prefix keeps other
// hosts of the domain from setting it.
func (a *App) cookieName(c echo.Context) string {
	if a.secure(c) {
		return "__Host-switchyard"
	}
	return "switchyard"
}

func (a *App) setCookie(c echo.Context, token string) {
	c.SetCookie(&http.Cookie{
		Name: a.cookieName(c), Value: token, Path: "/", HttpOnly: true, Secure: a.secure(c),
		SameSite: http.SameSiteLaxMode, MaxAge: int(db.SessionLife.Seconds()),
	})
}

func (a *App) clearCookie(c echo.Context) {
	c.SetCookie(&http.Cookie{
		Name: a.cookieName(c), Path: "/", HttpOnly: true, Secure: a.secure(c), SameSite: http.SameSiteLaxMode, MaxAge: -1,
	})
}

// signIn gives the browser a new session for a person, and ends the one it
// held: a session that somebody put there before never becomes signed in.
func (a *App) signIn(c echo.Context, p access.Person, pending bool) error {
	ctx, auth := c.Request().Context(), a.db.Auth()
	by := access.Actor{ID: p.ID, Name: p.Name, Role: p.Role, Address: c.RealIP(), Request: requestIDOf(c)}
	if old := sessionOf(c); old.Hash != nil {
		if err := auth.EndSession(ctx, by, old.Person, old.Hash); err != nil {
			return err
		}
	}
	token, hash := signin.NewToken(signin.Session)
	err := auth.StartSession(ctx, by, access.Session{
		Hash: hash[:], Person: p.ID, Pending: pending, Address: c.RealIP(), Agent: c.Request().UserAgent(),
	})
	if err != nil {
		return err
	}
	a.setCookie(c, token)
	return nil
}

// signOut answers POST /sign-out.
func (a *App) signOut(c echo.Context) error {
	if s := sessionOf(c); s.Hash != nil {
		if err := a.db.Auth().EndSession(c.Request().Context(), actorOf(c), s.Person, s.Hash); err != nil {
			return err
		}
	}
	a.clearCookie(c)
	return c.Redirect(http.StatusSeeOther, "/sign-in")
}

// nextQuery carries the page to come back to; empty for the front page.
func nextQuery(uri string) string {
	if localPath(uri) == "" || uri == "/" {
		return ""
	}
	return "?next=" + url.QueryEscape(uri)
}

// localPath is an address within this site, or empty for any other.
func localPath(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(uri, "//") || strings.ContainsAny(uri, "\\\r\n\t") {
		return ""
	}
	return u.RequestURI()
}

// home is where somebody of a role begins.
func home(role access.Role) string {
	switch role {
	case access.Mining:
		return "/mining"
	case access.Business:
		return "/ai/customers"
	case access.Finance:
		return "/finance/balance-sheet"
	case access.Admin:
		return "/admin/sources"
	default:
		return "/"
	}
}
