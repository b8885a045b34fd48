package handlers

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// showMeritOrder answers GET /mining/merit-order.
func (a *App) showMeritOrder(c echo.Context) error {
	v := views.MeritPage{Events: hourEvents}
	err := a.readPage(c, []string{topicFleet, topicContract, topicPowerPrice, topicPractice}, func(p *page) error {
		f, err := p.readFleetHour()
		if err != nil {
			return err
		}
		v.Merit = p.merit(f)
		if v.Falls, err = p.falls(f); err != nil {
			return err
		}
		v.Shell = a.shell(p, "Merit order", keyHashprice, topicFleet, topicSite, topicContract, topicPowerPrice, topicPractice)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.MeritOrder(v))
}

// meritRows are the rows of the merit order's files, the first to stop last.
func meritRows(p *page) ([][]cell, error) {
	f, err := p.readFleetHour()
	if err != nil || f.Plan == nil {
		return nil, err
	}
	var rows [][]cell
	for _, s := range p.merit(f).Steps {
		row := []cell{s.Class, s.Mode, s.Hall, s.Site, float64(s.Power / units.MW), float64(s.Hashrate / units.PH), s.BreakEven, s.PriceUSDPerMWh, nil, s.SpreadUSDPerMWh, string(s.Why)}
		if s.CostUSDPerPHDay.Known {
			row[8] = s.CostUSDPerPHDay.Value
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// fallRows are the rows of the ladder's files.
func fallRows(p *page) ([][]cell, error) {
	f, err := p.readFleetHour()
	if err != nil {
		return nil, err
	}
	v, err := p.falls(f)
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, r := range v.Rows {
		row := []cell{r.Hashprice, nil, float64(r.Power / units.MW), float64(r.Hashrate / units.PH), r.MarginUSDPerDay}
		if r.PriceUSD.Known {
			row[1] = r.PriceUSD.Value
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// classDayRows are the rows of the economics table's files.
func classDayRows(p *page) ([][]cell, error) {
	f, err := p.readFleetHour()
	if err != nil {
		return nil, err
	}
	maybe := func(m mining.Maybe[float64]) cell {
		if !m.Known {
			return nil
		}
		return m.Value
	}
	var rows [][]cell
	for _, d := range f.Days {
		rows = append(rows, []cell{
			d.Group.Class.Name, d.Group.Name, int64(d.Group.Count), float64(d.Hashrate / units.PH), float64(d.Power / units.MW), d.Price,
			d.Revenue.Float64(), d.PowerCost.Float64(), d.OtherCost.Float64(), d.Margin.Float64(),
			d.BreakEven.PowerUSDPerMWh, maybe(d.BreakEven.HashpriceUSD), maybe(d.BreakEven.PriceUSD), maybe(d.BreakEven.Difficulty), maybe(d.BreakEven.EfficiencyJPerTH),
		})
	}
	return rows, nil
}

// showEconomics answers GET /mining/economics.
func (a *App) showEconomics(c echo.Context) error {
	v := views.EconomicsPage{Events: hourEvents}
	f, asked := statedPath(c)
	err := a.readPage(c, []string{topicFleet, topicContract, topicPowerPrice, topicPractice}, func(p *page) error {
		hour, err := p.readFleetHour()
		if err != nil {
			return err
		}
		v.Classes = p.classDays(hour)
		v.Sentence = economicsSentence(hour)
		v.WhatIf = p.whatIf(hour, f)
		if v.Cost, err = p.costFigure(); err != nil {
			return err
		}
		v.Form = whatIfForm(f)
		v.Shell = a.shell(p, "Economics", keyHashprice, topicFleet, topicSite, topicContract, topicPowerPrice, topicPractice, topicMonth)
		return nil
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if asked {
		status = f.status()
	}
	return render(c, status, views.Economics(v))
}

// statedPath is the path that a request states, over the one that stands in the
// form at first, and whether it states any.
func statedPath(c echo.Context) (f *form, asked bool) {
	f = newForm(map[string]string{"growth": "1.5", "price": "0", "power": "0", "stretches": "12", "keep": ""})
	for name := range f.values {
		if c.QueryParams().Has(name) {
			f.values.Set(name, c.QueryParam(name))
			asked = true
		}
	}
	return f, asked
}

// economicsSentence is the page's answer.
func economicsSentence(f fleetHour) ui.Sentence {
	s := ui.Sentence{}
	if f.why != "" {
		return s.Say("What the machines earn ").Stress("cannot be said yet").Say(": " + f.why + ".")
	}
	s = s.Say("Running all day, the fleet earns ").Stress(format.USD0(f.Total.Revenue.Float64()).Text).Say(" and pays ").Stress(format.USD0(f.Total.PowerCost.Float64()).Text).
		Say(" for power; ").Stress(format.USD0(f.Total.Margin.Float64()).Text).Say(" is left after other running cost.")
	if worst := f.Days[0]; worst.Margin.Sign() < 0 {
		s = s.Say(" " + worst.Group.Name + " loses the most per MWh.")
	}
	return s
}

func (p *page) classDays(f fleetHour) views.ClassesFigure {
	v := views.ClassesFigure{Facts: p.hourFacts(f, views.FigureClassDays)}
	for _, d := range f.Days {
		row := views.ClassRow{ClassDay: d.ClassDay, Class: d.Group.Class.Name, Site: d.Group.Name, Machines: d.Group.Count, PowerPrice: d.Price}
		row.Site = hallOf(mining.Row{GroupName: d.Group.Name})
		if e := d.Group.Class.Nameplate().Efficiency(); e.Known {
			row.JPerT = float64(e.Value)
		}
		v.Rows = append(v.Rows, row)
	}
	if len(f.Days) > 0 {
		v.Total = &f.Total
	}
	return v
}

// costFigure is the cost per bitcoin of the newest month (M12).
func (p *page) costFigure() (views.CostFigure, error) {
	v := views.CostFigure{Facts: p.typedFacts(views.FigureMonthly, "the monthly update, as typed")}
	months, err := p.s.Months(p.ctx, time.Time{})
	if err != nil {
		return v, err
	}
	if len(months) == 0 {
		v.Problem = &ui.Problem{Kind: ui.Empty, Title: "No month has been closed", Text: "Cost per bitcoin follows from a month's figures.", Href: "/mining/monthly", Action: "Monthly update"}
		return v, nil
	}
	v.Month, v.Cost = months[0].Begin().Format("January 2006")+", "+monthState(months[0]), months[0].Cost()
	return v, nil
}

// Bounds of a stated path.
const (
	mostStretches = 52
	stretch       = 14 * 24 * time.Hour // about a difficulty epoch
)

// whatIf is the fleet along the path that the form states.
func (p *page) whatIf(f fleetHour, path *form) views.WhatIfFigure {
	v := views.WhatIfFigure{Facts: p.hourFacts(f, views.FigureWhatIf)}
	v.DataHref += "?" + path.values.Encode()
	growth, price, power := path.percent("growth", -50, 50), path.percent("price", -90, 400), path.percent("power", -90, 400)
	n, err := strconv.Atoi(path.get("stretches"))
	if err != nil || n < 1 || n > mostStretches {
		path.fail("stretches", fmt.Sprintf("From 1 to %d.", mostStretches))
	}
	if f.Plan == nil {
		return v
	}
	if !path.ok() {
		v.Problem = &ui.Problem{Kind: ui.Empty, Title: "The path cannot be followed", Text: "What is wrong stands beside its field."}
		return v
	}
	v.Said = fmt.Sprintf("%d stretches of two weeks; difficulty %s each, bitcoin at %s of today's price, power at %s of this hour's", n,
		format.SignedPercent1(growth).Text+"%", format.Percent1(1+price).Text+"%", format.Percent1(1+power).Text+"%")
	periods, err := p.periods(f, growth, price, power, n)
	if err == nil {
		v.Outcomes, err = mining.WhatIf(f.Plan.Order.Sites, f.Plan.Order.Groups, periods, path.get("keep") == "on")
	}
	if err != nil { // the path is at fault, not the store
		v.Problem = &ui.Problem{Kind: ui.Empty, Title: "The path leads beyond what can be computed", Text: sentence(err)}
	}
	return v
}

// whatIfRows are the rows of the path's files; a path that cannot be followed
// is refused by what is wrong with it.
func whatIfRows(p *page) ([][]cell, error) {
	hour, err := p.readFleetHour()
	if err != nil {
		return nil, err
	}
	path, _ := statedPath(p.c)
	f := p.whatIf(hour, path)
	for _, name := range slices.Sorted(maps.Keys(path.errs)) {
		return nil, badInput(name + ": " + path.errs[name])
	}
	var rows [][]cell
	for _, o := range f.Outcomes {
		rows = append(rows, []cell{
			o.Start, o.Difficulty, o.Pay.USDPerPHDay, float64(o.Power / units.MW), float64(o.Earned) / units.SatsPerBTC,
			o.Margin.Float64(), o.Total.Float64(), strings.Join(o.Off, ", "),
		})
	}
	return rows, nil
}

// periods are the stretches of a path from now on.
func (p *page) periods(f fleetHour, growth, price, power float64, n int) ([]mining.Period, error) {
	difficulties, err := mining.DifficultyPath(f.pay.Difficulty, growth, n)
	if err != nil {
		return nil, err
	}
	height := p.network.Tip.Height
	subsidyNow, err := market.Subsidy(height)
	if err != nil {
		return nil, err
	}
	now, err := mining.ComputePay(f.pay.Difficulty, subsidyNow, 0, f.pay.PriceUSD)
	if err != nil {
		return nil, err
	}
	// Fees are what the present pay has beyond the subsidy.
	fees := max(0, (f.pay.SatPerPHDay/now.SatPerPHDay-1)*float64(subsidyNow))
	prices := make(map[string]float64, len(f.Prices))
	for site, v := range f.Prices {
		prices[site] = v + math.Abs(v)*power
	}
	list := make([]mining.Period, n)
	for i := range list {
		subsidy, err := market.Subsidy(height + int64(i)*market.EpochBlocks)
		if err != nil {
			return nil, err
		}
		list[i] = mining.Period{
			Start: p.now.Truncate(time.Hour).Add(time.Duration(i) * stretch), Span: stretch, Difficulty: difficulties[i], Subsidy: subsidy, MeanFees: fees,
			PriceUSD: f.pay.PriceUSD * (1 + price), PowerUSDPerMWh: prices,
		}
	}
	return list, nil
}

// percent is a share typed in percent.
func (f *form) percent(name string, low, high float64) float64 {
	v := f.number(name)
	if v < low || v > high {
		f.fail(name, fmt.Sprintf("Between %s and %s %%.", format.Plain(low), format.Plain(high)))
	}
	return v / 100
}

func whatIfForm(f *form) ui.FormSpec {
	return ui.FormSpec{Action: "/mining/economics", Submit: "Follow the path", Asks: true, Fields: []ui.Control{
		decimalField(f.control(ui.InputText, "growth", "Difficulty, % each two weeks", "Negative: it falls")),
		decimalField(f.control(ui.InputText, "price", "Bitcoin, % against today", "For the whole path")),
		decimalField(f.control(ui.InputText, "power", "Power, % against this hour", "For the whole path")),
		decimalField(f.control(ui.InputText, "stretches", "Stretches of two weeks", "26 are a year")),
		f.control(ui.InputCheck, "keep", "Keep all machines running", "Also those that lose"),
	}}
}

// sitePowerRows are the rows of the table of sites' files.
func sitePowerRows(p *page) ([][]cell, error) {
	f, err := p.readFleetHour()
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, s := range p.sitePower(f).Rows {
		rows = append(rows, []cell{s.Name, s.Contract, s.On, s.Off, s.PriceUSDPerMWh})
	}
	return rows, nil
}
