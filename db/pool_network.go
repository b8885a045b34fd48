package db

import (
	"context"
	"math"
	"slices"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// Times of blocks run up to two hours ahead: blocks around the span are read, so
// that both neighbours of each of its blocks are among them. A part is a finder's
// blocks of one day, epoch and subsidy. begun is the time of the block before the
// first of an epoch or of a subsidy; a block without its neighbours, or without
// its fees, is a hole.
const sqlPoolNetwork = `
WITH near AS (
	SELECT height, t, difficulty, total_fees, pool_name, lag(t) OVER w AS t_below, lag(difficulty) OVER w AS difficulty_below,
	       lag(height) OVER w AS below, lead(height) OVER w AS above
	  FROM market.block WHERE t >= $1::timestamptz - interval '3 hours' AND t < $2::timestamptz + interval '3 hours'
	WINDOW w AS (ORDER BY height)
)
SELECT date_bin('1 day', t, $1) AS day, pool_name, min(height) AS height, difficulty,
       min(t_below) FILTER (WHERE difficulty <> difficulty_below OR height % $3 = 0) AS begun,
       count(*) AS blocks, coalesce(sum(total_fees), 0)::bigint AS fees,
       count(*) FILTER (WHERE total_fees IS NULL OR below IS DISTINCT FROM height - 1 OR above IS DISTINCT FROM height + 1) AS holes
  FROM near GROUP BY date_bin('1 day', t, $1), pool_name, difficulty, height / $3 ORDER BY min(height)`

type networkRow struct {
	Day        time.Time
	PoolName   string
	Height     int64
	Difficulty float64
	Begun      *time.Time
	Blocks     int64
	Fees       int64
	Holes      int64
}

// PoolNetwork is what the blocks of [from, to) say of the network, by days of 24
// hours from from on.
func (s *Store) PoolNetwork(ctx context.Context, from, to time.Time) (pool.Chain, error) {
	rows, err := allRows[networkRow](s.q.Query(ctx, sqlPoolNetwork, from, to, int64(market.HalvingInterval)))
	if err != nil {
		return pool.Chain{}, wrap(err, "read the network of days at pools")
	}
	var c pool.Chain
	days := make(map[int64]*pool.ChainDay)
	for _, r := range rows {
		subsidy, err := market.Subsidy(r.Height)
		if err != nil {
			return pool.Chain{}, wrap(err, "read the network of days at pools")
		}
		c.Epochs = withEpoch(c.Epochs, r, subsidy)
		if begin := r.Day.UTC(); !begin.Before(from) && begin.Before(to) {
			if days[begin.Unix()] == nil {
				days[begin.Unix()] = &pool.ChainDay{From: begin, Whole: true, Found: make(map[string]pool.FoundBlocks)}
			}
			r.addTo(days[begin.Unix()], subsidy)
		}
	}
	for _, d := range days {
		c.Days = append(c.Days, *d)
	}
	slices.SortFunc(c.Days, func(a, b pool.ChainDay) int { return a.From.Compare(b.From) })
	return c, nil
}

// withEpoch adds the epoch of a row: the first that is known, which began before
// all that is read, or one whose begin is among the blocks.
func withEpoch(list []pool.Epoch, r networkRow, subsidy units.Sats) []pool.Epoch {
	e := pool.Epoch{Difficulty: r.Difficulty, Subsidy: subsidy}
	switch {
	case r.Begun != nil:
		e.From = r.Begun.UTC()
	case len(list) > 0:
		return list
	}
	if n := len(list); n > 0 && list[n-1].Difficulty == e.Difficulty && list[n-1].Subsidy == e.Subsidy { // another finder's part
		return list
	}
	return append(list, e)
}

func (r networkRow) addTo(d *pool.ChainDay, subsidy units.Sats) {
	d.Blocks += int(r.Blocks)
	d.Fees += units.Sats(r.Fees)
	d.Whole = d.Whole && r.Holes == 0
	f := d.Found[r.PoolName]
	f.Blocks += int(r.Blocks)
	f.Subsidies += subsidy * units.Sats(r.Blocks)
	f.Fees += units.Sats(r.Fees)
	d.Found[r.PoolName] = f
}

const (
	keyDailyDifficulty = "market.difficulty"
	keyDailyFees       = "market.fees_sat_per_block"
)

// PoolNetworkByDay is what the market's daily series say of the network for the
// days of UTC that [from, to) reaches into, where its blocks are not stored. The
// moment of a retarget within a day is that at which the day's mean difficulty
// comes out: the middle where only the two values are known. The subsidy is that
// of the height the time has, counted from the highest block at ten minutes each;
// without a block nothing is known.
func (s *Store) PoolNetworkByDay(ctx context.Context, from, to time.Time) ([]pool.Network, error) {
	begin := from.UTC().Truncate(24 * time.Hour)
	difficulties, err := s.Bars(ctx, keyDailyDifficulty, market.LevelDay, begin, to)
	if err != nil {
		return nil, err
	}
	bars, err := s.Bars(ctx, keyDailyFees, market.LevelDay, begin, to)
	if err != nil {
		return nil, err
	}
	fees := make(map[int64]float64, len(bars))
	for _, b := range bars {
		fees[b.T.Unix()] = b.Sum / float64(b.N)
	}
	tips, err := s.LatestBlocks(ctx, 1)
	if err != nil || len(tips) == 0 {
		return nil, err
	}
	var list []pool.Network
	for _, b := range difficulties {
		mean, known := fees[b.T.Unix()]
		if !known {
			continue
		}
		subsidy, err := market.Subsidy(heightAt(tips[0], b.T))
		if err != nil {
			return nil, wrap(err, "read the network by day")
		}
		list = append(list, pool.Network{From: b.T, Difficulty: b.First, Subsidy: subsidy, MeanFees: mean})
		if b.Last != b.First {
			list = append(list, pool.Network{From: changedAt(b), Difficulty: b.Last, Subsidy: subsidy, MeanFees: mean})
		}
	}
	return list, nil
}

// heightAt is about the height of the chain at a time before its tip.
func heightAt(tip market.Block, at time.Time) int64 {
	return max(0, tip.Height-int64(tip.Time.Sub(at)/(10*time.Minute)))
}

// changedAt is when in its day a value changed once from the first to the last,
// so that the mean comes out.
func changedAt(b market.Bar) time.Time {
	after := (b.Sum/float64(b.N) - b.First) / (b.Last - b.First)
	after = math.Min(math.Max(after, 0), 1)
	return b.T.Add(time.Duration((1 - after) * float64(24*time.Hour)))
}
