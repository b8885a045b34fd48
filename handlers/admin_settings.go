package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"switchyard/econ/ops"
	"switchyard/views"
	"switchyard/views/ui"
)

// showSettings answers GET /admin/settings.
func (a *App) showSettings(c echo.Context) error {
	stored, err := a.store(c).Settings(c.Request().Context())
	if err != nil {
		return err
	}
	values := ops.Defaults()
	for key := range values {
		if v, ok := stored[key]; ok {
			values[key] = v
		}
	}
	return a.settingsPage(c, newForm(values))
}

func (a *App) settingsPage(c echo.Context, f *form) error {
	v := views.RecordPage{
		Name: "Settings", Title: "The company", Back: views.Link{Href: "/admin/people", Label: "People"}, Notice: saved(c),
		Sentence: ui.Sentence{}.Say("What is true of the whole company, and not of one unit."),
		Form: &ui.FormSpec{Action: "/admin/settings", Submit: "Save settings", Fields: []ui.Control{
			optional(f.control(ui.InputText, ops.SettingCompany, "Company", "Its name, at the foot of every page and in print")),
			f.control(ui.InputText, ops.SettingTimeZone, "Time zone", "By which the company's days and months begin, for example America/Chicago"),
			decimalField(f.control(ui.InputText, ops.SettingVenueSpread, "Venues may differ by, % of the price", "Beyond it the table of venues says that one of them may be wrong")),
			decimalField(f.control(ui.InputText, ops.SettingNearBreakEven, "Close to the line, %", "A machine whose revenue exceeds its cost by less is marked as close to under water")),
		}},
	}
	err := a.readPage(c, nil, func(p *page) error {
		v.Shell = a.shell(p, "Settings")
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, f.status(), views.Record(v))
}

// saveSettings answers POST /admin/settings.
func (a *App) saveSettings(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	values := map[string]string{
		ops.SettingCompany: f.text(ops.SettingCompany, 120, true), ops.SettingTimeZone: f.zone(ops.SettingTimeZone),
		ops.SettingVenueSpread:   f.rate(ops.SettingVenueSpread, "0.01", "20", "%").String(),
		ops.SettingNearBreakEven: f.rate(ops.SettingNearBreakEven, "0.1", "50", "%").String(),
	}
	if !f.ok() {
		return a.settingsPage(c, f)
	}
	if err := a.store(c).Set(c.Request().Context(), actorOf(c), values); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/settings?saved=1")
}
