package handlers

import (
	"strings"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/views"
	"switchyard/views/format"
)

// poolReading is how each account is read.
func (p *page) poolReading(f poolStands) views.PoolReadingFigure {
	v := views.PoolReadingFigure{Facts: p.typedFacts(views.FigurePools, "the jobs that read the pools"), Events: standEvents}
	v.DataHref += "?window=" + f.window.name
	for _, s := range f.list {
		mark, words := s.mark()
		row := views.PoolReadingRow{
			Name: s.account.Name, Href: poolPath(s.account.ID), Mark: mark, State: words, What: s.condition.What, Do: s.condition.Do,
			Workers: p.cadence(s), Failed: s.reading.Workers.Error,
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// cadence says how the workers of an account are read, how long it took and how
// often it is done.
func (p *page) cadence(s poolStand) string {
	w := s.reading.Workers
	if w.At.IsZero() {
		return "Its workers have not been read yet."
	}
	text := countOf(w.Count, "worker")
	if c, err := pool.CadenceOf(s.facts, w.Count); err == nil {
		text += " on " + countOf(c.Pages, "page")
		if c.Tight {
			text += ", more than the pool lets us read more often"
		}
	}
	text += ", read in " + tookWords(w.Took) + " at " + p.when(w.At)
	if w.Every > 0 {
		text += ", every " + everyWords(w.Every)
	}
	return text + "."
}

// tookWords is a length of time to the second: "5 min 2 s".
func tookWords(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Second:
		return "less than a second"
	case d < time.Minute || d%time.Minute == 0 || d >= time.Hour:
		return format.Duration(d)
	}
	return format.Duration(d) + " " + format.Duration(d%time.Minute)
}

// everyWords is an interval of whole minutes in words.
func everyWords(d time.Duration) string {
	switch {
	case d == time.Minute:
		return "minute"
	case d < time.Hour || d%time.Hour != 0:
		return strings.TrimSpace(countOf(int(d/time.Minute), "minute"))
	}
	return countOf(int(d/time.Hour), "hour")
}
