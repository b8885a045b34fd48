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

// Seat is a machine and the worker it hashes as.
type Seat struct {
	Machine Machine
	Worker  Worker
}

// DarkAt says whether the pool sees nothing of the worker: it says offline, or
// its last share is longer ago than allowed. A worker whose watch is off at the
// pool is judged by its shares alone.
func (w Worker) DarkAt(now time.Time, allowed time.Duration) bool {
	return w.State == Offline || w.LastShare.Known && now.Sub(w.LastShare.Value) > allowed
}

// Dark is the machines of a place that the pool does not see, by nameplate.
type Dark struct {
	SiteID   int64 // 0 of a total
	Site     string
	Building string
	Machines int
	Unrated  int // of those, machines without a nameplate; their loss is not counted
	Hashrate units.Hashrate
	// Hour is what each hour of it costs, after the pool's fee.
	SatsPerHour mining.Maybe[units.Sats]
	USDPerHour  mining.Maybe[units.USD]
}

// Outage is all that is dark, and where.
type Outage struct {
	Total  Dark
	Places []Dark // by building, most hashrate first
}

// DarkMachines are the machines that the pool does not see, by site and
// building, and what each hour costs at a hashprice after the pool's fee (M3).
// Every amount is rounded once, so that the places need not sum to the total to
// the last satoshi. It fails if the fee is no fraction or a nameplate is no
// hashrate.
func DarkMachines(seats []Seat, now time.Time, allowed time.Duration, price mining.Maybe[market.Hashprice], fee float64) (Outage, error) {
	if err := fraction("pool fee", fee); err != nil {
		return Outage{}, err
	}
	type place struct {
		site     int64
		building string
	}
	total, places := Dark{}, map[place]Dark{}
	for _, s := range seats {
		if !s.Worker.DarkAt(now, allowed) {
			continue
		}
		if err := notNegative("nameplate of a machine", float64(s.Machine.Nameplate)); err != nil {
			return Outage{}, err
		}
		at := place{s.Machine.SiteID, s.Machine.Building}
		d := places[at]
		d.SiteID, d.Site, d.Building = at.site, s.Machine.Site, at.building
		places[at], total = d.with(s.Machine), total.with(s.Machine)
	}
	out := Outage{Places: slices.SortedFunc(maps.Values(places), func(a, b Dark) int {
		return cmp.Or(cmp.Compare(b.Hashrate, a.Hashrate), cmp.Compare(a.Site, b.Site), cmp.Compare(a.SiteID, b.SiteID), cmp.Compare(a.Building, b.Building))
	})}
	var err, failed error
	for i, d := range out.Places {
		out.Places[i], err = d.priced(price, d.Hashrate*units.Hashrate(1-fee))
		failed = errors.Join(failed, err)
	}
	out.Total, err = total.priced(price, total.Hashrate*units.Hashrate(1-fee))
	return out, errors.Join(failed, err)
}

func (d Dark) with(m Machine) Dark {
	d.Machines++
	d.Hashrate += m.Nameplate
	if m.Nameplate == 0 {
		d.Unrated++
	}
	return d
}

// priced is what an hour without the hashrate costs; paid is the part of it that
// is left after the pool's fee.
func (d Dark) priced(price mining.Maybe[market.Hashprice], paid units.Hashrate) (Dark, error) {
	if !price.Known {
		d.SatsPerHour, d.USDPerHour = mining.Unknown[units.Sats](price.Reason()), mining.Unknown[units.USD](price.Reason())
		return d, nil
	}
	hours := float64(paid/units.PH) / day.Hours()
	sats, err := units.SatsFromFloat(hours * price.Value.SatPerPHDay)
	if err != nil {
		return Dark{}, err
	}
	usd, err := units.USDFromFloat(hours * price.Value.USDPerPHDay)
	if err != nil {
		return Dark{}, err
	}
	d.SatsPerHour, d.USDPerHour = mining.Of(sats), mining.Of(usd)
	return d, nil
}

// EffectiveOver is the hashrate the pool counts over the nameplate that should
// hash there, as a fraction.
func EffectiveOver(pool mining.Maybe[units.Hashrate], nameplate units.Hashrate) mining.Maybe[float64] {
	switch {
	case !pool.Known:
		return mining.Unknown[float64](pool.Reason())
	case !(nameplate > 0) || !finite(float64(nameplate)):
		return mining.Unknown[float64]("no machine is expected to hash there")
	case notNegative("", float64(pool.Value)) != nil:
		return mining.Unknown[float64]("the pool's figure is no hashrate")
	}
	return mining.Of(float64(pool.Value / nameplate))
}
