package pool

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// DarkPlace is what of a place the pools do not see.
type DarkPlace struct {
	Dark
	Share mining.Maybe[float64] // of the nameplate that should hash there
	Since time.Time             // since when half of the machines are dark; zero: not known
}

// DarkCount is all that is dark by the sums of workers.
type DarkCount struct {
	Total   DarkPlace
	Places  []DarkPlace // most hashrate first
	Unnamed int         // offline workers that name no machine; what they cost is not known
}

// tally is a place while its sums are added up.
type tally struct {
	DarkPlace
	paid, all units.Hashrate // after the pool's fee; of all workers
	most      int            // machines of the count that says since when
}

func (t tally) with(c WorkerCount, fee float64) tally {
	t.all += c.Nameplate
	if c.State != Offline {
		return t
	}
	t.Machines += c.Rated
	t.Hashrate += c.Nameplate
	t.paid += c.Nameplate * units.Hashrate(1-fee)
	if c.Rated > t.most {
		t.most, t.Since = c.Rated, c.DarkSince
	}
	return t
}

func (t tally) place(price mining.Maybe[market.Hashprice]) (DarkPlace, error) {
	var err error
	t.Dark, err = t.priced(price, t.paid)
	t.Share = mining.Unknown[float64]("its machines have no nameplate")
	if t.all > 0 {
		t.Share = mining.Of(float64(t.Hashrate / t.all))
	}
	return t.DarkPlace, err
}

// CountDark is DarkMachines by the sums of the last lists of workers, so that a
// hundred thousand of them need not be read. fee is the fraction that the pool of
// an account keeps. A machine that is not to hash is not dark. The names of sites
// are left to the caller. It fails if a fee is no fraction or a nameplate is no
// hashrate.
func CountDark(counts []WorkerCount, fee func(account int64) float64, price mining.Maybe[market.Hashprice]) (DarkCount, error) {
	type place struct {
		site     int64
		building string
	}
	var out DarkCount
	total, places := tally{}, make(map[place]tally)
	for _, c := range counts {
		if err := errors.Join(fraction("pool fee", fee(c.Account)), notNegative("nameplate of machines", float64(c.Nameplate))); err != nil {
			return DarkCount{}, err
		}
		if c.Site == 0 {
			if c.State == Offline {
				out.Unnamed += c.Workers
			}
			continue
		}
		at := place{c.Site, c.Building}
		t := places[at]
		t.SiteID, t.Building = c.Site, c.Building
		places[at], total = t.with(c, fee(c.Account)), total.with(c, fee(c.Account))
	}
	var failed error
	for t := range maps.Values(places) {
		if t.Machines == 0 {
			continue
		}
		d, err := t.place(price)
		failed = errors.Join(failed, err)
		out.Places = append(out.Places, d)
	}
	slices.SortFunc(out.Places, func(a, b DarkPlace) int {
		return cmp.Or(cmp.Compare(b.Hashrate, a.Hashrate), cmp.Compare(a.SiteID, b.SiteID), cmp.Compare(a.Building, b.Building))
	})
	var err error
	out.Total, err = total.place(price)
	return out, errors.Join(failed, err)
}
