package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

const (
	topicCurtailment = "mining.curtailment"
	curtailmentPath  = "/mining/curtailment"
)

// showCurtailment answers GET /mining/curtailment: what the rule would have
// brought, and what was really done.
func (a *App) showCurtailment(c echo.Context) error {
	var v views.CurtailmentPage
	err := a.readPage(c, []string{topicCurtailment}, func(p *page) error {
		asked, err := askedPeriod(c)
		if err != nil {
			return err
		}
		back, err := p.readBackTest(asked.days)
		if err != nil {
			return err
		}
		v.BackTest = p.backTest(back)
		v.KPIs = backTestKPIs(back, v.BackTest)
		v.Sentence = curtailmentSentence(back, v.BackTest)
		if v.Log, err = p.curtailmentLog(back); err != nil {
			return err
		}
		v.Spans = periodLinks(curtailmentPath, asked)
		for _, facts := range []*ui.Facts{&v.BackTest.Facts, &v.Log.Facts} {
			facts.DataHref += "?period=" + asked.name
		}
		v.Shell = a.shell(p, "Curtailment", topicCurtailment)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.Curtailment(v))
}

// curtailmentSentence is the page's answer.
func curtailmentSentence(v past, f views.BackTestFigure) ui.Sentence {
	s := ui.Sentence{}
	if v.test == nil {
		return s.Say("What curtailing would have brought is not known: " + v.why + ".")
	}
	gain := f.Total.Curtailed - f.Total.AlwaysOn
	s = s.Say("In the last " + countOf(v.days, "day") + " the rule would have made ")
	if gain < 0 {
		return s.Stress("$" + format.Fixed(-gain/1000, 0) + "k less").Say(" than running always: it could not know the hours to come, and switching costs.")
	}
	return s.Stress("$" + format.Fixed(gain/1000, 0) + "k more").Say(fmt.Sprintf(" than running always, drawing %s MWh less; foresight would have made $%sk.",
		format.Count(f.Total.AlwaysMWh-f.Total.DrawnMWh), format.Fixed((f.Total.Foresight-f.Total.AlwaysOn)/1000, 0)))
}

// loggedCurtailment is a line of the log with what it brought.
type loggedCurtailment struct {
	mining.CurtailmentRecord
	site  mining.SiteRecord
	worth mining.Maybe[mining.CurtailmentWorth]
}

// logged are the lines of the log of a span, the newest first.
func (p *page) logged(v past) ([]loggedCurtailment, error) {
	records, err := p.s.Curtailments(p.ctx, p.known, v.from, v.to)
	if err != nil {
		return nil, err
	}
	list := make([]loggedCurtailment, len(records))
	for i, r := range records {
		list[i] = loggedCurtailment{CurtailmentRecord: r}
		if list[i].site, list[i].worth, err = v.worth(r); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// worth is what a line of the log brought, by the contract that its site has now.
func (v past) worth(r mining.CurtailmentRecord) (mining.SiteRecord, mining.Maybe[mining.CurtailmentWorth], error) {
	i := slices.IndexFunc(v.basis.sites, func(s mining.SiteRecord) bool { return s.ID == r.SiteID })
	if i < 0 {
		return mining.SiteRecord{Name: "site " + strconv.FormatInt(r.SiteID, 10)}, mining.Unknown[mining.CurtailmentWorth]("its site is not known"), nil
	}
	site, terms := v.basis.sites[i], v.basis.terms[i]
	if terms.Contract.Kind == "" {
		return site, mining.Unknown[mining.CurtailmentWorth]("its site has no power contract"), nil
	}
	load := 0.0
	for _, g := range v.basis.groups {
		if g.Site == site.Name {
			load += float64(g.Count) * float64(g.Class.Nameplate().Power) * terms.Site.PUE
		}
	}
	worth, err := r.Worth(mining.CurtailmentInput{
		Terms: terms, Load: min(units.Power(load), terms.Site.Interconnect), Hashprice: v.pays,
		PoolFee: v.basis.practice.PoolFee.Float64() / 100, OtherUSDPerMWh: v.basis.practice.OtherUSDPerMWh.Float64(),
	})
	return site, worth, err
}

// curtailmentLog is the log of a span as a list.
func (p *page) curtailmentLog(v past) (views.RecordsPage, error) {
	log := views.RecordsPage{
		Unit: ui.Mining, Figure: views.FigureCurtailments, Title: "Curtailment log", Sub: "What was really off, and what it brought; clocks of the site",
		Columns: []views.DataColumn{
			{Label: "From"}, {Label: "Site"}, {Label: "For", Unit: "h", Right: true, Hide: "p2"}, {Label: "Off", Unit: "MW", Right: true}, {Label: "Why", Hide: "p2"}, {Label: "Avoided", Unit: "$", Right: true, Hide: "p3"},
			{Label: "Credit", Unit: "$", Right: true, Hide: "p3"}, {Label: "Forgone", Unit: "$", Right: true, Hide: "p3"}, {Label: "Brought", Unit: "$", Right: true},
		},
		Empty:   ui.Problem{Kind: ui.Empty, Title: "Nothing was logged in this span", Text: "Mining operations log what was off, when and why; what it brought is computed."},
		Refetch: topicCurtailment,
	}
	if p.who.May(access.RoomMining, access.Write) {
		log.Add, log.AddLabel = curtailmentPath+"/new", "Log curtailment"
	}
	lines, err := p.logged(v)
	if err != nil {
		return log, err
	}
	sum, left := mining.CurtailmentWorth{}, 0
	for _, l := range lines {
		log.Rows = append(log.Rows, curtailmentRow(l))
		if !l.worth.Known {
			left++
			continue
		}
		w := l.worth.Value
		sum.NotDrawn += w.NotDrawn
		sum.Avoided, sum.Credit, sum.Forgone, sum.Net = sum.Avoided.Add(w.Avoided), sum.Credit.Add(w.Credit), sum.Forgone.Add(w.Forgone), sum.Net.Add(w.Net)
	}
	if len(lines) > 1 {
		total := views.RecordRow{Cells: []views.Cell{{Text: "All"}, {}, {}, {}, {Text: format.Count(float64(sum.NotDrawn)) + " MWh not drawn"}, dollarsCell(sum.Avoided), dollarsCell(sum.Credit), dollarsCell(sum.Forgone), dollarsCell(sum.Net)}}
		if left > 0 {
			total.Cells[0].Under = fmt.Sprintf("without %s whose worth is not known", countOf(left, "line"))
		}
		log.Total = &total
	}
	log.Facts = p.pastFacts(v, views.FigureCurtailments)
	log.Facts.Problem = nil
	return log, nil
}

func dollarsCell(v units.USD) views.Cell { return views.Cell{Text: format.Fixed(v.Float64(), 0)} }

func curtailmentRow(l loggedCurtailment) views.RecordRow {
	zone := zoneOf(l.site)
	row := views.RecordRow{Href: fmt.Sprintf("%s/%d", curtailmentPath, l.ID), Cells: []views.Cell{
		{Text: l.From.In(zone).Format("Mon 2 Jan 15:04"), Under: "to " + l.To.In(zone).Format("Mon 15:04 MST")}, {Text: l.site.Name}, {Text: format.Fixed(l.To.Sub(l.From).Hours(), 1)},
		{Text: format.Fixed(l.Power.Float64(), 1)}, {Text: causeWords(l.CurtailmentRecord), Under: l.Note},
	}}
	if !l.worth.Known {
		missing := views.Cell{Text: format.Missing}
		row.Cells = append(row.Cells, missing, missing, missing, views.Cell{Text: format.Missing, Under: l.worth.Reason()})
		return row
	}
	w := l.worth.Value
	net := dollarsCell(w.Net)
	if w.Left > 0 {
		net.Under = "without " + format.Duration(w.Left) + " of unknown price"
	}
	row.Cells = append(row.Cells, dollarsCell(w.Avoided), dollarsCell(w.Credit), dollarsCell(w.Forgone), net)
	return row
}

// curtailmentRows are the rows of the log's files.
func curtailmentRows(p *page) ([][]cell, error) {
	asked, err := askedPeriod(p.c)
	if err != nil {
		return nil, err
	}
	v, err := p.readPast(asked.days)
	if err != nil {
		return nil, err
	}
	lines, err := p.logged(v)
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(lines))
	for i, l := range lines {
		row := []cell{l.From, l.To, l.site.Name, l.Power.Float64(), l.Hashrate.Float64(), string(l.Cause), l.Term, l.Note, nil, nil, nil, nil, nil, nil, l.KnownFrom, l.Who}
		if w := l.worth.Value; l.worth.Known {
			row[8], row[9], row[10], row[11], row[12], row[13] = float64(w.NotDrawn), w.Avoided.Float64(), w.Credit.Float64(), w.OtherSaved.Float64(), w.Forgone.Float64(), w.Net.Float64()
		}
		rows[i] = row
	}
	return rows, nil
}

// spanOf is the span that holds a line of the log.
func (p *page) spanOf(r mining.CurtailmentRecord) (past, error) {
	v := past{from: r.From.Truncate(time.Hour), to: r.To}
	var err error
	if v.basis, err = p.readBasis(v.from, v.to); err != nil {
		return v, err
	}
	v.pays, err = p.hourlyPay(v.from, v.to)
	return v, err
}
