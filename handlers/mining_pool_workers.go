package handlers

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// Workers on a page, and in a file at most: as many as of the register.
const (
	workersShown  = unitsShown
	workersInFile = unitsInFile
	longestWorker = 200 // letters of a name
)

// workerStates are the states by which workers can be asked for.
var workerStates = [...]pool.WorkerState{pool.Online, pool.Low, pool.Offline, pool.Disabled, pool.WorkerGone}

// workerFilter reads the page's query: what is no number or no state is an error.
func workerFilter(c echo.Context) (db.PoolWorkerFilter, error) {
	f := db.PoolWorkerFilter{State: pool.WorkerState(c.QueryParam("state")), Search: strings.TrimSpace(c.QueryParam("q")), Unmatched: c.QueryParam("unmatched") != ""}
	for name, to := range map[string]*int64{"site": &f.Site, "account": &f.Account} {
		text := c.QueryParam(name)
		if text == "" {
			continue
		}
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 {
			return f, badInput(fmt.Sprintf("%q must be a number.", name))
		}
		*to = id
	}
	if f.State != "" && !slices.Contains(workerStates[:], f.State) {
		return f, badInput("\"state\" must be a state of a worker, for example offline.")
	}
	if after := c.QueryParam("after"); after != "" {
		account, name, cut := strings.Cut(after, ".")
		id, err := strconv.ParseInt(account, 10, 64)
		if !cut || err != nil || id < 1 {
			return f, badInput("\"after\" must be the number of an account, a point and the name of a worker.")
		}
		f.AfterAccount, f.After = id, name
	}
	for _, text := range []string{f.Search, f.After} {
		if len(text) > longestWorker || strings.ContainsRune(text, 0) {
			return f, badInput("A name has at most 200 letters.")
		}
	}
	return f, nil
}

// passes says whether a sum of workers passes the filter; a search narrows further.
func passes(f db.PoolWorkerFilter, c pool.WorkerCount) bool {
	return (f.Account == 0 || f.Account == c.Account) && (f.State == "" || f.State == c.State) && (f.Site == 0 || f.Site == c.Site) && (!f.Unmatched || c.Site == 0)
}

// showWorkers answers GET /mining/pools/workers.
func (a *App) showWorkers(c echo.Context) error {
	f, err := workerFilter(c)
	if err != nil {
		return err
	}
	f.Limit = workersShown + 1
	topics := []string{topicPoolWorkers, topicPool, topicFleet}
	var v views.RecordsPage
	err = a.readPage(c, topics, func(p *page) error {
		k, err := p.workerNames()
		if err != nil {
			return err
		}
		list, err := p.s.PoolWorkers(p.ctx, f)
		if err != nil {
			return err
		}
		v = p.workerList(k, f, list)
		v.Shell = a.shell(p, "Workers", topics...)
		return nil
	})
	if err != nil {
		return err
	}
	return renderRecords(c, v)
}

// workerNames are what a list of workers is told by.
type workerNames struct {
	accounts []pool.Account
	sites    []mining.SiteRecord
	counts   []pool.WorkerCount
}

func (p *page) workerNames() (workerNames, error) {
	var k workerNames
	var err error
	if k.accounts, err = p.s.PoolAccounts(p.ctx, time.Time{}); err != nil {
		return k, err
	}
	if k.sites, err = p.s.Sites(p.ctx, time.Time{}); err != nil {
		return k, err
	}
	k.counts, err = p.s.PoolWorkerCounts(p.ctx)
	return k, err
}

func (k workerNames) account(id int64) string {
	for _, a := range k.accounts {
		if a.ID == id {
			return a.Name
		}
	}
	return fmt.Sprintf("Account %d", id)
}

func (k workerNames) site(id int64) string {
	for _, s := range k.sites {
		if s.ID == id {
			return s.Name
		}
	}
	return fmt.Sprintf("Site %d", id)
}

// place is where the machine of a worker stands, or why none is named.
func (k workerNames) place(v pool.Place) string {
	if v.Unit == 0 {
		return whyUnmatched(v.Why)
	}
	return siteAndBuilding(k.site(v.Site), v.Building)
}

// whyUnmatched is why a worker names no machine, in words.
func whyUnmatched(why string) string {
	switch pool.Why(why) {
	case pool.NoRule:
		return "no rule reads its name"
	case pool.NoMachine:
		return "the register has no machine of its name"
	case pool.TwoMachines:
		return "its name fits several machines"
	case pool.MachineTwice:
		return "another worker names the same machine"
	}
	return "no machine is named"
}

// workerList is the page of workers that the filter asks for.
func (p *page) workerList(k workerNames, f db.PoolWorkerFilter, list []pool.SeenWorker) views.RecordsPage {
	query := p.c.QueryParams()
	query.Del("after")
	v := views.RecordsPage{
		Name: "Workers", Unit: ui.Mining, Sentence: workersSentence(k), Links: []views.Link{{Href: poolsPath, Label: "Pools"}},
		Figure: views.FigurePoolWorkers, Title: "Workers", Sub: workersSub(k, f), Refetch: topicPoolWorkers, OlderAs: "Next page",
		Columns: []views.DataColumn{
			{Label: "Worker"}, {Label: "Account", Hide: "p3"}, {Label: "State"}, {Label: "Machine"}, {Label: "Now", Unit: "TH/s", Right: true}, {Label: "1 h", Unit: "TH/s", Right: true, Hide: "p3"},
			{Label: "24 h", Unit: "TH/s", Right: true, Hide: "p2"}, {Label: "Nameplate", Unit: "TH/s", Right: true, Hide: "p2"}, {Label: "Stale", Unit: "%", Right: true, Hide: "p3"}, {Label: "Rejected", Unit: "%", Right: true, Hide: "p3"},
			{Label: "Last share", Unit: "UTC", Right: true, Hide: "p3"},
		},
		Empty:  ui.Problem{Kind: ui.Empty, Title: "No worker matches", Text: "Widen the filter, or clear it.", Href: workersPath, Action: "Show all"},
		Filter: workerControls(k, query),
		Facts:  p.typedFacts(views.FigurePoolWorkers, "the pools' lists of workers; the register of units"),
	}
	if len(k.counts) == 0 && len(list) == 0 {
		v.Empty = ui.Problem{Kind: ui.Empty, Title: "No workers have been read yet", Text: "The first list of an account is read within a minute of its key.", Href: poolsPath, Action: "Pools"}
	}
	if q := query.Encode(); q != "" {
		v.Facts.DataHref += "?" + q
	}
	if len(list) > workersShown {
		list = list[:workersShown]
		last := list[len(list)-1]
		query.Set("after", fmt.Sprintf("%d.%s", last.Account, last.Name))
		v.Older = workersPath + "?" + query.Encode() + "#" + views.FigurePoolWorkers
	}
	for _, w := range list {
		v.Rows = append(v.Rows, p.workerRow(k, w))
	}
	return v
}

// counted sums the last lists: all that pass the filter, and of those what is
// online, offline or without a machine.
func (k workerNames) counted(f db.PoolWorkerFilter) (all, online, offline, unnamed int) {
	for _, c := range k.counts {
		if !passes(f, c) {
			continue
		}
		all += c.Workers
		switch c.State {
		case pool.Online, pool.Low:
			online += c.Workers
		case pool.Offline:
			offline += c.Workers
		case pool.Disabled, pool.WorkerGone: // neither
		}
		if c.Site == 0 {
			unnamed += c.Workers
		}
	}
	return all, online, offline, unnamed
}

// workersSentence is the page's answer, of all workers whatever the filter.
func workersSentence(k workerNames) ui.Sentence {
	var s ui.Sentence
	all, online, offline, unnamed := k.counted(db.PoolWorkerFilter{})
	if all == 0 {
		return s.Say("No workers have been read yet.")
	}
	number := func(n int) string { return format.Count(float64(n)) }
	s = s.Say("Of ").Stress(number(all) + " workers").Say(", ").Stress(number(online)).Say(" are online and ").Stress(number(offline)).Say(" offline")
	if unnamed > 0 {
		s = s.Say("; ").Stress(number(unnamed)).Say(" " + verb(unnamed, "names", "name") + " no machine of the register")
	}
	return s.Say(".")
}

// workersSub counts what the filter leaves, by the last lists.
func workersSub(k workerNames, f db.PoolWorkerFilter) string {
	all, _, _, _ := k.counted(db.PoolWorkerFilter{})
	some, _, _, _ := k.counted(f)
	number := func(n int) string { return format.Count(float64(n)) }
	switch {
	case f.State == pool.WorkerGone:
		return "Workers that their pool lists no longer; they are kept for 35 days"
	case f.Search != "":
		return fmt.Sprintf("Workers whose name begins with %s, of %s", f.Search, number(some))
	case some < all:
		return fmt.Sprintf("%s of %s workers listed", number(some), number(all))
	}
	return number(all) + " workers listed, by account and name"
}

func workerControls(k workerNames, query url.Values) []ui.Control {
	all := ui.Option{Value: "", Label: "All"}
	accounts, sites, states := []ui.Option{all}, []ui.Option{all}, []ui.Option{all}
	for _, a := range k.accounts {
		accounts = append(accounts, ui.Option{Value: strconv.FormatInt(a.ID, 10), Label: a.Name})
	}
	for _, s := range k.sites {
		sites = append(sites, ui.Option{Value: strconv.FormatInt(s.ID, 10), Label: s.Name})
	}
	for _, s := range workerStates {
		states = append(states, ui.Option{Value: string(s), Label: stateWords(s)})
	}
	list := []ui.Control{
		{Name: "q", Label: "Beginning of its name"},
		{Kind: ui.InputSelect, Name: "account", Label: "Account", Options: accounts},
		{Kind: ui.InputSelect, Name: "state", Label: "State", Options: states},
		{Kind: ui.InputSelect, Name: "site", Label: "Site", Options: sites},
		{Kind: ui.InputSelect, Name: "unmatched", Label: "Machine", Options: []ui.Option{all, {Value: "1", Label: "Names none"}}},
	}
	for i := range list {
		list[i].ID, list[i].Value = "w-"+list[i].Name, query.Get(list[i].Name)
	}
	return list
}
