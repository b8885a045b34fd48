package handlers

import (
	"context"
	"errors"
	"time"

	"switchyard/db"
	"switchyard/econ/market"
)

// Keys of the series pages read.
const (
	keyBTC         = "market.btc_usd"
	keyVenues      = "market.btc_venues_count"
	keySpread      = "market.btc_spread_usd"
	keyHashprice   = "market.hashprice_usd_per_ph_day"
	keyHashpriceSa = "market.hashprice_sat_per_ph_day"
	keyDifficulty  = "market.difficulty"
	keyHashrate    = "market.hashrate_hs"
	keyFees        = "market.fees_sat_per_block"
	keyFeeRate     = "market.fee_rate_sat_per_vb"
)

// venues whose median is the price, in the order they are shown.
var venueNames = [...]struct{ ID, Title string }{
	{"coinbase", "Coinbase"}, {"kraken", "Kraken"}, {"bitstamp", "Bitstamp"},
}

// priceFacts is what is known of price and hashprice. A nil pointer is a fact
// that is not known.
type priceFacts struct {
	BTC, BTCDay *market.Point // now, and 24 hours before it
	Peak        *market.Point // highest price stored
	HP, HPDay   *market.Point // hashprice in USD/PH/day
	HPSat       *market.Point
	Venues      *market.Point
	Spread      *market.Point
}

// known turns "there is none" into a nil pointer; other errors stay.
func known(p market.Point, err error) (*market.Point, error) {
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

func readPrice(ctx context.Context, s *db.Store, now time.Time) (priceFacts, error) {
	var f priceFacts
	for _, want := range []struct {
		key string
		to  **market.Point
	}{
		{keyBTC, &f.BTC}, {keyHashprice, &f.HP}, {keyHashpriceSa, &f.HPSat}, {keyVenues, &f.Venues}, {keySpread, &f.Spread},
	} {
		p, err := known(s.LastPoint(ctx, want.key))
		if err != nil {
			return f, err
		}
		*want.to = p
	}
	var err error
	if f.BTCDay, err = dayBefore(ctx, s, keyBTC, f.BTC); err != nil {
		return f, err
	}
	if f.HPDay, err = dayBefore(ctx, s, keyHashprice, f.HP); err != nil {
		return f, err
	}
	f.Peak, err = readPeak(ctx, s, now)
	return f, err
}

// dayBefore is the value 24 hours before p, if one was stored within the hour
// before that: an older one would compare with another day.
func dayBefore(ctx context.Context, s *db.Store, key string, p *market.Point) (*market.Point, error) {
	if p == nil {
		return nil, nil
	}
	then := p.T.Add(-24 * time.Hour)
	old, err := known(s.PointAt(ctx, key, then))
	if err != nil || old == nil || then.Sub(old.T) > time.Hour {
		return nil, err
	}
	return old, nil
}

// readPeak is the highest price stored, at the coarsest level.
func readPeak(ctx context.Context, s *db.Store, now time.Time) (*market.Point, error) {
	chart, err := s.Chart(ctx, keyBTC, now.Add(-maxSpan), now, 1)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var peak *market.Point
	for i, p := range chart.Points {
		if peak == nil || p.V > peak.V {
			peak = &chart.Points[i]
		}
	}
	return peak, nil
}

// change is the fraction by which now differs from before, if both are known.
func change(now, before *market.Point) *float64 {
	if now == nil || before == nil || before.V == 0 {
		return nil
	}
	v := now.V/before.V - 1
	return &v
}

// networkFacts is what is known of the chain, computed from stored blocks.
type networkFacts struct {
	Tip         *market.Block
	EpochFirst  *market.Block
	Adjustment  *market.Adjustment // M5
	Hashrate    *market.HashrateEstimate
	FeeMean     *float64 // sat per block over FeeBlocks blocks (M3)
	FeeBlocks   int
	FeeShare    *float64 // of the block reward
	FeeRate     *market.Point
	Halvings    []market.Halving // M6 at growth 0, 1 % and 3 % per epoch
	HashWindow  int64            // blocks counted in Hashrate
	Missing     string           // why something is absent, a sentence
	PrevClamped bool
}

// hashrateBlocks is the window of M2: a week of blocks, half an epoch.
const hashrateBlocks = 1008

// readChain reads what a few single blocks tell: tip, epoch, adjustment and
// halving. Every page does; readWindows reads the rest.
func readChain(ctx context.Context, s *db.Store, now time.Time) (networkFacts, error) {
	var f networkFacts
	tip, err := s.Tip(ctx)
	if errors.Is(err, db.ErrNotFound) {
		f.Missing = "No block has been read yet."
		return f, nil
	}
	if err != nil {
		return f, err
	}
	f.Tip = &tip
	for _, growth := range []float64{0, 0.01, 0.03} {
		h, err := market.NextHalving(tip.Height, now, growth)
		if err != nil {
			return f, err
		}
		f.Halvings = append(f.Halvings, h)
	}
	return f, f.readEpoch(ctx, s, now)
}

// readWindows adds what the newest thousand blocks tell.
func (f *networkFacts) readWindows(ctx context.Context, s *db.Store) error {
	if f.Tip == nil {
		return nil
	}
	var err error
	if f.FeeRate, err = known(s.LastPoint(ctx, keyFeeRate)); err != nil {
		return err
	}
	// One block more than the window: n intervals lie between n+1 blocks.
	recent, err := s.LatestBlocks(ctx, hashrateBlocks+1)
	if err != nil {
		return err
	}
	f.windows(recent)
	return nil
}

// windows computes what the newest blocks tell: hashrate (M2) and fees (M3).
// Blocks that do not follow one another without a hole are left out.
func (f *networkFacts) windows(recent []market.Block) {
	for i := len(recent) - 1; i > 0; i-- {
		if recent[i-1].Height != recent[i].Height-1 {
			recent = recent[i:]
			break
		}
	}
	if n := len(recent); n > 1 {
		work := 0.0
		for _, b := range recent[1:] {
			work += b.Difficulty
		}
		f.HashWindow = int64(n - 1)
		elapsed := recent[n-1].Time.Sub(recent[0].Time)
		if est, err := market.ObservedHashrateOver(work, f.HashWindow, elapsed); err == nil {
			f.Hashrate = &est
		}
	}
	fees := recent[max(0, len(recent)-market.FeeWindow):]
	if mean, counted := market.MeanFees(fees); counted > 0 {
		f.FeeMean, f.FeeBlocks = &mean, counted
		if subsidy, err := market.Subsidy(f.Tip.Height); err == nil {
			share := mean / (mean + float64(subsidy))
			f.FeeShare = &share
		}
	}
}

// readEpoch computes the next adjustment (M5) from the epoch's first block and
// the latest.
func (f *networkFacts) readEpoch(ctx context.Context, s *db.Store, now time.Time) error {
	start := f.Tip.Height - f.Tip.Height%market.EpochBlocks
	first, err := s.BlocksFrom(ctx, start, start)
	if err != nil {
		return err
	}
	if len(first) == 0 {
		f.Missing = "The first block of this difficulty epoch has not been read yet."
		return nil
	}
	f.EpochFirst = &first[0]
	state := market.EpochState{
		Height: f.Tip.Height, First: first[0].Time, Latest: f.Tip.Time, Now: now, Difficulty: f.Tip.Difficulty,
	}
	if start >= market.EpochBlocks {
		if err := previousEpoch(ctx, s, start, &state); err != nil {
			return err
		}
	}
	f.PrevClamped = state.PrevClamped
	adj, err := market.NextAdjustment(state)
	if err != nil {
		f.Missing = "The next adjustment cannot be computed: " + err.Error() + "."
		return nil //nolint:nilerr // the page says why
	}
	f.Adjustment = &adj
	return nil
}

// previousEpoch notes whether the last retarget was clamped, in which case the
// hashrate before it is the prior of M5 instead of 600 s a block.
func previousEpoch(ctx context.Context, s *db.Store, start int64, state *market.EpochState) error {
	before, err := s.BlocksFrom(ctx, start-market.EpochBlocks, start-market.EpochBlocks)
	if err != nil {
		return err
	}
	last, err := s.BlocksFrom(ctx, start-1, start-1)
	if err != nil {
		return err
	}
	if len(before) == 0 || len(last) == 0 {
		return nil // the default prior stands
	}
	const low, high = 302_400 * time.Second, 4_838_400 * time.Second
	took := last[0].Time.Sub(before[0].Time)
	if took < low || took > high {
		state.PrevClamped = true
		state.PrevHashrate = market.HashesPerBlock(last[0].Difficulty) * (market.EpochBlocks - 1) / took.Seconds()
	}
	return nil
}
