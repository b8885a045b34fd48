package handlers

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

const (
	uptimePath = "/mining/uptime"
	// uptimeEvents are the topics that change the page: what is seen, and the
	// nameplates and names it is told by.
	uptimeEvents = topicMeasured + " " + topicFleet + " " + topicSite
	// minerSource is the source of what machines say, asked once a minute.
	minerSource = "miners.telemetry"
)

// uptimeFacts are the hours of a period with what they are told by.
type uptimeFacts struct {
	period      period
	from, today time.Time // the first day, and the one that is not over
	hours       mining.FleetHours
	register    fleet.Register
}

// readUptime reads the period asked for: whole days, UTC, and today so far.
func (p *page) readUptime() (uptimeFacts, error) {
	f := uptimeFacts{today: p.now.Truncate(24 * time.Hour)}
	var err error
	if f.period, err = askedPeriod(p.c); err != nil {
		return f, err
	}
	f.from = f.today.AddDate(0, 0, -f.period.days)
	if f.hours, err = p.s.SeenHours(p.ctx, f.from, f.today.AddDate(0, 0, 1)); err != nil {
		return f, err
	}
	f.register, err = p.s.Register(p.ctx)
	return f, err
}

// rated holds hours against the nameplate of their class, if that is known.
func (f uptimeFacts) rated(class int64, hours mining.SeenHours) mining.RatedHours {
	r := mining.RatedHours{SeenHours: hours}
	if c, known := f.register.Classes[class]; known && len(c.Modes) > 0 {
		r.Nameplate = c.Nameplate().Hashrate
	}
	return r
}

func (f uptimeFacts) className(id int64) string {
	return cmp.Or(f.register.Classes[id].Name, fmt.Sprintf("Class %d", id))
}

func (f uptimeFacts) siteName(id int64) string {
	return cmp.Or(f.register.Sites[id].Name, fmt.Sprintf("Site %d", id))
}

// row is M11 of some of the places.
func (f uptimeFacts) row(places []mining.PlaceHours) (views.UptimeRow, error) {
	list := make([]mining.RatedHours, len(places))
	row := views.UptimeRow{Machines: mining.Of(0.0)}
	for i, p := range places {
		list[i] = f.rated(p.Key.ClassID, p.SeenHours)
		if n := p.Machines(); row.Machines.Known && n.Known {
			row.Machines.Value += n.Value
		} else if row.Machines.Known {
			row.Machines = n
		}
	}
	var err error
	row.Hours, row.Coverage = mining.CountHours(list...)
	row.Uptime, err = mining.ComputeUptime(row.Hours)
	return row, err
}

// rows are M11 of the places that have a key in common, the lowest realised
// first and what is not known last.
func (f uptimeFacts) rows(key func(mining.FleetKey) int64, name func(int64) string, address string) ([]views.UptimeRow, error) {
	by := make(map[int64][]mining.PlaceHours)
	for _, p := range f.hours.Places {
		by[key(p.Key)] = append(by[key(p.Key)], p)
	}
	rows := make([]views.UptimeRow, 0, len(by))
	for id, places := range by {
		row, err := f.row(places)
		if err != nil {
			return nil, err
		}
		row.Name, row.Href = name(id), fmt.Sprintf(address, id)
		rows = append(rows, row)
	}
	last := func(r views.UptimeRow) float64 {
		if !r.Uptime.Realised.Known {
			return 2 // above any share
		}
		return r.Uptime.Realised.Value
	}
	slices.SortFunc(rows, func(a, b views.UptimeRow) int {
		return cmp.Or(cmp.Compare(last(a), last(b)), strings.Compare(a.Name, b.Name))
	})
	return rows, nil
}

// uptimeDay is M11 of all machines on one day.
type uptimeDay struct {
	day      time.Time
	hours    mining.MachineHours
	coverage mining.Maybe[float64]
	mining.Uptime
}

// days are M11 of each day that is over and has hours, ascending.
func (f uptimeFacts) days() ([]uptimeDay, error) {
	var list []uptimeDay
	for rest := f.hours.Days; len(rest) > 0 && rest[0].Day.Before(f.today); {
		n := 1
		for n < len(rest) && rest[n].Day.Equal(rest[0].Day) {
			n++
		}
		classes := make([]mining.RatedHours, n)
		for i, d := range rest[:n] {
			classes[i] = f.rated(d.Key.ClassID, d.SeenHours)
		}
		day := uptimeDay{day: rest[0].Day}
		var err error
		day.hours, day.coverage = mining.CountHours(classes...)
		if day.Uptime, err = mining.ComputeUptime(day.hours); err != nil {
			return nil, err
		}
		list, rest = append(list, day), rest[n:]
	}
	return list, nil
}

// showUptime answers GET /mining/uptime.
func (a *App) showUptime(c echo.Context) error {
	v := views.UptimePage{Events: uptimeEvents}
	err := a.readPage(c, []string{topicMeasured, topicFleet, topicSite}, func(p *page) error {
		f, err := p.readUptime()
		if err != nil {
			return err
		}
		v.Periods = periodLinks(uptimePath, f.period)
		total, err := f.row(f.hours.Places)
		if err != nil {
			return err
		}
		total.Name = "Fleet"
		v.Sentence, v.KPIs = uptimeSentence(f, total), uptimeKPIs(total)
		if v.Days, err = p.uptimeDays(f, total); err != nil {
			return err
		}
		if v.Classes, v.Sites, err = p.uptimeTables(f, total); err != nil {
			return err
		}
		v.Shell = a.shell(p, "Uptime", topicMeasured, topicFleet, topicSite)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.Uptime(v))
}

func uptimeSentence(f uptimeFacts, total views.UptimeRow) ui.Sentence {
	s, u := ui.Sentence{}.Say("Over the last "+f.period.words+", "), total.Uptime
	if !u.Availability.Known {
		return s.Say("no machine was seen.")
	}
	s = s.Say("machines were able to run in ").Stress(percentOf(u.Availability)).Say(" of their hours")
	if !u.Utilisation.Known {
		return s.Say(": " + u.Utilisation.Reason() + ".")
	}
	s = s.Say(" and ran in ").Stress(percentOf(u.Utilisation)).Say(" of those")
	if !u.Realised.Known {
		return s.Say("; what they realised is not known, because " + u.Realised.Reason() + ".")
	}
	return s.Say("; against the nameplate they realised ").Stress(percentOf(u.Realised)).Say(".")
}

func percentOf(m mining.Maybe[float64]) string {
	v := format.Percent2(m.Value)
	return v.Text + v.Unit
}

func uptimeKPIs(total views.UptimeRow) []ui.KPI {
	u, h := total.Uptime, total.Hours
	kpi := func(label string, m mining.Maybe[float64], context string) ui.KPI {
		k := ui.KPI{Label: label, Unit: ui.Mining, Context: context}
		if m.Known {
			k.Value = format.Percent2(m.Value)
		} else {
			k.Why = m.Reason()
		}
		return k
	}
	hashed := ""
	if h.Performance.Known {
		hashed = percentOf(h.Performance) + " of the nameplate while hashing"
	}
	return []ui.KPI{
		kpi("Availability", u.Availability, format.Count(h.Broken)+" of "+format.Count(h.Installed)+" hours broken"),
		kpi("Utilisation", u.Utilisation, format.Count(h.Curtailed)+" hours curtailed"),
		kpi("Realised", u.Realised, hashed),
		kpi("Coverage", total.Coverage, "of the hours seen; the others are left out"),
	}
}

// uptimeSourced are the facts of a figure of the page; the hours of all machines
// are its inputs.
func (p *page) uptimeSourced(f uptimeFacts, total views.UptimeRow, figure string) (ui.Facts, error) {
	src, err := readSource(p.ctx, p.s, minerSource)
	if err != nil {
		return ui.Facts{}, err
	}
	facts := p.facts(figure, ui.Fresh{
		Freshness: market.JudgeFreshness(src.SucceededAt, src.Cadence, true, p.now), Topic: topicMeasured, Cadence: src.Cadence,
	}, "what machines were seen to do, once a minute")
	facts.DataHref += "?period=" + f.period.name
	for _, in := range []struct {
		name  string
		hours float64
	}{{"Installed hours", total.Hours.Installed}, {"Broken hours", total.Hours.Broken}, {"Curtailed hours", total.Hours.Curtailed}} {
		facts.Inputs = append(facts.Inputs, ui.Input{Name: in.name, Value: format.Value{Text: format.Count(in.hours)}, At: p.now, Source: "seen since " + format.DayMonthYear(f.from)})
	}
	if len(f.hours.Places) == 0 {
		facts.Problem = &ui.Problem{Kind: ui.Empty, Title: "No machine was seen", Text: "Machines of the register that have an address are asked once a minute; their hours are counted from then on.", Href: "/mining/fleet", Action: "Fleet"}
	}
	return facts, nil
}

func (p *page) uptimeDays(f uptimeFacts, total views.UptimeRow) (views.UptimeDays, error) {
	v := views.UptimeDays{From: f.from, To: f.today.AddDate(0, 0, -1)}
	var err error
	if v.Facts, err = p.uptimeSourced(f, total, views.FigureUptimeDays); err != nil {
		return v, err
	}
	days, err := f.days()
	if err != nil {
		return v, err
	}
	unseen := 0
	for _, d := range days {
		if d.Availability.Known {
			v.Availability = append(v.Availability, market.Point{T: d.day, V: 100 * d.Availability.Value})
		}
		if d.Realised.Known {
			v.Realised = append(v.Realised, market.Point{T: d.day, V: 100 * d.Realised.Value})
		}
		if d.hours.Installed > 0 && d.coverage.Known && d.coverage.Value < partlySeen {
			unseen++
		}
	}
	if unseen > 0 {
		v.Note = "On " + countOf(unseen, "day") + " some of the hours were not seen; they are left out."
	}
	if len(days) == 0 && v.Problem == nil {
		v.Problem = &ui.Problem{Kind: ui.Empty, Title: "No day is over yet", Text: "The first day is drawn when it is over, UTC."}
	}
	return v, nil
}

// partlySeen is the coverage below which a day is said to be seen in part.
const partlySeen = 0.999

func (p *page) uptimeTables(f uptimeFacts, total views.UptimeRow) (classes, sites views.UptimeTable, err error) {
	facts, err := p.uptimeSourced(f, total, views.FigureUptime)
	if err != nil {
		return classes, sites, err
	}
	sub := fmt.Sprintf("%s and today so far, UTC; the lowest realised first", countOf(f.period.days, "day"))
	classes = views.UptimeTable{Facts: facts, ID: views.FigureUptime, Title: "By class", Sub: sub, Head: "Class"}
	sites = views.UptimeTable{Facts: facts, ID: "uptime-sites", Title: "By site", Sub: sub, Head: "Site"}
	if classes.Rows, err = f.rows(func(k mining.FleetKey) int64 { return k.ClassID }, f.className, "/mining/fleet?class=%d"); err != nil {
		return classes, sites, err
	}
	sites.Rows, err = f.rows(func(k mining.FleetKey) int64 { return k.SiteID }, f.siteName, "/mining/fleet?site=%d")
	for _, t := range []*views.UptimeTable{&classes, &sites} {
		if len(t.Rows) > 1 {
			t.Total = &total
		}
	}
	return classes, sites, err
}
