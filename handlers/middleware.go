package handlers

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// Limits of one request.
const (
	bodyLimit   = "64K"
	pageTimeout = 10 * time.Second
	// uploadTimeout leaves a page's time after the fifteen seconds that the
	// server lets a body take.
	uploadTimeout = 25 * time.Second
)

// use installs the middleware. The order matters: the number comes first so
// that every log line has it; the log line is written around the recovery so
// that a panic is logged with its status; headers are set before anything can
// answer; the same-origin check stands before any body is read.
func (a *App) use(e *echo.Echo) {
	e.Use(
		numberRequest,
		a.logRequest,
		a.recoverPanic,
		a.securityHeaders,
		a.sameOriginWrites,
		limitBody(bodyLimit, takesFile),
		limitBody(uploadLimit, func(c echo.Context) bool { return !takesFile(c) }),
		withTimeout,
		a.identify,
	)
}

// takesFile says whether the request brings a file.
func takesFile(c echo.Context) bool {
	return c.Request().Method == http.MethodPost && (c.Path() == importPath || c.Path() == pricesPath)
}

// limitBody refuses a body that is larger, but for the requests to leave out.
func limitBody(limit string, leaveOut middleware.Skipper) echo.MiddlewareFunc {
	return middleware.BodyLimitWithConfig(middleware.BodyLimitConfig{Limit: limit, Skipper: leaveOut})
}

func numberRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := rand.Text()[:12]
		c.Set(requestIDKey, id)
		c.Response().Header().Set("X-Request-Id", id)
		return next(c)
	}
}

// loggedPath is the path for the log: of a route with a token, the route.
func loggedPath(c echo.Context) string {
	if strings.Contains(c.Path(), ":token") {
		return c.Path()
	}
	return c.Request().URL.Path
}

// logRequest writes the one line per request. Other paths carry no secrets;
// queries might, so they are left out.
func (a *App) logRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := a.now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		status, took := c.Response().Status, a.now().Sub(start)
		a.metrics.observe(c.Path(), status, took)
		level := slog.LevelDebug
		if status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		attrs := []any{
			"id", requestIDOf(c), "method", c.Request().Method, "path", loggedPath(c),
			"status", status, "ms", float64(took.Microseconds()) / 1000, "bytes", c.Response().Size,
			"role", subjectOf(c).Role,
		}
		if err != nil {
			attrs = append(attrs, "error", err)
		}
		a.log.Log(c.Request().Context(), level, "request", attrs...)
		return nil
	}
}

func (a *App) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				a.log.Error("handler panicked", "id", requestIDOf(c), "panic", p, "stack", string(debug.Stack()))
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		return next(c)
	}
}

// contentPolicy lets a page load only what this server serves; nothing inline
// runs. Reports go to the log through /csp-report.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /csp-report"

func (a *App) securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		if a.secure(c) {
			h.Set("Strict-Transport-Security", "max-age=63072000")
		}
		return next(c)
	}
}

// sameOriginWrites refuses a write that another site's page sent: the browser
// says so itself in Sec-Fetch-Site, and in Origin where it is older.
func (a *App) sameOriginWrites(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		switch c.Request().Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
			return next(c)
		}
		if c.Path() != "/csp-report" && !a.sameOrigin(c.Request()) {
			return echo.NewHTTPError(http.StatusForbidden)
		}
		return next(c)
	}
}

// sameOrigin says whether the request came from one of our own pages.
func (a *App) sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return r.Header.Get("Sec-Fetch-Site") == "same-origin"
	}
	if a.publicURL != nil {
		return origin == a.publicURL.Scheme+"://"+a.publicURL.Host
	}
	_, host, ok := strings.Cut(origin, "://")
	return ok && host == r.Host
}

func withTimeout(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Path() == "/live" {
			return next(c)
		}
		limit := pageTimeout
		if takesFile(c) {
			limit = uploadTimeout
		}
		ctx, cancel := context.WithTimeout(c.Request().Context(), limit)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		return next(c)
	}
}

// ipExtractor trusts X-Forwarded-For only from the proxies named in the
// settings; Echo's default would believe anybody.
func ipExtractor(trusted []netip.Prefix) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{
		echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false),
	}
	for _, p := range trusted {
		_, ipnet, err := net.ParseCIDR(p.Masked().String())
		if err == nil {
			options = append(options, echo.TrustIPRange(ipnet))
		}
	}
	return echo.ExtractIPFromXFFHeader(options...)
}
