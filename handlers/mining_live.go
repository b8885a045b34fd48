package handlers

import (
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/views"
	"switchyard/views/chart"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// priceColumns is the width of the price chart: each column gives at most two
// points, its minimum and maximum.
const priceColumns = 240

// showMiningLive answers GET /mining.
func (a *App) showMiningLive(c echo.Context) error {
	r, err := pageRange(c, views.Range24h)
	if err != nil {
		return err
	}
	var v views.MiningLivePage
	topics := []string{keyVenues, keyFeeRate, topicPool, topicPoolWorkers}
	err = a.readPage(c, topics, func(p *page) error {
		var err error
		// First the network: what it reads are inputs of the others.
		if v.Network, err = p.networkFigure(); err != nil {
			return err
		}
		if v.Prices, err = p.pricesFigure(r, "/mining"); err != nil {
			return err
		}
		if v.History, err = p.historyFigure(); err != nil {
			return err
		}
		if v.Venues, err = readVenues(p.ctx, p.s, p.now); err != nil {
			return err
		}
		v.Venues.Facts = p.facts(views.FigureVenues, p.priceFresh(p.price.BTC, keyBTC), "ticker of each venue")
		v.Venues.Limit = p.settings.VenueSpread
		v.Venues.Topic = views.Topic{Name: keyBTC, Seq: p.seqs[keyBTC]}
		v.Hashprice = num(p.price.HP, "no hashprice yet")
		v.HashpriceDay = fraction(change(p.price.HP, p.price.HPDay), "no hashprice 24 hours ago")
		v.BTCDay = fraction(change(p.price.BTC, p.price.BTCDay), "no price 24 hours ago")
		follow := []string{keyBTC, keyHashprice, topicBlock, keyVenues, keyFeeRate}
		if p.who.May(access.RoomMining, access.Read) {
			if v.Fleet, err = p.fleetFigures(); err != nil {
				return err
			}
			if err = p.livePools(&v); err != nil {
				return err
			}
			follow = append(follow, topicPool, topicPoolWorkers, topicFleet, topicSite, topicContract, topicPowerPrice, topicPractice)
		}
		v.Shell = a.shell(p, "Mining unit", follow...)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, 200, views.MiningLive(v))
}

// livePools adds the accounts at pools over 24 hours: their table, and among the
// headline figures what they count in place of what should run, and how many
// workers they see.
func (p *page) livePools(v *views.MiningLivePage) error {
	f, err := p.readPools(dayWindow)
	if err != nil {
		return err
	}
	sum := f.sum()
	pools := p.poolsFigure(f, sum)
	v.Pools = &pools
	if v.Fleet != nil && sum.watched > 0 {
		v.Fleet.KPIs = append(append([]ui.KPI{f.effectiveKPI(sum)}, v.Fleet.KPIs[1:]...), f.onlineKPI(sum))
		v.Fleet.KPIEvents = " " + standEvents
	}
	return nil
}

// num is a point's value for a view, with the reason if there is none.
func num(p *market.Point, why string) ui.Num {
	if p == nil {
		return ui.None(why)
	}
	return ui.Some(p.V)
}

func fraction(v *float64, why string) ui.Num {
	if v == nil {
		return ui.None(why)
	}
	return ui.Some(*v)
}

// pricesFigure is hashprice and bitcoin over a range.
func (p *page) pricesFigure(r views.Range, path string) (views.PricesFigure, error) {
	span := spanOf(r)
	f := views.PricesFigure{
		Facts: p.facts(views.FigurePrices, p.priceFresh(p.price.BTC, keyBTC),
			"median of Coinbase, Kraken and Bitstamp; difficulty and fees from mempool.space"),
		Range: r, Path: path, From: p.now.Add(-span), To: p.now, Step: span / priceColumns, Events: p.events(p.now.Add(-span)),
	}
	f.DataHref += "?range=" + string(r)
	for _, part := range []struct {
		key string
		to  *[]market.Point
	}{{keyHashprice, &f.Hashprice}, {keyBTC, &f.BTC}} {
		chart, err := p.s.Chart(p.ctx, part.key, f.From, f.To, priceColumns)
		if errors.Is(err, db.ErrNotFound) {
			continue
		}
		if err != nil {
			return f, err
		}
		*part.to, f.Level = chart.Points, chart.Level
		f.Step = max(f.Step, chart.Level.Width())
	}
	if len(f.BTC) == 0 && len(f.Hashprice) == 0 {
		f.Problem = p.waiting("Waiting for the first prices", "The venues have been asked; the first candles arrive within seconds of a connection.")
	}
	return f, nil
}

// historyFigure is the daily close of hashprice since the last halving, with a
// month before it so that the step is seen.
func (p *page) historyFigure() (views.HistoryFigure, error) {
	f := views.HistoryFigure{
		Facts: p.facts(views.FigureHistory, p.priceFresh(p.price.HP, keyHashprice),
			"computed from daily price, difficulty and fees"),
		To: p.now, From: p.now.AddDate(-3, 0, 0),
	}
	at, err := p.readHalving()
	if err != nil {
		return f, err
	}
	if !at.IsZero() {
		f.From = at.AddDate(0, -1, 0)
		f.Events = []chart.Event{{T: at, Label: "Halving " + format.DayMonthYear(at)}}
	}
	days, err := p.s.Bars(p.ctx, keyHashprice, market.LevelDay, f.From.Truncate(market.LevelDay.Width()), f.To)
	if errors.Is(err, db.ErrNotFound) || err == nil && len(days) == 0 {
		f.Problem = p.waiting("Waiting for the daily history", "It is fetched once, after the last day's prices and blocks.")
		return f, nil
	}
	if err != nil {
		return f, err
	}
	for _, d := range days {
		f.Points = append(f.Points, market.Point{T: d.T, V: d.Last})
	}
	if last := p.price.HP; last != nil && last.T.After(f.Points[len(f.Points)-1].T) {
		f.Points = append(f.Points, *last) // today so far
	}
	return f, nil
}

// readHalving is when the last halving was, from its block; zero if that has
// not been read.
func (p *page) readHalving() (time.Time, error) {
	if p.network.Tip == nil {
		return time.Time{}, nil
	}
	height := p.network.Tip.Height / market.HalvingInterval * market.HalvingInterval
	blocks, err := p.s.BlocksFrom(p.ctx, height, height)
	if err != nil || len(blocks) == 0 {
		return time.Time{}, err
	}
	return blocks[0].Time, nil
}

// events are the verticals of the live chart: difficulty changes and halvings
// since from.
func (p *page) events(from time.Time) []chart.Event {
	var list []chart.Event
	if first := p.network.EpochFirst; first != nil && first.Time.After(from) {
		list = append(list, chart.Event{T: first.Time, Label: "Difficulty"})
	}
	return list
}
