package handlers

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"switchyard/views"
)

// render writes a page. It renders to a buffer first: a view that fails gives
// an error page, never half a page. A request whose time is over still gets its
// page, which is then the one that says so.
func render(c echo.Context, status int, page templ.Component) error {
	var buf bytes.Buffer
	if err := page.Render(context.WithoutCancel(c.Request().Context()), &buf); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "private, no-store")
	h.Add(echo.HeaderVary, "Cookie")
	return c.HTMLBlob(status, buf.Bytes())
}

// answerError is where every error of every route becomes an answer: a page
// for a browser, a problem document for everybody else.
func (a *App) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	f := asFault(err)
	if f.status == statusClientGone {
		f.status = http.StatusServiceUnavailable
	}
	var werr error
	if wantsPage(c) {
		werr = render(c, f.status, views.Failure(views.FailurePage{
			Shell: a.bareShell(c, f.title), Status: f.status, Title: f.title, Detail: f.detail,
			Request: requestIDOf(c), Ask: askable(c, f.status), Starting: f.status == http.StatusServiceUnavailable,
		}))
	} else {
		werr = writeProblem(c, f, requestIDOf(c))
	}
	if werr != nil {
		a.log.Error("error page failed", "id", requestIDOf(c), "error", werr)
	}
}

// wantsPage says whether a person is looking: not the API, and HTML accepted.
func wantsPage(c echo.Context) bool {
	r := c.Request()
	if strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/live" {
		return false
	}
	return strings.Contains(r.Header.Get(echo.HeaderAccept), "text/html")
}
