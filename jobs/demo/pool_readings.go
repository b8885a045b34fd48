package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining/pool"
	"switchyard/jobs/simulate"
)

// readingsBack is how far the readings of accounts reach back, as far as pages look.
const readingsBack = 36 * day

// readings writes what the jobs would have read of the accounts in the weeks
// before the first start, by the hour: what each hashed, what it should have, and
// what was dark at each site.
func readings(ctx context.Context, d *db.DB, w *simulate.World, atPools []*simulate.PoolAccount) error {
	m := d.As(access.Mining)
	accounts, err := m.PoolAccounts(ctx, time.Time{})
	if err != nil {
		return err
	}
	sites, err := m.Sites(ctx, time.Time{})
	if err != nil {
		return err
	}
	bySite := make(map[string]int64, len(sites))
	for _, site := range sites {
		bySite[site.Name] = site.ID
	}
	for _, known := range accounts {
		for _, a := range atPools {
			if a.Party == known.Party && a.Account == known.Account {
				if err := accountReadings(ctx, d.Jobs(), w, known.ID, a, bySite); err != nil {
					return fmt.Errorf("of %s: %w", known.Name, err)
				}
			}
		}
	}
	return nil
}

func accountReadings(ctx context.Context, s *db.Store, w *simulate.World, id int64, a *simulate.PoolAccount, sites map[string]int64) error {
	begin, end := w.Origin().Add(-readingsBack), w.Origin().Add(day)
	known, err := s.Bars(ctx, fmt.Sprintf("mining.pool_hashrate_hs.%d", id), market.LevelHour, begin, end)
	if err != nil && !errors.Is(err, db.ErrNotFound) || len(known) > 0 {
		return err // or the jobs have begun to read it
	}
	bars := make(map[string][]market.Bar)
	put := func(at time.Time, metric string, v float64) {
		bars[metric] = append(bars[metric], market.Bar{T: at, N: 1, Sum: v, Min: v, Max: v, First: v, Last: v})
	}
	for at := begin; at.Before(end) && at.Add(time.Hour).Before(w.Now()); at = at.Add(time.Hour) {
		dark, expected := make(map[int64]float64), 0.0
		for _, hall := range w.PoolHalls(a, at) {
			dark[sites[halls[hall.Group/100].site]] += float64(hall.Dark)
			expected += float64(hall.Nominal)
		}
		put(at, fmt.Sprintf("mining.pool_hashrate_hs.%d", id), float64(w.PoolMean(a, at, at.Add(time.Hour))))
		if a.Party == pool.Ocean {
			put(at, fmt.Sprintf("mining.pool_whole_hs.%d", id), float64(w.FinderHashrate(a.Finder, at)))
		}
		put(at, fmt.Sprintf("mining.pool_expected_hs.%d", id), expected)
		for site, v := range dark {
			put(at, fmt.Sprintf("mining.pool_dark_hs.%d.%d", id, site), v)
		}
	}
	for key, list := range bars {
		def := market.SeriesDef{Key: key, Unit: "H/s", Interval: 5 * time.Minute, Source: fmt.Sprintf("pool.%d", id), Licence: "the company's own account"}
		if err := s.EnsureSeries(ctx, def); err != nil {
			return err
		}
		if _, err := s.InsertBars(ctx, key, market.LevelHour, list); err != nil {
			return err
		}
	}
	return nil
}
