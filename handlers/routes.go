package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"switchyard/econ/access"
	"switchyard/econ/alert"
)

// route is one line of the route table: what an address does, and what its
// asker must be allowed.
type route struct {
	method, path string
	need         rule
	handle       echo.HandlerFunc
}

// routes is the whole table. A route that asks for nothing and is not open
// fails a test.
func (a *App) routes() []route {
	const (
		get  = http.MethodGet
		post = http.MethodPost
	)
	var (
		market  = may(access.RoomMarket, access.Read)
		mining  = may(access.RoomMining, access.Read)
		ai      = may(access.RoomAI, access.Read)
		finance = may(access.RoomFinance, access.Read)
		fork    = may(access.RoomFork, access.Read)
		core    = may(access.RoomCore, access.Read)

		writeMining  = may(access.RoomMining, access.Write)
		writeAI      = may(access.RoomAI, access.Write)
		writeFinance = may(access.RoomFinance, access.Write)
		writeCore    = may(access.RoomCore, access.Write)
		manage       = may(access.RoomCore, access.Manage)
	)
	return []route{
		{get, "/", market, a.showOverview},
		{get, "/fork", fork, a.showFork},

		{get, "/mining", market, a.showMiningLive},
		{get, "/mining/sites", mining, a.listSites},
		{get, "/mining/sites/new", writeMining, sites().blank(a)},
		{post, "/mining/sites", writeMining, sites().create(a)},
		{get, "/mining/sites/:id", mining, sites().show(a)},
		{post, "/mining/sites/:id", writeMining, sites().edit(a)},
		{get, "/mining/sites/:id/today", mining, a.showToday},
		{get, "/mining/fleet", mining, a.showFleet},
		{get, "/mining/fleet/classes", mining, a.listClasses},
		{get, "/mining/fleet/classes/new", writeMining, a.blankClass},
		{post, "/mining/fleet/classes", writeMining, classes().create(a)},
		{get, "/mining/fleet/classes/:id", mining, classes().show(a)},
		{post, "/mining/fleet/classes/:id", writeMining, classes().edit(a)},
		{get, importPath, writeMining, a.showImport},
		{post, importPath, writeMining, a.takeFile},
		{post, importPath + "/confirm", writeMining, a.confirmFile},
		{get, "/mining/fleet/:serial", mining, a.showUnit},
		{post, "/mining/fleet/:serial", writeMining, a.moveUnit},

		{get, poolsPath, mining, a.showPools},
		{get, workersPath, mining, a.showWorkers},
		{get, poolsPath + "/worker", mining, a.showWorker},
		{get, uptimePath, mining, a.showUptime},
		{get, "/mining/merit-order", mining, a.showMeritOrder},
		{get, "/mining/economics", mining, a.showEconomics},
		{get, powerPath, mining, a.listPower},
		{get, powerPath + "/new", writeMining, a.contractHandler(kind[contractRecord].blank)},
		{post, powerPath, writeMining, a.contractHandler(kind[contractRecord].create)},
		{get, pricesPath, mining, a.showPrices},
		{post, pricesPath, writeMining, a.takePrices},
		{get, powerPath + "/:id", mining, a.contractHandler(kind[contractRecord].show)},
		{post, powerPath + "/:id", writeMining, a.contractHandler(kind[contractRecord].edit)},
		{get, curtailmentPath, mining, a.showCurtailment},
		{get, curtailmentPath + "/new", writeMining, a.curtailmentHandler(kind[curtailmentRecord].blank)},
		{post, curtailmentPath, writeMining, a.curtailmentHandler(kind[curtailmentRecord].create)},
		{get, curtailmentPath + "/:id", mining, a.curtailmentHandler(kind[curtailmentRecord].show)},
		{post, curtailmentPath + "/:id", writeMining, a.curtailmentHandler(kind[curtailmentRecord].edit)},
		{get, poolsPath + "/new", writeMining, poolAccounts().blank(a)},
		{post, poolsPath, writeMining, poolAccounts().create(a)},
		{get, poolsPath + "/:id", mining, poolAccounts().show(a)},
		{post, poolsPath + "/:id", writeMining, poolAccounts().edit(a)},
		{post, poolsPath + "/:id/key", writeMining, a.setPoolKey},
		{get, poolsPath + "/:id/payouts", mining, a.showPayouts},
		{post, poolsPath + "/:id/bookings", writeMining, a.bookPayment},
		{post, poolsPath + "/:id/bookings/arrived", writeMining, a.bookArrived},
		{post, poolsPath + "/:id/months/:month", writeMining, a.closePoolMonth},
		{get, poolsPath + "/:id/days/:day", mining, a.showPoolDay},
		{post, poolsPath + "/:id/days/:day", writeMining, a.remarkOnDay},
		{get, "/mining/monthly", mining, a.showMonthly},
		{get, "/mining/monthly/new", writeMining, months().blank(a)},
		{post, "/mining/monthly", writeMining, months().create(a)},
		{get, "/mining/monthly/:id", mining, months().show(a)},
		{post, "/mining/monthly/:id", writeMining, months().edit(a)},

		{get, "/mining/assumptions", mining, a.showPractice},
		{post, "/mining/assumptions", writeMining, practice().create(a)},
		{get, "/mining/assumptions/:id", mining, practice().show(a)},
		{post, "/mining/assumptions/:id", writeMining, practice().edit(a)},

		{get, "/ai/contracts", ai, a.listContracts},
		{get, "/ai/customers", ai, a.listCustomers},
		{get, "/ai/customers/new", writeAI, customers().blank(a)},
		{post, "/ai/customers", writeAI, customers().create(a)},
		{get, "/ai/customers/:id", ai, customers().show(a)},
		{post, "/ai/customers/:id", writeAI, customers().edit(a)},

		{get, "/finance/runway", finance, a.showRunway},
		{get, "/finance/balance-sheet", finance, a.showBalanceSheet},
		{get, "/finance/accounts/new", writeFinance, accounts().blank(a)},
		{post, "/finance/accounts", writeFinance, accounts().create(a)},
		{get, "/finance/accounts/:id", finance, accounts().show(a)},
		{post, "/finance/accounts/:id", writeFinance, accounts().edit(a)},
		{post, "/finance/accounts/:id/balance", writeFinance, a.setBalance},

		{get, "/admin/sources", core, a.showSources},
		{post, "/admin/jobs/:name/run", writeCore, a.runJob},
		{get, "/admin/people", manage, a.listPeople},
		{get, "/admin/people/new", manage, a.newPerson},
		{post, "/admin/people", manage, a.createPerson},
		{get, "/admin/people/:id", manage, a.showPerson},
		{post, "/admin/people/:id/role", manage, a.changeRole},
		{post, "/admin/people/:id/proposal", manage, a.decideRole},
		{post, "/admin/people/:id/link", manage, a.makeLink},
		{post, "/admin/people/:id/active", manage, a.setActive},
		{get, alertsPath, signedIn, a.showAlerts}, // each row belongs to a room
		{post, alertsPath + "/:id/acknowledge", signedIn, a.acknowledge},
		{get, rulesPath + "/new", signedIn, a.ruleHandler(func(k kind[alert.Record]) echo.HandlerFunc { return k.blank(a) })},
		{post, rulesPath, signedIn, a.ruleHandler(func(k kind[alert.Record]) echo.HandlerFunc { return k.create(a) })},
		{get, rulesPath + "/:id", signedIn, a.ruleHandler(func(k kind[alert.Record]) echo.HandlerFunc { return k.show(a) })},
		{post, rulesPath + "/:id", signedIn, a.ruleHandler(func(k kind[alert.Record]) echo.HandlerFunc { return k.edit(a) })},
		{post, rulesPath + "/:id/proposal", signedIn, a.decideRule},
		{get, channelsPath + "/new", manage, a.newChannel},
		{post, channelsPath, manage, a.createChannel},
		{post, channelsPath + "/:id/test", manage, a.testChannel},
		{post, channelsPath + "/:id/remove", manage, a.removeChannel},
		{get, "/admin/audit", manage, a.showAudit},
		{get, "/admin/settings", manage, a.showSettings},
		{post, "/admin/settings", manage, a.saveSettings},

		{get, "/share", shares, a.showShares},
		{post, "/share", shares, a.makeShare},
		{post, "/share/:id/revoke", shares, a.revokeShare},
		{get, "/share/:token", anyone, a.showShare},
		{post, "/share/:token", anyone, a.enterShare},
		{post, "/share/leave", anyone, a.leaveShare},

		{get, "/sign-in", anyone, a.showSignIn},
		{post, "/sign-in", anyone, a.givePassword},
		{get, "/sign-in/provider", anyone, a.beginProvider},
		{get, "/sign-in/provider/back", anyone, a.endProvider},
		{get, "/sign-in/code", anyone, a.showCode},
		{post, "/sign-in/code", anyone, a.giveCode},
		{post, "/sign-in/persona", anyone, a.enterPersona},
		{post, "/sign-out", anyone, a.signOut},
		{get, "/welcome/:token", anyone, a.showWelcome},
		{post, "/welcome/:token", anyone, a.acceptWelcome},
		{post, "/ask", signedIn, a.ask},
		{get, "/account", signedIn, a.showSelf},
		{post, "/account/password", signedIn, a.changePassword},
		{get, "/account/codes", signedIn, a.showCodes},
		{post, "/account/codes", signedIn, a.changeCodes(a.replaceRecovery)},
		{post, "/account/codes/recovery", signedIn, a.changeCodes(a.replaceRecovery)},
		{post, "/account/codes/off", signedIn, a.changeCodes(a.turnOffCodes)},
		{get, "/account/tokens", signedIn, a.showTokens},
		{post, "/account/tokens", signedIn, a.makeToken},
		{post, "/account/tokens/:id/revoke", signedIn, a.revokeToken},
		{post, "/account/sessions/:session/end", signedIn, a.endSession},

		{get, "/data/:figure", somebody, a.showFigure}, // each figure names its room
		{post, "/theme", anyone, a.setTheme},

		{get, "/live", somebody, a.serveLive}, // each topic names its room
		{get, "/api/v1/series", market, a.listSeries},
		{get, "/api/v1/series/:key", somebody, a.showSeries}, // each key names its room

		{get, "/healthz", anyone, a.health},
		{get, "/readyz", anyone, a.ready},
		{post, "/csp-report", anyone, a.reportPolicy},
		{get, "/static/*", anyone, echo.WrapHandler(a.assets.Handler())},
	}
}

func (a *App) route(e *echo.Echo) {
	// Level 1 halves the cost of the default; static files are compressed when
	// they are built, a workbook when it is written, and a socket cannot be.
	workbook := func(c echo.Context) bool { return strings.HasSuffix(c.Request().URL.Path, ".xlsx") }
	zip := middleware.GzipWithConfig(middleware.GzipConfig{Level: 1, MinLength: 1024, Skipper: workbook})
	for _, r := range a.routes() {
		handle := a.permit(r.need, r.handle)
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
