package handlers

import (
	"switchyard/econ/market"
	"switchyard/views"
	"switchyard/views/ui"
)

// factColumns head figures that list named facts.
var factColumns = []column{{"Fact", "", true}, {"Value", "", false}, {"Unit", "", true}, {"Time", "UTC", true}}

// value is a number for a cell, or nil.
func value(n ui.Num) cell {
	if !n.OK {
		return nil
	}
	return n.V
}

func marketRows(p *page) ([][]cell, error) {
	f, err := p.marketFigure()
	if err != nil {
		return nil, err
	}
	units := map[views.Measure]string{
		views.MeasureBTC: "USD", views.MeasureHashprice: "USD/PH/day", views.MeasureDifficulty: "1",
		views.MeasureHashrate: "H/s", views.MeasureFees: "sat/block",
	}
	var rows [][]cell
	for _, r := range f.Rows {
		rows = append(rows, []cell{string(r.Measure), units[r.Measure], value(r.Value), value(r.Day), value(r.Week), value(r.Month)})
	}
	return rows, nil
}

func priceRows(p *page) ([][]cell, error) {
	r, err := pageRange(p.c, views.Range24h)
	if err != nil {
		return nil, err
	}
	f, err := p.pricesFigure(r, "")
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, s := range []struct {
		key, unit string
		points    []market.Point
	}{{keyHashprice, "USD/PH/day", f.Hashprice}, {keyBTC, "USD", f.BTC}} {
		for _, pt := range s.points {
			rows = append(rows, []cell{pt.T, s.key, pt.V, s.unit, string(f.Level)})
		}
	}
	return rows, nil
}

func historyRows(p *page) ([][]cell, error) {
	f, err := p.historyFigure()
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, pt := range f.Points {
		rows = append(rows, []cell{pt.T, pt.V, string(market.LevelDay)})
	}
	return rows, nil
}

func networkRows(p *page) ([][]cell, error) {
	if err := p.network.readWindows(p.ctx, p.s); err != nil || p.network.Tip == nil {
		return nil, err
	}
	n := p.network
	rows := [][]cell{
		{"Latest block", n.Tip.Height, "height", n.Tip.Time},
		{"Difficulty", n.Tip.Difficulty, "1", n.Tip.Time},
	}
	if n.Hashrate != nil {
		rows = append(rows,
			[]cell{"Hashrate, 1,008 blocks (M2)", n.Hashrate.HashesPerSecond, "H/s", n.Tip.Time},
			[]cell{"Hashrate, low end of the 95 % interval", n.Hashrate.Interval.Low, "H/s", n.Tip.Time},
			[]cell{"Hashrate, high end of the 95 % interval", n.Hashrate.Interval.High, "H/s", n.Tip.Time},
			[]cell{"Blocks counted for the hashrate", n.HashWindow, "blocks", n.Tip.Time})
	}
	if n.FeeMean != nil {
		rows = append(rows, []cell{"Mean fees, 144 blocks", *n.FeeMean, "sat/block", n.Tip.Time})
	}
	if n.FeeShare != nil {
		rows = append(rows, []cell{"Fees in the block reward", *n.FeeShare, "fraction", n.Tip.Time})
	}
	if n.FeeRate != nil {
		rows = append(rows, []cell{"Recommended fee, next block", n.FeeRate.V, "sat/vB", n.FeeRate.T})
	}
	more, err := adjustmentRows(p)
	return append(rows, more...), err
}

func adjustmentRows(p *page) ([][]cell, error) {
	adj := p.network.Adjustment
	if adj == nil {
		return nil, nil
	}
	return [][]cell{
		{"Next adjustment (M5)", adj.Point, "fraction", adj.ETA},
		{"Low end of the 90 % band", adj.Low, "fraction", adj.ETALow},
		{"High end of the 90 % band", adj.High, "fraction", adj.ETAHigh},
		{"Retarget block", adj.RetargetHeight, "height", nil},
		{"Intervals in this epoch", adj.Elapsed, "blocks", nil},
		{"Intervals to go", adj.Remaining, "blocks", nil},
	}, nil
}

func halvingRows(p *page) ([][]cell, error) {
	var rows [][]cell
	for _, h := range p.network.Halvings {
		rows = append(rows, []cell{h.Growth, h.Height, h.Remaining, h.ETA})
	}
	return rows, nil
}

func venueRows(p *page) ([][]cell, error) {
	f, err := readVenues(p.ctx, p.s, p.now)
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, v := range f.Venues {
		row := []cell{v.Title, nil, nil, "no"}
		if v.Quote != nil {
			row[1], row[2] = v.Quote.Price, v.Quote.T
		}
		if v.Used {
			row[3] = "yes"
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func sourceTable(p *page) ([][]cell, error) {
	sources, err := p.sourceRows(views.SortUrgency)
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, s := range sources {
		rows = append(rows, []cell{
			s.Title, s.Feeds, s.Cadence.Seconds(), s.CheckedAt, s.SucceededAt, s.ChangedAt, int64(s.Failures), s.LastError,
		})
	}
	return rows, nil
}

// Rows of the files beside the page's own tables.
const (
	runRows     = 5000
	refusedRows = 5000
)

func runTable(p *page) ([][]cell, error) {
	runs, err := p.s.Runs(p.ctx, runRows)
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, r := range runs {
		rows = append(rows, []cell{r.Job, r.StartedAt, r.EndedAt, string(r.Status), r.Rows, r.Note, r.Error})
	}
	return rows, nil
}

func refusedTable(p *page) ([][]cell, error) {
	refused, err := p.s.QuarantineList(p.ctx, refusedRows)
	if err != nil {
		return nil, err
	}
	var rows [][]cell
	for _, r := range refused {
		rows = append(rows, []cell{r.At, r.Source, r.Check, r.Body})
	}
	return rows, nil
}
