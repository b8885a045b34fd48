package handlers

import (
	"errors"
	"fmt"
	"time"

	"switchyard/db"
	"switchyard/econ/mining/pool"
)

// dayBasis is what all days of an account are judged by, each read once.
type dayBasis struct {
	versions []pool.Account // the newest first
	earnings []pool.Earning
	remarks  map[int64]pool.Remark
	readings map[int64]db.DayMean // our readings by the Unix time at which each day begins
	whole    map[int64]db.DayMean // the same of the whole pool
	chain    pool.Chain
	daily    []pool.Network
}

// dayBases reads what the same days of several accounts are judged by.
func (p *page) dayBases(audits []*poolAudit, from, to time.Time) ([]dayBasis, error) {
	ids := make([]int64, len(audits))
	for i, a := range audits {
		ids[i] = a.account.ID
	}
	versions, err := p.s.PoolAccountsVersions(p.ctx, ids)
	if err != nil {
		return nil, err
	}
	earnings, err := p.s.PoolEarnings(p.ctx, ids, p.known, from, to)
	if err != nil {
		return nil, err
	}
	remarks, err := p.s.PoolRemarks(p.ctx, ids, p.known)
	if err != nil {
		return nil, err
	}
	chain, err := p.poolChain(from, to)
	if err != nil {
		return nil, err
	}
	bases := make([]dayBasis, len(audits))
	var keys []string // of series that some day may rest on
	for i, a := range audits {
		id := a.account.ID
		bases[i] = dayBasis{versions: versions[id], earnings: earnings[id], remarks: remarks[id], chain: chain.blocks, daily: chain.daily}
		if bases[i].needsReadings(a.facts, from, to) {
			keys = append(keys, poolHashrateKey(id))
		}
		if versions[id][0].Scheme.Lucky() {
			keys = append(keys, poolWholeKey(id))
		}
	}
	means, err := p.s.DayMeans(p.ctx, keys, from.Add(-24*time.Hour), to)
	if err != nil {
		return nil, err
	}
	for i, a := range audits {
		bases[i].readings, bases[i].whole = means[poolHashrateKey(a.account.ID)], means[poolWholeKey(a.account.ID)]
	}
	return bases, nil
}

func poolWholeKey(account int64) string { return fmt.Sprintf("mining.pool_whole_hs.%d", account) }

func poolHashrateKey(account int64) string {
	return fmt.Sprintf("mining.pool_hashrate_hs.%d", account)
}

// needsReadings says whether the pool leaves a day's hashrate to us.
func (b dayBasis) needsReadings(facts pool.Facts, from, to time.Time) bool {
	for day := from; day.Before(to); day = day.Add(24 * time.Hour) {
		paid := pool.Credited(facts, b.earnings, day, day.Add(24*time.Hour))
		if !paid.Value.Hashrate.Known {
			return true
		}
	}
	return false
}

// poolChain is the network of a span, read once for all accounts whose pools have
// the same day.
type poolChain struct {
	blocks pool.Chain
	daily  []pool.Network // nil where the blocks are whole
}

func (p *page) poolChain(from, to time.Time) (poolChain, error) {
	span := [2]int64{from.Unix(), to.Unix()}
	if chain, ok := p.poolChains[span]; ok {
		return chain, nil
	}
	var (
		chain poolChain
		err   error
	)
	if chain.blocks, err = p.s.PoolNetwork(p.ctx, from, to); err != nil {
		return chain, err
	}
	for day := from; day.Before(to) && !day.Add(24*time.Hour).After(p.now); day = day.Add(24 * time.Hour) {
		if d, ok := chain.blocks.Day(day); ok && d.Whole {
			continue
		}
		if chain.daily, err = p.s.PoolNetworkByDay(p.ctx, from, to); err != nil && !errors.Is(err, db.ErrNotFound) {
			return chain, err
		}
		break
	}
	if p.poolChains == nil {
		p.poolChains = make(map[[2]int64]poolChain)
	}
	p.poolChains[span] = chain
	return chain, nil
}
