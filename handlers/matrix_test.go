package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"switchyard/econ/access"
	"switchyard/econ/ai"
	"switchyard/econ/finance"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/mining/pool"
	"switchyard/econ/record"
	"switchyard/econ/units"
)

// sharedPages are those of the share of the matrix; it sees one unit's room.
var sharedPages = []string{"/", "/mining/sites"}

// mayRead says whether a subject of the matrix may read the values of a room.
func mayRead(role access.Role, room access.Room) bool {
	return access.Can(role, room, access.Read) && (role != access.Share || room == access.RoomMining)
}

// What each address answers to each subject, by hand: ok is 200, > a way
// elsewhere (303), no is 403, in the sign-in page, bad a form that is wrong
// (422 or 400), miss 404. The share names the overview and the sites, without
// files.
var matrix = []struct {
	method, path string
	//                                           nobody executive mining business finance admin share
	want string
}{
	{"GET", "/", "in ok ok ok ok ok ok"},
	{"GET", "/fork", "in ok no no no no no"},
	{"GET", "/mining", "in ok ok ok ok ok no"},
	{"GET", "/mining/sites", "in ok ok no no no ok"},
	{"GET", "/mining/sites/new", "in no ok no no no no"},
	{"POST", "/mining/sites", "401 no bad no no no no"},
	{"GET", "/mining/sites/1", "in ok ok no no no ok"},
	{"GET", "/mining/sites/99", "in miss miss no no no miss"},
	{"GET", "/mining/sites/1/today", "in ok ok no no no no"},
	{"GET", "/mining/sites/99/today", "in miss miss no no no no"},
	{"GET", "/data/site-hours.csv?site=1", "in ok ok no no no no"},
	{"GET", "/data/site-hours.csv?site=99", "in miss miss no no no no"},
	{"GET", "/data/site-switches.csv", "in bad bad no no no no"},
	{"GET", "/mining/sites/x", "in miss miss no no no no"},
	{"POST", "/mining/sites/1", "401 no bad no no no no"},
	{"GET", "/mining/pools", "in ok ok no no no no"},
	{"GET", "/mining/pools?window=forever", "in bad bad no no no no"},
	{"GET", "/mining/pools/workers", "in ok ok no no no no"},
	{"GET", "/mining/pools/workers?state=lost", "in bad bad no no no no"},
	{"GET", "/mining/pools/worker?account=1&name=CanaryMine", "in ok ok no no no no"},
	{"GET", "/mining/pools/worker?account=1&name=x", "in miss miss no no no no"},
	{"GET", "/data/pool-workers.csv", "in ok ok no no no no"},
	{"GET", "/data/pool-workers.xlsx", "in ok ok no no no no"},
	{"GET", "/data/worker-days.csv?account=1&name=CanaryMine", "in ok ok no no no no"},
	{"GET", "/data/worker-days.csv", "in bad bad no no no no"},
	{"GET", "/data/pools.csv", "in ok ok no no no no"},
	{"GET", "/data/pool-dark.csv", "in ok ok no no no no"},
	{"GET", "/data/pool-dark-hours.csv", "in ok ok no no no no"},
	{"GET", "/mining/uptime", "in ok ok no no no no"},
	{"GET", "/mining/uptime?period=2y", "in ok ok no no no no"},
	{"GET", "/mining/uptime?period=forever", "in bad bad no no no no"},
	{"GET", "/data/uptime.csv", "in ok ok no no no no"},
	{"GET", "/data/uptime.csv?period=forever", "in bad bad no no no no"},
	{"GET", "/data/uptime-days.csv", "in ok ok no no no no"},
	{"GET", "/mining/merit-order", "in ok ok no no no no"},
	{"GET", "/mining/economics", "in ok ok no no no no"},
	{"GET", "/mining/economics?stretches=0", "in bad bad no no no no"},
	{"GET", "/mining/power", "in ok ok no no no no"},
	{"GET", "/mining/power/new", "in no ok no no no no"},
	{"POST", "/mining/power", "401 no bad no no no no"},
	{"GET", "/mining/power/prices", "in ok ok no no no no"},
	{"GET", "/mining/power/prices?read=x", "in bad bad no no no no"},
	{"POST", "/mining/power/prices", "401 no bad no no no no"},
	{"GET", "/data/power-prices.csv", "in ok ok no no no no"},
	{"GET", "/data/power-prices.xlsx", "in ok ok no no no no"},
	{"GET", "/mining/power/1", "in ok ok no no no no"},
	{"GET", "/mining/power/99", "in miss miss no no no no"},
	{"POST", "/mining/power/1", "401 no bad no no no no"},
	{"GET", "/data/power.csv", "in ok ok no no no no"},
	{"GET", "/data/merit-order.csv", "in ok ok no no no no"},
	{"GET", "/data/hashprice-falls.csv", "in ok ok no no no no"},
	{"GET", "/data/class-days.csv", "in ok ok no no no no"},
	{"GET", "/data/site-power.csv", "in ok ok no no no no"},
	{"GET", "/mining/curtailment", "in ok ok no no no no"},
	{"GET", "/mining/curtailment?period=8d", "in bad bad no no no no"},
	{"GET", "/mining/curtailment/new", "in no ok no no no no"},
	{"POST", "/mining/curtailment", "401 no bad no no no no"},
	{"GET", "/mining/curtailment/99", "in miss miss no no no no"},
	{"POST", "/mining/curtailment/99", "401 no miss no no no no"},
	{"GET", "/data/mining-unit.csv", "in ok ok no no no no"},
	{"GET", "/data/back-test.csv", "in ok ok no no no no"},
	{"GET", "/data/curtailments.csv", "in ok ok no no no no"},
	{"GET", "/mining/pools/new", "in no ok no no no no"},
	{"POST", "/mining/pools", "401 no bad no no no no"},
	{"GET", "/mining/pools/1", "in ok ok no no no no"},
	{"GET", "/mining/pools/99", "in miss miss no no no no"},
	{"POST", "/mining/pools/1", "401 no bad no no no no"},
	{"POST", "/mining/pools/1/key", "401 no bad no no no no"},
	{"POST", "/mining/pools/99/key", "401 no miss no no no no"},
	{"GET", "/mining/pools/1/payouts", "in ok ok no no no no"},
	{"GET", "/mining/pools/1/payouts?month=2026-03", "in ok ok no no no no"},
	{"GET", "/mining/pools/1/payouts?month=x", "in bad bad no no no no"},
	{"GET", "/mining/pools/99/payouts", "in miss miss no no no no"},
	{"POST", "/mining/pools/1/bookings", "401 no bad no no no no"},
	{"POST", "/mining/pools/1/bookings/arrived", "401 no bad no no no no"},
	{"POST", "/mining/pools/1/months/2026-03", "401 no bad no no no no"},
	{"GET", "/mining/pools/1/days/2026-03-03", "in ok ok no no no no"},
	{"GET", "/mining/pools/1/days/2026-02-03", "in miss miss no no no no"},
	{"GET", "/mining/pools/1/days/x", "in bad bad no no no no"},
	{"POST", "/mining/pools/1/days/2026-03-03", "401 no bad no no no no"},
	{"GET", "/data/pool-days.csv?account=1", "in ok ok no no no no"},
	{"GET", "/data/pool-days.csv", "in bad bad no no no no"},
	{"GET", "/data/pool-payments.csv?account=1", "in ok ok no no no no"},
	{"GET", "/data/pool-months.csv?account=1", "in ok ok no no no no"},
	{"GET", "/data/pool-dispute.csv?account=1&day=2026-03-03", "in ok ok no no no no"},
	{"GET", "/data/pool-dispute.csv?account=99&day=2026-03-03", "in miss miss no no no no"},
	{"GET", "/mining/monthly", "in ok ok no no no no"},
	{"GET", "/mining/monthly/new", "in no ok no no no no"},
	{"POST", "/mining/monthly", "401 no bad no no no no"},
	{"GET", "/mining/monthly/202602", "in ok ok no no no no"},
	{"GET", "/mining/monthly/202601", "in miss miss no no no no"},
	{"POST", "/mining/monthly/202602", "401 no bad no no no no"},
	{"GET", "/data/monthly.csv", "in ok ok no no no no"},
	{"GET", "/mining/assumptions", "in ok ok no no no no"},
	{"POST", "/mining/assumptions", "401 no bad no no no no"},
	{"GET", "/mining/assumptions/1", "in miss miss no no no no"}, // nobody has typed one
	{"POST", "/mining/assumptions/1", "401 no miss no no no no"},
	{"GET", "/mining/fleet", "in ok ok no no no no"},
	{"GET", "/mining/fleet?site=x", "in bad bad no no no no"},
	{"GET", "/mining/fleet/classes", "in ok ok no no no no"},
	{"GET", "/mining/fleet/classes/new", "in no ok no no no no"},
	{"GET", "/mining/fleet/classes/new?model=Toaster", "in no miss no no no no"},
	{"POST", "/mining/fleet/classes", "401 no bad no no no no"},
	{"GET", "/mining/fleet/classes/1", "in ok ok no no no no"},
	{"GET", "/mining/fleet/classes/99", "in miss miss no no no no"},
	{"POST", "/mining/fleet/classes/1", "401 no bad no no no no"},
	{"GET", "/mining/fleet/import", "in no ok no no no no"},
	{"GET", "/mining/fleet/import?file=00", "in no bad no no no no"},
	{"POST", "/mining/fleet/import", "401 no bad no no no no"},
	{"POST", "/mining/fleet/import/confirm", "401 no bad no no no no"},
	{"GET", "/mining/fleet/CANARY-1", "in ok ok no no no no"},
	{"GET", "/mining/fleet/CANARY-2", "in miss miss no no no no"},
	{"GET", "/mining/fleet/x", "in miss miss no no no no"},
	{"POST", "/mining/fleet/CANARY-1", "401 no bad no no no no"},
	{"GET", "/data/fleet.csv", "in ok ok no no no no"},
	{"GET", "/data/fleet.xlsx", "in ok ok no no no no"},
	{"GET", "/data/what-if.csv", "in ok ok no no no no"},
	{"GET", "/data/what-if.csv?growth=x", "in bad bad no no no no"},
	{"GET", "/data/fleet-sites.csv", "in ok ok no no no no"},
	{"GET", "/data/fleet-template.csv", "in no ok no no no no"},
	{"GET", "/data/classes.csv", "in ok ok no no no no"},
	{"GET", "/ai/contracts", "in ok no ok no no no"},
	{"GET", "/ai/customers", "in ok no ok no no no"},
	{"GET", "/ai/customers/new", "in no no ok no no no"},
	{"POST", "/ai/customers", "401 no no bad no no no"},
	{"GET", "/ai/customers/1", "in ok no ok no no no"},
	{"POST", "/ai/customers/1", "401 no no bad no no no"},
	{"GET", "/finance/runway", "in ok no no ok no no"},
	{"GET", "/finance/balance-sheet", "in ok no no ok no no"},
	{"GET", "/finance/accounts/new", "in no no no ok no no"},
	{"POST", "/finance/accounts", "401 no no no bad no no"},
	{"GET", "/finance/accounts/1", "in ok no no ok no no"},
	{"POST", "/finance/accounts/1", "401 no no no bad no no"},
	{"POST", "/finance/accounts/1/balance", "401 no no no bad no no"},
	{"GET", "/admin/sources", "in ok no no no ok no"},
	{"POST", "/admin/jobs/nothing/run", "401 no no no no miss no"},
	{"GET", "/admin/people", "in no no no no ok no"},
	{"GET", "/admin/people/new", "in no no no no ok no"},
	{"POST", "/admin/people", "401 no no no no bad no"},
	{"GET", "/admin/people/1", "in no no no no ok no"},
	{"POST", "/admin/people/99/role", "401 no no no no miss no"},
	{"POST", "/admin/people/99/proposal", "401 no no no no miss no"},
	{"POST", "/admin/people/99/link", "401 no no no no miss no"},
	{"POST", "/admin/people/99/active", "401 no no no no miss no"},
	{"GET", "/admin/alerts", "in ok ok ok ok ok no"},
	{"POST", "/admin/alerts/1/acknowledge", "401 > miss miss miss miss no"}, // the first of them takes it on
	{"GET", "/admin/alerts/rules/new", "in ok ok ok ok ok no"},
	{"POST", "/admin/alerts/rules", "401 bad bad bad bad bad no"},
	{"GET", "/admin/alerts/rules/1", "in ok ok miss miss miss no"}, // about mining, by mining
	{"POST", "/admin/alerts/rules/1", "401 no bad miss miss miss no"},
	{"GET", "/admin/alerts/rules/99", "in miss miss miss miss miss no"},
	{"POST", "/admin/alerts/rules/1/proposal", "401 miss miss miss miss miss no"},
	{"GET", "/admin/alerts/channels/new", "in no no no no ok no"},
	{"POST", "/admin/alerts/channels", "401 no no no no bad no"},
	{"POST", "/admin/alerts/channels/99/test", "401 no no no no miss no"},
	{"POST", "/admin/alerts/channels/99/remove", "401 no no no no miss no"},
	{"GET", "/admin/audit", "in no no no no ok no"},
	{"GET", "/admin/settings", "in no no no no ok no"},
	{"POST", "/admin/settings", "401 no no no no bad no"},
	{"GET", "/share", "in ok no no ok ok no"},
	{"POST", "/share", "401 bad no no bad no no"},
	{"POST", "/share/99999/revoke", "401 miss no no miss miss no"},
	{"GET", "/share/nothing", "miss miss miss miss miss miss miss"},
	{"POST", "/share/nothing", "miss miss miss miss miss miss miss"},
	{"POST", "/share/leave", "> > > > > > >"}, // where there is nothing to leave
	{"GET", "/sign-in", "ok > > > > > >"},
	{"POST", "/sign-in", "bad bad bad bad bad bad bad"},
	{"GET", "/sign-in/provider", "miss miss miss miss miss miss miss"}, // none is set up
	{"GET", "/sign-in/provider/back", "miss miss miss miss miss miss miss"},
	{"GET", "/sign-in/code", "in in in in in in in"},
	{"POST", "/sign-in/code", "in in in in in in in"},
	{"POST", "/sign-in/persona", "no no no no no no no"}, // no demo here
	{"GET", "/welcome/nothing", "miss miss miss miss miss miss miss"},
	{"POST", "/welcome/nothing", "miss miss miss miss miss miss miss"},
	{"POST", "/ask", "401 bad bad bad bad bad no"},
	{"GET", "/account", "in ok ok ok ok ok no"},
	{"POST", "/account/password", "401 bad bad bad bad bad no"},
	{"GET", "/account/codes", "in ok ok ok ok ok no"},
	{"POST", "/account/codes", "401 bad bad bad bad bad no"},
	{"POST", "/account/codes/recovery", "401 bad bad bad bad bad no"},
	{"POST", "/account/codes/off", "401 bad bad bad bad bad no"},
	{"GET", "/account/tokens", "in ok ok ok ok ok no"},
	{"POST", "/account/tokens", "401 bad bad bad bad bad no"},
	{"POST", "/account/tokens/99/revoke", "401 miss miss miss miss miss no"},
	{"POST", "/account/sessions/00/end", "401 > > > > > no"},
	{"GET", "/data/prices", "in ok ok ok ok ok ok"},
	{"GET", "/data/market.csv", "in ok ok ok ok ok no"},
	{"GET", "/data/prices.csv", "in ok ok ok ok ok no"},
	{"GET", "/data/hashprice.csv", "in ok ok ok ok ok no"},
	{"GET", "/data/network.csv", "in ok ok ok ok ok no"},
	{"GET", "/data/adjustment.csv", "in ok ok ok ok ok no"},
	{"GET", "/data/halving.csv", "in ok ok ok ok ok no"},
	{"GET", "/data/btc-venues.csv", "in ok ok ok ok ok no"},
	{"GET", "/data/sites", "in ok ok no no no ok"},
	{"GET", "/data/sites.csv", "in ok ok no no no no"},
	{"GET", "/data/sites.xlsx", "in ok ok no no no no"},
	{"GET", "/data/customers.csv", "in ok no ok no no no"},
	{"GET", "/data/holdings.csv", "in ok no no ok no no"},
	{"GET", "/data/units.csv", "in ok ok ok ok no no"},
	{"GET", "/data/sources.csv", "in ok no no no ok no"},
	{"GET", "/data/jobs.csv", "in ok no no no ok no"},
	{"GET", "/data/quarantine.csv", "in ok no no no ok no"},
	{"GET", "/data/audit.csv", "in no no no no ok no"},
	{"GET", "/data/nothing", "in miss miss miss miss miss miss"},
	{"POST", "/theme", "bad bad bad bad bad bad bad"},
	{"GET", "/api/v1/series", "401 ok ok ok ok ok no"},
	{"GET", "/api/v1/series/market.btc_usd", "401 ok ok ok ok ok ok"},
	{"GET", "/api/v1/series/mining.nothing", "401 miss miss miss miss miss miss"},
	{"GET", "/healthz", "ok ok ok ok ok ok ok"},
	{"GET", "/readyz", "ok ok ok ok ok ok ok"},
	{"GET", "/nothing", "miss miss miss miss miss miss miss"},
	{"POST", "/sign-out", "> > > > > > >"}, // last: it ends the session
}

var subjects = []access.Role{"", access.Executive, access.Mining, access.Business, access.Finance, access.Admin, access.Share}

// company is one site, one customer and one account, each with a text of its
// own that nobody outside its room may ever read.
func (s *site) company() (canaries map[access.Room]string) {
	s.t.Helper()
	ctx, by := s.t.Context(), access.Actor{Name: "Test"}
	day := record.Version{ValidFrom: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	mw, err := units.ParseRate("74.5")
	if err != nil {
		s.t.Fatal(err)
	}
	pue, err := units.ParseRate("1.04")
	if err != nil {
		s.t.Fatal(err)
	}
	canaries = map[access.Room]string{access.RoomMining: "CanaryMine", access.RoomAI: "CanaryDeal", access.RoomFinance: "CanaryVault"}
	if _, err := s.db.As(access.Mining).InsertSite(ctx, by, mining.SiteRecord{Name: "CanaryMine", Place: "P", TimeZone: "UTC", Interconnect: mw, PUE: pue, Version: day}); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.db.As(access.Mining).InsertMonth(ctx, by, mining.MonthRecord{ID: 202602, Published: true, Reason: "CanaryMine"}); err != nil {
		s.t.Fatal(err)
	}
	contract := mining.ContractRecord{SiteID: 1, Name: "CanaryMine", Kind: mining.Fixed, Version: day}
	if _, err := s.db.As(access.Mining).InsertContract(ctx, by, contract); err != nil {
		s.t.Fatal(err)
	}
	price := market.PowerPrice{Point: market.PowerPoint{Market: "ERCOT", Name: "CanaryMine"}, Start: day.ValidFrom, Width: time.Hour}
	if _, _, err := s.db.As(access.Mining).ImportPowerPrices(ctx, by, "prices.csv", map[market.PowerProduct][]market.PowerPrice{market.RealTimePower: {price}}); err != nil {
		s.t.Fatal(err)
	}
	s.firedRule("CanaryMine")
	class := mining.ClassRecord{Name: "CanaryMine", Cooling: mining.Air, Modes: []mining.ModeRecord{{Name: mining.Nameplate, Hashrate: mw, Power: mw}}, Version: day}
	if _, err := s.db.As(access.Mining).InsertMachineClass(ctx, by, class); err != nil {
		s.t.Fatal(err)
	}
	account := s.pool("CanaryMine", func(v *pool.Account) { v.Rules, v.Finder = "CanaryMine{slot}", "CanaryMine" })
	if err := s.db.As(access.Mining).SetPoolRemark(ctx, by, pool.Remark{Account: account, From: march3, Reason: "CanaryMine"}); err != nil {
		s.t.Fatal(err)
	}
	unit := fleet.Unit{Serial: "CANARY-1", Class: 1, Site: 1, Building: "CanaryMine", State: mining.Running, Since: day.ValidFrom}
	if err := s.db.As(access.Mining).InsertUnits(ctx, by, []fleet.Unit{unit}, "CanaryMine"); err != nil {
		s.t.Fatal(err)
	}
	s.workers(account, day.ValidFrom, []pool.Worker{worker("CanaryMine", 0, day.ValidFrom)}, []pool.Place{stands(1, "CanaryMine", 200)})
	if _, err := s.db.As(access.Business).InsertCustomer(ctx, by, ai.Customer{Name: "CanaryDeal", Country: "US", Segment: ai.Lab, Version: day}); err != nil {
		s.t.Fatal(err)
	}
	id, err := s.db.As(access.Finance).InsertAccount(ctx, by, finance.Account{Name: "CanaryVault", Kind: finance.Cash, Institution: "B", Version: day})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.As(access.Finance).SetBalance(ctx, by, finance.Balance{Account: id, AsOf: day.ValidFrom, USD: units.Cents(4_242_424_242)}); err != nil {
		s.t.Fatal(err)
	}
	return canaries
}

func TestEveryAddressToEverySubject(t *testing.T) {
	s := open(t, nil)
	canaries := s.company()
	for _, line := range matrix {
		wants := strings.Fields(line.want)
		if len(wants) != len(subjects) {
			t.Fatalf("%s %s names %d answers", line.method, line.path, len(wants))
		}
		for i, role := range subjects {
			s.as(role)
			headers := []string{"Sec-Fetch-Site", "same-origin", "Content-Type", "application/x-www-form-urlencoded"}
			res, body := s.do(line.method, line.path, "", headers...)
			if got := outcome(res); got != wants[i] {
				t.Errorf("%s %s as %q: got %s (%s), want %s", line.method, line.path, role, got, res.Status, wants[i])
			}
			for room, canary := range canaries {
				if contains(body, canary) && !mayRead(role, room) {
					t.Errorf("%s %s as %q tells what belongs to %s", line.method, line.path, role, room)
				}
			}
			if contains(body, "42,424,242") && role != access.Finance && role != access.Executive {
				t.Errorf("%s %s as %q tells what is held", line.method, line.path, role)
			}
		}
	}
}

func outcome(res *http.Response) string {
	switch res.StatusCode {
	case http.StatusOK:
		return "ok"
	case http.StatusSeeOther:
		if strings.HasPrefix(res.Header.Get("Location"), "/sign-in") && res.Request.URL.Path != "/sign-out" {
			return "in"
		}
		return ">"
	case http.StatusForbidden:
		return "no"
	case http.StatusUnauthorized:
		return "401"
	case http.StatusNotFound:
		return "miss"
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return "bad"
	default:
		return res.Status
	}
}

// Every route of the table stands in the matrix, but for the few that answer
// the same to all.
func TestTheMatrixIsWhole(t *testing.T) {
	s := open(t, nil)
	for _, r := range s.app.Routes() {
		method, path, _ := strings.Cut(r, " ")
		if method == http.MethodHead || path == "/static/*" || path == "/csp-report" || path == "/live" {
			continue
		}
		found := false
		for _, line := range matrix {
			found = found || line.method == method && matches(path, line.path)
		}
		if !found {
			t.Errorf("%s is not in the matrix", r)
		}
	}
}

// Every figure has its file in the matrix: files are where values leave by.
func TestEveryFigureIsInTheMatrix(t *testing.T) {
	s := open(t, nil)
	for _, id := range s.app.FigureIDs() {
		found := false
		for _, line := range matrix {
			path, _, _ := strings.Cut(line.path, "?")
			found = found || path == "/data/"+id+".csv"
		}
		if !found {
			t.Errorf("the file of %s is not in the matrix", id)
		}
	}
}

// matches says whether a path is one of a route.
func matches(route, path string) bool {
	path, _, _ = strings.Cut(path, "?")
	a, b := strings.Split(route, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !strings.HasPrefix(a[i], ":") {
			return false
		}
	}
	return true
}

// What each subject may follow, by hand; - is nothing.
var followed = map[string]string{
	//                         executive mining business finance admin share
	"market.btc_usd":       "y y y y y y",
	"market.block":         "y y y y y y",
	"market.anything.else": "y y y y y y",
	"mining.site":          "y y - y - -",
	"mining.hashrate_hs":   "y y - - - -",
	"ai.customer":          "y - y y - -",
	"ai.anything":          "y - y - - -",
	"finance.balance":      "y - - y - -",
	"finance.cash_usd":     "y - - y - -",
	"fork.anything":        "y - - - - -",
	"core.source":          "y - - - y -",
	"core.job":             "y - - - y -",
	"core.alert":           "y y y y y -",
	"core.people":          "- - - - y -",
	"core.audit":           "y - - - y -",
	"attic.anything":       "- - - - - -",
	"":                     "- - - - - -",
	"mining.fleet":         "y y - - - -",
	"mining.contract":      "y y - - - -",
	"mining.practice":      "y y - - - -",
	"mining.month":         "y y - - - -",
	"mining.telemetry":     "y y - - - -",
	"mining.pool":          "y y - - - -",
	"mining.pool_workers":  "y y - - - -",
	"mining.pool_pay":      "y y - - - -",
	"mining.power_price":   "y y - - - -",
	"mining.curtailment":   "y y - - - -",
}

func TestEveryTopicToEverySubject(t *testing.T) {
	s := open(t, nil)
	for i, role := range subjects[1:] {
		s.as(role)
		topics := make(map[string]int64)
		for name := range followed {
			topics[name] = -1
		}
		ws := s.follow(topics)
		denied := make(map[string]bool)
		want := 0
		for _, row := range followed {
			if strings.Fields(row)[i] == "-" {
				want++
			}
		}
		until(t, ws, "all refusals", func(e event) bool {
			if e.Op == "denied" {
				denied[e.Topic] = true
			}
			return len(denied) == want
		})
		for name, row := range followed {
			if denied[name] != (strings.Fields(row)[i] == "-") {
				t.Errorf("%s follows %q: denied is %v", role, name, denied[name])
			}
		}
	}
	s.as("")
	if _, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.url, "http")+"/live", http.Header{"Origin": {s.url}}); err == nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody opens a socket: %v, %v", res, err)
	}
}
