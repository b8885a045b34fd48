package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// Units of the register: on a page, and in a file at most.
const (
	unitsShown  = 100
	unitsInFile = 250_000
)

// unitFilter reads the page's query. What is no number or no state is an error,
// what matches nothing is not.
func unitFilter(c echo.Context) (db.UnitFilter, error) {
	f := db.UnitFilter{
		Building: c.QueryParam("building"), State: mining.State(c.QueryParam("state")), Search: strings.TrimSpace(c.QueryParam("q")),
		Sort: db.UnitSort(c.QueryParam("sort")), Down: c.QueryParam("down") != "", After: c.QueryParam("after"),
	}
	for name, to := range map[string]*int64{"site": &f.Site, "class": &f.Class} {
		text := c.QueryParam(name)
		if text == "" {
			continue
		}
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 {
			return f, badInput(fmt.Sprintf("%q must be the number of a %s.", name, name))
		}
		*to = id
	}
	if f.State != "" && !slices.Contains(mining.States(), f.State) {
		return f, badInput("\"state\" must be a state of a machine, for example running.")
	}
	if !slices.Contains([]db.UnitSort{db.BySerial, db.ByPlace, db.BySince}, f.Sort) {
		return f, badInput("\"sort\" must be place, since or nothing.")
	}
	for _, text := range []string{f.Building, f.Search, f.After} {
		if len(text) > 80 || strings.ContainsRune(text, 0) {
			return f, badInput("A filter has at most 80 letters.")
		}
	}
	return f, nil
}

// matches says whether a kind of units passes the filter; a search narrows
// further.
func matches(f db.UnitFilter, c fleet.Count) bool {
	return (f.Site == 0 || f.Site == c.Site) && (f.Building == "" || f.Building == c.Building) && (f.Class == 0 || f.Class == c.Class) && (f.State == "" || f.State == c.State)
}

// showFleet answers GET /mining/fleet.
func (a *App) showFleet(c echo.Context) error {
	f, err := unitFilter(c)
	if err != nil {
		return err
	}
	f.Limit = unitsShown + 1
	v := views.FleetPage{Events: topicFleet + " " + topicMeasured, Links: []views.Link{{Href: "/mining/fleet/classes", Label: "Machine classes"}, {Href: "/mining/fleet/import", Label: "Import"}}}
	if !subjectOf(c).May(access.RoomMining, access.Write) {
		v.Links = v.Links[:1]
	}
	topics := []string{topicFleet, topicMeasured}
	err = a.readPage(c, topics, func(p *page) error {
		reg, err := p.s.Register(p.ctx)
		if err != nil {
			return err
		}
		units, err := p.s.Units(p.ctx, f)
		if err != nil {
			return err
		}
		if v.KPIs, v.Sentence, err = p.registerFigures(reg); err != nil {
			return err
		}
		v.Spread, v.States = p.spreadTable(reg), p.stateTable(reg)
		v.Register = p.register(reg, f, units)
		v.Shell = a.shell(p, "Fleet", topics...)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.Fleet(v))
}

// register is the page of units that the filter asks for.
func (p *page) register(reg fleet.Register, f db.UnitFilter, units []fleet.Unit) views.RecordsPage {
	query := p.c.QueryParams()
	query.Del("after")
	v := views.RecordsPage{
		Figure: views.FigureFleet, Title: "Register", Sub: registerSub(reg, f), Refetch: topicFleet, OlderAs: "Next page",
		Columns: []views.DataColumn{
			sortable("Serial", db.BySerial, f, query), {Label: "Class"}, sortable("Place", db.ByPlace, f, query), {Label: "Address", Hide: "p2"}, {Label: "State"},
			sortable("Since", db.BySince, f, query),
		},
		Empty:  ui.Problem{Kind: ui.Empty, Title: "No unit matches", Text: "Widen the filter, or clear it.", Href: "/mining/fleet", Action: "Show all"},
		Filter: unitControls(reg, query),
		Facts:  p.typedFacts(views.FigureFleet, "the register of units"),
	}
	v.Columns[5].Right, v.Columns[5].Hide = true, "p3"
	if len(reg.Counts) == 0 {
		v.Empty = ui.Problem{Kind: ui.Empty, Title: "No unit is in the register yet", Text: "Mining operations import them from a file."}
	}
	for _, name := range []string{"sort", "down"} {
		if query.Get(name) != "" {
			v.Kept = append(v.Kept, ui.Option{Value: name, Label: query.Get(name)})
		}
	}
	if q := query.Encode(); q != "" {
		v.Facts.DataHref += "?" + q
	}
	if len(units) > unitsShown {
		units = units[:unitsShown]
		query.Set("after", units[len(units)-1].Serial)
		v.Older = "/mining/fleet?" + query.Encode() + "#" + views.FigureFleet
	}
	for _, u := range units {
		v.Rows = append(v.Rows, views.RecordRow{Href: unitPath(u.Serial), Cells: []views.Cell{
			{Text: u.Serial}, {Text: reg.Classes[u.Class].Name}, {Text: siteAndBuilding(reg.Sites[u.Site].Name, u.Building), Under: u.Place()},
			{Text: orMissing(u.Address), Under: u.MAC}, {Text: string(u.State)}, {Text: format.DayMonthYear(u.Since)},
		}, Mark: stateMark(u.State), State: string(u.State)})
	}
	return v
}

func registerSub(reg fleet.Register, f db.UnitFilter) string {
	all, some := 0, 0
	for _, c := range reg.Counts {
		if all += c.N; matches(f, c) {
			some += c.N
		}
	}
	switch {
	case f.Search != "":
		column, prefix := fleet.Term(f.Search)
		return fmt.Sprintf("Units whose %s begins with %s, of %s", map[string]string{fleet.BySerial: "serial", fleet.ByMAC: "MAC", fleet.ByAddress: "address"}[column], prefix, format.Count(float64(some)))
	case some < all:
		return fmt.Sprintf("%s of %s units", format.Count(float64(some)), format.Count(float64(all)))
	default:
		return format.Count(float64(all)) + " units"
	}
}

// sortable heads a column by which the register can be sorted: once more turns
// it round.
func sortable(label string, by db.UnitSort, f db.UnitFilter, query url.Values) views.DataColumn {
	q := url.Values{}
	for name := range query {
		if name != "sort" && name != "down" {
			q.Set(name, query.Get(name))
		}
	}
	if by != db.BySerial {
		q.Set("sort", string(by))
	}
	col := views.DataColumn{Label: label}
	if f.Sort == by {
		col.Sorted = "ascending"
		if f.Down {
			col.Sorted = "descending"
		} else {
			q.Set("down", "1")
		}
	}
	col.Sort = "/mining/fleet?" + q.Encode() + "#" + views.FigureFleet
	return col
}

func unitControls(reg fleet.Register, query url.Values) []ui.Control {
	all := ui.Option{Value: "", Label: "All"}
	sites, classes, states, buildings := []ui.Option{all}, []ui.Option{all}, []ui.Option{all}, []ui.Option{all}
	for _, s := range reg.Sites {
		sites = append(sites, ui.Option{Value: strconv.FormatInt(s.ID, 10), Label: s.Name})
	}
	for id, class := range reg.Classes {
		classes = append(classes, ui.Option{Value: strconv.FormatInt(id, 10), Label: class.Name})
	}
	for _, s := range mining.States() {
		states = append(states, ui.Option{Value: string(s), Label: string(s)})
	}
	seen := map[string]bool{"": true}
	for _, c := range reg.Counts {
		if site := query.Get("site"); !seen[c.Building] && (site == "" || site == strconv.FormatInt(c.Site, 10)) {
			seen[c.Building] = true
			buildings = append(buildings, ui.Option{Value: c.Building, Label: c.Building})
		}
	}
	for _, list := range [][]ui.Option{sites, classes, buildings} {
		slices.SortFunc(list[1:], func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	}
	list := []ui.Control{
		{Name: "q", Label: "Serial, address or MAC"},
		{Kind: ui.InputSelect, Name: "site", Label: "Site", Options: sites},
		{Kind: ui.InputSelect, Name: "building", Label: "Building", Options: buildings},
		{Kind: ui.InputSelect, Name: "class", Label: "Class", Options: classes},
		{Kind: ui.InputSelect, Name: "state", Label: "State", Options: states},
	}
	for i := range list {
		list[i].ID, list[i].Value = "u-"+list[i].Name, query.Get(list[i].Name)
	}
	return list
}

// stateMark is the mark of a state: it runs, it is broken, or neither.
func stateMark(s mining.State) ui.MarkKind {
	switch s {
	case mining.Running:
		return ui.MarkOK
	case mining.Repair:
		return ui.MarkBad
	default:
		return ui.MarkOff
	}
}

func unitPath(serial string) string { return "/mining/fleet/" + url.PathEscape(serial) }

func siteAndBuilding(site, building string) string {
	return strings.TrimSuffix(site+", "+building, ", ")
}

func orMissing(text string) string {
	if text == "" {
		return format.Missing
	}
	return text
}

// fleetTable are the rows of the register's files, with the page's filter and
// the heads that an import reads; of a page, those it shows.
func fleetTable(p *page) ([][]cell, error) {
	f, err := unitFilter(p.c)
	if err != nil {
		return nil, err
	}
	f.After, f.Limit = "", unitsInFile
	if p.most > 0 {
		all, err := p.s.CountUnits(p.ctx, f)
		if err != nil {
			return nil, err
		}
		f.Limit, p.total = p.most, min(all, unitsInFile)
	}
	classes, err := p.s.MachineClasses(p.ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	sites, err := p.s.Sites(p.ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	classNames, siteNames := make(map[int64]string, len(classes)), make(map[int64]string, len(sites))
	for _, c := range classes {
		classNames[c.ID] = c.Name
	}
	for _, s := range sites {
		siteNames[s.ID] = s.Name
	}
	units, err := p.s.Units(p.ctx, f)
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(units))
	for i, u := range units {
		rows[i] = []cell{u.Serial, classNames[u.Class], siteNames[u.Site], string(u.State), u.Building, u.Aisle, u.Rack, u.Slot, u.Address, u.MAC, u.Since, u.Note, u.At, u.Who}
	}
	return rows, nil
}
