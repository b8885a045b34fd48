package handlers

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/views"
	"switchyard/views/ui"
)

// rowSpec says where a row of the market figure comes from.
type rowSpec struct {
	measure views.Measure
	key     string
	slack   time.Duration // how much older than a span's start its value may be
}

// The rows of the market figure. Daily series may compare with the day before
// the span's start; those that tick, with the hour before.
var (
	rowBTC        = rowSpec{views.MeasureBTC, keyBTC, time.Hour}
	rowHashprice  = rowSpec{views.MeasureHashprice, keyHashprice, time.Hour}
	rowDifficulty = rowSpec{views.MeasureDifficulty, keyDifficulty, 15 * 24 * time.Hour}
	rowHashrate   = rowSpec{views.MeasureHashrate, keyHashrate, 36 * time.Hour}
	rowFees       = rowSpec{views.MeasureFees, keyFees, 36 * time.Hour}
)

// showOverview answers GET /.
func (a *App) showOverview(c echo.Context) error {
	var v views.OverviewPage
	err := a.readPage(c, []string{keyDifficulty, keyHashrate, keyFees, topicSource}, func(p *page) error {
		var err error
		if v.Market, err = p.marketFigure(); err != nil {
			return err
		}
		if v.Prices, err = p.pricesFigure(views.Range30d, ""); err != nil {
			return err
		}
		if p.who.May(access.RoomCore, access.Read) {
			if v.Sources, err = p.sourcesHealth(); err != nil {
				return err
			}
		}
		if v.Units, err = p.unitsFigure(); err != nil {
			return err
		}
		follow := []string{keyBTC, keyHashprice, keyDifficulty, keyHashrate, keyFees, topicBlock, topicSource, topicSite, topicCustomer, topicBalance}
		if p.who.May(access.RoomMining, access.Read) {
			if v.Mining, err = p.miningColumn(); err != nil {
				return err
			}
			follow = append(follow, topicFleet, topicContract, topicPowerPrice, topicPractice, topicMeasured)
		}
		v.Adjustment = p.adjustmentFigure()
		v.Halving = p.halvingFigure()
		v.Shell = a.shell(p, "Overview", follow...)
		return nil
	})
	if err != nil {
		return err
	}
	return render(c, 200, views.Overview(v))
}

// marketFigure is the five measures with their changes.
func (p *page) marketFigure() (views.MarketFigure, error) {
	f := views.MarketFigure{Facts: p.facts(views.FigureMarket, p.priceFresh(p.price.BTC, keyBTC),
		"median of three spot venues; mempool.space blocks and daily statistics")}
	for _, spec := range []rowSpec{rowBTC, rowHashprice, rowDifficulty, rowHashrate, rowFees} {
		row, err := readRow(p.ctx, p.s, spec, p.now)
		if err != nil {
			return f, err
		}
		row.Topics = p.topics(spec.key)
		f.Rows = append(f.Rows, row)
	}
	return f, nil
}

// readRow reads one measure now, a day, a week and thirty days ago.
func readRow(ctx context.Context, s *db.Store, spec rowSpec, now time.Time) (views.MarketRow, error) {
	row := views.MarketRow{Measure: spec.measure}
	last, err := known(s.LastPoint(ctx, spec.key))
	if err != nil {
		return row, err
	}
	if last == nil {
		row.Value = ui.None("not read yet")
		row.Day, row.Week, row.Month = row.Value, row.Value, row.Value
		return row, nil
	}
	row.Value = ui.Some(last.V)
	for _, span := range []struct {
		days int
		why  string
		to   *ui.Num
	}{{1, "no value 24 hours ago", &row.Day}, {7, "no value 7 days ago", &row.Week}, {30, "no value 30 days ago", &row.Month}} {
		then := last.T.Add(-time.Duration(span.days) * 24 * time.Hour)
		old, err := known(s.PointAt(ctx, spec.key, then))
		if err != nil {
			return row, err
		}
		if old == nil || then.Sub(old.T) > spec.slack || old.V == 0 {
			*span.to = ui.None(span.why)
			continue
		}
		*span.to = ui.Some(last.V/old.V - 1)
	}
	chart, err := s.Chart(ctx, spec.key, now.Add(-30*24*time.Hour), now, 30)
	if err != nil {
		return row, err
	}
	row.Spark = chart.Points
	return row, nil
}

// sourcesHealth counts the sources that are fresh and names the worst.
func (p *page) sourcesHealth() (*views.SourcesHealth, error) {
	h := &views.SourcesHealth{Facts: p.facts(views.FigureSources, ui.Fresh{
		Freshness: market.Freshness{State: market.Live, At: p.now}, Topic: topicSource,
	}, "the jobs' own record of every check")}
	rows, err := p.sourceRows(views.SortUrgency)
	if err != nil {
		return h, err
	}
	h.Total = len(rows)
	for _, r := range rows {
		if r.Fresh.State == market.Live || r.Fresh.State == market.Aged {
			h.Fresh++
		} else if len(h.Worst) < 4 {
			h.Worst = append(h.Worst, r)
		}
	}
	return h, nil
}
