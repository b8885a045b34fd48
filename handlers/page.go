package handlers

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/ops"
	"switchyard/views"
	"switchyard/views/ui"
)

// Cadences by which figures are judged when no source's own applies.
const (
	// priceCadence is generous on purpose: the index is stored once a second,
	// and a quiet second is not a late source.
	priceCadence = 5 * time.Second
	blockSource  = "mempool.blocks"
)

// page is what one page reads: everything in one snapshot of the database, so
// that its figures agree with one another.
type page struct {
	ctx           context.Context
	c             echo.Context
	s             *db.Store
	now           time.Time
	known         time.Time     // asked for as known then; zero: now
	valued        *market.Point // price of bitcoin by which the page values; nil: none
	price         priceFacts
	network       networkFacts
	blocks        ops.Source // the source blocks come from; zero if not declared yet
	world         market.World
	waitingAlerts int // that go on and nobody has taken on
	seqs          map[string]int64
	who           access.Subject
	settings      ops.Settings
	most          int                    // rows that are shown of a figure's data; 0: all go to a file
	total         int                    // rows of a figure that read no more than most; 0: it read all
	poolChains    map[[2]int64]poolChain // the network by begin and end of a span
	lastAudits    map[int64]poolAudit    // the last whole days of accounts at pools
}

// tickerTopics are the live topics of the ticker, on every page.
var tickerTopics = []string{keyBTC, keyHashprice, topicBlock}

// houseTopics follow every page of people beside the ticker's.
var houseTopics = []string{topicAlert}

// readPage runs fill in one read-only snapshot, with what every page needs
// read first. topics are those of the page beside the ticker's.
func (a *App) readPage(c echo.Context, topics []string, fill func(*page) error) error {
	ctx := c.Request().Context()
	return a.store(c).Snapshot(ctx, func(s *db.Store) error {
		p := &page{ctx: ctx, c: c, s: s, now: a.now().UTC(), world: a.world, who: subjectOf(c)}
		var err error
		if p.known, err = pageKnown(c, p.now); err != nil {
			return err
		}
		if p.seqs, err = s.TopicSeqs(ctx, slices.Concat(tickerTopics, houseTopics, topics)); err != nil {
			return err
		}
		if p.price, err = readPrice(ctx, s, p.now); err != nil {
			return err
		}
		if p.network, err = readChain(ctx, s, p.now); err != nil {
			return err
		}
		if p.blocks, err = readSource(ctx, s, blockSource); err != nil {
			return err
		}
		settings, err := s.Settings(ctx)
		if err != nil {
			return err
		}
		p.settings = ops.ParseSettings(settings)
		if p.who.Role != access.Share {
			if p.waitingAlerts, err = s.WaitingAlerts(ctx); err != nil {
				return err
			}
		}
		return fill(p)
	})
}

// readSource returns a source by name, or the zero source.
func readSource(ctx context.Context, s *db.Store, name string) (ops.Source, error) {
	all, err := s.Sources(ctx)
	if err != nil {
		return ops.Source{}, err
	}
	for _, src := range all {
		if src.Name == name {
			return src, nil
		}
	}
	return ops.Source{}, nil
}

// topics pairs names with the numbers this page shows.
func (p *page) topics(names ...string) []views.Topic {
	list := make([]views.Topic, len(names))
	for i, name := range names {
		list[i] = views.Topic{Name: name, Seq: p.seqs[name]}
	}
	return list
}

// shell is what surrounds the page.
func (a *App) shell(p *page, title string, topics ...string) views.Shell {
	sh := a.bareShell(p.c, title)
	sh.Now = p.now
	sh.Company = companyLine(p.settings.Company, a.world)
	sh.Zone = p.zone()
	sh.Alerts = views.WaitingWords(p.waitingAlerts)
	sh.Ticker = p.ticker()
	sh.Topics = p.topics(slices.DeleteFunc(slices.Concat(houseTopics, topics), func(name string) bool { return !mayFollow(p.who, name) })...)
	return sh
}

// bareShell is a shell that needs no database: error pages stand in it too.
func (a *App) bareShell(c echo.Context, title string) views.Shell {
	who := subjectOf(c)
	up, since := a.pump.feed()
	sh := views.Shell{
		Title: title, Path: c.Request().URL.Path, Theme: themeOf(c), World: a.world,
		Person: views.Person{Name: who.Name, Role: roleTitle(who)}, Mark: watermark(c), Now: a.now().UTC(),
		Feed: views.Feed{Up: up}, Nav: a.navigation(who), Live: liveAddress(who), Assets: a.viewAssets(),
	}
	if !up {
		sh.Feed.Since = since
	}
	if a.world == market.Simulated {
		sh.DemoLabel = "Demo data"
	}
	sh.Company = companyLine("", a.world)
	return sh
}

// companyLine closes the page: whose figures these are.
func companyLine(company string, world market.World) string {
	switch {
	case world != market.Simulated:
		return company
	case company == "":
		return "A fictional company in a simulated market. Not a forecast or advice."
	default:
		return company + ", a fictional company in a simulated market. Not a forecast or advice."
	}
}

// roleTitle is the role as it stands beside the name; nobody has none.
func roleTitle(who access.Subject) string {
	if !who.Known() {
		return ""
	}
	return who.Role.Title()
}

// liveAddress is the socket of the page; nobody has none.
func liveAddress(who access.Subject) string {
	if !who.Known() {
		return ""
	}
	return "/live"
}

// navigation keeps the pages the subject may open: those whose route it passes.
func (a *App) navigation(who access.Subject) []views.NavGroup {
	open := make(map[string]bool)
	for _, r := range a.routes() {
		if r.method == http.MethodGet {
			open[r.path] = who.Known() && r.need.allows(who) && who.MayOpen(r.path)
		}
	}
	var groups []views.NavGroup
	for _, g := range views.Pages() {
		g.Links = slices.DeleteFunc(slices.Clone(g.Links), func(l views.NavLink) bool { return !open[l.Href] })
		if len(g.Links) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// pageRange reads ?range=, with a fallback for none and an error for nonsense.
func pageRange(c echo.Context, fallback views.Range) (views.Range, error) {
	switch r := views.Range(c.QueryParam("range")); r {
	case "":
		return fallback, nil
	case views.Range24h, views.Range7d, views.Range30d, views.Range1y:
		return r, nil
	default:
		return "", badInput("\"range\" must be 24h, 7d, 30d or 1y.")
	}
}

func spanOf(r views.Range) time.Duration {
	const day = 24 * time.Hour
	switch r {
	case views.Range7d:
		return 7 * day
	case views.Range30d:
		return 30 * day
	case views.Range1y:
		return 365 * day
	default:
		return day
	}
}

// zone is the company's time zone; UTC for a name that is no longer one.
func (p *page) zone() *time.Location {
	zone, err := time.LoadLocation(p.settings.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// waiting stands where facts have not come yet; whoever may see the sources is
// shown to them.
func (p *page) waiting(title, text string) *ui.Problem {
	problem := &ui.Problem{Kind: ui.Loading, Title: title, Text: text}
	if p.who.May(access.RoomCore, access.Read) {
		problem.Href, problem.Action = "/admin/sources", "Show the sources"
	}
	return problem
}

// priceFresh judges what is pushed with every new price.
func (p *page) priceFresh(last *market.Point, topic string) ui.Fresh {
	var at time.Time
	if last != nil {
		at = last.T
	}
	return ui.Fresh{
		Freshness: market.JudgeFreshness(at, priceCadence, true, p.now), Topic: topic, Cadence: priceCadence,
	}
}
