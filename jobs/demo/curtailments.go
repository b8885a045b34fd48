package demo

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/record"
	"switchyard/econ/units"
	"switchyard/jobs/simulate"
)

// What the demo's largest site did when power was scarce: above the first price
// it resold its blocks, above the second the grid called it.
const (
	scarceSite = "Hallam"
	scarceFrom = 150.0 // USD/MWh
	calledFrom = 1500.0
	scarceMW   = 104
	calledMW   = 90
	calledTerm = "Emergency response"
)

// curtailments writes the log of the hours in which power was scarce, where
// nobody has logged anything.
func curtailments(ctx context.Context, d *db.DB, w *simulate.World) error {
	s := d.As(access.Mining)
	now := w.Now().UTC().Truncate(time.Hour)
	from := now.AddDate(-pricesBack, 0, 0)
	known, err := s.Curtailments(ctx, time.Time{}, from, now)
	if err != nil || len(known) > 0 {
		return err
	}
	sites, err := s.Sites(ctx, time.Time{})
	if err != nil {
		return err
	}
	groups, err := s.Groups(ctx)
	if err != nil {
		return err
	}
	hours, err := s.PowerHours(ctx, westHub, from, now)
	if err != nil {
		return err
	}
	for _, site := range sites {
		if site.Name != scarceSite {
			continue // or somebody has renamed it since
		}
		for _, r := range scarce(hours) {
			r.SiteID = site.ID
			r.Hashrate = units.RoundRate(decimal.NewFromFloat(r.Power.Float64() * perMegawatt(groups, site)).Round(1))
			if _, err := s.InsertCurtailment(ctx, by(access.Mining), r); err != nil {
				return err
			}
		}
	}
	return nil
}

// scarce are the stretches of dear hours.
func scarce(hours []market.PowerHour) []mining.CurtailmentRecord {
	var list []mining.CurtailmentRecord
	for _, h := range hours {
		price := h.RealTime.USDPerMWh
		if h.RealTime.Known < time.Hour || price < scarceFrom {
			continue
		}
		if n := len(list); n == 0 || !list[n-1].To.Equal(h.Start) {
			list = append(list, mining.CurtailmentRecord{
				From: h.Start, Power: whole(scarceMW), Cause: mining.CausePrice, Note: "Blocks resold", Version: record.Version{ValidFrom: h.Start.Truncate(24 * time.Hour)},
			})
		}
		r := &list[len(list)-1]
		r.To = h.Start.Add(time.Hour)
		if price >= calledFrom {
			r.Cause, r.Term, r.Power, r.Note = mining.CauseCall, calledTerm, whole(calledMW), "Called by the grid operator"
		}
	}
	return list
}

func whole(v int64) units.Rate { return units.RoundRate(decimal.New(v, 0)) }

// perMegawatt is what the machines of a site hash for each MW at the meter, PH/s.
func perMegawatt(groups []mining.Group, site mining.SiteRecord) float64 {
	ph, mw := 0.0, 0.0
	for _, g := range groups {
		if m := g.Class.Nameplate(); g.Site == site.Name {
			ph += float64(g.Count) * float64(m.Hashrate/units.PH)
			mw += float64(g.Count) * float64(m.Power/units.MW) * site.PUE.Float64()
		}
	}
	if mw == 0 {
		return 0
	}
	return ph / mw
}
