package views

import (
	"strings"
	"time"

	"switchyard/econ/market"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// Shell is what surrounds every page. The zero value of a part leaves that
// part out, so an error page without a database is a Shell too.
type Shell struct {
	Title     string // of the page alone; the product's name is added
	Path      string // path of this page, marks its entry in the navigation
	Theme     string // "light", "dark", or empty to follow the system
	World     market.World
	DemoLabel string // e.g. "Demo data"; empty for a real company
	Company   string // name and size of the company, for the end note; may be empty
	Person    Person
	Mark      *Watermark // the reader comes by a link; nil: a person
	Now       time.Time
	Zone      *time.Location // the company's; nil or UTC: none beside UTC
	Alerts    string         // how many alerts wait for somebody; empty: none
	Feed      Feed
	Ticker    []TickerItem // in the fixed order of the ticker
	Nav       []NavGroup   // in the order of the rail; see Pages
	Topics    []Topic      // live topics of the page's main part, with the number rendered
	Live      string       // address of the live socket; empty turns live updates off
	Assets    Assets
}

// section is the link of the list that this page belongs to: the longest that
// its path goes on from; empty if there is none.
func (s Shell) section() string {
	longest := ""
	if s.leads(s.Path) {
		return longest // it is one of the lists itself
	}
	for _, g := range s.Nav {
		for _, l := range g.Links {
			if strings.HasPrefix(s.Path, l.Href+"/") && len(l.Href) > len(longest) {
				longest = l.Href
			}
		}
	}
	return longest
}

// leads says whether the navigation has a page: whether the reader may open it.
func (s Shell) leads(href string) bool {
	for _, g := range s.Nav {
		for _, l := range g.Links {
			if l.Href == href {
				return true
			}
		}
	}
	return false
}

// Person is who is signed in. An empty name is nobody.
type Person struct {
	Name string
	Role string // as people call it, e.g. "CFO"
}

// Feed is the state of the live feed as the server knows it while rendering.
type Feed struct {
	Up    bool
	Since time.Time // when it was lost; zero if Up
}

// Topic is a live topic and the number of the last change that the page shows.
type Topic struct {
	Name string
	Seq  int64
}

// Assets are the hashed addresses of the built files.
type Assets struct {
	Styles  []string // style sheets, in order
	Scripts []string // modules
	Fonts   []string // WOFF2 files to load early
	Icon    string   // SVG icon
}

// NavGroup is a group of the rail. Heading is empty for the first one.
type NavGroup struct {
	Heading string
	Unit    ui.Unit // colours the square and the mark of the current page
	Links   []NavLink
}

// NavLink is a page that exists and that the reader may open.
type NavLink struct {
	Href  string
	Label string
	Keys  string // key hint, e.g. "g o"
	Tab   string // short label in the tabs of narrow screens; empty: only under More
}

// AlertsHref is the page whose link carries how many alerts wait.
const AlertsHref = "/admin/alerts"

// Pages returns the pages that exist, in the order of the rail. A handler
// drops what the reader may not open; a group without links is not drawn.
func Pages() []NavGroup {
	return []NavGroup{
		{Links: []NavLink{
			{Href: "/", Label: "Overview", Keys: "g o", Tab: "Overview"},
			{Href: "/fork", Label: "Fork", Keys: "g f", Tab: "Fork"},
		}},
		{Heading: "Mining unit", Unit: ui.Mining, Links: []NavLink{
			{Href: "/mining", Label: "Live", Keys: "g m", Tab: "Mining"},
			{Href: "/mining/pools", Label: "Pools", Keys: ""},
			{Href: "/mining/merit-order", Label: "Merit order", Keys: ""},
			{Href: "/mining/economics", Label: "Economics", Keys: ""},
			{Href: "/mining/sites", Label: "Sites", Keys: ""},
			{Href: "/mining/power", Label: "Power contracts", Keys: ""},
			{Href: "/mining/fleet", Label: "Fleet", Keys: ""},
			{Href: "/mining/uptime", Label: "Uptime", Keys: ""},
			{Href: "/mining/curtailment", Label: "Curtailment", Keys: ""},
			{Href: "/mining/monthly", Label: "Monthly update", Keys: ""},
		}},
		{Heading: "AI unit", Unit: ui.AI, Links: []NavLink{
			{Href: "/ai/contracts", Label: "Contracts", Keys: "g c", Tab: "AI"},
			{Href: "/ai/customers", Label: "Customers", Keys: ""},
		}},
		{Heading: "Finance", Links: []NavLink{
			{Href: "/finance/runway", Label: "Runway", Keys: "g r", Tab: "Runway"},
			{Href: "/finance/balance-sheet", Label: "Balance sheet", Keys: "g b"},
		}},
		{Heading: "Admin", Links: []NavLink{
			{Href: "/admin/sources", Label: "Sources and jobs", Keys: "g s"},
			{Href: AlertsHref, Label: "Alerts", Keys: "g l"},
			{Href: "/admin/people", Label: "People", Keys: ""},
			{Href: "/admin/audit", Label: "Audit log", Keys: ""},
			{Href: "/admin/settings", Label: "Settings", Keys: ""},
			{Href: "/share", Label: "Shared links", Keys: ""},
		}},
	}
}

// TickerItem is one item of the ticker. Make it with BTCItem, FromPeakItem,
// HashpriceItem or NextDifficultyItem, so that the page and the live feed print
// the same text.
type TickerItem struct {
	Label  string
	ID     string // id of the value's text, e.g. "btc"
	Value  format.Value
	Why    string // why the value is missing; empty if it is not
	After  string // lighter words behind the value, e.g. "in 6 d 19 h"; id is ID + ".after"
	Change *ui.Change
	Topics []Topic // topics whose change can change this item
}
