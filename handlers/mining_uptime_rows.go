package handlers

import (
	"cmp"
	"slices"
	"time"

	"switchyard/econ/mining"
)

// uptimeColumns head the hours and M11 in both files of the page.
func uptimeColumns() []column {
	return []column{
		{"Installed", "h", false}, {"Broken", "h", false}, {"Curtailed", "h", false}, {"Performance", "fraction", false}, {"Availability", "fraction", false},
		{"Utilisation", "fraction", false}, {"Realised", "fraction", false}, {"Coverage", "fraction", false},
	}
}

func uptimeCells(h mining.MachineHours, u mining.Uptime, coverage mining.Maybe[float64]) []cell {
	row := []cell{h.Installed, h.Broken, h.Curtailed}
	for _, m := range []mining.Maybe[float64]{h.Performance, u.Availability, u.Utilisation, u.Realised, coverage} {
		row = append(row, maybeCell(m))
	}
	return row
}

func maybeCell(m mining.Maybe[float64]) cell {
	if !m.Known {
		return nil
	}
	return m.Value
}

// uptimeRows are the rows of the tables' files: each class at each site.
func uptimeRows(p *page) ([][]cell, error) {
	f, err := p.readUptime()
	if err != nil {
		return nil, err
	}
	places := slices.SortedFunc(slices.Values(f.hours.Places), func(a, b mining.PlaceHours) int {
		return cmp.Or(cmp.Compare(f.siteName(a.Key.SiteID), f.siteName(b.Key.SiteID)), cmp.Compare(f.className(a.Key.ClassID), f.className(b.Key.ClassID)))
	})
	rows := make([][]cell, len(places))
	for i, place := range places {
		row, err := f.row(places[i : i+1])
		if err != nil {
			return nil, err
		}
		rows[i] = append([]cell{f.siteName(place.Key.SiteID), f.className(place.Key.ClassID), maybeCell(row.Machines)}, uptimeCells(row.Hours, row.Uptime, row.Coverage)...)
	}
	return rows, nil
}

// uptimeDayRows are the rows of the chart's files.
func uptimeDayRows(p *page) ([][]cell, error) {
	f, err := p.readUptime()
	if err != nil {
		return nil, err
	}
	days, err := f.days()
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(days))
	for i, d := range days {
		rows[i] = append([]cell{d.day.Format(time.DateOnly)}, uptimeCells(d.hours, d.Uptime, d.coverage)...)
	}
	return rows, nil
}
