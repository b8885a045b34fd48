package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"switchyard/econ/access"
)

// askable is the page that a refused request may be asked for; empty where it is
// none of a person's.
func askable(c echo.Context, status int) string {
	who := subjectOf(c)
	if status != http.StatusForbidden || c.Request().Method != http.MethodGet || !who.Known() || who.Role == access.Share {
		return ""
	}
	return localPath(c.Request().URL.Path)
}

// ask answers POST /ask: administrators are told who asks for which page.
func (a *App) ask(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	path := localPath(f.get("page"))
	if path == "" || len(path) > 200 {
		return badInput("\"page\" must be an address of this site.")
	}
	if err := a.db.Auth().Ask(c.Request().Context(), actorOf(c), path); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/account?asked=1")
}
