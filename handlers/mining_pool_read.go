package handlers

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/views"
)

// accountSeries is the key of a series of an account at a pool; of what is dark a
// site's number follows.
func accountSeries(metric string, account int64) string {
	return fmt.Sprintf("mining.pool_%s.%d", metric, account)
}

const (
	poolEvery = 5 * time.Minute // between two readings of an account
	// staleStanding is how old what a pool said may be to stand for the present,
	// withheldStanding for which it is not shown any more.
	staleStanding    = 4 * poolEvery
	withheldStanding = 24 * time.Hour
)

// noPoolKey is the kind of failure of an account for want of a key of ours.
const noPoolKey = "no_key"

// poolWindow is a span over which hashrates are means.
type poolWindow struct {
	name, label string
	span        time.Duration
}

var poolWindows = [...]poolWindow{{"1h", "1\u00a0h", time.Hour}, {"24h", "24\u00a0h", 24 * time.Hour}, {"7d", "7\u00a0d", 7 * 24 * time.Hour}}

// dayWindow is the window of pages that offer no other.
var dayWindow = poolWindows[1]

// askedWindow reads ?window=, 24 hours if there is none.
func askedWindow(c echo.Context) (poolWindow, error) {
	name := cmp.Or(c.QueryParam("window"), dayWindow.name)
	i := slices.IndexFunc(poolWindows[:], func(w poolWindow) bool { return w.name == name })
	if i < 0 {
		return poolWindow{}, badInput("\"window\" must be 1h, 24h or 7d.")
	}
	return poolWindows[i], nil
}

// poolStand is how an account stands.
type poolStand struct {
	account             pool.Account
	facts               pool.Facts
	reading             pool.Reading
	condition           pool.Condition
	effective, expected mining.Maybe[units.Hashrate] // means over the window
	fresh               bool                         // what the pool said is of the present
	online, listed      mining.Maybe[int]            // workers
	paid                time.Time                    // last payment; zero: none
	spark               []market.Point               // of 24 hours
	week, month         views.Luck                   // over 7 and 30 whole days
}

// poolStands are all accounts with what follows from them.
type poolStands struct {
	window poolWindow
	list   []poolStand
	counts []pool.WorkerCount
	sites  map[int64]string
	dark   pool.DarkCount
	price  mining.Maybe[market.Hashprice]
}

// readPools reads how the accounts at pools stand.
func (p *page) readPools(w poolWindow) (poolStands, error) {
	f := poolStands{window: w, sites: make(map[int64]string)}
	accounts, err := p.s.PoolAccounts(p.ctx, time.Time{})
	if err != nil || len(accounts) == 0 {
		return f, err
	}
	readings, err := p.s.PoolReadings(p.ctx)
	if err != nil {
		return f, err
	}
	if f.counts, err = p.s.PoolWorkerCounts(p.ctx); err != nil {
		return f, err
	}
	paid, err := p.s.LastPoolPayouts(p.ctx)
	if err != nil {
		return f, err
	}
	for _, a := range accounts {
		s := poolStand{account: a, reading: readings[a.ID], paid: paid[a.ID], facts: poolFacts(a)}
		if err := p.fillStand(&s, f); err != nil {
			return f, err
		}
		f.list = append(f.list, s)
	}
	if err := p.readLuck(f.list); err != nil {
		return f, err
	}
	slices.SortStableFunc(f.list, poolStand.byUrgency)
	// What is not watched is not counted either.
	f.counts = slices.DeleteFunc(f.counts, func(c pool.WorkerCount) bool { return !f.watches(c.Account) })
	sites, err := p.s.Sites(p.ctx, time.Time{})
	if err != nil {
		return f, err
	}
	for _, s := range sites {
		f.sites[s.ID] = s.Name
	}
	f.price = p.hashprice()
	f.dark, err = pool.CountDark(f.counts, f.fee, f.price)
	for i, d := range f.dark.Places {
		f.dark.Places[i].Site = f.siteName(d.SiteID)
	}
	return f, err
}

// byUrgency puts what cannot be read first, then the largest, and last what nobody
// watches.
func (s poolStand) byUrgency(other poolStand) int {
	rank := func(s poolStand) int {
		switch {
		case !s.account.Watched:
			return 2
		case s.condition.State != pool.Working || !s.fresh:
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(rank(s), rank(other)), cmp.Compare(other.effective.Value, s.effective.Value))
}

// hashprice is what a petahash earns now.
func (p *page) hashprice() mining.Maybe[market.Hashprice] {
	pay, why := p.pay()
	if why != "" {
		return mining.Unknown[market.Hashprice](why)
	}
	return mining.Of(pay.Hashprice)
}

func (f poolStands) account(id int64) (pool.Account, bool) {
	i := slices.IndexFunc(f.list, func(s poolStand) bool { return s.account.ID == id })
	if i < 0 {
		return pool.Account{}, false
	}
	return f.list[i].account, true
}

func (f poolStands) watches(id int64) bool {
	a, known := f.account(id)
	return known && a.Watched
}

// fee is the fraction that the pool of an account keeps.
func (f poolStands) fee(id int64) float64 {
	a, _ := f.account(id)
	return a.Fee.Float64() / 100
}

func (f poolStands) siteName(id int64) string {
	return cmp.Or(f.sites[id], fmt.Sprintf("Site %d", id))
}

// when is a moment as a sentence names it.
func (p *page) when(t time.Time) string {
	if t.UTC().Truncate(24 * time.Hour).Equal(p.now.Truncate(24 * time.Hour)) {
		return t.UTC().Format("15:04") + " UTC"
	}
	return t.UTC().Format("2 Jan 15:04") + " UTC"
}

// poolCondition says how reading an account goes.
func (p *page) poolCondition(f pool.Facts, r pool.Reading) pool.Condition {
	return pool.ConditionOf(f, pool.Reads{Keyed: r.Kind != noPoolKey, Kind: r.Kind, Since: r.FailingSince, Retry: r.RetryAt, Last: r.AnsweredAt}, p.when)
}

// fillStand adds what the window shows of an account.
func (p *page) fillStand(s *poolStand, f poolStands) error {
	s.condition = p.poolCondition(s.facts, s.reading)
	if !s.account.Watched {
		s.condition = pool.Condition{State: notWatched, What: "It is not read: nobody watches it."}
	}
	at := s.reading.Standing.At
	s.fresh = s.account.Watched && !at.IsZero() && p.now.Sub(at) <= staleStanding
	s.countWorkers(f.counts)
	var err error
	if s.effective, err = p.effective(*s, f.window); err != nil {
		return err
	}
	if s.expected, err = p.expected(*s, f); err != nil {
		return err
	}
	day, err := p.s.Chart(p.ctx, accountSeries("hashrate_hs", s.account.ID), p.now.Add(-24*time.Hour), p.now, 36)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	s.spark = day.Points
	return err
}

// countWorkers takes the workers from the last list, or else from what the pool
// counts itself.
func (s *poolStand) countWorkers(counts []pool.WorkerCount) {
	st := s.reading.Standing
	s.online, s.listed = st.Active, mining.Unknown[int](st.Inactive.Reason())
	if st.Active.Known && st.Inactive.Known {
		s.listed = mining.Of(st.Active.Value + st.Inactive.Value)
	}
	if s.reading.Workers.At.IsZero() {
		return
	}
	s.online, s.listed = mining.Of(0), mining.Of(0)
	for _, c := range counts {
		if c.Account != s.account.ID {
			continue
		}
		s.listed.Value += c.Workers
		if c.State == pool.Online || c.State == pool.Low {
			s.online.Value += c.Workers
		}
	}
}

// effective is what the pool counts over the window: its own mean where it states
// one, or else the mean of what it said.
func (p *page) effective(s poolStand, w poolWindow) (mining.Maybe[units.Hashrate], error) {
	st := s.reading.Standing
	switch {
	case st.At.IsZero():
		return mining.Unknown[units.Hashrate]("the pool has not been read yet"), nil
	case p.now.Sub(st.At) > withheldStanding:
		return mining.Unknown[units.Hashrate]("last told " + p.when(st.At)), nil
	case w.name == "1h" && st.Hour.Known:
		return st.Hour, nil
	case w.name == "24h" && st.Day.Known:
		return st.Day, nil
	}
	return p.seriesMean(accountSeries("hashrate_hs", s.account.ID), w.span, "nothing was read in this window")
}

// expected is the nameplate of the machines that should hash at the pool: its mean
// over the window, or else that of the last list.
func (p *page) expected(s poolStand, f poolStands) (mining.Maybe[units.Hashrate], error) {
	if s.reading.Workers.At.IsZero() {
		return mining.Unknown[units.Hashrate]("its workers have not been read yet"), nil
	}
	m, err := p.seriesMean(accountSeries("expected_hs", s.account.ID), f.window.span, "")
	if err != nil || m.Known {
		return m, err
	}
	sum := units.Hashrate(0)
	for _, c := range f.counts {
		if c.Account == s.account.ID {
			sum += c.Nameplate
		}
	}
	return mining.Of(sum), nil
}

// seriesMean is the mean of a series of hashrates over the last span, of its hours
// where that is longer than a day.
func (p *page) seriesMean(key string, span time.Duration, why string) (mining.Maybe[units.Hashrate], error) {
	sum, n := 0.0, 0
	if span > 24*time.Hour {
		hours, err := p.hourMeans(key, p.now.Add(-span), p.now)
		if err != nil {
			return mining.Maybe[units.Hashrate]{}, err
		}
		for _, v := range hours {
			sum, n = sum+v, n+1
		}
	} else {
		points, err := p.s.Ticks(p.ctx, key, p.now.Add(-span), p.now, ticksADay)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return mining.Maybe[units.Hashrate]{}, err
		}
		for _, pt := range points {
			sum, n = sum+pt.V, n+1
		}
	}
	if n == 0 {
		return mining.Unknown[units.Hashrate](why), nil
	}
	return mining.Of(units.Hashrate(sum / float64(n))), nil
}

// ticksADay is more than an account's series has in a day.
const ticksADay = 2000

// hourMeans are the means of a series by the Unix time of the hour: as rolled up,
// and of the last hours from what was stored since.
func (p *page) hourMeans(key string, from, to time.Time) (map[int64]float64, error) {
	from = from.Truncate(time.Hour)
	bars, err := p.s.Bars(p.ctx, key, market.LevelHour, from, to)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	means := make(map[int64]float64, len(bars))
	for _, b := range bars {
		means[b.T.Unix()] = b.Sum / float64(b.N)
		from = b.T.Add(time.Hour)
	}
	// The last bar may lag behind what came since; its hour is taken anew.
	if len(bars) > 0 {
		from = from.Add(-time.Hour)
	}
	points, err := p.s.Ticks(p.ctx, key, from, to, ticksADay)
	if err != nil {
		return nil, err
	}
	sums, counts := make(map[int64]float64), make(map[int64]float64)
	for _, pt := range points {
		hour := pt.T.Truncate(time.Hour).Unix()
		sums[hour] += pt.V
		counts[hour]++
	}
	for hour, sum := range sums {
		means[hour] = sum / counts[hour]
	}
	return means, nil
}
