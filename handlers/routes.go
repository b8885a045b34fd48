package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"switchyard/econ/access"
)

// route is one line of the route table: what an address does, and the action
// its asker must be allowed. An open route is for everybody.
type route struct {
	method, path string
	room         access.Room
	action       access.Action
	open         bool
	handle       echo.HandlerFunc
}

// routes is the whole table. A route without an action that is not open fails
// a test.
func (a *App) routes() []route {
	const (
		get  = http.MethodGet
		post = http.MethodPost
		core = access.RoomCore
		mkt  = access.RoomMarket
	)
	return []route{
		{get, "/", mkt, access.Read, false, a.showOverview},
		{get, "/mining", mkt, access.Read, false, a.showMiningLive},
		{get, "/admin/sources", core, access.Read, false, a.showSources},
		{post, "/admin/jobs/:name/run", core, access.Write, false, a.runJob},
		{get, "/data/:figure", "", "", true, a.showFigure}, // each figure names its room
		{post, "/theme", "", "", true, a.setTheme},

		{get, "/live", "", "", true, a.serveLive}, // each topic names its room
		{get, "/api/v1/series", mkt, access.Read, false, a.listSeries},
		{get, "/api/v1/series/:key", "", "", true, a.showSeries}, // each key names its room

		{get, "/healthz", "", "", true, a.health},
		{get, "/readyz", "", "", true, a.ready},
		{post, "/csp-report", "", "", true, a.reportPolicy},
		{get, "/static/*", "", "", true, echo.WrapHandler(a.assets.Handler())},
	}
}

func (a *App) route(e *echo.Echo) {
	// Level 1 halves the cost of the default; static files are compressed when
	// they are built, and a socket cannot be.
	zip := middleware.GzipWithConfig(middleware.GzipConfig{Level: 1, MinLength: 1024})
	for _, r := range a.routes() {
		handle := r.handle
		if !r.open {
			handle = permit(r.room, r.action, handle)
		}
		if r.path == "/live" || r.path == "/static/*" {
			e.Add(r.method, r.path, handle)
			continue
		}
		e.Add(r.method, r.path, handle, zip)
		if r.method == http.MethodGet {
			e.Add(http.MethodHead, r.path, handle)
		}
	}
}
