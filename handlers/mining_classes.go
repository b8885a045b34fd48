package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/catalogue"
	"switchyard/econ/record"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// modeNames are the power modes in the order of the form, with their names for
// people.
var modeNames = [...]struct{ id, title string }{
	{mining.Nameplate, "Nameplate"}, {mining.Eco, "Efficiency mode"}, {mining.Overclock, "Overclock"},
}

func coolingOptions() []ui.Option {
	return []ui.Option{{Value: mining.Air, Label: "Air"}, {Value: mining.Hydro, Label: "Water"}, {Value: mining.Immersion, Label: "Immersion"}}
}

func modeText(c mining.ClassRecord, name string) string {
	m, ok := c.Mode(name)
	if !ok {
		return ""
	}
	return m.Hashrate.String() + " TH/s at " + m.Power.String() + " W"
}

func classAttributes(c mining.ClassRecord) []attribute {
	list := []attribute{{"name", "Name", c.Name}, {"maker", "Maker", c.Maker}, {"cooling", "Cooling", c.Cooling}}
	for _, m := range modeNames {
		list = append(list, attribute{m.id, m.title, modeText(c, m.id)})
	}
	return append(list, attribute{"source", "Source", c.Source}, attribute{"valid_from", "Holds since", dayText(c.ValidFrom)})
}

// classes is how a machine class is typed.
func classes() kind[mining.ClassRecord] {
	return kind[mining.ClassRecord]{
		noun: "machine class", list: "/mining/fleet/classes", home: "/mining/fleet/classes", room: access.RoomMining, unit: ui.Mining, topic: topicFleet, back: "All classes",
		about: "A model of machine and the ways to run it. Merit order ranks each way by itself.",
		first: func(now time.Time) mining.ClassRecord {
			return mining.ClassRecord{Cooling: mining.Air, Version: record.Version{ValidFrom: now}}
		},
		id:         func(c mining.ClassRecord) int64 { return c.ID },
		name:       func(c mining.ClassRecord) string { return c.Name },
		version:    func(c *mining.ClassRecord) *record.Version { return &c.Version },
		attributes: classAttributes,
		sentence: func(c mining.ClassRecord) ui.Sentence {
			return ui.Sentence{}.Stress(modeText(c, mining.Nameplate)).Say(", ").Stress(efficiencyText(c.Class().Nameplate())).Say(".")
		},
		fill: classValues, parse: parseClass, controls: classControls,
		load: (*db.Store).MachineClass, versions: (*db.Store).MachineClassVersions, insert: (*db.Store).InsertMachineClass, update: (*db.Store).UpdateMachineClass,
	}
}

func efficiencyText(m mining.Mode) string {
	e := m.Efficiency()
	if !e.Known {
		return format.Missing
	}
	return format.Fixed(float64(e.Value), 2) + "\u00a0J/TH"
}

func classValues(c mining.ClassRecord) map[string]string {
	values := map[string]string{"name": c.Name, "maker": c.Maker, "cooling": c.Cooling, "source": c.Source, "valid_from": c.ValidFrom.Format(time.DateOnly)}
	for _, m := range c.Modes {
		values[m.Name+"_ths"], values[m.Name+"_w"] = m.Hashrate.String(), m.Power.String()
	}
	return values
}

// parseClass reads a class. From a mode without hashrate or power nothing can be
// computed, so neither may be zero.
func parseClass(f *form, now time.Time, before mining.ClassRecord) mining.ClassRecord {
	c := mining.ClassRecord{
		ID: before.ID, Name: f.text("name", 80, false), Maker: f.text("maker", 80, true), Cooling: f.choice("cooling", coolingOptions()), Source: f.text("source", 200, true),
	}
	for _, m := range modeNames {
		if m.id != mining.Nameplate && f.get(m.id+"_ths") == "" && f.get(m.id+"_w") == "" {
			continue // the class does not have this mode
		}
		c.Modes = append(c.Modes, mining.ModeRecord{Name: m.id, Hashrate: f.rate(m.id+"_ths", "0.001", "10000", "TH/s"), Power: f.rate(m.id+"_w", "0.001", "100000", "W")})
	}
	c.ValidFrom = f.day("valid_from", now)
	return c
}

func classControls(f *form, _ mining.ClassRecord) []ui.Control {
	cooling := f.control(ui.InputSelect, "cooling", "Cooling", "")
	cooling.Options = coolingOptions()
	list := []ui.Control{
		f.control(ui.InputText, "name", "Name", "As files name it, for example Antminer S21"),
		optional(f.control(ui.InputText, "maker", "Maker", "")), cooling,
	}
	for _, m := range modeNames {
		hashrate := decimalField(f.control(ui.InputText, m.id+"_ths", m.title+", TH/s", "Of one machine"))
		power := decimalField(f.control(ui.InputText, m.id+"_w", m.title+", W", "At the machine"))
		hashrate.Optional, power.Optional = m.id != mining.Nameplate, m.id != mining.Nameplate
		list = append(list, hashrate, power)
	}
	return append(list,
		optional(f.control(ui.InputText, "source", "Source", "Where the figures come from: a data sheet, a measurement")),
		f.control(ui.InputDate, "valid_from", "Holds since", "The day from which this is so"),
	)
}

// blankClass answers GET /mining/fleet/classes/new. With ?model= the form begins
// with what the catalogue says.
func (a *App) blankClass(c echo.Context) error {
	r := classes()
	if name := c.QueryParam("model"); name != "" {
		models, err := catalogue.Models()
		if err != nil {
			return err
		}
		m, ok := catalogue.Find(models, name)
		if !ok {
			return notFound("The catalogue has no model of that name.")
		}
		r.first = func(now time.Time) mining.ClassRecord {
			class := m.Class()
			class.ValidFrom = now
			return class
		}
	}
	return r.blank(a)(c)
}

// listClasses answers GET /mining/fleet/classes.
func (a *App) listClasses(c echo.Context) error {
	models, err := catalogue.Models()
	if err != nil {
		return err
	}
	v := views.ClassesPage{Classes: views.RecordsPage{
		Name: "Machine classes", Unit: ui.Mining, Figure: views.FigureClasses, Title: "Classes", Sub: "One machine in each mode, at the machine", Refetch: topicFleet,
		Columns: []views.DataColumn{
			{Label: "Class"}, {Label: "Nameplate", Unit: "TH/s", Right: true}, {Label: "Power", Unit: "W", Right: true}, {Label: "Efficiency", Unit: "J/TH", Right: true},
			{Label: "Efficiency mode", Unit: "TH/s, W", Right: true, Hide: "p2"}, {Label: "Overclock", Unit: "TH/s, W", Right: true, Hide: "p2"}, {Label: "Units", Right: true},
		},
		Empty: ui.Problem{Kind: ui.Empty, Title: "No class is known yet", Text: "Mining operations add the first one, from the catalogue or by hand."},
		Links: []views.Link{{Href: "/mining/fleet", Label: "Fleet"}},
	}}
	writes := subjectOf(c).May(access.RoomMining, access.Write)
	if writes {
		v.Classes.Add, v.Classes.AddLabel = "/mining/fleet/classes/new", "Add class"
	}
	err = a.readPage(c, []string{topicFleet}, func(p *page) error {
		list, err := p.s.MachineClasses(p.ctx, time.Time{})
		if err != nil {
			return err
		}
		reg, err := p.s.Register(p.ctx)
		if err != nil {
			return err
		}
		there := make(map[string]bool, len(list))
		owned := make(map[int64]int)
		for _, n := range reg.Counts {
			owned[n.Class] += n.N
		}
		for _, class := range list {
			there[class.Name] = true
			v.Classes.Rows = append(v.Classes.Rows, classRow(class, owned[class.ID]))
		}
		v.Classes.Sentence = ui.Sentence{}.Stress(countOfClasses(len(list))).Say(" with their modes. Merit order ranks modes, not models.")
		v.Classes.Facts = p.typedFacts(views.FigureClasses, "typed by mining operations")
		v.Catalogue = catalogueTable(p, models, there, writes)
		v.Classes.Shell = a.shell(p, "Machine classes", topicFleet)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.Classes(v))
}

func countOfClasses(n int) string {
	if n == 1 {
		return "1 class"
	}
	return fmt.Sprintf("%d classes", n)
}

func classRow(c mining.ClassRecord, units int) views.RecordRow {
	m := c.Class().Nameplate()
	return views.RecordRow{Href: fmt.Sprintf("/mining/fleet/classes/%d", c.ID), Cells: []views.Cell{
		{Text: c.Name, Under: c.Cooling}, {Text: c.Modes[0].Hashrate.String()}, {Text: format.Count(float64(m.Power))}, {Text: format.Fixed(float64(m.Efficiency().Value), 2)},
		{Text: shortMode(c, mining.Eco)}, {Text: shortMode(c, mining.Overclock)}, {Text: format.Count(float64(units))},
	}}
}

func shortMode(c mining.ClassRecord, name string) string {
	m, ok := c.Mode(name)
	if !ok {
		return format.Missing
	}
	return m.Hashrate.String() + ", " + format.Count(m.Power.Float64())
}

// catalogueTable lists the models of the catalogue; a model that is no class yet
// leads to its form.
func catalogueTable(p *page, models []catalogue.Model, there map[string]bool, writes bool) views.RecordsPage {
	v := views.RecordsPage{
		Figure: "catalogue", Title: "Catalogue", Sub: "Public specifications, at the machine; each with its source",
		Columns: []views.DataColumn{{Label: "Model"}, {Label: "Nameplate", Unit: "TH/s", Right: true}, {Label: "Power", Unit: "W", Right: true}, {Label: "Efficiency", Unit: "J/TH", Right: true}, {Label: "Year", Right: true, Hide: "p2"}, {Label: "Source", Hide: "p3"}},
		Facts:   p.typedFacts("", "public specifications"),
	}
	for _, m := range models {
		n := m.Class().Class().Nameplate()
		row := views.RecordRow{Cells: []views.Cell{
			{Text: m.Name, Under: m.Maker + ", " + m.Cooling}, {Text: m.Hashrate.String()}, {Text: format.Count(float64(n.Power))}, {Text: format.Fixed(float64(n.Efficiency().Value), 2)},
			{Text: fmt.Sprint(m.Released)}, {Text: m.Source},
		}}
		if writes && !there[m.Name] {
			row.Href = "/mining/fleet/classes/new?model=" + url.QueryEscape(m.Name)
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// classTable are the rows of the figure's files: a line a mode.
func classTable(p *page) ([][]cell, error) {
	list, err := p.s.MachineClasses(p.ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, c := range list {
		for _, m := range c.Modes {
			rows = append(rows, []cell{c.Name, c.Maker, c.Cooling, m.Name, m.Hashrate.Float64(), m.Power.Float64(), c.Source, c.ValidFrom, c.KnownFrom, c.Who})
		}
	}
	return rows, nil
}
