package handlers

import (
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// knownParam asks a page for what was known at the end of a day, UTC.
const knownParam = "known"

// pageKnown reads ?known=; the zero time is now.
func pageKnown(c echo.Context, now time.Time) (time.Time, error) {
	text := c.QueryParam(knownParam)
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 2009 || day.After(now) {
		return time.Time{}, badInput("\"known\" must be a day from 2009 to today, for example " + now.Format(time.DateOnly) + ".")
	}
	end := day.AddDate(0, 0, 1).Add(-time.Microsecond)
	if end.After(now) {
		return time.Time{}, nil // today is now
	}
	return end, nil
}

// asKnown gives a list the field that asks for an earlier day, and says so where
// one was asked for.
func (p *page) asKnown(v *views.RecordsPage) {
	day := ui.Control{Kind: ui.InputDate, ID: "f-" + knownParam, Name: knownParam, Label: "As known on", Value: p.c.QueryParam(knownParam)}
	v.Filter, v.FilterLabel = []ui.Control{day}, "Show"
	if p.known.IsZero() {
		return
	}
	v.Notice = "As it was known at the end of " + format.DayMonthYear(p.known) + ", UTC. What has been typed since is left out."
	v.Links = append(v.Links, views.Link{Href: p.c.Request().URL.Path, Label: "As known now"})
	v.Add, v.Refetch = "", ""
}

// asKnownData is the address of a figure's data at the same day.
func (p *page) asKnownData(figure string) string {
	if p.known.IsZero() {
		return "/data/" + figure
	}
	return "/data/" + figure + "?" + knownParam + "=" + p.known.Format(time.DateOnly)
}

// readPriceThen puts the price of the day asked for in the place of the present
// one, for what the page values.
func (p *page) readPriceThen() error {
	p.valued = p.price.BTC
	if p.known.IsZero() {
		return nil
	}
	var err error
	p.valued, err = known(p.s.PointAt(p.ctx, keyBTC, p.known))
	return err
}
