package handlers

import (
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
)

// fleetBasis is what plans of the fleet rest on.
type fleetBasis struct {
	groups    []mining.Group // with the assumptions
	practice  mining.Practice
	sites     []mining.SiteRecord
	contracts map[int64]mining.ContractRecord // by site
	terms     []mining.SiteTerms              // of each site; one without a contract has none
	spot      map[int64]spotHours             // by site whose contract follows the spot price
	pay       mining.Pay
	noPay     string // why nothing can be planned; empty: it can
}

// spotHours are hours of which a spot price is known, by the Unix time at which
// they begin.
type spotHours map[int64]market.PowerHour

// readBasis reads the fleet, and the spot prices of the hours from one moment up
// to but without another.
func (p *page) readBasis(from, to time.Time) (fleetBasis, error) {
	b := fleetBasis{contracts: make(map[int64]mining.ContractRecord), spot: make(map[int64]spotHours)}
	groups, err := p.s.Groups(p.ctx)
	if err != nil {
		return b, err
	}
	if b.practice, err = p.s.Practice(p.ctx, time.Time{}); err != nil {
		return b, err
	}
	b.groups = b.practice.Apply(groups)
	if b.sites, err = p.s.Sites(p.ctx, time.Time{}); err != nil {
		return b, err
	}
	contracts, err := p.s.Contracts(p.ctx, time.Time{})
	if err != nil {
		return b, err
	}
	for _, c := range contracts {
		b.contracts[c.SiteID] = c
	}
	for _, s := range b.sites {
		t := mining.SiteTerms{Site: s.Site(zoneOf(s))}
		if c, known := b.contracts[s.ID]; known {
			if t.Contract, err = c.Contract(); err != nil {
				return b, err
			}
			if b.spot[s.ID], err = p.readSpot(c, from, to); err != nil {
				return b, err
			}
			t.Spot = b.spot[s.ID].prices()
		}
		b.terms = append(b.terms, t)
	}
	b.pay, b.noPay = p.pay()
	if b.noPay == "" && len(groups) == 0 {
		b.noPay = "no machine is recorded that runs or could"
	}
	return b, nil
}

// readSpot reads the prices that a contract follows; nil if it follows none.
func (p *page) readSpot(c mining.ContractRecord, from, to time.Time) (spotHours, error) {
	if c.Kind == mining.Fixed {
		return nil, nil
	}
	list, err := p.s.PowerHours(p.ctx, c.Point, from, to)
	if err != nil {
		return nil, err
	}
	hours := make(spotHours, len(list))
	for _, h := range list {
		hours[h.Start.Unix()] = h
	}
	return hours, nil
}

// prices are the hours' prices, real-time where it is known and else day-ahead.
func (s spotHours) prices() map[int64]float64 {
	prices := make(map[int64]float64, len(s))
	for at, h := range s {
		if v, _, known := h.Price(); known {
			prices[at] = v
		}
	}
	return prices
}

// zoneOf is the site's time zone; UTC if this machine does not know it.
func zoneOf(s mining.SiteRecord) *time.Location {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// pay is what mining earns now, or why that is not known.
func (p *page) pay() (mining.Pay, string) {
	if p.price.HP == nil || p.price.HPSat == nil || p.price.BTC == nil || p.network.Tip == nil {
		return mining.Pay{}, "hashprice is not known yet"
	}
	return mining.Pay{
		Hashprice: market.Hashprice{SatPerPHDay: p.price.HPSat.V, USDPerPHDay: p.price.HP.V},
		PriceUSD:  p.price.BTC.V, Difficulty: p.network.Tip.Difficulty,
	}, ""
}
