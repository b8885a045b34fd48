package handlers

import (
	"cmp"

	"github.com/labstack/echo/v4"

	"switchyard/views/ui"
)

// period is a choice of how far back a page reaches.
type period struct {
	name, label, words string
	days               int
}

var periods = [...]period{
	{"7d", "7\u00a0d", "7 days", 7}, {"30d", "30\u00a0d", "30 days", 30}, {"90d", "90\u00a0d", "90 days", 90},
	{"1y", "1\u00a0y", "year", 365}, {"2y", "2\u00a0y", "two years", 730},
}

// askedPeriod reads ?period=, 30 days if there is none.
func askedPeriod(c echo.Context) (period, error) {
	name := cmp.Or(c.QueryParam("period"), "30d")
	for _, v := range periods {
		if v.name == name {
			return v, nil
		}
	}
	return period{}, badInput("\"period\" must be 7d, 30d, 90d, 1y or 2y.")
}

// periodLinks lead to the periods of the page at path.
func periodLinks(path string, now period) []ui.SegItem {
	var list []ui.SegItem
	for _, o := range periods {
		list = append(list, ui.SegItem{Href: path + "?period=" + o.name, Label: o.label, Current: o == now})
	}
	return list
}
