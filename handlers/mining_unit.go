package handlers

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// eventsShown is how many steps of a unit's life its page shows.
const eventsShown = 100

// showUnit answers GET /mining/fleet/{serial}.
func (a *App) showUnit(c echo.Context) error { return a.unitPage(c, nil, "", http.StatusOK) }

// unitPage draws a unit with its life. f is the form of its next state as it was
// typed, or nil; problem is what is wrong with the whole.
func (a *App) unitPage(c echo.Context, f *form, problem string, status int) error {
	serial := c.Param("serial")
	if !fleet.ValidSerial(serial) {
		return notFound("There is no unit of that serial number.")
	}
	v := views.RecordPage{Name: serial, Unit: ui.Mining, Title: "What it is", Back: views.Link{Href: "/mining/fleet", Label: "Fleet"}, Notice: saved(c)}
	err := a.readPage(c, []string{topicFleet}, func(p *page) error {
		u, err := p.s.Unit(p.ctx, serial)
		if err != nil {
			return err
		}
		reg, err := p.s.Register(p.ctx)
		if err != nil {
			return err
		}
		class, site := reg.Classes[u.Class], reg.Sites[u.Site]
		v.Facts = unitFacts(u, class, site)
		v.Sentence = ui.Sentence{}.Say("A ").Stress(class.Name).Say(" of " + site.Name + ", ").Stress(string(u.State)).Say(" since " + format.DayMonthYear(u.Since) + ".")
		life, err := p.unitLife(u)
		if err != nil {
			return err
		}
		v.More = &life
		if p.who.May(access.RoomMining, access.Write) && len(u.State.Next()) > 0 {
			if f == nil {
				f = newForm(map[string]string{"at": p.now.Format(time.DateOnly)})
			}
			v.MoreForm = moveForm(u, f, problem)
		}
		v.Shell = a.shell(p, serial, topicFleet)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, status, views.Record(v))
}

func unitFacts(u fleet.Unit, class mining.MachineClass, site mining.SiteRecord) []views.FactLine {
	list := []views.FactLine{{Name: "Class", Text: class.Name}}
	if len(class.Modes) > 0 {
		m := class.Nameplate()
		list = append(list, views.FactLine{Name: "Nameplate", Text: format.Plain(float64(m.Hashrate/units.TH)) + "\u00a0TH/s, " + format.Count(float64(m.Power)) + "\u00a0W"})
	}
	return append(list,
		views.FactLine{Name: "Site", Text: siteAndBuilding(site.Name, u.Building)},
		views.FactLine{Name: "Aisle / rack / slot", Text: orMissing(u.Place())},
		views.FactLine{Name: "Network address", Text: orMissing(u.Address)},
		views.FactLine{Name: "MAC", Text: orMissing(u.MAC)},
		views.FactLine{Name: "State", Text: string(u.State) + " since " + format.DateTimeUTC(u.Since)},
		views.FactLine{Name: "Hashrate now", Text: format.Missing + " not measured yet"},
		views.FactLine{Name: "Note", Text: orMissing(u.Note)},
		views.FactLine{Name: "Last changed", Text: format.DateTimeUTC(u.At) + " by " + u.Who},
	)
}

func (p *page) unitLife(u fleet.Unit) (views.RecordsPage, error) {
	v := views.RecordsPage{
		Figure: "life", Title: "Its life", Sub: "The newest step first", Refetch: topicFleet,
		Columns: []views.DataColumn{{Label: "When"}, {Label: "Step"}, {Label: "Why"}, {Label: "By", Hide: "p2"}},
		Facts:   p.typedFacts("", "the register of units"),
	}
	events, err := p.s.UnitEvents(p.ctx, u.ID, eventsShown)
	for _, e := range events {
		step := string(e.State)
		if e.Before != "" {
			step = string(e.Before) + " to " + step
		}
		v.Rows = append(v.Rows, views.RecordRow{Mark: stateMark(e.State), State: string(e.State), Cells: []views.Cell{
			{Text: format.DateTimeUTC(e.At)}, {Text: step}, {Text: orMissing(e.Why)}, {Text: e.Who, Under: "written " + format.DateTimeUTC(e.Known)},
		}})
	}
	return v, err
}

func nextStates(s mining.State) []ui.Option {
	list := []ui.Option{{Value: "", Label: "Choose"}}
	for _, next := range s.Next() {
		list = append(list, ui.Option{Value: string(next), Label: string(next)})
	}
	return list
}

func moveForm(u fleet.Unit, f *form, problem string) *ui.FormSpec {
	state := f.control(ui.InputSelect, "state", "Next state", "What may follow "+string(u.State))
	state.Options = nextStates(u.State)
	return &ui.FormSpec{
		Action: unitPath(u.Serial), Submit: "Move unit", Problem: problem,
		Hidden: []ui.Option{{Value: "seen", Label: string(u.State)}},
		Fields: []ui.Control{
			state, f.control(ui.InputDate, "at", "From", "The day on which it began; today means now"),
			f.control(ui.InputText, "why", "Why", "For example: fan replaced"),
		},
	}
}

// moveUnit answers POST /mining/fleet/{serial}.
func (a *App) moveUnit(c echo.Context) error {
	serial := c.Param("serial")
	f, err := readForm(c)
	if err != nil {
		return err
	}
	now := a.now().UTC()
	seen := mining.State(f.get("seen"))
	next := mining.State(f.get("state"))
	at, why := f.day("at", now), f.text("why", 500, false)
	if next == "" {
		f.fail("state", "Choose one of the list.")
	}
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		at = now
	}
	if !f.ok() {
		return a.unitPage(c, f, "", http.StatusUnprocessableEntity)
	}
	var cannot *db.MoveError
	err = a.store(c).MoveUnit(c.Request().Context(), actorOf(c), serial, seen, next, at, why)
	switch {
	case errors.As(err, &cannot):
		field := "at"
		if seen.Follow(next) != nil {
			field = "state"
		}
		f.fail(field, sentence(cannot.Reason))
		return a.unitPage(c, f, "", http.StatusUnprocessableEntity)
	case errors.Is(err, db.ErrChanged):
		return a.unitPage(c, f, "Somebody has moved this unit while you were typing. Nothing of yours is written yet. Look at its life, then move it again.", http.StatusConflict)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, unitPath(serial)+"?saved=1")
}
