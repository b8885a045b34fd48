package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/record"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// localForm is how people type a time of a site's clocks.
const localForm = "2006-01-02 15:04"

// longestCurtailment bounds one line of the log.
const longestCurtailment = 31 * 24 * time.Hour

var curtailmentCauses = []ui.Option{
	{Value: string(mining.CausePrice), Label: "price of power"}, {Value: string(mining.CauseCall), Label: "call of the grid"}, {Value: string(mining.CauseWeather), Label: "weather"}, {Value: string(mining.CauseOther), Label: "other"},
}

// causeWords say why a site was off.
func causeWords(r mining.CurtailmentRecord) string {
	words := optionLabel(curtailmentCauses, string(r.Cause))
	if r.Term != "" {
		return words + ", " + r.Term
	}
	return words
}

// sitesByID are the sites as they are known now.
type sitesByID map[int64]mining.SiteRecord

func (s sitesByID) zone(id int64) *time.Location { return zoneOf(s[id]) }

// curtailments is how a line of the log is typed. Its form offers the sites.
func (a *App) curtailments(c echo.Context) (kind[mining.CurtailmentRecord], error) {
	list, err := a.store(c).Sites(c.Request().Context(), time.Time{})
	if err != nil {
		return kind[mining.CurtailmentRecord]{}, err
	}
	terms, err := a.callable(c)
	if err != nil {
		return kind[mining.CurtailmentRecord]{}, err
	}
	sites, options := make(sitesByID, len(list)), []ui.Option(nil)
	for _, s := range list {
		sites[s.ID] = s
		options = append(options, ui.Option{Value: strconv.FormatInt(s.ID, 10), Label: s.Name})
	}
	return kind[mining.CurtailmentRecord]{
		noun: "curtailment", list: curtailmentPath, home: curtailmentPath, room: access.RoomMining, unit: ui.Mining, topic: topicCurtailment, back: "Curtailment",
		about: "A site drew less than it could. What it brought is computed from contract, prices and hashprice.",
		first: func(now time.Time) mining.CurtailmentRecord {
			return mining.CurtailmentRecord{Cause: mining.CausePrice, Version: record.Version{ValidFrom: now}}
		},
		id: func(r mining.CurtailmentRecord) int64 { return r.ID },
		name: func(r mining.CurtailmentRecord) string {
			if r.ID == 0 {
				return ""
			}
			return sites[r.SiteID].Name + ", " + r.From.In(sites.zone(r.SiteID)).Format("2 Jan 2006 15:04")
		},
		version:    func(r *mining.CurtailmentRecord) *record.Version { return &r.Version },
		attributes: func(r mining.CurtailmentRecord) []attribute { return curtailmentAttributes(r, sites, options) },
		sentence: func(r mining.CurtailmentRecord) ui.Sentence {
			return ui.Sentence{}.Stress(r.Power.String() + " MW").Say(" were off for " + format.Duration(r.To.Sub(r.From)) + ": " + causeWords(r) + ".")
		},
		fill: func(r mining.CurtailmentRecord) map[string]string { return curtailmentFill(r, sites) },
		parse: func(f *form, now time.Time, before mining.CurtailmentRecord) mining.CurtailmentRecord {
			return parseCurtailment(f, now, before, sites, options, terms)
		},
		controls: func(f *form, _ mining.CurtailmentRecord) []ui.Control { return curtailmentControls(f, options) },
		load:     (*db.Store).Curtailment, versions: (*db.Store).CurtailmentVersions, insert: (*db.Store).InsertCurtailment, update: (*db.Store).UpdateCurtailment,
		more: curtailmentMore,
	}, nil
}

// callable are the names of the curtailment terms by site.
func (a *App) callable(c echo.Context) (map[int64][]string, error) {
	list, err := a.store(c).Contracts(c.Request().Context(), time.Time{})
	if err != nil {
		return nil, err
	}
	terms := make(map[int64][]string)
	for _, v := range list {
		contract, err := v.Contract()
		if err != nil {
			return nil, err
		}
		for _, t := range contract.Curtailment {
			terms[v.SiteID] = append(terms[v.SiteID], t.Name)
		}
	}
	return terms, nil
}

// curtailmentRecord is a line of the log, by a name that the route table can use.
type curtailmentRecord = mining.CurtailmentRecord

// curtailmentHandler answers a route of the log with the sites of this moment.
func (a *App) curtailmentHandler(answer func(kind[mining.CurtailmentRecord], *App) echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		k, err := a.curtailments(c)
		if err != nil {
			return err
		}
		return answer(k, a)(c)
	}
}

func curtailmentAttributes(r mining.CurtailmentRecord, sites sitesByID, options []ui.Option) []attribute {
	zone := sites.zone(r.SiteID)
	return []attribute{
		{"site", "Site", optionLabel(options, strconv.FormatInt(r.SiteID, 10))}, {"from", "From", clockText(r.From, zone)}, {"to", "To", clockText(r.To, zone)},
		{"power", "Power off", r.Power.String() + " MW"}, {"hashrate", "Hashrate off", r.Hashrate.String() + " PH/s"}, {"cause", "Why", optionLabel(curtailmentCauses, string(r.Cause))},
		{"term", "Term called", orMissing(r.Term)}, {"note", "Note", orMissing(r.Note)},
	}
}

func curtailmentFill(r mining.CurtailmentRecord, sites sitesByID) map[string]string {
	values := map[string]string{"site": "", "from": "", "to": "", "power": "", "hashrate": "", "cause": string(r.Cause), "term": r.Term, "note": r.Note}
	if r.ID != 0 {
		zone := sites.zone(r.SiteID)
		values["site"], values["from"], values["to"] = strconv.FormatInt(r.SiteID, 10), clockText(r.From, zone), clockText(r.To, zone)
		values["power"], values["hashrate"] = r.Power.String(), r.Hashrate.String()
	}
	return values
}

// clockText is a time as clocks of a zone show it, with its offset where they
// show it twice.
func clockText(at time.Time, zone *time.Location) string {
	local := at.In(zone)
	text := local.Format(localForm)
	if at.Add(time.Hour).In(zone).Format(localForm) == text || at.Add(-time.Hour).In(zone).Format(localForm) == text {
		return local.Format(time.RFC3339)
	}
	return text
}

// clock is a time of a zone's clocks, or with an offset. A clock time that comes
// twice is the earlier one.
func (f *form) clock(name string, zone *time.Location) time.Time {
	text := f.get(name)
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC()
	}
	at, err := time.ParseInLocation(localForm, strings.Replace(text, "T", " ", 1), zone)
	switch {
	case err != nil:
		f.fail(name, "A time of the site's clocks is needed, for example 2026-08-03 17:00.")
	case at.Format(localForm) != strings.Replace(text, "T", " ", 1):
		f.fail(name, "Clocks at the site skip this time.")
	}
	if before := at.Add(-time.Hour); before.In(zone).Format(localForm) == at.Format(localForm) {
		at = before
	}
	return at.UTC()
}

func parseCurtailment(f *form, now time.Time, before mining.CurtailmentRecord, sites sitesByID, options []ui.Option, terms map[int64][]string) mining.CurtailmentRecord {
	r := mining.CurtailmentRecord{
		ID: before.ID, Power: f.rate("power", "0.001", "10000", "MW"), Hashrate: f.rate("hashrate", "0", "1000000", "PH/s"),
		Cause: mining.CurtailmentCause(f.choice("cause", curtailmentCauses)), Term: f.text("term", 80, true), Note: f.text("note", 400, true),
	}
	r.SiteID, _ = strconv.ParseInt(f.choice("site", options), 10, 64) //nolint:errcheck // a choice of the list is a number
	zone := sites.zone(r.SiteID)
	r.From, r.To = f.clock("from", zone), f.clock("to", zone)
	r.ValidFrom = r.From.Truncate(24 * time.Hour)
	switch {
	case f.errs["from"] != "" || f.errs["to"] != "":
	case !r.To.After(r.From):
		f.fail("to", "This is not after the beginning.")
	case r.To.Sub(r.From) > longestCurtailment:
		f.fail("to", "At most 31 days in one line.")
	case r.To.After(now):
		f.fail("to", "This has not been yet: the log holds what is over.")
	case r.From.Year() < 2009:
		f.fail("from", "Not before 2009.")
	}
	known := false
	for _, name := range terms[r.SiteID] {
		known = known || name == r.Term
	}
	switch {
	case r.Cause == mining.CauseCall && r.Term == "":
		f.fail("term", "Which term of the contract was called? "+termsWords(terms[r.SiteID]))
	case r.Cause != mining.CauseCall && r.Term != "":
		f.fail("term", "Only a call has a term.")
	case r.Term != "" && !known:
		f.fail("term", "The site's contract has no such term. "+termsWords(terms[r.SiteID]))
	}
	return r
}

func termsWords(names []string) string {
	if len(names) == 0 {
		return "The contract of this site has none."
	}
	return "It has " + strings.Join(names, ", ") + "."
}

func curtailmentControls(f *form, options []ui.Option) []ui.Control {
	site, cause := f.control(ui.InputSelect, "site", "Site", ""), f.control(ui.InputSelect, "cause", "Why", "")
	site.Options, cause.Options = options, curtailmentCauses
	return []ui.Control{
		site,
		f.control(ui.InputText, "from", "From", "Clocks of the site, for example 2026-08-03 17:00"),
		f.control(ui.InputText, "to", "To", "Clocks of the site"),
		decimalField(f.control(ui.InputText, "power", "Power off, MW", "Not drawn at the meter")),
		decimalField(f.control(ui.InputText, "hashrate", "Hashrate off, PH/s", "What the machines would have hashed")),
		cause,
		optional(f.control(ui.InputText, "term", "Term called", "Of the power contract, if the grid called")),
		optional(f.control(ui.InputText, "note", "Note", "")),
	}
}

// curtailmentMore says what a line brought beside its form.
func curtailmentMore(p *page, r mining.CurtailmentRecord, to *views.RecordPage) error {
	if r.ID == 0 {
		return nil
	}
	v, err := p.spanOf(r)
	if err != nil {
		return err
	}
	_, worth, err := v.worth(r)
	if err != nil {
		return err
	}
	if !worth.Known {
		to.Facts = append(to.Facts, views.FactLine{Name: "Brought", Text: "not known: " + worth.Reason()})
		return nil
	}
	w := worth.Value
	to.Facts = append(to.Facts,
		views.FactLine{Name: "Not drawn", Text: fmt.Sprintf("%s MWh", format.Fixed(float64(w.NotDrawn), 1))},
		views.FactLine{Name: "Power not bought, or resold", Text: format.ExactUSD(w.Avoided)}, views.FactLine{Name: "Credit", Text: format.ExactUSD(w.Credit)},
		views.FactLine{Name: "Other running cost saved", Text: format.ExactUSD(w.OtherSaved)}, views.FactLine{Name: "Mining forgone", Text: format.ExactUSD(w.Forgone)},
		views.FactLine{Name: "Brought", Text: format.ExactUSD(w.Net)})
	if w.Left > 0 {
		to.Facts = append(to.Facts, views.FactLine{Name: "Not counted", Text: format.Duration(w.Left) + " of unknown price"})
	}
	return nil
}
