package handlers

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// askedWorker is the worker that the address names, with its days: the one that
// runs, and those that are over, the newest first.
func (p *page) askedWorker() (pool.SeenWorker, []pool.WorkerDay, error) {
	account, err := strconv.ParseInt(p.c.QueryParam("account"), 10, 64)
	name := p.c.QueryParam("name")
	if err != nil || account < 1 || name == "" || len(name) > longestWorker || strings.ContainsRune(name, 0) {
		return pool.SeenWorker{}, nil, badInput("Name the account by its number and the worker by its name, for example ?account=1&name=b01-r003-s12.")
	}
	w, err := p.s.PoolWorker(p.ctx, account, name)
	if errors.Is(err, db.ErrNotFound) {
		return w, nil, notFound("The account never listed a worker of that name, or not in the last 35 days.")
	}
	if err != nil {
		return w, nil, err
	}
	days, err := p.s.PoolWorkerDays(p.ctx, w)
	if err == nil && w.Today.Readings > 0 && (len(days) == 0 || days[0].Day.Before(w.Today.Day)) {
		days = append([]pool.WorkerDay{w.Today}, days...)
	}
	return w, days, err
}

// showWorker answers GET /mining/pools/worker.
func (a *App) showWorker(c echo.Context) error {
	topics := []string{topicPoolWorkers, topicPool}
	var v views.PoolWorkerPage
	err := a.readPage(c, topics, func(p *page) error {
		var err error
		if v, err = p.workerPage(); err != nil {
			return err
		}
		v.Shell = a.shell(p, v.Name, topics...)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.PoolWorker(v))
}

// workerPage is one worker: its facts and its days.
func (p *page) workerPage() (views.PoolWorkerPage, error) {
	w, days, err := p.askedWorker()
	if err != nil {
		return views.PoolWorkerPage{}, err
	}
	k, err := p.workerNames()
	if err != nil {
		return views.PoolWorkerPage{}, err
	}
	v := views.PoolWorkerPage{
		Name: w.Name, Events: topicPoolWorkers, Sentence: p.workerSentence(k, w), Facts: p.workerFacts(k, w),
		Links: []views.Link{{Href: workersPath + "?account=" + strconv.FormatInt(w.Account, 10), Label: "Workers"}, {Href: poolPath(w.Account), Label: k.account(w.Account)}},
		Days:  p.workerDays(days),
	}
	if w.Serial != "" {
		v.Links = append(v.Links, views.Link{Href: unitPath(w.Serial), Label: "Machine " + w.Serial})
	}
	return v, nil
}

// workerSentence says what the pool sees of the worker.
func (p *page) workerSentence(k workerNames, w pool.SeenWorker) ui.Sentence {
	var s ui.Sentence
	switch w.State {
	case pool.Offline:
		s = s.Stress("Offline").Say(" at " + k.account(w.Account) + " since ").Stress(p.when(w.DarkSince))
	case pool.WorkerGone:
		s = s.Say(k.account(w.Account) + " lists it ").Stress("no longer").Say("; last on " + p.when(w.SeenAt))
	default:
		s = s.Stress(strings.ToUpper(stateWords(w.State)[:1]) + stateWords(w.State)[1:]).Say(" at " + k.account(w.Account))
		if h := firstKnown(w.Now, w.Hour); h.Known {
			s = s.Say(" with ").Stress(join(format.Hashrate(float64(h.Value))))
			if over := pool.EffectiveOver(h, w.Place.Nameplate.Value); over.Known {
				s = s.Say(", ").Stress(percent1(over.Value)).Say(" of its machine's nameplate")
			}
		}
	}
	if w.Place.Unit == 0 {
		return s.Say("; " + whyUnmatched(w.Place.Why) + ".")
	}
	return s.Say("; it stands at " + k.place(w.Place) + ".")
}

func (p *page) workerFacts(k workerNames, w pool.SeenWorker) []views.FactLine {
	machine := orMissing(w.Serial)
	if w.Place.Unit == 0 {
		machine = format.Missing + " " + whyUnmatched(w.Place.Why)
	}
	lines := []views.FactLine{
		{Name: "Account", Text: k.account(w.Account)},
		{Name: "State", Text: stateWords(w.State)},
		{Name: "Machine", Text: machine},
	}
	if w.Place.Unit != 0 {
		lines = append(lines, views.FactLine{Name: "Place", Text: k.place(w.Place)}, views.FactLine{Name: "Nameplate that should hash", Text: rateFact(w.Place.Nameplate)})
	}
	return append(lines,
		views.FactLine{Name: "Hashrate now", Text: rateFact(w.Now)}, views.FactLine{Name: "Mean of an hour", Text: rateFact(w.Hour)}, views.FactLine{Name: "Mean of 24 hours", Text: rateFact(w.Day)},
		views.FactLine{Name: "Stale shares", Text: partFact(w.Stale)}, views.FactLine{Name: "Rejected shares", Text: partFact(w.Rejected)},
		views.FactLine{Name: "Last share", Text: shareFact(w)},
		views.FactLine{Name: "First listed", Text: format.DateTimeUTC(w.FirstAt)}, views.FactLine{Name: "Last listed", Text: format.DateTimeUTC(w.SeenAt)},
	)
}

func firstKnown(list ...mining.Maybe[units.Hashrate]) mining.Maybe[units.Hashrate] {
	for _, m := range list {
		if m.Known {
			return m
		}
	}
	return list[0]
}

func rateFact(m mining.Maybe[units.Hashrate]) string {
	if !m.Known {
		return format.Missing + " " + m.Reason()
	}
	return format.Fixed(float64(m.Value/units.TH), 1) + "\u00a0TH/s"
}

func partFact(m mining.Maybe[float64]) string {
	if !m.Known {
		return format.Missing + " " + m.Reason()
	}
	return format.Fixed(100*m.Value, 2) + "%"
}

func shareFact(w pool.SeenWorker) string {
	if !w.LastShare.Known {
		return format.Missing + " " + w.LastShare.Reason()
	}
	return format.DateTimeUTC(w.LastShare.Value)
}

// workerDays are the days of a worker as a chart and a table.
func (p *page) workerDays(days []pool.WorkerDay) views.WorkerDaysFigure {
	v := views.WorkerDaysFigure{Facts: p.typedFacts(views.FigureWorkerDays, "readings of the pool's list of workers"), Events: topicPoolWorkers}
	v.DataHref += "?" + p.c.QueryParams().Encode()
	if len(days) == 0 {
		v.Problem = &ui.Problem{Kind: ui.Empty, Title: "No day is known", Text: "The first one is drawn with the first reading of the list."}
		return v
	}
	v.From, v.To = days[len(days)-1].Day, days[0].Day
	for _, d := range slices.Backward(days) {
		v.Mean = append(v.Mean, market.Point{T: d.Day, V: float64(d.Mean / units.TH)})
		v.Online = append(v.Online, market.Point{T: d.Day, V: 100 * float64(d.Online) / float64(max(d.Readings, 1))})
	}
	for _, d := range days {
		row := views.WorkerDayRow{Day: format.DayMonthYear(d.Day), WorkerDay: d}
		if d.Day.Equal(p.now.Truncate(24 * time.Hour)) {
			row.Day += ", so far"
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// workerDayRows are the rows of the days' files.
func workerDayRows(p *page) ([][]cell, error) {
	_, days, err := p.askedWorker()
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(days))
	for i, d := range days {
		rows[i] = []cell{d.Day.Format(time.DateOnly), float64(d.Mean), int64(d.Readings), int64(d.Online), float64(d.Online) / float64(max(d.Readings, 1))}
	}
	return rows, nil
}
