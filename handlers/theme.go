package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

const themeCookie = "theme"

// themeOf is the theme the reader chose, or empty to follow the system.
func themeOf(c echo.Context) string {
	cookie, err := c.Cookie(themeCookie)
	if err != nil || (cookie.Value != "light" && cookie.Value != "dark") {
		return ""
	}
	return cookie.Value
}

// setTheme answers POST /theme: it keeps the choice in a cookie and goes back
// to the page the form stands on.
func (a *App) setTheme(c echo.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	cookie := &http.Cookie{
		Name: themeCookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: a.secure(c), MaxAge: int((365 * 24 * time.Hour).Seconds()),
	}
	switch theme := form.Get("theme"); theme {
	case "light", "dark":
		cookie.Value = theme
	case "system":
		cookie.MaxAge = -1
	default:
		return badInput("\"theme\" must be light, dark or system.")
	}
	c.SetCookie(cookie)
	return c.Redirect(http.StatusSeeOther, backPath(c.Request()))
}

// backPath is the path of the page a form stood on, and never another host.
func backPath(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return u.RequestURI()
}
