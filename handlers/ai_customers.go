package handlers

import (
	"fmt"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/ai"
	"switchyard/econ/record"
	"switchyard/views"
	"switchyard/views/ui"
)

func customerAttributes(v ai.Customer) []attribute {
	return []attribute{
		{"name", "Name", v.Name},
		{"country", "Country", v.Country},
		{"segment", "Segment", v.Segment.Title()},
		{"contact", "Contact", v.Contact},
		{"note", "Note", v.Note},
		{"valid_from", "Holds since", dayText(v.ValidFrom)},
	}
}

// listContracts answers GET /ai/contracts: there is none to list yet, and the
// page says what is needed first.
func (a *App) listContracts(c echo.Context) error {
	v := views.RecordsPage{
		Name: "Contracts", Unit: ui.AI, Figure: "contracts", Title: "Contracts", Sub: "Signed terms, with service level and credits",
		Links: []views.Link{{Href: "/ai/customers", Label: "Customers"}},
	}
	err := a.readPage(c, nil, func(p *page) error {
		customers, err := p.s.Customers(p.ctx, time.Time{})
		if err != nil {
			return err
		}
		v.Sentence = ui.Sentence{}.Stress("No contract").Say(" is signed with any of the ").Stress(countOf(len(customers), "customer")).Say(" known.")
		v.Empty = ui.Problem{
			Kind: ui.Empty, Title: "No contract is known", Text: "A contract is made with a customer. The customers are known; their contracts are not kept here yet.",
			Href: "/ai/customers", Action: "Show the customers",
		}
		v.Facts = p.typedFacts("", "typed by business development")
		v.Shell = a.shell(p, "Contracts", topicCustomer)
		return nil
	})
	if err != nil {
		return err
	}
	return renderRecords(c, v)
}

// listCustomers answers GET /ai/customers.
func (a *App) listCustomers(c echo.Context) error {
	v := views.RecordsPage{
		Name: "Customers", Unit: ui.AI, Figure: views.FigureCustomers, Title: "Customers", Sub: "Who buys compute, or may",
		Columns: []views.DataColumn{{Label: "Customer"}, {Label: "Segment"}, {Label: "Country"}, {Label: "Contact", Hide: "p2"}, {Label: "Known since", Right: true, Hide: "p3"}},
		Empty:   ui.Problem{Kind: ui.Empty, Title: "No customer is known yet", Text: "Business development adds the first one."},
		Refetch: topicCustomer,
	}
	if subjectOf(c).May(access.RoomAI, access.Write) {
		v.Add, v.AddLabel = "/ai/customers/new", "Add customer"
	}
	err := a.readPage(c, nil, func(p *page) error {
		customers, err := p.s.Customers(p.ctx, p.known)
		if err != nil {
			return err
		}
		segments := make(map[ai.Segment]int)
		for _, v2 := range customers {
			segments[v2.Segment]++
			v.Rows = append(v.Rows, views.RecordRow{Href: fmt.Sprintf("/ai/customers/%d", v2.ID), Cells: []views.Cell{
				{Text: v2.Name}, {Text: v2.Segment.Title()}, {Text: v2.Country}, {Text: v2.Contact}, {Text: dayText(v2.ValidFrom)},
			}})
		}
		v.Sentence = customersSentence(len(customers), segments)
		v.Facts = p.typedFacts(views.FigureCustomers, "typed by business development")
		v.Shell = a.shell(p, "Customers", topicCustomer)
		p.asKnown(&v)
		return nil
	})
	if err != nil {
		return err
	}
	return renderRecords(c, v)
}

func customersSentence(n int, segments map[ai.Segment]int) ui.Sentence {
	s := ui.Sentence{}
	if n == 0 {
		return s.Say("No customer is known yet.")
	}
	most := ai.Segments()[0]
	for _, seg := range ai.Segments() {
		if segments[seg] > segments[most] {
			most = seg
		}
	}
	return s.Stress(countOf(n, "customer")).Say(" known; the largest group is ").Stress(strings.ToLower(most.Title()[:1]) + most.Title()[1:]).
		Say(fmt.Sprintf(", with %d.", segments[most]))
}

// customers is how a customer is typed.
func customers() kind[ai.Customer] {
	return kind[ai.Customer]{
		noun: "customer", list: "/ai/customers", home: "/ai/customers", room: access.RoomAI, unit: ui.AI, topic: topicCustomer, back: "All customers",
		about: "A company or body that buys compute, or may.",
		first: func(now time.Time) ai.Customer {
			return ai.Customer{Segment: ai.Enterprise, Country: "US", Version: record.Version{ValidFrom: now}}
		},
		id:         func(v ai.Customer) int64 { return v.ID },
		name:       func(v ai.Customer) string { return v.Name },
		version:    func(v *ai.Customer) *record.Version { return &v.Version },
		attributes: customerAttributes,
		sentence: func(v ai.Customer) ui.Sentence {
			return ui.Sentence{}.Stress(v.Segment.Title()).Say(" in ").Stress(v.Country).Say(".")
		},
		fill: func(v ai.Customer) map[string]string {
			return map[string]string{
				"name": v.Name, "country": v.Country, "segment": string(v.Segment), "contact": v.Contact, "note": v.Note,
				"valid_from": v.ValidFrom.Format(time.DateOnly),
			}
		},
		parse:    parseCustomer,
		controls: customerControls,
		load:     (*db.Store).Customer, versions: (*db.Store).CustomerVersions, insert: (*db.Store).InsertCustomer, update: (*db.Store).UpdateCustomer,
	}
}

func segmentOptions() []ui.Option {
	var list []ui.Option
	for _, s := range ai.Segments() {
		list = append(list, ui.Option{Value: string(s), Label: s.Title()})
	}
	return list
}

func parseCustomer(f *form, now time.Time, before ai.Customer) ai.Customer {
	v := ai.Customer{
		ID:   before.ID,
		Name: f.text("name", 80, false), Country: strings.ToUpper(f.get("country")), Segment: ai.Segment(f.choice("segment", segmentOptions())),
		Contact: f.text("contact", 120, true), Note: f.text("note", 1000, true),
	}
	v.ValidFrom = f.day("valid_from", now)
	if len(v.Country) != 2 || strings.Trim(v.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		f.fail("country", "Two letters, for example US or CA.")
	}
	return v
}

func customerControls(f *form, _ ai.Customer) []ui.Control {
	segment := f.control(ui.InputSelect, "segment", "Segment", "")
	segment.Options = segmentOptions()
	return []ui.Control{
		f.control(ui.InputText, "name", "Name", "As it stands on the contract"),
		segment,
		f.control(ui.InputText, "country", "Country", "Two letters, for example US"),
		optional(f.control(ui.InputText, "contact", "Contact", "Whom to ask for")),
		optional(f.control(ui.InputArea, "note", "Note", "")),
		f.control(ui.InputDate, "valid_from", "Holds since", "The day from which this is so"),
	}
}

// customerRows are the rows of the figure's files.
func customerRows(p *page) ([][]cell, error) {
	customers, err := p.s.Customers(p.ctx, p.known)
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(customers))
	for i, v := range customers {
		rows[i] = []cell{v.Name, v.Segment.Title(), v.Country, v.Contact, v.Note, v.ValidFrom, v.KnownFrom, v.Who}
	}
	return rows, nil
}
