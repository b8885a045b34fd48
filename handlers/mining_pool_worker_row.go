package handlers

import (
	"net/url"
	"strconv"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// workerRow is a worker in the list.
func (p *page) workerRow(k workerNames, w pool.SeenWorker) views.RecordRow {
	state := views.Cell{Text: stateWords(w.State)}
	if !w.DarkSince.IsZero() {
		state.Under = "since " + p.shortDayClock(w.DarkSince)
	}
	machine := views.Cell{Text: w.Serial, Under: k.place(w.Place)}
	switch {
	case w.Serial != "":
		machine.Href = unitPath(w.Serial)
	default:
		machine.Text = format.Missing
	}
	mark, words := workerMark(w.State)
	return views.RecordRow{Href: workerPath(w.Account, w.Name), Mark: mark, State: words, Cells: []views.Cell{
		{Text: w.Name}, {Text: k.account(w.Account)}, state, machine, rateText(w.Now), rateText(w.Hour), rateText(w.Day), rateText(w.Place.Nameplate), partText(w.Stale), partText(w.Rejected), p.shareText(w),
	}}
}

func rateText(m mining.Maybe[units.Hashrate]) views.Cell {
	if !m.Known {
		return views.Cell{Text: format.Missing}
	}
	return views.Cell{Text: format.Fixed(float64(m.Value/units.TH), 1)}
}

func partText(m mining.Maybe[float64]) views.Cell {
	if !m.Known {
		return views.Cell{Text: format.Missing}
	}
	return views.Cell{Text: format.Fixed(100*m.Value, 2)}
}

func (p *page) shareText(w pool.SeenWorker) views.Cell {
	if !w.LastShare.Known {
		return views.Cell{Text: format.Missing}
	}
	return views.Cell{Text: p.shortDayClock(w.LastShare.Value)}
}

// stateWords is a state as people say it.
func stateWords(s pool.WorkerState) string {
	switch s {
	case pool.Low:
		return "low hashrate"
	case pool.Disabled:
		return "watch off"
	case pool.WorkerGone:
		return "no longer listed"
	default:
		return string(s)
	}
}

func workerMark(s pool.WorkerState) (ui.MarkKind, string) {
	switch s {
	case pool.Online:
		return ui.MarkOK, stateWords(s)
	case pool.Low:
		return ui.MarkWatch, stateWords(s)
	case pool.Offline:
		return ui.MarkBad, stateWords(s)
	default:
		return ui.MarkOff, stateWords(s)
	}
}

func workerPath(account int64, name string) string {
	return poolsPath + "/worker?" + url.Values{"account": {strconv.FormatInt(account, 10)}, "name": {name}}.Encode()
}

// workerRows are the rows of the list's files, with the page's filter.
func workerRows(p *page) ([][]cell, error) {
	f, err := workerFilter(p.c)
	if err != nil {
		return nil, err
	}
	f.AfterAccount, f.After, f.Limit = 0, "", workersInFile
	if p.most > 0 {
		all, err := p.s.CountPoolWorkers(p.ctx, f)
		if err != nil {
			return nil, err
		}
		f.Limit, p.total = p.most, min(all, workersInFile)
	}
	k, err := p.workerNames()
	if err != nil {
		return nil, err
	}
	list, err := p.s.PoolWorkers(p.ctx, f)
	if err != nil {
		return nil, err
	}
	rows := make([][]cell, len(list))
	for i, w := range list {
		site, why := "", ""
		if w.Place.Unit == 0 {
			why = whyUnmatched(w.Place.Why)
		} else {
			site = k.site(w.Place.Site)
		}
		rows[i] = []cell{
			w.Name, k.account(w.Account), string(w.State), momentCell(w.DarkSince), w.Serial, site, w.Place.Building, why, cellOf(w.Now, rateCell), cellOf(w.Hour, rateCell), cellOf(w.Day, rateCell),
			cellOf(w.Place.Nameplate, rateCell), maybeCell(w.Stale), maybeCell(w.Rejected), cellOf(w.LastShare, func(t time.Time) cell { return t }), w.SeenAt,
		}
	}
	return rows, nil
}
