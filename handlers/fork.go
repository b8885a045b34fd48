package handlers

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// headlineWords says how a headline reads: its name, and where it leads.
var headlineWords = map[string]struct {
	name, href string
	unit       ui.Unit
}{
	"sites":           {"Sites", "/mining/sites", ui.Mining},
	"interconnect_mw": {"Interconnect", "/mining/sites", ui.Mining},
	"customers":       {"Customers", "/ai/customers", ui.AI},
	"cash_usd":        {"Cash held", "/finance/balance-sheet", ui.Company},
	"bitcoin_sats":    {"Bitcoin held", "/finance/balance-sheet", ui.Company},
}

// headlineValue prints a headline in its unit.
func headlineValue(h db.Headline) format.Value {
	if h.Value == nil {
		return format.Value{Text: format.Missing}
	}
	switch h.Measure {
	case "interconnect_mw":
		return format.Value{Text: format.Fixed(h.Value.InexactFloat64(), 1), Unit: "MW"}
	case "cash_usd":
		return format.Value{Text: format.ExactUSD(units.RoundUSD(*h.Value, units.HalfEven))}
	case "bitcoin_sats":
		return format.BTC(units.Sats(h.Value.IntPart()))
	default:
		return format.Value{Text: format.Count(h.Value.InexactFloat64())}
	}
}

// unitsFigure is what each unit tells this reader, or nil if none tells any.
func (p *page) unitsFigure() (*views.UnitsFigure, error) {
	if !hears.allows(p.who) {
		return nil, nil
	}
	list, err := p.s.Headlines(p.ctx)
	if err != nil {
		return nil, err
	}
	f := &views.UnitsFigure{Facts: p.typedFacts(views.FigureUnits, "what each unit tells; typed by the units")}
	slices.SortStableFunc(list, func(x, y db.Headline) int {
		return cmp.Compare(slices.Index(access.Rooms(), x.Room), slices.Index(access.Rooms(), y.Room))
	})
	for _, h := range list {
		words, known := headlineWords[h.Measure]
		if !known || !p.who.May(h.Room, access.Headline) {
			continue
		}
		row := views.UnitRow{Room: h.Room.Title(), Unit: words.unit, Name: words.name, Value: headlineValue(h)}
		if p.who.May(h.Room, access.Read) {
			row.Href = words.href
		}
		if !h.At.IsZero() {
			row.At = format.DayMonthYear(h.At)
		}
		f.Rows = append(f.Rows, row)
	}
	return f, nil
}

// showFork answers GET /fork: what the two units tell, side by side. The
// comparison per megawatt-hour needs what neither tells yet.
func (a *App) showFork(c echo.Context) error {
	var v views.ForkPage
	err := a.readPage(c, nil, func(p *page) error {
		var err error
		if v.Units, err = p.unitsFigure(); err != nil {
			return err
		}
		v.Shell = a.shell(p, "Fork", topicSite, topicCustomer, topicBalance)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.Fork(v))
}

// unitRows are the rows of the figure's files.
func unitRows(p *page) ([][]cell, error) {
	list, err := p.s.Headlines(p.ctx)
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, h := range list {
		if !p.who.May(h.Room, access.Headline) {
			continue
		}
		row := []cell{h.Room.Title(), h.Measure, nil, h.At}
		if h.Value != nil {
			row[2] = h.Value.InexactFloat64()
		}
		rows = append(rows, row)
	}
	return rows, nil
}
