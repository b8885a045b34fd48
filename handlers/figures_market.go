package handlers

import (
	"context"
	"time"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// facts is what a figure states beside its data.
func (p *page) facts(figure string, fresh ui.Fresh, source string) ui.Facts {
	return ui.Facts{Fresh: fresh, Source: source, World: p.world, DataHref: "/data/" + figure, Inputs: p.inputs(figure)}
}

// inputs lists what went into a computed figure, each with its time.
func (p *page) inputs(figure string) []ui.Input {
	var list []ui.Input
	add := func(name string, v format.Value, at time.Time, source string) {
		list = append(list, ui.Input{Name: name, Value: v, At: at, Source: source})
	}
	n, pr := p.network, p.price
	switch figure {
	case views.FigurePrices, views.FigureMarket, views.FigureHistory:
		if n.Tip != nil {
			add("Difficulty", format.Difficulty(n.Tip.Difficulty), n.Tip.Time, "block "+format.Count(float64(n.Tip.Height)))
			if s, err := market.Subsidy(n.Tip.Height); err == nil {
				add("Block subsidy", format.Sats(float64(s)), time.Time{}, "M1")
			}
		}
		if n.FeeMean != nil {
			add("Mean fees per block", format.Sats(*n.FeeMean), n.Tip.Time, "last "+format.Count(float64(n.FeeBlocks))+" blocks")
		}
		if pr.BTC != nil {
			add("Price of bitcoin", format.USD0(pr.BTC.V), pr.BTC.T, "median of fresh venues")
		}
	case views.FigureNetwork, views.FigureAdjustment, views.FigureHalving:
		if n.Tip != nil {
			add("Latest block", format.Value{Text: format.Count(float64(n.Tip.Height))}, n.Tip.Time, "mempool.space")
			add("Difficulty", format.Difficulty(n.Tip.Difficulty), n.Tip.Time, "its header")
		}
		if n.EpochFirst != nil {
			add("First block of the epoch", format.Value{Text: format.Count(float64(n.EpochFirst.Height))}, n.EpochFirst.Time, "mempool.space")
		}
		if n.Hashrate != nil {
			add("Blocks counted for the hashrate", format.Value{Text: format.Count(float64(n.HashWindow))}, n.Tip.Time, "stored blocks")
		}
	}
	return list
}

// blockFresh judges what follows the chain: by the last successful check of
// the block source, because blocks come at random.
func (p *page) blockFresh() ui.Fresh {
	f := ui.Fresh{Topic: topicBlock, Cadence: p.blocks.Cadence}
	f.Freshness = market.JudgeFreshness(p.blocks.SucceededAt, p.blocks.Cadence, true, p.now)
	return f
}

// networkFigure is the network panel with its sparklines.
func (p *page) networkFigure() (views.NetworkFigure, error) {
	if err := p.network.readWindows(p.ctx, p.s); err != nil {
		return views.NetworkFigure{}, err
	}
	f := networkFigure(p.network, p.now)
	f.Facts = p.facts(views.FigureNetwork, p.blockFresh(), "mempool.space, blocks and recommended fees")
	f.Topics = p.topics(topicBlock, keyFeeRate)
	if p.network.Tip == nil {
		f.Problem = p.waiting("Waiting for the first blocks", p.network.Missing)
		return f, nil
	}
	from := p.now.Add(-30 * 24 * time.Hour)
	hashrate, err := p.s.Chart(p.ctx, keyHashrate, from, p.now, 30)
	if err != nil {
		return f, err
	}
	fees, err := p.s.Chart(p.ctx, keyFees, from, p.now, 30)
	if err != nil {
		return f, err
	}
	f.HashrateSpark, f.FeeShareSpark = hashrate.Points, fees.Points
	return f, nil
}

// networkFigure is what the chain alone tells; the live feed sends its texts.
func networkFigure(n networkFacts, now time.Time) views.NetworkFigure {
	f := views.NetworkFigure{
		Now: now, Tip: n.Tip, Adjustment: n.Adjustment, Hashrate: n.Hashrate, Halvings: n.Halvings,
		Difficulty:     ui.None("no block has been read yet"),
		FeeShare:       ui.None("no block with fees has been read yet"),
		RecommendedFee: num(n.FeeRate, "no recommended fee yet"),
	}
	if n.Tip != nil {
		f.Difficulty = ui.Some(n.Tip.Difficulty)
	}
	if n.EpochFirst != nil {
		f.EpochBegan = n.EpochFirst.Time
	}
	if n.FeeShare != nil {
		f.FeeShare = ui.Some(*n.FeeShare)
	}
	if n.Adjustment == nil {
		f.AdjustmentWhy = n.Missing
	}
	if n.Hashrate == nil {
		f.HashrateWhy = "fewer than two neighbouring blocks have been read"
	}
	return f
}

func (p *page) adjustmentFigure() views.AdjustmentFigure {
	f := views.AdjustmentFigure{
		Facts: p.facts(views.FigureAdjustment, p.blockFresh(), "block times from mempool.space"),
		Now:   p.now, Adjustment: p.network.Adjustment, Hashprice: num(p.price.HP, "no hashprice yet"),
	}
	if p.network.Tip != nil {
		f.Tip = p.network.Tip.Height
	}
	if f.Adjustment == nil {
		f.Problem = p.waiting("Not known yet", p.network.Missing)
	}
	return f
}

func (p *page) halvingFigure() views.HalvingFigure {
	f := views.HalvingFigure{
		Facts: p.facts(views.FigureHalving, p.blockFresh(), "block height from mempool.space"),
		Now:   p.now, Halvings: p.network.Halvings,
	}
	if len(f.Halvings) == 0 {
		f.Problem = p.waiting("Not known yet", p.network.Missing)
	}
	return f
}

// readVenues compares the venues' latest quotes with their median, by the same
// rule by which the index is stored.
func readVenues(ctx context.Context, s *db.Store, now time.Time) (views.VenuesFigure, error) {
	f := views.VenuesFigure{Now: now}
	var quotes []market.Quote
	for _, v := range venueNames {
		venue := views.Venue{Name: v.ID, Title: v.Title}
		last, err := known(s.LastPoint(ctx, keyBTC+"."+v.ID))
		if err != nil {
			return f, err
		}
		if last != nil {
			q := market.Quote{Venue: v.ID, Price: last.V, T: last.T, Received: last.T}
			venue.Quote, venue.Used = &q, now.Sub(q.T) <= market.QuoteMaxAge
			venue.Fresh = market.JudgeFreshness(q.T, priceCadence, true, now)
			quotes = append(quotes, q)
		} else {
			venue.Fresh = market.JudgeFreshness(time.Time{}, priceCadence, true, now)
		}
		f.Venues = append(f.Venues, venue)
	}
	if index, ok := market.MedianOfVenues(quotes, len(venueNames), now, market.QuoteMaxAge); ok {
		f.Index = &index
	}
	return f, nil
}
