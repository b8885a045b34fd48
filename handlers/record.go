package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/record"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// kind is a kind of thing that people type and whose versions are kept: how it
// is read and written, what it says, and its form.
type kind[T any] struct {
	noun  string // e.g. "site"
	list  string // address that takes new ones, and of which each has a page
	home  string // address of the page that lists them
	room  access.Room
	unit  ui.Unit
	topic string
	back  string // words on the way to the list
	about string // what a new one is, in a sentence
	key   string // field that no two may share; empty: name
	taken string // what to say where two would; empty: that the name is taken

	first      func(now time.Time) T // what the form of a new one begins with
	id         func(T) int64
	name       func(T) string
	version    func(*T) *record.Version
	attributes func(T) []attribute
	sentence   func(T) ui.Sentence
	fill       func(T) map[string]string // the form's values
	parse      func(f *form, now time.Time, before T) T
	controls   func(f *form, v T) []ui.Control

	load     func(*db.Store, context.Context, int64) (T, error)
	versions func(*db.Store, context.Context, int64) ([]T, error)
	insert   func(*db.Store, context.Context, access.Actor, T) (int64, error)
	update   func(*db.Store, context.Context, access.Actor, T, []string) error
	// mayEdit says who may; nil: whoever writes the room.
	mayEdit func(access.Subject, T) bool
	// more adds what belongs to the thing beside its form; nil: nothing.
	more func(p *page, v T, to *views.RecordPage) error
}

func (r kind[T]) editable(who access.Subject, v T) bool {
	if r.mayEdit != nil {
		return r.mayEdit(who, v)
	}
	return who.May(r.room, access.Write)
}

func (r kind[T]) path(id int64) string { return r.list + "/" + strconv.FormatInt(id, 10) }

// failTaken says beside the field that another has what is typed there.
func (r kind[T]) failTaken(f *form) {
	f.fail(cmp.Or(r.key, "name"), cmp.Or(r.taken, "There is a "+r.noun+" of this name already."))
}

// blank answers GET …/new.
func (r kind[T]) blank(a *App) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := r.first(a.now().UTC())
		return r.page(a, c, newForm(r.fill(v)), v, "")
	}
}

// create answers the post that adds one.
func (r kind[T]) create(a *App) echo.HandlerFunc {
	return func(c echo.Context) error {
		f, err := readForm(c)
		if err != nil {
			return err
		}
		none := r.first(a.now().UTC())
		v := r.parse(f, a.now().UTC(), none)
		if !f.ok() {
			return r.page(a, c, f, none, "")
		}
		id, err := r.insert(a.store(c), c.Request().Context(), actorOf(c), v)
		switch {
		case errors.Is(err, db.ErrTaken):
			r.failTaken(f)
			return r.page(a, c, f, none, "")
		case err != nil:
			return err
		}
		return c.Redirect(http.StatusSeeOther, r.path(id)+"?saved=1")
	}
}

// show answers GET …/{id}.
func (r kind[T]) show(a *App) echo.HandlerFunc {
	return func(c echo.Context) error {
		id, err := idOf(c)
		if err != nil {
			return err
		}
		v, err := r.load(a.store(c), c.Request().Context(), id)
		if err != nil {
			return err
		}
		return r.page(a, c, newForm(r.fill(v)), v, "")
	}
}

// edit answers the post that adds a version. Whoever typed into an older
// version is told what has changed since, and keeps what they typed.
func (r kind[T]) edit(a *App) echo.HandlerFunc {
	return func(c echo.Context) error {
		id, err := idOf(c)
		if err != nil {
			return err
		}
		f, err := readForm(c)
		if err != nil {
			return err
		}
		ctx, s := c.Request().Context(), a.store(c)
		now, err := r.load(s, ctx, id)
		if err != nil {
			return err
		}
		if !r.editable(subjectOf(c), now) {
			return &fault{status: http.StatusForbidden, title: "Not permitted", detail: "This belongs to somebody else, who alone changes it."}
		}
		v := r.parse(f, a.now().UTC(), now)
		if !f.ok() {
			return r.page(a, c, f, now, "")
		}
		read := knownFrom(f)
		r.version(&v).KnownFrom = read
		_, fields := changes(r.attributes(now), r.attributes(v))
		if len(fields) == 0 {
			return c.Redirect(http.StatusSeeOther, r.path(id))
		}
		err = r.update(s, ctx, actorOf(c), v, fields)
		switch {
		case errors.Is(err, db.ErrTaken):
			r.failTaken(f)
			return r.page(a, c, f, now, "")
		case errors.Is(err, db.ErrChanged):
			return r.conflict(a, c, f, id, read)
		case err != nil:
			return err
		}
		return c.Redirect(http.StatusSeeOther, r.path(id)+"?saved=1")
	}
}

func (r kind[T]) conflict(a *App, c echo.Context, f *form, id int64, read time.Time) error {
	versions, err := r.versions(a.store(c), c.Request().Context(), id)
	if err != nil {
		return err
	}
	newest := versions[0]
	i := slices.IndexFunc(versions, func(v T) bool { return r.version(&v).KnownFrom.Equal(read) })
	if i < 0 {
		return badInput("The form does not say which version it was made from. Open the page again.")
	}
	words, _ := changes(r.attributes(versions[i]), r.attributes(newest))
	return r.page(a, c, f, newest, conflict(r.version(&newest).Who, words))
}

// page draws the thing: its form for those who may edit, what it says for those
// who may not, and its versions. problem is what is wrong with the whole.
func (r kind[T]) page(a *App, c echo.Context, f *form, v T, problem string) error {
	status := f.status()
	if problem != "" {
		status = http.StatusConflict
	}
	return r.pageWith(a, c, f, v, problem, status)
}

func (r kind[T]) pageWith(a *App, c echo.Context, f *form, v T, problem string, status int) error {
	id := r.id(v)
	to := views.RecordPage{
		Name: "New " + r.noun, Unit: r.unit, Title: "What it is", Back: views.Link{Href: r.home, Label: r.back},
		Sentence: ui.Sentence{}.Say(r.about), Notice: saved(c),
	}
	if r.editable(subjectOf(c), v) {
		to.Form = &ui.FormSpec{Action: r.list, Submit: "Add " + r.noun, Cancel: r.home, Problem: problem, Fields: r.controls(f, v)}
	}
	err := a.readPage(c, nil, func(p *page) error {
		to.Shell = a.shell(p, r.name(v), r.topic)
		if id == 0 && to.Form == nil { // assumed, and read by somebody who may not type another
			to.Name, to.Facts = r.name(v), factLines(r.attributes(v))
			return nil
		}
		if id == 0 {
			to.Shell.Title = to.Name
			return nil
		}
		versions, err := r.versions(p.s, p.ctx, id)
		if err != nil {
			return err
		}
		to.Name, to.Sentence = r.name(v), r.sentence(v)
		to.Versions = versionLines(versions, func(v T) record.Version { return *r.version(&v) }, r.attributes)
		if to.Form != nil {
			to.Form.Action, to.Form.Submit, to.Form.Hidden = r.path(id), "Save "+r.noun, []ui.Option{knownField(r.version(&v).KnownFrom)}
		} else {
			to.Facts = factLines(r.attributes(v))
		}
		if r.more != nil {
			return r.more(p, v, &to)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, status, views.Record(to))
}

// saved is the notice after a form that worked.
func saved(c echo.Context) string {
	if c.QueryParam("saved") == "" || c.Request().Method != http.MethodGet {
		return ""
	}
	return "Saved."
}

// countOf is a number and its noun: "1 customer", "1,200 customers".
func countOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return format.Count(float64(n)) + " " + noun + "s"
}
