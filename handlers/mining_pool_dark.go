package handlers

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"switchyard/db"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// poolDark is what is dark, by site and building.
func (p *page) poolDark(f poolStands) views.PoolDarkFigure {
	v := views.PoolDarkFigure{Facts: p.facts(views.FigurePoolDark, p.workersFresh(f), "the pools' lists of workers; the register of units; hashprice of the index"), Events: standEvents}
	if f.price.Known {
		v.Inputs = append(v.Inputs, ui.Input{Name: "Hashprice, $ per PH/s a day", Value: format.USD2(f.price.Value.USDPerPHDay), At: p.now, Source: "M3"})
	}
	for _, s := range f.list {
		if s.account.Watched {
			v.Inputs = append(v.Inputs, ui.Input{Name: "Fee of " + s.account.Name, Value: format.Percent2(f.fee(s.account.ID)), At: s.account.KnownFrom, Source: "as typed"})
		}
	}
	if !f.workersRead() {
		v.Problem = &ui.Problem{Kind: ui.Empty, Title: "No workers have been read yet", Text: "What is dark is known once the first list of an account's workers is read."}
		return v
	}
	for _, d := range f.dark.Places {
		row := views.PoolDarkRow{DarkPlace: d, Name: siteAndBuilding(d.Site, d.Building), Href: fmt.Sprintf("%s?state=%s&site=%d", workersPath, pool.Offline, d.SiteID)}
		if !d.Since.IsZero() {
			row.Since = p.shortDayClock(d.Since)
		}
		v.Rows = append(v.Rows, row)
	}
	if len(v.Rows) > 1 {
		v.Total = &views.PoolDarkRow{DarkPlace: f.dark.Total, Name: "All places"}
	}
	if n := f.dark.Unnamed; n > 0 {
		v.Note = fmt.Sprintf("%s more %s dark and %s no machine: where they stand and what they cost is not known.", countOf(n, "worker"), verb(n, "is", "are"), verb(n, "names", "name"))
	}
	if n := f.dark.Total.Unrated; n > 0 {
		v.Note = strings.TrimSpace(v.Note + fmt.Sprintf(" %s without a nameplate.", countOf(n, "machine")))
	}
	return v
}

// shortDayClock is a moment in a column: the time of today, or else with its day.
func (p *page) shortDayClock(t time.Time) string {
	if t.UTC().Truncate(24 * time.Hour).Equal(p.now.Truncate(24 * time.Hour)) {
		return t.UTC().Format("15:04")
	}
	return format.DayClock(t)
}

// darkSpan is how far back the hours reach: a week where the window is one.
func (f poolStands) darkSpan() time.Duration { return max(f.window.span, 24*time.Hour) }

// readDarkHours reads what was dark in each hour and at what hashprice.
func (p *page) readDarkHours(f poolStands) ([]pool.DarkHour, error) {
	from := p.now.Add(-f.darkSpan()).Truncate(time.Hour).Add(time.Hour)
	var list []pool.DarkHistory
	sites, err := p.darkSites()
	if err != nil {
		return nil, err
	}
	for _, s := range f.list {
		if !s.account.Watched || s.reading.Workers.At.IsZero() {
			continue
		}
		h, err := p.darkHistory(s, sites[s.account.ID], from)
		if err != nil {
			return nil, err
		}
		h.Fee = f.fee(s.account.ID)
		list = append(list, h)
	}
	prices, err := p.hourlyPay(from, p.now)
	if err != nil {
		return nil, err
	}
	if f.price.Known {
		prices[p.now.Truncate(time.Hour).Unix()] = f.price.Value.USDPerPHDay
	}
	return pool.DarkHours(from, p.now, list, prices)
}

// darkSites are the sites of which series of what is dark are kept, by account.
func (p *page) darkSites() (map[int64][]int64, error) {
	series, err := p.s.SeriesList(p.ctx)
	if err != nil {
		return nil, err
	}
	sites := make(map[int64][]int64)
	for _, v := range series {
		place, is := strings.CutPrefix(v.Key, "mining.pool_dark_hs.")
		account, site, _ := strings.Cut(place, ".")
		a, err1 := strconv.ParseInt(account, 10, 64)
		b, err2 := strconv.ParseInt(site, 10, 64)
		if is && err1 == nil && err2 == nil {
			sites[a] = append(sites[a], b)
		}
	}
	return sites, nil
}

// darkHistory is what was dark of an account: the sum of its sites in the hours in
// which its workers were read. A reading stands for the hours until the next one
// where they are further apart than an hour.
func (p *page) darkHistory(s poolStand, sites []int64, from time.Time) (pool.DarkHistory, error) {
	h := pool.DarkHistory{Hours: make(map[int64]units.Hashrate), Began: p.now}
	read, err := p.hourMeans(accountSeries("expected_hs", s.account.ID), from, p.now)
	if err != nil {
		return h, err
	}
	before, err := known(p.s.PointAt(p.ctx, accountSeries("expected_hs", s.account.ID), from))
	if err != nil {
		return h, err
	}
	if before != nil {
		h.Began = before.T
	}
	for hour := range read {
		h.Hours[hour] = 0
		if at := time.Unix(hour, 0); at.Before(h.Began) {
			h.Began = at
		}
	}
	for _, site := range sites {
		dark, err := p.hourMeans(accountSeries("dark_hs", s.account.ID)+"."+strconv.FormatInt(site, 10), from, p.now)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return h, err
		}
		for hour, v := range dark {
			h.Hours[hour] += units.Hashrate(v)
		}
	}
	h.Hours = stretched(h.Hours, s.reading.Workers.Every, p.now)
	return h, nil
}

// stretched lets an hour stand for those after it until the next reading is due.
func stretched(hours map[int64]units.Hashrate, every time.Duration, now time.Time) map[int64]units.Hashrate {
	if every <= time.Hour {
		return hours
	}
	all := make(map[int64]units.Hashrate, len(hours))
	for hour, v := range hours {
		all[hour] = v
	}
	for hour, v := range hours {
		for at := hour + 3600; at < hour+int64(every.Seconds()) && at <= now.Unix(); at += 3600 {
			if _, read := hours[at]; read {
				break
			}
			all[at] = v
		}
	}
	return all
}

// darkHours is what each hour lost.
func (p *page) darkHours(f poolStands) (views.DarkHoursFigure, error) {
	v := views.DarkHoursFigure{Facts: p.facts(views.FigureDarkHours, p.workersFresh(f), "the pools' lists of workers; hashprice of the index, by hour"), Events: topicPoolWorkers, To: p.now}
	v.DataHref += "?window=" + f.window.name
	if !f.workersRead() {
		v.Problem = &ui.Problem{Kind: ui.Empty, Title: "No workers have been read yet", Text: "The first hour is drawn when a list of workers has been read."}
		return v, nil
	}
	var err error
	if v.Hours, err = p.readDarkHours(f); err != nil || len(v.Hours) == 0 {
		return v, err
	}
	v.From = v.Hours[0].At
	v.Finding = lossWords(pool.SumDark(v.Hours), len(v.Hours))
	return v, nil
}

// lossWords says what hours cost together, and what is not in it.
func lossWords(l pool.Loss, hours int) string {
	text := fmt.Sprintf("%s lost in %s", format.ExactUSD(l.USD), countOf(l.Known, "hour"))
	switch rest := hours - l.Known; {
	case l.Known == 0:
		return "What was lost is not known of any of these hours."
	case rest > 0:
		text = fmt.Sprintf("At least %s; %s of %d %s not known", text, format.Count(float64(rest)), hours, verb(rest, "is", "are"))
	}
	if l.Part > 0 {
		text += fmt.Sprintf("; in %s not all accounts were read", countOf(l.Part, "hour"))
	}
	return text + "."
}
