package mining

import (
	"slices"
	"time"
)

// SiteTerms is what decides what power costs a site hour by hour.
type SiteTerms struct {
	Site     Site
	Contract PowerContract
	Spot     map[int64]float64 // USD/MWh by the Unix time at which the hour begins; not asked for under a fixed price
}

// spot is the price of an hour that begins at a moment.
func (t SiteTerms) spot(at time.Time) Maybe[float64] {
	if v, known := t.Spot[at.Unix()]; known {
		return Of(v)
	}
	return Unknown[float64]("nobody knows the spot price of the hour")
}

// Knows says whether the price of the hour that begins at a moment is known.
func (t SiteTerms) Knows(at time.Time) bool {
	return t.Contract.Kind == Fixed || t.spot(at).Known
}

// LayHours is the horizon of the hours from one moment up to but without
// another in which the price of every site is known, and how many hours were
// left out. With hashprices, in USD/PH/day by the Unix time at which an hour
// begins, hours without one are left out too; nil keeps the order's. It fails if
// a site or a contract is not sensible. (M10)
func LayHours(sites []SiteTerms, from, to time.Time, hashprice map[int64]float64) (h Horizon, left int, err error) {
	h.Start, h.Supply = from.UTC().Truncate(time.Hour), make(map[string][]Supply, len(sites))
	for at := h.Start; at.Before(to); at = at.Add(time.Hour) {
		pay, known := hashprice[at.Unix()]
		if hashprice != nil && !known || slices.ContainsFunc(sites, func(t SiteTerms) bool { return !t.Knows(at) }) {
			left++
			continue
		}
		if hashprice != nil {
			h.Hashprice = append(h.Hashprice, pay)
		}
		h.Times = append(h.Times, at)
		for _, t := range sites {
			s, err := ComputeSupply(t.Site, t.Contract, Hour{Start: at, SpotUSDPerMWh: t.spot(at)})
			if err != nil {
				return Horizon{}, 0, err
			}
			h.Supply[t.Site.Name] = append(h.Supply[t.Site.Name], s)
		}
	}
	return h, left, nil
}
