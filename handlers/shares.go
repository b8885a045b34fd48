package handlers

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// shareLives are how long a share may last, in days.
var shareLives = []ui.Option{{Value: "1", Label: "a day"}, {Value: "7", Label: "a week"}, {Value: "30", Label: "30 days"}, {Value: "90", Label: "90 days"}}

// sharedPage is a page that a share can name.
type sharedPage struct {
	path, label string
	room        access.Room
}

// publishable are the pages of the navigation that somebody of a role may show
// to an outsider: those of rooms it may publish.
func (a *App) publishable(role access.Role) []sharedPage {
	needs := make(map[string]rule)
	for _, r := range a.routes() {
		if r.method == http.MethodGet && r.need.action == access.Read {
			needs[r.path] = r.need
		}
	}
	var list []sharedPage
	for _, g := range views.Pages() {
		for _, l := range g.Links {
			if need, ok := needs[l.Href]; ok && access.Can(access.Share, need.room, access.Read) && access.Can(role, need.room, access.Publish) {
				list = append(list, sharedPage{path: l.Href, label: strings.TrimPrefix(g.Heading+", "+l.Label, ", "), room: need.room})
			}
		}
	}
	return list
}

// maker narrows the list of shares to one's own; an administrator sees all.
func maker(who access.Subject) int64 {
	if who.May(access.RoomCore, access.Manage) {
		return db.Everybody
	}
	return who.ID
}

// showShares answers GET /share.
func (a *App) showShares(c echo.Context) error {
	return a.sharesPage(c, newForm(map[string]string{"days": "30"}), "")
}

// sharesPage draws the links that work and the form of a new one; made is the
// address of one that has just been made, which is shown once.
func (a *App) sharesPage(c echo.Context, f *form, made string) error {
	who := subjectOf(c)
	shares, err := a.db.Auth().Shares(c.Request().Context(), maker(who))
	if err != nil {
		return err
	}
	v := views.SharesPage{Notice: saved(c), Made: made, All: maker(who) == db.Everybody}
	for _, s := range shares {
		v.Shares = append(v.Shares, views.ShareRow{
			ID: s.ID, Recipient: s.Recipient, Pages: a.pageLabels(s.Pages), Maker: s.Maker, Exports: s.Exports,
			Opened: s.Opened, OpenedAt: s.OpenedAt, Ends: format.DayMonthYear(s.ExpiresAt),
		})
	}
	v.Sentence = sharesSentence(len(shares), v.All)
	if pages := a.publishable(who.Role); len(pages) > 0 {
		days := f.control(ui.InputSelect, "days", "Works for", "")
		days.Options = shareLives
		fields := []ui.Control{f.control(ui.InputText, "recipient", "Recipient", "A person and a firm; it stands on every page they see"), days}
		for _, p := range pages {
			fields = append(fields, f.control(ui.InputCheck, pageField(p.path), p.label, ""))
		}
		fields = append(fields, f.control(ui.InputCheck, "exports", "May download files", "CSV and XLSX of these pages, marked with the recipient"))
		v.Form = &ui.FormSpec{Action: "/share", Submit: "Make link", Fields: fields, Problem: f.errs["pages"]}
	}
	err = a.readPage(c, nil, func(p *page) error {
		v.Shell = a.shell(p, "Shared links")
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, f.status(), views.Shares(v))
}

func sharesSentence(n int, all bool) ui.Sentence {
	whose, verb := " of yours", " lets"
	if all {
		whose = ""
	}
	if n > 1 {
		verb = " let"
	}
	if n == 0 {
		return ui.Sentence{}.Say("Nobody outside the company reads anything by a link" + whose + ".")
	}
	return ui.Sentence{}.Stress(countOf(n, "link")).Say(whose + verb + " somebody outside the company read pages.")
}

// pageField is the name of the box of a page in the form.
func pageField(path string) string { return "page" + strings.ReplaceAll(path, "/", "-") }

// pageLabels names pages for people, in the order of the navigation.
func (a *App) pageLabels(paths []string) []string {
	var labels []string
	for _, g := range views.Pages() {
		for _, l := range g.Links {
			if slices.Contains(paths, l.Href) {
				labels = append(labels, strings.TrimPrefix(g.Heading+", "+l.Label, ", "))
			}
		}
	}
	return labels
}

// makeShare answers POST /share.
func (a *App) makeShare(c echo.Context) error {
	who := subjectOf(c)
	pages := a.publishable(who.Role)
	if len(pages) == 0 {
		return &fault{status: http.StatusForbidden, title: "Not permitted", detail: "Links are made by those who may show a unit's pages: executives and finance."}
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	v := db.Share{Recipient: f.text("recipient", 100, false), Exports: f.get("exports") == "on"}
	for _, p := range pages {
		if f.get(pageField(p.path)) == "on" {
			v.Pages = append(v.Pages, p.path)
		}
	}
	if len(v.Pages) == 0 {
		f.fail("pages", "Choose at least one page that the link opens.")
	}
	days := map[string]int{"1": 1, "7": 7, "30": 30, "90": 90}[f.choice("days", shareLives)]
	if !f.ok() {
		return a.sharesPage(c, f, "")
	}
	v.ExpiresAt = a.now().UTC().Add(time.Duration(days) * 24 * time.Hour)
	token, hash := signin.NewToken(signin.Share)
	if _, err := a.db.Auth().InsertShare(c.Request().Context(), actorOf(c), hash[:], v); err != nil {
		return err
	}
	return a.sharesPage(c, newForm(map[string]string{"days": "30"}), a.siteURL(c)+"/share/"+token)
}

// revokeShare answers POST /share/{id}/revoke.
func (a *App) revokeShare(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := a.db.Auth().RevokeShare(c.Request().Context(), actorOf(c), maker(subjectOf(c)), id); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/share?saved=1")
}
