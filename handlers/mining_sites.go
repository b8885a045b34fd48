package handlers

import (
	"fmt"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/record"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

func siteAttributes(s mining.SiteRecord) []attribute {
	return []attribute{
		{"name", "Name", s.Name},
		{"place", "Place", s.Place},
		{"time_zone", "Time zone", s.TimeZone},
		{"interconnect_mw", "Interconnect", s.Interconnect.String() + " MW"},
		{"pue", "PUE", s.PUE.String()},
		{"valid_from", "Holds since", dayText(s.ValidFrom)},
	}
}

// listSites answers GET /mining/sites.
func (a *App) listSites(c echo.Context) error {
	v := views.RecordsPage{
		Name: "Sites", Unit: ui.Mining, Figure: views.FigureSites, Title: "Sites", Sub: "Connection to the grid and what of it reaches the machines",
		Columns: []views.DataColumn{{Label: "Site"}, {Label: "Now"}, {Label: "Interconnect", Unit: "MW", Right: true}, {Label: "PUE", Right: true}, {Label: "For machines", Unit: "MW", Right: true}, {Label: "Time zone", Hide: "p2"}, {Label: "Holds since", Right: true, Hide: "p3"}},
		Empty:   ui.Problem{Kind: ui.Empty, Title: "No site is known yet", Text: "Mining operations add the first one: its name, its interconnect and its PUE."},
		Refetch: topicSite,
	}
	if subjectOf(c).May(access.RoomMining, access.Write) {
		v.Add, v.AddLabel = "/mining/sites/new", "Add site"
	}
	err := a.readPage(c, nil, func(p *page) error {
		sites, err := p.s.Sites(p.ctx, p.known)
		if err != nil {
			return err
		}
		var contracted, usable float64
		today := func(id int64) views.Cell {
			if href := fmt.Sprintf("/mining/sites/%d/today", id); p.who.MayOpen(href) {
				return views.Cell{Text: "Today", Href: href}
			}
			return views.Cell{}
		}
		for _, s := range sites {
			mw := s.Interconnect.Float64()
			contracted, usable = contracted+mw, usable+mw/s.PUE.Float64()
			v.Rows = append(v.Rows, views.RecordRow{Href: fmt.Sprintf("/mining/sites/%d", s.ID), Cells: []views.Cell{
				{Text: s.Name, Under: s.Place}, today(s.ID), {Text: format.Fixed(mw, 1)}, {Text: format.Fixed(s.PUE.Float64(), 3)},
				{Text: format.Fixed(mw/s.PUE.Float64(), 1)}, {Text: s.TimeZone}, {Text: dayText(s.ValidFrom)},
			}})
		}
		if len(sites) > 1 {
			v.Total = &views.RecordRow{Cells: []views.Cell{
				{Text: "All sites"}, {}, {Text: format.Fixed(contracted, 1)}, {Text: format.Fixed(contracted/usable, 3)}, {Text: format.Fixed(usable, 1)}, {}, {},
			}}
		}
		v.Sentence = sitesSentence(len(sites), contracted, usable)
		v.Facts = p.typedFacts(views.FigureSites, "typed by mining operations")
		v.Shell = a.shell(p, "Sites", topicSite)
		p.asKnown(&v)
		return nil
	})
	if err != nil {
		return err
	}
	return renderRecords(c, v)
}

func sitesSentence(n int, contracted, usable float64) ui.Sentence {
	var s ui.Sentence
	switch n {
	case 0:
		return s.Say("No site is known yet.")
	case 1:
		s = s.Stress("One site")
	default:
		s = s.Stress(fmt.Sprintf("%d sites", n))
	}
	return s.Say(" draw up to ").Stress(format.Fixed(contracted, 1) + " MW").Say(" from the grid; cooling and losses take ").
		Stress(format.Fixed(contracted-usable, 1) + " MW").Say(" of it.")
}

// sites is how a site is typed.
func sites() kind[mining.SiteRecord] {
	return kind[mining.SiteRecord]{
		noun: "site", list: "/mining/sites", home: "/mining/sites", room: access.RoomMining, unit: ui.Mining, topic: topicSite, back: "All sites",
		about: "A place with its own connection to the grid.",
		first: func(now time.Time) mining.SiteRecord {
			return mining.SiteRecord{PUE: units.RoundRate(decimal.New(105, -2)), Version: record.Version{ValidFrom: now}}
		},
		id:         func(s mining.SiteRecord) int64 { return s.ID },
		name:       func(s mining.SiteRecord) string { return s.Name },
		version:    func(s *mining.SiteRecord) *record.Version { return &s.Version },
		attributes: siteAttributes,
		sentence: func(s mining.SiteRecord) ui.Sentence {
			return ui.Sentence{}.Stress(s.Interconnect.String() + " MW").Say(" of interconnect at a PUE of ").Stress(s.PUE.String()).Say(".")
		},
		fill:     siteValues,
		parse:    parseSite,
		controls: siteControls,
		load:     (*db.Store).Site, versions: (*db.Store).SiteVersions, insert: (*db.Store).InsertSite, update: (*db.Store).UpdateSite,
	}
}

func siteValues(s mining.SiteRecord) map[string]string {
	values := map[string]string{
		"name": s.Name, "place": s.Place, "time_zone": s.TimeZone, "interconnect_mw": s.Interconnect.String(), "pue": s.PUE.String(),
		"valid_from": s.ValidFrom.Format(time.DateOnly),
	}
	if s.Interconnect.Sign() == 0 {
		values["interconnect_mw"] = ""
	}
	return values
}

func parseSite(f *form, now time.Time, before mining.SiteRecord) mining.SiteRecord {
	s := mining.SiteRecord{
		ID: before.ID, Name: f.text("name", 80, false), Place: f.text("place", 120, true), TimeZone: f.zone("time_zone"),
		Interconnect: f.rate("interconnect_mw", "0.001", "10000", "MW"), PUE: f.rate("pue", "1", "3", ""),
	}
	s.ValidFrom = f.day("valid_from", now)
	return s
}

func siteControls(f *form, _ mining.SiteRecord) []ui.Control {
	return []ui.Control{
		f.control(ui.InputText, "name", "Name", "As people call it"),
		optional(f.control(ui.InputText, "place", "Place", "Town and region")),
		f.control(ui.InputText, "time_zone", "Time zone", "For example America/Chicago"),
		decimalField(f.control(ui.InputText, "interconnect_mw", "Interconnect, MW", "What the grid connection may carry")),
		decimalField(f.control(ui.InputText, "pue", "PUE", "Energy at the meter ÷ energy of the machines, 1 or more")),
		f.control(ui.InputDate, "valid_from", "Holds since", "The day from which this is so"),
	}
}

// siteRows are the rows of the figure's files.
func siteRows(p *page) ([][]cell, error) {
	sites, err := p.s.Sites(p.ctx, p.known)
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(sites))
	for i, s := range sites {
		rows[i] = []cell{s.Name, s.Place, s.TimeZone, s.Interconnect.Float64(), s.PUE.Float64(), s.ValidFrom, s.KnownFrom, s.Who}
	}
	return rows, nil
}

func optional(c ui.Control) ui.Control {
	c.Optional = true
	return c
}

func decimalField(c ui.Control) ui.Control {
	c.Mode = "decimal"
	return c
}
