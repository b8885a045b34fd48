package handlers

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// tableRows is how many rows a data table page shows; files hold all.
const tableRows = 500

// figure is one line of the registry: the data behind a figure, for whom, and
// in which columns. The same rows make the page, the CSV and the XLSX.
type figure struct {
	id, title, sub string
	back           string // page the figure stands on; see onOverview
	need           rule
	columns        []column
	rows           func(*page) ([][]cell, error)
}

// column heads a column. A text column is left-aligned and written to files
// so that no spreadsheet takes it for a formula.
type column struct {
	label, unit string
	text        bool
}

// cell is a time.Time, float64, int64, string, or nil for a fact that is not
// known.
type cell any

// figures is the whole registry.
func (a *App) figures() []figure {
	market := may(access.RoomMarket, access.Read)
	return slices.Concat(poolFigures(), []figure{
		{views.FigureMarket, "Price and network", "Each measure now, and its change over three spans", "/", market, []column{
			{"Measure", "", true}, {"Unit", "", true}, {"Now", "", false}, {"24 h", "fraction", false}, {"7 d", "fraction", false}, {"30 d", "fraction", false},
		}, marketRows},
		{views.FigurePrices, "Hashprice and bitcoin", "The points of the chart: at most two a column, lowest and highest kept", "/mining", market, []column{
			{"Time", "UTC", true}, {"Series", "", true}, {"Value", "", false}, {"Unit", "", true}, {"Level", "", true},
		}, priceRows},
		{views.FigureHistory, "Hashprice since the halving", "Daily, M3", "/mining", market, []column{
			{"Time", "UTC", true}, {"Hashprice", "$ per PH/s per day", false}, {"Level", "", true},
		}, historyRows},
		{views.FigureNetwork, "Network", "The state of the chain", "/mining", market, factColumns, networkRows},
		{views.FigureAdjustment, "Next difficulty adjustment", "Point and 90 % band, M5", "/", market, factColumns, adjustmentRows},
		{views.FigureHalving, "Next halving", "By growth of the hashrate per epoch, M6", "/", market, []column{
			{"Growth per epoch", "fraction", false}, {"Height", "", false}, {"Blocks to go", "", false}, {"Expected", "UTC", true},
		}, halvingRows},
		{views.FigureVenues, "Bitcoin by venue", "Latest quote of each venue", "/mining", market, []column{
			{"Venue", "", true}, {"Price", "USD", false}, {"Time", "UTC", true}, {"In the median", "", true},
		}, venueRows},
		{views.FigureSources, "Sources", "When each was checked, answered and changed", "/admin/sources", may(access.RoomCore, access.Read), []column{
			{"Source", "", true}, {"Feeds", "", true}, {"Expected every", "seconds", false}, {"Checked", "UTC", true}, {"Succeeded", "UTC", true},
			{"Changed", "UTC", true}, {"Failures", "", false}, {"Last error", "", true},
		}, sourceTable},
		{views.FigureJobs, "Job runs", "The newest first", "/admin/sources", may(access.RoomCore, access.Read), []column{
			{"Job", "", true}, {"Started", "UTC", true}, {"Ended", "UTC", true}, {"Status", "", true}, {"Rows", "", false}, {"Note", "", true}, {"Error", "", true},
		}, runTable},
		{views.FigureSites, "Sites", "As known now", "/mining/sites", may(access.RoomMining, access.Read), []column{
			{"Site", "", true}, {"Place", "", true}, {"Time zone", "", true}, {"Interconnect", "MW", false}, {"PUE", "", false},
			{"Holds since", "day", true}, {"Known from", "UTC", true}, {"By", "", true},
		}, siteRows},
		{views.FigurePower, "Power contracts", "As known now", powerPath, may(access.RoomMining, access.Read), []column{
			{"Site", "", true}, {"Contract", "", true}, {"Kind", "", true}, {"Follows", "", true}, {"Price", "$ per MWh", false}, {"Loss", "percent", false}, {"Adders", "", true}, {"Blocks", "", true},
			{"Curtailment", "", true}, {"Demand", "$ per kW a month", false}, {"Coincident peaks", "$ per kW a year", false}, {"Known from", "UTC", true}, {"By", "", true},
		}, powerRows},
		{views.FigureSpotPrices, "Power prices", "What is stored of each point, and what contracts follow", pricesPath, may(access.RoomMining, access.Read), []column{
			{"Point", "", true}, {"Product", "", true}, {"First", "UTC", true}, {"Last until", "UTC", true}, {"Prices", "", false}, {"Newest from", "", true}, {"Followed by a contract", "", true},
		}, priceSpanRows},
		{views.FigureMerit, "Fleet merit order", "The steps of this hour, the first to stop last; M8, M10", "/mining/merit-order", may(access.RoomMining, access.Read), []column{
			{"Class", "", true}, {"Mode", "", true}, {"Hall", "", true}, {"Site", "", true}, {"Power", "MW", false}, {"Hashrate", "PH/s", false}, {"Break-even", "$ per MWh", false},
			{"Price", "$ per MWh", false}, {"Cost", "$ per PH/s a day", false}, {"Margin", "$ per MWh", false}, {"Why", "", true},
		}, meritRows},
		{views.FigureFalls, "If hashprice falls", "What still pays at the power prices of this hour; M8, M10", "/mining/merit-order", may(access.RoomMining, access.Read), []column{
			{"Hashprice", "$ per PH/s a day", false}, {"Bitcoin", "$", false}, {"Power", "MW", false}, {"Hashrate", "PH/s", false}, {"Margin", "$ a day", false},
		}, fallRows},
		{views.FigureClassDays, "Classes by site", "A day of running at the power price of this hour; M8", "/mining/economics", may(access.RoomMining, access.Read), []column{
			{"Class", "", true}, {"Group", "", true}, {"Machines", "", false}, {"Hashrate", "PH/s", false}, {"Power", "MW", false}, {"Power price", "$ per MWh", false},
			{"Revenue", "$ a day", false}, {"Power cost", "$ a day", false}, {"Other cost", "$ a day", false}, {"Margin", "$ a day", false}, {"Break-even power", "$ per MWh", false},
			{"Break-even hashprice", "$ per PH/s a day", false}, {"Break-even bitcoin", "$", false}, {"Break-even difficulty", "", false}, {"Break-even efficiency", "J/TH", false},
		}, classDayRows},
		{views.FigureWhatIf, "Along a stated path", "What the fleet would bring if the market went the stated way; M3, M8, M10", "/mining/economics", may(access.RoomMining, access.Read), []column{
			{"From", "UTC", true}, {"Difficulty", "", false}, {"Hashprice", "$ per PH/s a day", false}, {"Power", "MW", false}, {"Bitcoin earned", "BTC", false},
			{"Margin", "$", false}, {"Total", "$", false}, {"Less than nameplate", "", true},
		}, whatIfRows},
		{views.FigureSitePower, "Curtailment by site", "What should run and rest in this hour; M10", "/mining", may(access.RoomMining, access.Read), []column{
			{"Site", "", true}, {"Contract", "", true}, {"On", "MW", false}, {"Off", "MW", false}, {"Power", "$ per MWh", false},
		}, sitePowerRows},
		{views.FigureSwitches, "Next switches", "What a site switches in the hours whose price is known; M10", "/mining/merit-order", may(access.RoomMining, access.Read), []column{
			{"At", "UTC", true}, {"Until", "UTC", true}, {"Site", "", true}, {"Group", "", true}, {"From", "", true}, {"To", "", true}, {"Power", "MW", false}, {"Hashrate", "PH/s", false}, {"Brings", "$", false},
		}, switchRows},
		{views.FigureSiteHours, "Hour by hour", "What should run at a site at the price of each hour; M10", "/mining/merit-order", may(access.RoomMining, access.Read), []column{
			{"Hour", "UTC", true}, {"At the site", "", true}, {"Basis", "", true}, {"Power", "$ per MWh", false}, {"On", "MW", false}, {"Off", "MW", false}, {"Margin", "$", false},
		}, siteHourRows},
		{views.FigureMiningColumn, "Mining unit", "Last 30 days of today's fleet, run by the rule; change against the 30 days before; M8, M10, M11", "/", may(access.RoomMining, access.Read), []column{
			{"Measure", "", true}, {"30 days", "", true}, {"Unit", "", true}, {"Change", "", true},
		}, columnRows},
		{views.FigureBackTest, "Back-test by hour", "Always on, by rule and with foresight, margins after the blocks' position; M10", curtailmentPath, may(access.RoomMining, access.Read), []column{
			{"Hour", "UTC", true}, {"Hashprice", "$ per PH/s a day", false}, {"Drawn always on", "MWh", false}, {"Drawn by rule", "MWh", false}, {"Always on", "$", false}, {"By rule", "$", false}, {"With foresight", "$", false},
		}, backTestRows},
		{views.FigureCurtailments, "Curtailment log", "What was off, and what it brought by the present contract; M10", curtailmentPath, may(access.RoomMining, access.Read), []column{
			{"From", "UTC", true}, {"To", "UTC", true}, {"Site", "", true}, {"Off", "MW", false}, {"Hashrate off", "PH/s", false}, {"Why", "", true}, {"Term", "", true}, {"Note", "", true}, {"Not drawn", "MWh", false},
			{"Avoided", "$", false}, {"Credit", "$", false}, {"Other saved", "$", false}, {"Forgone", "$", false}, {"Brought", "$", false}, {"Known from", "UTC", true}, {"By", "", true},
		}, curtailmentRows},
		{views.FigureMonthly, "Monthly production update", "Every measure of every month, as known now", "/mining/monthly", may(access.RoomMining, access.Read), []column{
			{"Month", "", true}, {"State", "", true}, {"Measure", "", true}, {"Unit", "", true}, {"Value", "", false}, {"Known from", "UTC", true}, {"Reason", "", true},
		}, monthRows},
		{views.FigureFleet, "Fleet", "The register of units, with the page's filter; an import reads it", "/mining/fleet", may(access.RoomMining, access.Read), append(unitColumns(),
			column{"Last changed", "UTC", true}, column{"By", "", true}), fleetTable},
		{views.FigureTemplate, "Units to import", "The first four columns are needed", "/mining/fleet/import", may(access.RoomMining, access.Write), unitColumns(), templateRows},
		{views.FigureSpread, "Units by site, class and state", "Nameplate of all units in the state", "/mining/fleet", may(access.RoomMining, access.Read), []column{
			{"Site", "", true}, {"Building", "", true}, {"Class", "", true}, {"State", "", true}, {"Units", "", false}, {"Hashrate", "TH/s", false}, {"Power", "kW", false},
		}, spreadRows},
		{views.FigurePools, "Pools", "Each account over the page's window against what should hash there; M7", poolsPath, may(access.RoomMining, access.Read), []column{
			{"Account", "", true}, {"Pool", "", true}, {"Scheme", "", true}, {"Fee", "percent", false}, {"State", "", true}, {"Effective", "H/s", false}, {"Expected", "H/s", false}, {"Effective over expected", "fraction", false},
			{"Workers online", "", false}, {"Workers listed", "", false}, {"Stale", "fraction", false}, {"Rejected", "fraction", false}, {"Unpaid", "sat", false}, {"Told", "UTC", true}, {"Last payout", "UTC", true},
			{"Workers read", "UTC", true}, {"Reading took", "seconds", false}, {"Read every", "seconds", false}, {"Luck of 7 days", "fraction", false}, {"Luck of 30 days", "fraction", false},
		}, poolRows},
		{views.FigurePoolDark, "Dark workers by site", "Machines that should hash and that their pool lists as offline, at the hashprice of now; M3", poolsPath, may(access.RoomMining, access.Read), []column{
			{"Site", "", true}, {"Building", "", true}, {"Dark", "machines", false}, {"Nameplate", "H/s", false}, {"Of the place", "fraction", false}, {"Half of them since", "UTC", true}, {"Loss an hour", "sat", false}, {"Loss an hour", "$", false},
		}, poolDarkRows},
		{views.FigureDarkHours, "What each hour lost", "Mean nameplate that was dark at each hour's hashprice, after the pools' fees; M3", poolsPath, may(access.RoomMining, access.Read), []column{
			{"Hour", "UTC", true}, {"Dark", "H/s", false}, {"Lost", "$", false}, {"Accounts not read", "", false},
		}, darkHourRows},
		{views.FigurePoolWorkers, "Workers", "As their pools listed them last, with the page's filter", workersPath, may(access.RoomMining, access.Read), []column{
			{"Worker", "", true}, {"Account", "", true}, {"State", "", true}, {"Dark since", "UTC", true}, {"Machine", "", true}, {"Site", "", true}, {"Building", "", true}, {"No machine because", "", true},
			{"Now", "H/s", false}, {"1 h", "H/s", false}, {"24 h", "H/s", false}, {"Nameplate", "H/s", false}, {"Stale", "fraction", false}, {"Rejected", "fraction", false}, {"Last share", "UTC", true}, {"Listed", "UTC", true},
		}, workerRows},
		{views.FigureWorkerDays, "Days of a worker", "Means of the readings of each day, the newest first", workersPath, may(access.RoomMining, access.Read), []column{
			{"Day", "UTC", true}, {"Mean", "H/s", false}, {"Readings", "", false}, {"Online", "readings", false}, {"Online of the readings", "fraction", false},
		}, workerDayRows},
		{views.FigureUptime, "Uptime", "Hours of machines by site and class over the page's period; M11", uptimePath, may(access.RoomMining, access.Read), append([]column{
			{"Site", "", true}, {"Class", "", true}, {"Machines", "mean", false},
		}, uptimeColumns()...), uptimeRows},
		{views.FigureUptimeDays, "Uptime by day", "The fleet on each day of the page's period that is over; M11", uptimePath, may(access.RoomMining, access.Read), append([]column{
			{"Day", "UTC", true},
		}, uptimeColumns()...), uptimeDayRows},
		{views.FigureClasses, "Machine classes", "As known now, a line a mode", "/mining/fleet/classes", may(access.RoomMining, access.Read), []column{
			{"Class", "", true}, {"Maker", "", true}, {"Cooling", "", true}, {"Mode", "", true}, {"Hashrate", "TH/s", false}, {"Power", "W", false}, {"Source", "", true},
			{"Holds since", "day", true}, {"Known from", "UTC", true}, {"By", "", true},
		}, classTable},
		{views.FigureCustomers, "Customers", "As known now", "/ai/customers", may(access.RoomAI, access.Read), []column{
			{"Customer", "", true}, {"Segment", "", true}, {"Country", "", true}, {"Contact", "", true}, {"Note", "", true},
			{"Holds since", "day", true}, {"Known from", "UTC", true}, {"By", "", true},
		}, customerRows},
		{views.FigureHoldings, "Cash and bitcoin held", "The newest balance of each account", "/finance/balance-sheet", may(access.RoomFinance, access.Read), []column{
			{"Account", "", true}, {"Holds", "", true}, {"Institution", "", true}, {"Use", "", true}, {"Cash", "USD", false}, {"Bitcoin", "sat", false}, {"As of", "day", true},
		}, holdingRows},
		{views.FigureUnits, "What each unit tells", "Headlines, as each unit keeps them", "/fork", hears, []column{
			{"Unit", "", true}, {"Measure", "", true}, {"Value", "", false}, {"Last changed", "UTC", true},
		}, unitRows},
		{views.FigureAudit, "Audit log", "Who did what, when, and which fields it touched", "/admin/audit", may(access.RoomCore, access.Manage), []column{
			{"Time", "UTC", true}, {"Who", "", true}, {"Role", "", true}, {"Room", "", true}, {"What", "", true}, {"Which", "", true}, {"Fields", "", true},
			{"From", "", true}, {"Request", "", true}, {"Postgres role", "", true}, {"Sealed as", "", false},
		}, auditTable},
		{views.FigureRefused, "Refused rows", "Kept out of the tables by a check", "/admin/sources", may(access.RoomCore, access.Read), []column{
			{"Time", "UTC", true}, {"Source", "", true}, {"Check", "", true}, {"Row", "", true},
		}, refusedTable},
	})
}

// showFigure answers GET /data/{figure}, {figure}.csv and {figure}.xlsx.
func (a *App) showFigure(c echo.Context) error {
	id, ext, _ := strings.Cut(c.Param("figure"), ".")
	all := a.figures()
	i := slices.IndexFunc(all, func(f figure) bool { return f.id == id })
	if i < 0 || (ext != "" && ext != "csv" && ext != "xlsx") {
		return notFound("There is no figure of that name. Each figure has a link to its data.")
	}
	f := all[i]
	if who := subjectOf(c); who.Role == access.Share {
		return a.showSharedFigure(c, who, f, ext)
	}
	return a.permit(f.need, func(c echo.Context) error { return a.writeFigure(c, f, ext) })(c)
}

// onOverview says whether the overview shows a figure of another page too.
func onOverview(id string) bool {
	return id == views.FigurePrices || id == views.FigureUnits || id == views.FigureSources
}

// showSharedFigure is a figure of a page that a share opens; as a file only if
// the share says so.
func (a *App) showSharedFigure(c echo.Context, who access.Subject, f figure, ext string) error {
	stands := who.MayOpen(f.back) || onOverview(f.id) && who.MayOpen("/")
	switch {
	case !f.need.allows(who) || !stands:
		return forbidden(who, f.need)
	case ext != "" && !who.Exports:
		return &fault{status: http.StatusForbidden, title: "Not permitted", detail: "Your link shows pages; it does not give files. Ask whoever sent it."}
	}
	err := a.writeFigure(c, f, ext)
	if err == nil {
		a.reads.note(c, cmp.Or(f.need.room, access.RoomCore), "read", a.now().UTC())
	}
	return err
}

func (a *App) writeFigure(c echo.Context, f figure, ext string) error {
	if _, err := pageRange(c, views.Range24h); err != nil {
		return err
	}
	var (
		rows [][]cell
		v    views.DataTablePage
	)
	err := a.readPage(c, nil, func(p *page) error {
		if ext == "" {
			p.most = tableRows
		}
		var err error
		if rows, err = f.rows(p); err != nil || ext != "" {
			return err
		}
		v = a.tablePage(p, f, rows)
		return nil
	})
	if err != nil {
		return err
	}
	switch ext {
	case "csv":
		return a.writeCSV(c, f, rows)
	case "xlsx":
		return a.writeXLSX(c, f, rows)
	default:
		return render(c, http.StatusOK, views.DataTable(v))
	}
}

// tablePage formats the first rows for people.
func (a *App) tablePage(p *page, f figure, rows [][]cell) views.DataTablePage {
	query := ""
	if q := p.c.Request().URL.RawQuery; q != "" {
		query = "?" + p.c.QueryParams().Encode()
	}
	v := views.DataTablePage{
		Shell: a.shell(p, f.title), Figure: f.id, Title: f.title, Sub: f.sub, Back: f.back, Total: max(len(rows), p.total),
		Facts: ui.Facts{World: p.world, Inputs: p.inputs(f.id), Source: "the store, " + format.DateTimeUTC(p.now),
			Fresh: ui.Fresh{Freshness: market.Freshness{State: market.Aged, At: p.now}, Label: "Read " + format.ClockUTC(p.now)}},
	}
	if !p.who.MayOpen(f.back) {
		v.Back = "/"
	}
	if p.who.Role != access.Share || p.who.Exports {
		v.CSV, v.XLSX = "/data/"+f.id+".csv"+query, "/data/"+f.id+".xlsx"+query
	}
	for _, col := range f.columns {
		v.Columns = append(v.Columns, views.DataColumn{Label: col.label, Unit: col.unit, Right: !col.text})
	}
	for _, row := range rows[:min(len(rows), tableRows)] {
		cells := make([]string, len(row))
		for i, value := range row {
			cells[i] = people(value)
		}
		v.Rows = append(v.Rows, cells)
	}
	return v
}

// people prints a cell for reading; files get machine (export.go).
func people(v cell) string {
	switch v := v.(type) {
	case nil:
		return format.Missing
	case time.Time:
		if v.IsZero() {
			return format.Missing
		}
		return format.DateTimeUTC(v)
	case float64:
		return format.Plain(v)
	case int64:
		return format.Count(float64(v))
	case string:
		if v == "" {
			return format.Missing
		}
		return v
	default:
		return fmt.Sprint(v)
	}
}
