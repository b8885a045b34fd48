package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// aheadHours is how far a site looks ahead.
const aheadHours = 24

// siteAhead is a site over the hours to come with what it was planned from.
type siteAhead struct {
	site     mining.SiteRecord
	contract mining.ContractRecord // without an id if none is known
	terms    mining.SiteTerms
	spot     spotHours
	pay      mining.Pay
	start    time.Time
	plan     *mining.Plan // of the hours whose price is known; nil: none can be planned
	why      string       // there is no plan, in words
}

// readAhead plans a site's next hours (M10).
func (p *page) readAhead(id int64) (siteAhead, error) {
	start := p.now.Truncate(time.Hour)
	end := start.Add(aheadHours * time.Hour)
	b, err := p.readBasis(start, end)
	if err != nil {
		return siteAhead{}, err
	}
	i := slices.IndexFunc(b.sites, func(s mining.SiteRecord) bool { return s.ID == id })
	if i < 0 {
		return siteAhead{}, db.ErrNotFound
	}
	s := siteAhead{site: b.sites[i], contract: b.contracts[id], terms: b.terms[i], spot: b.spot[id], pay: b.pay, start: start, why: b.noPay}
	groups := slices.DeleteFunc(slices.Clone(b.groups), func(g mining.Group) bool { return g.Site != s.site.Name || g.Count == 0 })
	switch {
	case s.why != "":
		return s, nil
	case s.contract.ID == 0:
		s.why = "the site has no power contract"
		return s, nil
	case len(groups) == 0:
		s.why = "no machine is recorded here that runs or could"
		return s, nil
	}
	horizon, _, err := mining.LayHours([]mining.SiteTerms{s.terms}, start, end, nil)
	if err != nil {
		return s, err
	}
	if len(horizon.Times) == 0 {
		s.why = "the spot price of " + s.contract.Point + " is not known"
		return s, nil
	}
	order, err := mining.NewOrder([]mining.Site{s.terms.Site}, groups, b.pay.USDPerPHDay)
	if err != nil {
		return s, err
	}
	s.plan, err = order.Plan(horizon, mining.PlanOptions{Policy: mining.ByRule})
	return s, err
}

// hours are all hours to come, also those without a price.
func (s siteAhead) hours() []views.SiteHour {
	var list []views.SiteHour
	at := map[int64]int{}
	if s.plan != nil {
		for t := range s.plan.Hours {
			at[s.plan.Horizon.At(t).Unix()] = t
		}
	}
	for n := range aheadHours {
		h := views.SiteHour{At: s.start.Add(time.Duration(n) * time.Hour), Basis: "not known yet"}
		if t, planned := at[h.At.Unix()]; planned {
			s.fill(&h, t)
		} else if s.why != "" {
			h.Basis = s.why
		}
		list = append(list, h)
	}
	return list
}

// fill writes an hour of the plan.
func (s siteAhead) fill(h *views.SiteHour, t int) {
	h.Known, h.Basis, h.MarginUSD = true, "contract", s.plan.Hours[t].Margin()
	if spot, follows := s.spot[h.At.Unix()]; follows {
		_, basis, _ := spot.Price()
		h.Basis = string(basis)
	}
	rows := s.plan.Rows(t)
	all, above := 0.0, 0.0 // MW, and what they cost above the first step's price
	for _, r := range rows {
		mw := float64(r.Power / units.MW)
		all, above = all+mw, above+mw*(r.PriceUSDPerMWh-rows[0].PriceUSDPerMWh)
		h.On += float64(r.Drawn / units.MW)
		if !r.On {
			h.Off += mw
		}
	}
	if all > 0 {
		h.Price = rows[0].PriceUSDPerMWh + above/all
	}
}

// switches are what is to be switched after this hour.
func (s siteAhead) switches() []mining.Switch {
	if s.plan == nil {
		return nil
	}
	return s.plan.Switches()
}

// until says to when the price is known without a hole.
func (s siteAhead) until() string {
	if s.plan == nil {
		return ""
	}
	if s.contract.Kind == mining.Fixed {
		return "At the contract's price, which is fixed"
	}
	end := s.start
	for _, at := range s.plan.Horizon.Times {
		if !at.Equal(end) {
			break
		}
		end = end.Add(time.Hour)
	}
	return "The price of " + s.contract.Point + " is known until " + s.local(end)
}

func (s siteAhead) local(at time.Time) string {
	return at.In(s.terms.Site.Zone).Format("Mon 15:04 MST")
}

// showToday answers GET /mining/sites/{id}/today.
func (a *App) showToday(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	v := views.TodayPage{Events: hourEvents + " " + topicMeasured}
	follow := []string{topicFleet, topicSite, topicContract, topicPowerPrice, topicPractice, topicMeasured}
	err = a.readPage(c, follow, func(p *page) error {
		s, err := p.readAhead(id)
		if err != nil {
			return err
		}
		v.Site = s.site.Name
		v.Links = []views.Link{{Href: sites().path(id), Label: "Site"}, {Href: "/mining/merit-order", Label: "Merit order"}}
		v.Switches = views.SwitchesFigure{Facts: p.aheadFacts(s, views.FigureSwitches), Zone: s.terms.Site.Zone, Rows: s.switches(), Until: s.until()}
		v.Hours = views.SiteHoursFigure{Facts: p.aheadFacts(s, views.FigureSiteHours), Zone: s.terms.Site.Zone, Rows: s.hours()}
		v.Sentence = s.sentence()
		if v.KPIs, err = p.aheadKPIs(s); err != nil {
			return err
		}
		v.Contract = s.contractLines()
		v.Shell = a.shell(p, v.Site+" today", append(follow, keyHashprice)...)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.Today(v))
}

// sentence is the page's answer: what should run now, and what comes next.
func (s siteAhead) sentence() ui.Sentence {
	now := s.hours()[0]
	if !now.Known {
		return ui.Sentence{}.Say("What should run now is not known: " + now.Basis + ".")
	}
	text := ui.Sentence{}
	switch {
	case now.Off == 0:
		text = text.Stress("Everything should run").Say(fmt.Sprintf(": %s MW at $%s per MWh.", format.Fixed(now.On, 1), format.Fixed(now.Price, 2)))
	case now.On == 0:
		text = text.Stress("Nothing should run").Say(fmt.Sprintf(": %s MW rest at $%s per MWh.", format.Fixed(now.Off, 1), format.Fixed(now.Price, 2)))
	default:
		text = text.Stress(format.Fixed(now.On, 1) + " MW should run").
			Say(fmt.Sprintf(" at $%s per MWh; %s MW more could.", format.Fixed(now.Price, 2), format.Fixed(now.Off, 1)))
	}
	next := s.switches()
	if len(next) == 0 {
		return text.Say(" No change in the hours whose price is known.")
	}
	return text.Say(" Next change: ").Stress(s.local(next[0].At)).Say(", " + s.changeAt(next) + ".")
}

// changeAt says what the first switches do together.
func (s siteAhead) changeAt(next []mining.Switch) string {
	mw, names := 0.0, []string(nil)
	for _, n := range next {
		if n.At.Equal(next[0].At) {
			mw += float64(n.Power / units.MW)
			names = append(names, n.Group+" "+strings.ToLower(views.SwitchWords(n)))
		}
	}
	what := names[0]
	if len(names) > 1 {
		what = countOf(len(names), "group")
	}
	return fmt.Sprintf("%s (%s MW)", what, format.Signed(mw, 1))
}

// aheadKPIs are what should run, what runs, and what changes next.
func (p *page) aheadKPIs(s siteAhead) ([]ui.KPI, error) {
	now := s.hours()[0]
	should := ui.KPI{Label: "Should be on", Unit: ui.Mining, Why: now.Basis}
	margin := ui.KPI{Label: "Margin of this hour", Unit: ui.Mining, Why: now.Basis}
	next := ui.KPI{Label: "Next change", Unit: ui.Mining, Why: "nothing changes in the hours whose price is known"}
	if now.Known {
		should = ui.KPI{Label: should.Label, Unit: ui.Mining, Value: format.Value{Text: format.Fixed(now.On, 1), Unit: "MW"}, Context: "all that could"}
		if now.Off > 0 {
			should.Context = format.Fixed(now.Off, 1) + " MW more could run, overclocked modes counted"
		}
		margin = ui.KPI{Label: margin.Label, Unit: ui.Mining, Value: format.USD0(now.MarginUSD), Context: fmt.Sprintf("power at $%s per MWh, %s", format.Fixed(now.Price, 2), now.Basis)}
	} else {
		next.Why = now.Basis
	}
	if list := s.switches(); len(list) > 0 {
		next = ui.KPI{Label: next.Label, Unit: ui.Mining, Value: format.Value{Text: list[0].At.In(s.terms.Site.Zone).Format("15:04"), Unit: list[0].At.In(s.terms.Site.Zone).Format("MST")}, Context: s.changeAt(list)}
	}
	hashing, err := p.hashingKPI(s.site.ID)
	return []ui.KPI{should, hashing, next, margin}, err
}

// hashingKPI is what the site's machines say of themselves.
func (p *page) hashingKPI(site int64) (ui.KPI, error) {
	k := ui.KPI{Label: "Hashing now", Unit: ui.Mining, Why: "no machine here was asked in the last five minutes"}
	var points [3]*market.Point
	for i, metric := range []string{"machines_count", "machines_hashing_count", "operating_hashrate_hs"} {
		var err error
		if points[i], err = known(p.s.LastPoint(p.ctx, "mining."+metric+"."+strconv.FormatInt(site, 10))); err != nil {
			return k, err
		}
	}
	all, hashing, rate := points[0], points[1], points[2]
	if all == nil || hashing == nil || p.now.Sub(all.T) > measuredWithin {
		return k, nil
	}
	k.Why, k.Value = "", format.Value{Text: format.Count(hashing.V), Unit: "machines"}
	k.Context = fmt.Sprintf("of %s asked at %s", format.Count(all.V), format.ClockUTC(all.T))
	if rate != nil && rate.T.Equal(all.T) {
		k.Context += ", " + format.Fixed(rate.V/float64(units.PH), 1) + " PH/s"
	}
	return k, nil
}

// aheadFacts are the facts of a figure of the site.
func (p *page) aheadFacts(s siteAhead, figure string) ui.Facts {
	facts := p.facts(figure, p.priceFresh(p.price.HP, keyHashprice), "fleet register, power contract and assumptions as typed; hashprice of the index")
	facts.DataHref += "?site=" + strconv.FormatInt(s.site.ID, 10)
	facts.Inputs = []ui.Input{{Name: "Hashprice, $ per PH/s a day", Value: format.USD2(s.pay.USDPerPHDay), At: p.now, Source: "M3"}}
	if s.contract.Kind != mining.Fixed && s.contract.ID != 0 {
		facts.Source += "; prices of " + s.contract.Point
	}
	if s.why != "" {
		facts.Problem = &ui.Problem{Kind: ui.Empty, Title: "Cannot be planned yet", Text: strings.ToUpper(s.why[:1]) + s.why[1:] + "."}
	}
	return facts
}

// contractLines are the terms that a shift needs to know.
func (s siteAhead) contractLines() []views.FactLine {
	if s.contract.ID == 0 {
		return nil
	}
	var lines []views.FactLine
	for _, at := range contractAttributes(s.contract, nil) {
		switch at.field {
		case "price":
			if s.contract.Kind == mining.Fixed {
				lines = append(lines, views.FactLine{Name: at.name, Text: at.text})
			}
		case "name", "kind", "point", "adders", "blocks", "terms":
			if at.text != "" && at.text != format.Missing {
				lines = append(lines, views.FactLine{Name: at.name, Text: at.text})
			}
		}
	}
	return lines
}

// askedSite is the site that the address of a file names.
func (p *page) askedSite() (siteAhead, error) {
	id, err := strconv.ParseInt(p.c.QueryParam("site"), 10, 64)
	if err != nil {
		return siteAhead{}, badInput("Name the site, for example ?site=1.")
	}
	s, err := p.readAhead(id)
	if errors.Is(err, db.ErrNotFound) {
		return s, notFound("There is no site of that number.")
	}
	return s, err
}

// switchRows are the rows of the switching list's files.
func switchRows(p *page) ([][]cell, error) {
	s, err := p.askedSite()
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, w := range s.switches() {
		rows = append(rows, []cell{w.At, w.Until, s.site.Name, w.Group, w.From, w.To, float64(w.Power / units.MW), float64(w.Hashrate / units.PH), w.GainUSD})
	}
	return rows, nil
}

// siteHourRows are the rows of the hours' files.
func siteHourRows(p *page) ([][]cell, error) {
	s, err := p.askedSite()
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, h := range s.hours() {
		row := []cell{h.At, s.local(h.At), h.Basis, nil, nil, nil, nil}
		if h.Known {
			row[3], row[4], row[5], row[6] = h.Price, h.On, h.Off, h.MarginUSD
		}
		rows = append(rows, row)
	}
	return rows, nil
}
