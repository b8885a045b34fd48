package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"switchyard/econ/units"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// form is what somebody typed, and what is wrong with it by field. A value that
// is wrong stays as it was typed.
type form struct {
	values url.Values
	errs   map[string]string
}

// readForm reads the body of a post; one that is too large is an error.
func readForm(c echo.Context) (*form, error) {
	values, err := c.FormParams()
	if err != nil {
		return nil, err
	}
	return &form{values: values, errs: make(map[string]string)}, nil
}

// newForm is a form that nobody has filled in yet, with its first values.
func newForm(values map[string]string) *form {
	f := &form{values: make(url.Values), errs: make(map[string]string)}
	for name, v := range values {
		f.values.Set(name, v)
	}
	return f
}

func (f *form) get(name string) string { return strings.TrimSpace(f.values.Get(name)) }

// fail says what is wrong with a field; the first error of a field stays.
func (f *form) fail(name, sentence string) {
	if f.errs[name] == "" {
		f.errs[name] = sentence
	}
}

func (f *form) ok() bool { return len(f.errs) == 0 }

// status is the answer of a page that shows the form again.
func (f *form) status() int {
	if f.ok() {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

// text is a line of text of at most limit characters.
func (f *form) text(name string, limit int, optional bool) string {
	v := f.get(name)
	switch {
	case v == "" && !optional:
		f.fail(name, "This is needed.")
	case !utf8.ValidString(v) || strings.ContainsFunc(v, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' }):
		f.fail(name, "This holds characters that cannot be printed.")
	case utf8.RuneCountInString(v) > limit:
		f.fail(name, fmt.Sprintf("At most %d characters; these are %d.", limit, utf8.RuneCountInString(v)))
	}
	return v
}

// rate is an exact number between low and high.
func (f *form) rate(name, low, high, unit string) units.Rate {
	v := f.get(name)
	if v == "" {
		f.fail(name, "This is needed.")
		return units.Rate{}
	}
	r, err := units.ParseRate(v)
	if err != nil {
		f.fail(name, sentence(err))
		return r
	}
	lowest, err := units.ParseRate(low)
	if err != nil {
		panic(err) // a slip of the programmer
	}
	highest, err := units.ParseRate(high)
	if err != nil {
		panic(err) // a slip of the programmer
	}
	if r.Cmp(lowest) < 0 || r.Cmp(highest) > 0 {
		f.fail(name, strings.TrimSpace(fmt.Sprintf("Between %s and %s %s", low, high, unit))+".")
	}
	return r
}

// day is a date, not before 2009 and not more than a year ahead.
func (f *form) day(name string, now time.Time) time.Time {
	t, err := time.Parse(time.DateOnly, f.get(name))
	switch {
	case err != nil:
		f.fail(name, "A date is needed, for example "+now.Format(time.DateOnly)+".")
	case t.Year() < 2009 || t.After(now.AddDate(1, 0, 0)):
		f.fail(name, "Between 2009 and a year from now.")
	}
	return t
}

// zone is a name of the time zone database.
func (f *form) zone(name string) string {
	v := f.get(name)
	if _, err := time.LoadLocation(v); err != nil || v == "" || v == "Local" {
		f.fail(name, "This is not a name of the time zone database, for example America/Chicago.")
	}
	return v
}

// choice is one of the options.
func (f *form) choice(name string, options []ui.Option) string {
	v := f.get(name)
	for _, o := range options {
		if o.Value == v {
			return v
		}
	}
	f.fail(name, "Choose one of the list.")
	return v
}

// control is a field as it stands in the form, with its value and its error.
func (f *form) control(kind, name, label, hint string) ui.Control {
	return ui.Control{
		Kind: kind, ID: "f-" + name, Name: name, Label: label, Value: f.values.Get(name), Hint: hint, Error: f.errs[name],
	}
}

// sentence makes an error of a parser read like one.
func sentence(err error) string {
	text := err.Error()
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + strings.TrimSuffix(text[n:], ".") + "."
}

// idOf reads the number in the address.
func idOf(c echo.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, notFound("There is nothing of that number.")
	}
	return id, nil
}

// dayText is a date as a form and a version line show it.
func dayText(t time.Time) string { return format.DayMonthYear(t) }

// knownFrom is when the version became known that an editor has read. It comes
// back with the form, to the microsecond.
func knownFrom(f *form) time.Time {
	n, err := strconv.ParseInt(f.get("known_from"), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func knownField(t time.Time) ui.Option {
	return ui.Option{Value: "known_from", Label: strconv.FormatInt(t.UnixMicro(), 10)}
}
