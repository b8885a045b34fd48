package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"switchyard/econ/market"
	"switchyard/econ/record"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// attribute is one thing that a versioned record says: its field in the form and
// in the audit log, its name for people, and its value in words.
type attribute struct{ field, name, text string }

// changes are what differs between two versions of a record, in words, and the
// fields it touched.
func changes(before, after []attribute) (words, fields []string) {
	for i, a := range after {
		if before[i].text == a.text {
			continue
		}
		words = append(words, fmt.Sprintf("%s: %s to %s", a.name, orNothing(before[i].text), orNothing(a.text)))
		fields = append(fields, a.field)
	}
	return words, fields
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// versionLines tells the versions of a record, newest first.
func versionLines[T any](list []T, version func(T) record.Version, attributes func(T) []attribute) []views.VersionLine {
	lines := make([]views.VersionLine, len(list))
	for i, v := range list {
		ver := version(v)
		lines[i] = views.VersionLine{At: format.DateTimeUTC(ver.KnownFrom), Who: ver.Who, Since: format.DayMonthYear(ver.ValidFrom)}
		if i+1 < len(list) {
			lines[i].Changes, _ = changes(attributes(list[i+1]), attributes(v))
		} else {
			lines[i].Changes = []string{"Added"}
		}
	}
	return lines
}

// facts of a record as lines, for a reader who may not edit.
func factLines(list []attribute) []views.FactLine {
	lines := make([]views.FactLine, len(list))
	for i, a := range list {
		lines[i] = views.FactLine{Name: a.name, Text: orNothing(a.text)}
	}
	return lines
}

// typedFacts are the facts of a figure whose rows people typed.
func (p *page) typedFacts(figure, source string) ui.Facts {
	f := ui.Facts{
		World: p.world, Source: source,
		Fresh: ui.Fresh{Freshness: market.Freshness{State: market.Aged, At: p.now}, Label: "Read " + format.ClockUTC(p.now)},
	}
	if figure != "" {
		f.DataHref = p.asKnownData(figure)
	}
	return f
}

// conflict says what somebody else has changed meanwhile.
func conflict(who string, words []string) string {
	return who + " has changed this while you were typing: " + strings.Join(words, "; ") +
		". Nothing of yours is written yet. Look at both, then save again."
}

// renderRecords writes a list without the links that a share does not open.
func renderRecords(c echo.Context, v views.RecordsPage) error {
	who := subjectOf(c)
	v.Links = slices.DeleteFunc(v.Links, func(l views.Link) bool { return !who.MayOpen(l.Href) })
	for i, row := range v.Rows {
		if !who.MayOpen(row.Href) {
			v.Rows[i].Href = ""
		}
	}
	if !who.MayOpen(v.Empty.Href) {
		v.Empty.Href, v.Empty.Action = "", ""
	}
	return render(c, http.StatusOK, views.Records(v))
}
