package handlers

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// health answers GET /healthz: the process runs.
func (a *App) health(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// ready answers GET /readyz: the database answers and the server is not
// stopping.
func (a *App) ready(c echo.Context) error {
	if a.stopping.Load() {
		return c.String(http.StatusServiceUnavailable, "stopping\n")
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
	defer cancel()
	if err := a.db.Ping(ctx); err != nil {
		a.log.Warn("not ready", "error", err)
		return c.String(http.StatusServiceUnavailable, "the database does not answer\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

// reportPolicy logs what a browser says broke the content policy.
func (a *App) reportPolicy(c echo.Context) error {
	body, err := io.ReadAll(io.LimitReader(c.Request().Body, 4<<10))
	if err != nil {
		return err
	}
	a.log.Warn("content policy broken", "id", requestIDOf(c), "report", string(body))
	return c.NoContent(http.StatusNoContent)
}
