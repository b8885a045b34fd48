package handlers

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// Rows of the audit log: on a page, and in a file at most.
const (
	auditRows = 200
	auditFile = 100_000
)

// auditFilter reads the page's query.
func auditFilter(c echo.Context) (db.AuditFilter, error) {
	f := db.AuditFilter{Actor: strings.TrimSpace(c.QueryParam("who")), Action: strings.TrimSpace(c.QueryParam("what")), Room: access.Room(c.QueryParam("room"))}
	for name, to := range map[string]*time.Time{"from": &f.From, "to": &f.To} {
		text := c.QueryParam(name)
		if text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return f, badInput(fmt.Sprintf("%q must be a date, for example 2026-03-10.", name))
		}
		*to = t
	}
	if !f.To.IsZero() {
		f.To = f.To.AddDate(0, 0, 1) // the day named counts
	}
	if text := c.QueryParam("before"); text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 {
			return f, badInput("\"before\" must be the number of an entry.")
		}
		f.Before = id
	}
	return f, nil
}

// showAudit answers GET /admin/audit.
func (a *App) showAudit(c echo.Context) error {
	f, err := auditFilter(c)
	if err != nil {
		return err
	}
	f.Limit = auditRows + 1
	query := c.QueryParams()
	query.Del("before")
	v := views.RecordsPage{
		Name: "Audit log", Figure: views.FigureAudit, Title: "Audit log", Sub: "Who did what, when, and which fields it touched; never a value",
		Columns: []views.DataColumn{{Label: "Time"}, {Label: "Who"}, {Label: "What"}, {Label: "Which"}, {Label: "Fields", Hide: "p2"}, {Label: "From", Hide: "p3"}, {Label: "Sealed", Right: true, Hide: "p3"}},
		Empty:   ui.Problem{Kind: ui.Empty, Title: "No entry matches", Text: "Widen the filter, or clear it.", Href: "/admin/audit", Action: "Show all"},
		Links:   []views.Link{{Href: "/data/audit.csv?" + query.Encode(), Label: "CSV"}},
		Filter:  auditControls(query),
	}
	err = a.readPage(c, nil, func(p *page) error {
		entries, err := p.s.Audit(p.ctx, f)
		if err != nil {
			return err
		}
		if len(entries) > auditRows {
			entries = entries[:auditRows]
			query.Set("before", strconv.FormatInt(entries[len(entries)-1].ID, 10))
			v.Older = "/admin/audit?" + query.Encode()
		}
		for _, e := range entries {
			v.Rows = append(v.Rows, auditRow(e))
		}
		v.Sentence = ui.Sentence{}.Say("Every write is here, and nobody can change or delete a line. ")
		if len(entries) > 0 {
			v.Sentence = v.Sentence.Say("The newest shown is of ").Stress(format.DateTimeUTC(entries[0].At)).Say(".")
		}
		v.Facts = p.typedFacts(views.FigureAudit, "the audit log")
		v.Shell = a.shell(p, "Audit log")
		return nil
	})
	if err != nil {
		return err
	}
	return renderRecords(c, v)
}

func auditControls(query url.Values) []ui.Control {
	rooms := []ui.Option{{Value: "", Label: "All"}}
	for _, r := range access.Rooms() {
		rooms = append(rooms, ui.Option{Value: string(r), Label: r.Title()})
	}
	list := []ui.Control{
		{Name: "who", Label: "Who"}, {Name: "what", Label: "What"}, {Kind: ui.InputSelect, Name: "room", Label: "Room", Options: rooms},
		{Kind: ui.InputDate, Name: "from", Label: "From"}, {Kind: ui.InputDate, Name: "to", Label: "To"},
	}
	for i := range list {
		list[i].ID, list[i].Value = "a-"+list[i].Name, query.Get(list[i].Name)
	}
	return list
}

func auditRow(e access.Entry) views.RecordRow {
	sealed := "not yet"
	if e.Ordinal > 0 {
		sealed = format.Count(float64(e.Ordinal))
	}
	role := e.Actor.Role.Title()
	if e.Actor.ID == 0 {
		role = "the system"
	}
	return views.RecordRow{Cells: []views.Cell{
		{Text: format.DayMonthYear(e.At), Under: format.ClockUTC(e.At)}, {Text: e.Actor.Name, Under: role}, {Text: e.Action, Under: e.Room.Title()}, {Text: e.Object},
		{Text: strings.Join(e.Fields, ", ")}, {Text: e.Actor.Address}, {Text: sealed},
	}}
}

// auditTable are the rows of the figure's files, with the page's filter.
func auditTable(p *page) ([][]cell, error) {
	f, err := auditFilter(p.c)
	if err != nil {
		return nil, err
	}
	f.Limit = auditFile
	entries, err := p.s.Audit(p.ctx, f)
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(entries))
	for i, e := range entries {
		rows[i] = []cell{e.At, e.Actor.Name, string(e.Actor.Role), string(e.Room), e.Action, e.Object, strings.Join(e.Fields, " "), e.Actor.Address, e.Actor.Request, e.PGRole, nil}
		if e.Ordinal > 0 {
			rows[i][10] = e.Ordinal
		}
	}
	return rows, nil
}
