package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/record"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

const (
	topicContract = "mining.contract"
	powerPath     = "/mining/power"
)

var contractKinds = []ui.Option{
	{Value: string(mining.Fixed), Label: "fixed price"}, {Value: string(mining.Index), Label: "spot price with adders"}, {Value: string(mining.Blocks), Label: "blocks bought ahead, resale at spot"},
}

// kindWords name a kind of contract.
func kindWords(kind mining.ContractKind) string {
	i := slices.IndexFunc(contractKinds, func(o ui.Option) bool { return o.Value == string(kind) })
	if i < 0 {
		return string(kind)
	}
	return contractKinds[i].Label
}

// listPower answers GET /mining/power: how each site pays for power.
func (a *App) listPower(c echo.Context) error {
	v := views.RecordsPage{
		Name: "Power contracts", Unit: ui.Mining, Figure: views.FigurePower, Title: "Power contracts", Sub: "What each site pays for what it draws",
		Columns: []views.DataColumn{{Label: "Site"}, {Label: "Contract"}, {Label: "Price", Unit: "$/MWh", Right: true}, {Label: "Adders", Unit: "$/MWh", Right: true, Hide: "p2"}, {Label: "Curtailment", Hide: "p3"}, {Label: "Holds since", Right: true, Hide: "p3"}},
		Empty:   ui.Problem{Kind: ui.Empty, Title: "No site is known yet", Text: "A power contract belongs to a site.", Href: "/mining/sites", Action: "Show the sites"},
		Refetch: topicContract + " " + topicSite,
		Links:   []views.Link{{Href: pricesPath, Label: "Power prices"}},
	}
	if subjectOf(c).May(access.RoomMining, access.Write) {
		v.Add, v.AddLabel = powerPath+"/new", "Add contract"
	}
	err := a.readPage(c, []string{topicContract}, func(p *page) error {
		sites, contracts, err := p.sitesAndContracts()
		if err != nil {
			return err
		}
		without := 0
		for _, s := range sites {
			contract, known := contracts[s.ID]
			if !known {
				without++
				v.Rows = append(v.Rows, views.RecordRow{Mark: ui.MarkWatch, State: "No contract", Cells: []views.Cell{
					{Text: s.Name}, {Text: "none known"}, {Text: format.Missing}, {Text: format.Missing}, {}, {},
				}})
				continue
			}
			v.Rows = append(v.Rows, contractLine(s, contract))
		}
		v.Sentence = powerSentence(len(sites), without)
		v.Facts = p.typedFacts(views.FigurePower, "typed by mining operations")
		v.Shell = a.shell(p, "Power contracts", topicContract, topicSite)
		p.asKnown(&v)
		return nil
	})
	if err != nil {
		return err
	}
	return renderRecords(c, v)
}

// sitesAndContracts are the sites and the contract of each, as known then.
func (p *page) sitesAndContracts() ([]mining.SiteRecord, map[int64]mining.ContractRecord, error) {
	sites, err := p.s.Sites(p.ctx, p.known)
	if err != nil {
		return nil, nil, err
	}
	list, err := p.s.Contracts(p.ctx, p.known)
	contracts := make(map[int64]mining.ContractRecord, len(list))
	for _, v := range list {
		contracts[v.SiteID] = v
	}
	return sites, contracts, err
}

func contractLine(s mining.SiteRecord, v mining.ContractRecord) views.RecordRow {
	price := kindWords(v.Kind)
	if v.Kind == mining.Fixed {
		price = format.Fixed(v.Price.Float64(), 2)
	}
	adders, terms := 0.0, "none"
	if c, err := v.Contract(); err == nil {
		for _, a := range c.Adders {
			adders += a.USDPerMWh.Float64()
		}
		if len(c.Curtailment) > 0 {
			terms = countOf(len(c.Curtailment), "term")
		}
	}
	return views.RecordRow{Href: fmt.Sprintf("%s/%d", powerPath, v.ID), Cells: []views.Cell{
		{Text: s.Name}, {Text: v.Name}, {Text: price}, {Text: format.Fixed(adders, 2)}, {Text: terms}, {Text: dayText(v.ValidFrom)},
	}}
}

func powerSentence(sites, without int) ui.Sentence {
	s := ui.Sentence{}
	switch {
	case sites == 0:
		return s.Say("No site is known, and so no power contract.")
	case without == 0:
		return s.Say("The power contract of ").Stress("every site").Say(" is known.")
	default:
		return s.Say("Of ").Stress(fmt.Sprintf("%d of %s", without, countOf(sites, "site"))).Say(" no power contract is known: what runs there cannot be judged.")
	}
}

// contracts is how a power contract is typed. Its form offers the sites.
func (a *App) contracts(c echo.Context) (kind[mining.ContractRecord], error) {
	list, err := a.store(c).Sites(c.Request().Context(), time.Time{})
	if err != nil {
		return kind[mining.ContractRecord]{}, err
	}
	var options []ui.Option
	for _, s := range list {
		options = append(options, ui.Option{Value: strconv.FormatInt(s.ID, 10), Label: s.Name})
	}
	return kind[mining.ContractRecord]{
		noun: "power contract", list: powerPath, home: powerPath, room: access.RoomMining, unit: ui.Mining, topic: topicContract, key: "site", back: "Power contracts",
		taken: "This site has a power contract already: change that one.",
		about: "How a site pays for power. A site has one at a time; a change is a new version.",
		first: func(now time.Time) mining.ContractRecord {
			return mining.ContractRecord{Kind: mining.Fixed, Version: record.Version{ValidFrom: now}}
		},
		id:         func(v mining.ContractRecord) int64 { return v.ID },
		name:       func(v mining.ContractRecord) string { return v.Name },
		version:    func(v *mining.ContractRecord) *record.Version { return &v.Version },
		attributes: func(v mining.ContractRecord) []attribute { return contractAttributes(v, options) },
		sentence: func(v mining.ContractRecord) ui.Sentence {
			return ui.Sentence{}.Stress(optionLabel(options, strconv.FormatInt(v.SiteID, 10))).Say(" pays by ").Stress(kindWords(v.Kind)).Say(".")
		},
		fill: contractValues,
		parse: func(f *form, now time.Time, before mining.ContractRecord) mining.ContractRecord {
			return parseContract(f, now, before, options)
		},
		controls: func(f *form, _ mining.ContractRecord) []ui.Control { return contractControls(f, options) },
		load:     (*db.Store).Contract, versions: (*db.Store).ContractVersions, insert: (*db.Store).InsertContract, update: (*db.Store).UpdateContract,
	}, nil
}

// contractHandler answers a route of contracts with the sites of this moment.
func (a *App) contractHandler(answer func(kind[mining.ContractRecord], *App) echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		k, err := a.contracts(c)
		if err != nil {
			return err
		}
		return answer(k, a)(c)
	}
}

// contractRecord is a power contract, by a name that the route table can use.
type contractRecord = mining.ContractRecord

func optionLabel(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

func contractAttributes(v mining.ContractRecord, sites []ui.Option) []attribute {
	inLine := func(text string) string { return strings.Join(strings.Split(strings.TrimSpace(text), "\n"), "; ") }
	return []attribute{
		{"name", "Name", v.Name}, {"site", "Site", optionLabel(sites, strconv.FormatInt(v.SiteID, 10))}, {"kind", "Kind", kindWords(v.Kind)}, {"point", "Follows", orMissing(v.Point)},
		{"price", "Price", "$" + v.Price.String() + " per MWh"}, {"loss_pct", "Loss", v.Loss.String() + "%"}, {"adders", "Adders", inLine(v.Adders)},
		{"blocks", "Blocks", inLine(v.Blocks)}, {"terms", "Curtailment", inLine(v.Terms)}, {"resale", "Resale fee", "$" + v.ResaleFee.String() + " per MWh"},
		{"purchase", "Purchase fee", "$" + v.PurchaseFee.String() + " per MWh"}, {"demand", "Demand charge", "$" + v.Demand.String() + " per kW a month"},
		{"coincident", "Four coincident peaks", "$" + v.CoincidentKW.String() + " per kW a year"}, {"valid_from", "Holds since", dayText(v.ValidFrom)},
	}
}

func contractValues(v mining.ContractRecord) map[string]string {
	return map[string]string{
		"name": v.Name, "site": strconv.FormatInt(v.SiteID, 10), "kind": string(v.Kind), "point": v.Point, "price": v.Price.String(), "loss_pct": v.Loss.String(), "adders": v.Adders,
		"blocks": v.Blocks, "terms": v.Terms, "resale": v.ResaleFee.String(), "purchase": v.PurchaseFee.String(), "demand": v.Demand.String(), "coincident": v.CoincidentKW.String(),
		"valid_from": v.ValidFrom.Format(time.DateOnly),
	}
}

func parseContract(f *form, now time.Time, before mining.ContractRecord, sites []ui.Option) mining.ContractRecord {
	text := func(name string) string { return strings.ReplaceAll(f.text(name, 2000, true), "\r\n", "\n") }
	v := mining.ContractRecord{
		ID: before.ID, Name: f.text("name", 80, false), Kind: mining.ContractKind(f.choice("kind", contractKinds)),
		Price: f.rate("price", "-1000", "10000", "$ per MWh"), Loss: f.rate("loss_pct", "0", "50", "%"),
		Adders: text("adders"), Blocks: text("blocks"), Terms: text("terms"),
		ResaleFee: f.rate("resale", "0", "1000", "$ per MWh"), PurchaseFee: f.rate("purchase", "0", "1000", "$ per MWh"),
		Demand: f.rate("demand", "0", "1000", "$ per kW"), CoincidentKW: f.rate("coincident", "0", "10000", "$ per kW"),
	}
	if text := f.text("point", 60, true); text != "" {
		p, err := market.ParsePowerPoint(text)
		if err != nil {
			f.fail("point", sentence(err))
		}
		v.Point = p.String()
	} else if v.Kind != mining.Fixed {
		f.fail("point", "A contract that follows the spot price names its point, for example ERCOT HB_WEST.")
	}
	v.SiteID, _ = strconv.ParseInt(f.choice("site", sites), 10, 64) //nolint:errcheck // a choice of the list is a number
	v.ValidFrom = f.day("valid_from", now)
	if _, err := mining.ParseAdders(v.Adders); err != nil {
		f.fail("adders", sentence(err))
	}
	if _, err := mining.ParseBlocks(v.Blocks); err != nil {
		f.fail("blocks", sentence(err))
	}
	if _, err := mining.ParseTerms(v.Terms); err != nil {
		f.fail("terms", sentence(err))
	}
	if f.ok() {
		if _, err := v.Contract(); err != nil {
			f.fail("kind", sentence(err))
		}
	}
	return v
}

func contractControls(f *form, sites []ui.Option) []ui.Control {
	site := f.control(ui.InputSelect, "site", "Site", "")
	site.Options = sites
	kinds := f.control(ui.InputSelect, "kind", "Kind", "")
	kinds.Options = contractKinds
	return []ui.Control{
		f.control(ui.InputText, "name", "Name", "As people call it, for example Westline supply 2027"), site, kinds,
		optional(f.control(ui.InputText, "point", "Spot price of", "Market and its name of the point, for example ERCOT HB_WEST; not for a fixed price")),
		decimalField(f.control(ui.InputText, "price", "Price, $ per MWh", "Of a fixed price; adders come on top")),
		decimalField(f.control(ui.InputText, "loss_pct", "Loss, %", "Between the hub and the meter; with a spot price")),
		optional(f.control(ui.InputArea, "adders", "Adders", "One a line: a name and $ per MWh, for example Transmission 4.20")),
		optional(f.control(ui.InputArea, "blocks", "Blocks", "One a line, for example 20 MW at 41.50, 7-22, weekdays")),
		optional(f.control(ui.InputArea, "terms", "Curtailment terms", "One a line, for example ERS: 10 MW below 30 MW, credit 120, penalty 300, hours 40, firm")),
		decimalField(f.control(ui.InputText, "resale", "Resale fee, $ per MWh", "When a block is resold")),
		decimalField(f.control(ui.InputText, "purchase", "Purchase fee, $ per MWh", "Beyond the blocks")),
		decimalField(f.control(ui.InputText, "demand", "Demand charge, $ per kW a month", "On the month's highest load")),
		decimalField(f.control(ui.InputText, "coincident", "Four coincident peaks, $ per kW a year", "On the mean load in them")),
		f.control(ui.InputDate, "valid_from", "Holds since", "The day from which this is so"),
	}
}

// powerRows are the rows of the figure's files.
func powerRows(p *page) ([][]cell, error) {
	sites, contracts, err := p.sitesAndContracts()
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, s := range sites {
		v, known := contracts[s.ID]
		if !known {
			rows = append(rows, []cell{s.Name, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil})
			continue
		}
		rows = append(rows, []cell{
			s.Name, v.Name, string(v.Kind), v.Point, v.Price.Float64(), v.Loss.Float64(), v.Adders, v.Blocks, v.Terms, v.Demand.Float64(), v.CoincidentKW.Float64(), v.KnownFrom, v.Who,
		})
	}
	return rows, nil
}
