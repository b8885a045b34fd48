package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"switchyard/views"
	"switchyard/views/ui"
)

// settingCompany is the key of the company's name, which closes every page.
const settingCompany = "company"

// showSettings answers GET /admin/settings.
func (a *App) showSettings(c echo.Context) error {
	values, err := a.store(c).Settings(c.Request().Context())
	if err != nil {
		return err
	}
	return a.settingsPage(c, newForm(map[string]string{"company": values[settingCompany]}))
}

func (a *App) settingsPage(c echo.Context, f *form) error {
	v := views.RecordPage{
		Name: "Settings", Title: "The company", Back: views.Link{Href: "/admin/people", Label: "People"}, Notice: saved(c),
		Sentence: ui.Sentence{}.Say("What is true of the whole company, and not of one unit."),
		Form: &ui.FormSpec{Action: "/admin/settings", Submit: "Save settings", Fields: []ui.Control{
			optional(f.control(ui.InputText, "company", "Company", "Its name, at the foot of every page and in print")),
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
	company := f.text("company", 120, true)
	if !f.ok() {
		return a.settingsPage(c, f)
	}
	if err := a.store(c).Set(c.Request().Context(), actorOf(c), map[string]string{settingCompany: company}); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/settings?saved=1")
}
