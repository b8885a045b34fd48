package views

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"switchyard/econ/market"
	"switchyard/views/ui"
)

// waiting is the facts of a figure in a database that has nothing yet.
func waiting(figure string) ui.Facts {
	return ui.Facts{
		Source: "median of three spot venues", World: market.Public, DataHref: "/data/" + figure,
		Problem: &ui.Problem{Kind: ui.Loading, Text: "Waiting for the first values"},
	}
}

// emptyShell is the shell of a company whose database is new.
func emptyShell(title, path string) Shell {
	s := sampleShell(title, path)
	s.World, s.DemoLabel, s.Theme = market.Public, "", ""
	missing := ui.None("no price yet")
	s.Ticker = []TickerItem{BTCItem(missing, missing), FromPeakItem(missing), HashpriceItem(missing, missing), NextDifficultyItem(nil, "no block yet", sampleNow)}
	return s
}

func emptyOverview() OverviewPage {
	none := ui.None("not read yet")
	return OverviewPage{
		Shell:      emptyShell("Overview", "/"),
		Market:     MarketFigure{Facts: ui.Facts{Source: "none yet", World: market.Public}, Rows: []MarketRow{{Measure: MeasureBTC, Value: none, Day: none, Week: none, Month: none}}},
		Prices:     PricesFigure{Facts: waiting(FigurePrices)},
		Adjustment: AdjustmentFigure{Facts: waiting(FigureAdjustment)},
		Halving:    HalvingFigure{Facts: waiting(FigureHalving)},
		Sources:    &SourcesHealth{Facts: ui.Facts{Source: "this server"}},
	}
}

func emptyMining() MiningLivePage {
	none := ui.None("no price yet")
	return MiningLivePage{
		Shell: emptyShell("Mining unit", "/mining"), Hashprice: none, HashpriceDay: none, BTCDay: none,
		Prices:  PricesFigure{Facts: waiting(FigurePrices), Path: "/mining", Range: Range24h},
		Network: NetworkFigure{Facts: ui.Facts{Source: "mempool.space"}, Difficulty: none, FeeShare: none, RecommendedFee: none, AdjustmentWhy: "no block yet", HashrateWhy: "no block yet"},
		History: HistoryFigure{Facts: ui.Facts{Source: "own computation"}},
		Venues:  VenuesFigure{Facts: ui.Facts{Source: "tickers"}, Venues: []Venue{{Name: "kraken", Title: "Kraken", Fresh: market.Freshness{State: market.Off}}}},
	}
}

// lost is a page whose feed is lost and whose figures are stale.
func lostMining() MiningLivePage {
	p := sampleMining(market.Stale, 4*time.Hour)
	p.Shell.Feed = Feed{Since: sampleNow.Add(-time.Hour)}
	p.Venues.Index = nil
	return p
}

func brokenAdmin() AdminSourcesPage {
	p := AdminSourcesPage{Shell: emptyShell("Sources and jobs", "/admin/sources")}
	p.Problem = &ui.Problem{Kind: ui.Broken, Title: "The store did not answer", Text: "Tried at 14:29:50 UTC.", Href: "/admin/sources", Action: "Try again"}
	return p
}

func failurePage(status int, starting bool) FailurePage {
	return FailurePage{Shell: Shell{Title: "Failed", Path: "/nothing", Nav: Pages(), Now: sampleNow}, Status: status, Starting: starting, Request: "a1b2"}
}

// pages are every page in every state that matters.
func pages(t *testing.T) map[string]templ.Component {
	denied := sampleMining(market.Live, 0)
	denied.Network.Problem = &ui.Problem{Kind: ui.NoPermission, Title: "Network is limited to Mining", Text: "You are signed in as a reader.", Href: "/", Action: "Ask for access"}
	alone := sampleMining(market.Late, time.Minute)
	alone.Venues.Index.Venues = 1
	early := sampleOverview()
	early.Adjustment.Adjustment.Early = true
	early.Sources.Worst = nil
	return map[string]templ.Component{
		"overview, full":    Overview(sampleOverview()),
		"overview, empty":   Overview(emptyOverview()),
		"overview, early":   Overview(early),
		"mining, full":      MiningLive(sampleMining(market.Live, 0)),
		"pools":             Pools(samplePoolsPage()),
		"worker of a pool":  PoolWorker(samplePoolWorker()),
		"mining, empty":     MiningLive(emptyMining()),
		"mining, feed lost": MiningLive(lostMining()),
		"mining, denied":    MiningLive(denied),
		"mining, one venue": MiningLive(alone),
		"today":             Today(sampleToday(t)),
		"curtailment":       Curtailment(sampleCurtailment()),
		"uptime, full":      Uptime(sampleUptime()),
		"uptime, empty":     Uptime(UptimePage{Shell: emptyShell("Uptime", "/mining/uptime"), Days: UptimeDays{Facts: waiting(FigureUptimeDays)}, Classes: UptimeTable{Facts: waiting(FigureUptime), ID: FigureUptime, Title: "By class"}, Sites: UptimeTable{Facts: waiting(FigureUptime), ID: "uptime-sites", Title: "By site"}}),
		"admin, full":       AdminSources(sampleAdmin()),
		"admin, empty":      AdminSources(AdminSourcesPage{Shell: emptyShell("Sources and jobs", "/admin/sources")}),
		"admin, broken":     AdminSources(brokenAdmin()),
		"power prices, a wrong file": PowerPrices(PowerPricesPage{
			Shell: emptyShell("Power prices", "/mining/power/prices"), Back: Link{Href: "/mining/power", Label: "Power contracts"}, Notice: "x", Wrong: true,
			Problems: &RecordsPage{Figure: "preview", Title: "1 cell", Columns: []DataColumn{{Label: "Row"}}, Rows: []RecordRow{{Cells: []Cell{{Text: "2"}}}}, Facts: ui.Facts{Source: "the file"}},
			Stored:   RecordsPage{Figure: FigureSpotPrices, Title: "Stored prices", Empty: ui.Problem{Kind: ui.Empty, Title: "No price is stored yet"}, Facts: ui.Facts{Source: "files"}},
			Upload:   &UploadForm{Action: "/mining/power/prices", Submit: "Import", Fields: []ui.Control{{ID: "f-point", Name: "point", Label: "Point"}}, Field: ui.Control{ID: "f-file", Name: "file", Label: "File", Error: "wrong"}, Example: []string{"a,b", "1,2"}},
		}),
		"table, full":         DataTable(sampleTable()),
		"table, empty":        DataTable(DataTablePage{Shell: emptyShell("Data", "/data/x"), Title: "Data", Facts: ui.Facts{Source: "the store"}}),
		"403":                 Failure(failurePage(403, false)),
		"404":                 Failure(failurePage(404, false)),
		"500":                 Failure(failurePage(500, false)),
		"503, starting":       Failure(failurePage(503, true)),
		"503, database away":  Failure(failurePage(503, false)),
		"shell with nothing":  Failure(FailurePage{Status: 500, Title: "Broken"}),
		"overview of nothing": Overview(OverviewPage{Shell: Shell{Title: "Overview"}, Market: MarketFigure{Facts: waiting("")}, Prices: PricesFigure{Facts: waiting("")}, Adjustment: AdjustmentFigure{Facts: waiting("")}, Halving: HalvingFigure{Facts: waiting("")}, Sources: &SourcesHealth{Facts: waiting("")}}),
	}
}

func TestEveryPageInEveryStateKeepsTheRules(t *testing.T) {
	for name, page := range pages(t) {
		t.Run(name, func(t *testing.T) {
			for _, b := range render(t, page).breaches() {
				t.Error(b)
			}
		})
	}
}

func TestTheRulesFindBreaches(t *testing.T) {
	bad := `<html><body><h2>x</h2><p id="a" style="x" onclick="y"></p><p id="a"></p><script>1</script><script type="application/json">{</script>
<table><tr><th></th></tr></table><a href="#none"></a><input id="f"><svg fill="red"></svg><figure></figure><nav></nav></body></html>`
	r := render(t, templ.Raw(bad))
	got := strings.Join(r.breaches(), "\n")
	for _, want := range []string{"style attribute", "handler onclick", "used twice", "inline script", "not JSON", "0 h1", "after a heading of level 0",
		"without caption", "without scope", "leads nowhere", "no label", "colour", "neither named", "without source", "<nav> without a name"} {
		if !strings.Contains(got, want) {
			t.Errorf("the rules miss %q; found:\n%s", want, got)
		}
	}
}

func TestNavigationMarksThePageAndHasNoDeadLinks(t *testing.T) {
	r := render(t, MiningLive(sampleMining(market.Live, 0)))
	var current []string
	for _, a := range r.tags("a") {
		if v, _ := attr(a, "aria-current"); v == "page" {
			href, _ := attr(a, "href")
			current = append(current, href)
		}
		if within(a, "nav") {
			pages := []string{"/", "/fork", "/mining", "/mining/sites", "/mining/pools", "/mining/merit-order", "/mining/economics", "/mining/power", "/mining/fleet", "/mining/uptime", "/mining/curtailment", "/mining/monthly", "/ai/contracts", "/ai/customers", "/finance/runway", "/finance/balance-sheet",
				"/admin/sources", "/admin/people", "/admin/audit", "/admin/settings", "/admin/alerts", "/share", "/account"}
			if href, _ := attr(a, "href"); !slices.Contains(pages, href) {
				t.Errorf("navigation links to %q", href)
			}
		}
	}
	if got, want := strings.Join(current, " "), "/mining /mining /mining"; got != want {
		t.Errorf("current pages: got %q, want %q (rail, tab, More)", got, want)
	}
}

func TestMoreIsCurrentOnAPageWithoutATab(t *testing.T) {
	r := render(t, AdminSources(sampleAdmin()))
	if v, _ := attr(r.tags("summary")[len(r.tags("summary"))-1], "aria-current"); v != "true" {
		t.Error("More is not marked on a page that has no tab")
	}
}

func TestSentencesStateTheAnswer(t *testing.T) {
	for _, tt := range []struct{ name, got, want string }{
		{"overview", overviewSentence(sampleOverview()).String(), "A petahash earns $38.65 a day, 12.1% less than 30 days ago. Difficulty is set to change by −2.1% (−4.8% to +0.7%) on 17 Mar, which makes that $39.48 if the price holds."},
		{"overview, empty", overviewSentence(emptyOverview()).String(), "What a petahash earns cannot be said yet: no hashprice is known. The next difficulty is not known yet."},
		{"mining", miningSentence(sampleMining(market.Live, 0)).String(), "Hashprice is $38.65 per PH/s a day, down 1.3% in 24 hours; bitcoin is down 1.2%. The adjustment on 17 Mar, −2.1% (−4.8% to +0.7%), takes it to $39.48 at that price."},
		{"mining, empty", miningSentence(emptyMining()).String(), "Hashprice cannot be computed yet: no price yet."},
		{"mining, stale", miningSentence(lostMining()).String(), "When last known, on 10 Mar 2026, 10:32:08 UTC, hashprice was $38.65 per PH/s a day, down 1.3% in 24 hours; bitcoin is down 1.2%. The adjustment on 17 Mar, −2.1% (−4.8% to +0.7%), takes it to $39.48 at that price."},
		{"admin", sourcesSentence(sampleAdmin()).String(), "2 of 5 sources answer in time; Bitstamp ticker is the worst. 1 of 4 jobs failed when they last ran."},
		{"admin, broken", sourcesSentence(brokenAdmin()).String(), "The store did not answer. Tried at 14:29:50 UTC."},
		{"data", dataSentence(sampleTable()).String(), "The first 2 of 1,200 rows. The files hold all of them."},
	} {
		if tt.got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, tt.got, tt.want)
		}
	}
}

// TestPushedTextsAreTheRenderedOnes holds the page and the live feed together:
// every text a topic sends is what the page shows under that id.
func TestPushedTextsAreTheRenderedOnes(t *testing.T) {
	o, m := sampleOverview(), sampleMining(market.Live, 0)
	o.Shell.Alerts, m.Shell.Alerts = WaitingWords(2), WaitingWords(2)
	texts := []map[string]string{m.Network.Texts(), m.Venues.Texts(), o.SentenceTexts(), m.SentenceTexts(), {AlertsWaiting: WaitingWords(2)}}
	for _, it := range o.Shell.Ticker {
		texts = append(texts, it.Texts())
	}
	for _, row := range o.Market.Rows {
		texts = append(texts, row.Texts())
	}
	shown, timed := map[string][]*html.Node{}, map[string][]*html.Node{}
	for _, r := range []rendered{render(t, Overview(o)), render(t, MiningLive(m))} {
		for _, n := range r.all(func(n *html.Node) bool { _, ok := attr(n, "data-at-of"); return ok }) {
			id, _ := attr(n, "data-at-of")
			timed[id] = append(timed[id], n)
		}
		for _, n := range r.all(func(n *html.Node) bool { _, ok := attr(n, "data-text"); return ok }) {
			id, _ := attr(n, "data-text")
			shown[id] = append(shown[id], n)
		}
	}
	pushed := map[string]bool{}
	for _, set := range texts {
		for id, want := range set {
			pushed[id] = true
			if of, isTime := strings.CutSuffix(id, ".at"); isTime {
				if len(timed[of]) == 0 {
					t.Errorf("%s is pushed but no time on the pages is of %s", id, of)
				}
				for _, n := range timed[of] {
					if got, _ := attr(n, "datetime"); got != want {
						t.Errorf("%s: page has %q, feed has %q", id, got, want)
					}
				}
				continue
			}
			if len(shown[id]) == 0 {
				t.Errorf("%s is pushed but nowhere on the pages", id)
			}
			for _, n := range shown[id] {
				if got := textOf(n); got != strings.Join(strings.Fields(want), " ") {
					t.Errorf("%s: page has %q, feed has %q", id, got, want)
				}
			}
		}
	}
	for id := range shown {
		if !pushed[id] {
			t.Errorf("%s is on a page but never pushed", id)
		}
	}
}

func TestMissingValuesPushNothing(t *testing.T) {
	none := ui.None("no price yet")
	for _, got := range []map[string]string{
		BTCItem(none, none).Texts(), NextDifficultyItem(nil, "no block", sampleNow).Texts(), MarketRow{Measure: MeasureBTC, Value: none}.Texts(),
		emptyMining().Network.Texts(),
	} {
		if len(got) != 0 {
			t.Errorf("got %v, want nothing", got)
		}
	}
}

func TestTickerTopicsTakeTheSmallestNumber(t *testing.T) {
	items := []TickerItem{{Topics: []Topic{{"a", 7}, {"b", 1}}}, {Topics: []Topic{{"a", 5}}}}
	if got := topicData(tickerTopics(items))["data-topics"]; got != "a:5 b:1" {
		t.Errorf("got %q, want %q", got, "a:5 b:1")
	}
}

func TestAPageFollowsTheTopicsOfItsFigures(t *testing.T) {
	p := sampleMining(market.Live, 0)
	p.Shell.Topics = []Topic{{"market.block", 50}}
	p.Venues.Topic = Topic{"market.btc_usd", 7}
	main := render(t, MiningLive(p)).tags("main")[0]
	if got, _ := attr(main, "data-topics"); got != "market.block:44 market.btc_usd:7" {
		t.Errorf("got %q", got)
	}
}

func TestEveryFigureOfTheSimulatedWorldSaysSo(t *testing.T) {
	for name, page := range map[string]templ.Component{"overview": Overview(sampleOverview()), "mining": MiningLive(sampleMining(market.Live, 0)), "admin": AdminSources(sampleAdmin())} {
		r := render(t, page)
		figures := r.tags("figure")
		marks := r.all(func(n *html.Node) bool { return hasClass(n, "world") && within(n, "figcaption") })
		if len(figures) == 0 || len(figures) != len(marks) {
			t.Errorf("%s: %d figures, %d say that they are simulated", name, len(figures), len(marks))
		}
	}
}

func TestForeignTextIsEscaped(t *testing.T) {
	r := render(t, AdminSources(sampleAdmin()))
	if strings.Contains(r.text, "<script>alert") {
		t.Error("a refused row's text is in the page as markup")
	}
}

func TestRunNowIsOnlyThereForThoseWhoMay(t *testing.T) {
	p := sampleAdmin()
	forms := func() int {
		return len(render(t, AdminSources(p)).all(func(n *html.Node) bool {
			a, _ := attr(n, "action")
			return n.Data == "form" && strings.HasPrefix(a, "/admin/jobs/")
		}))
	}
	if got, want := forms(), len(p.Jobs); got != want {
		t.Errorf("got %d buttons, want %d", got, want)
	}
	p.MayRun = false
	if got := forms(); got != 0 {
		t.Errorf("got %d buttons for a reader, want 0", got)
	}
}

func TestAStaleFeedIsSaidAndAFreshOneIsNot(t *testing.T) {
	_, hidden := attr(render(t, MiningLive(sampleMining(market.Live, 0))).byAttr("id", "banner")[0], "hidden")
	if !hidden {
		t.Error("the banner shows while the feed is up")
	}
	r := render(t, MiningLive(lostMining()))
	banner := r.byAttr("id", "banner")[0]
	if _, hidden := attr(banner, "hidden"); hidden || !strings.Contains(textOf(banner), "Live feed lost at 13:32:08 UTC.") {
		t.Errorf("banner: %q", textOf(banner))
	}
	if !hasClass(r.byAttr("id", "feed")[0], "stale") {
		t.Error("the feed's state does not say that it is lost")
	}
}
