package demo

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/catalogue"
	"switchyard/econ/record"
	"switchyard/econ/units"
	"switchyard/jobs/simulate"
)

// monthsKept is how many closed months the demo's mining unit has.
const monthsKept = 24

// closingDay is the day of a month from which the month before is published.
const closingDay = 4

// months writes two years of monthly updates: a fleet that grew hall by hall, to
// what the register holds, and was paid what its accounts at pools were credited.
func months(ctx context.Context, d *db.DB, w *simulate.World, accounts []*simulate.PoolAccount) error {
	s := d.As(access.Mining)
	known, err := s.Months(ctx, time.Time{})
	if err != nil || len(known) > 0 {
		return err
	}
	models, err := catalogue.Models()
	if err != nil {
		return err
	}
	now := w.Now()
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	held := units.Sats(2_585_13_000_000) // at the end of the newest
	for i := range monthsKept {
		begin := first.AddDate(0, -1-i, 0)
		fleet, err := fleetAt(models, w.Origin(), begin.AddDate(0, 1, 0))
		if err != nil {
			return err
		}
		v := fleet.month(w, accounts, begin, 1-float64(i)/(monthsKept-1))
		v.Held = mining.Of(held)
		held -= v.Produced.Value - v.Sold.Value
		v.Restricted = mining.Of(units.Sats(1_430_00_000_000))
		if i > 13 {
			v.Restricted = mining.Of(units.Sats(900_00_000_000))
		}
		v.Published = i > 0 || now.Day() >= closingDay
		if err := closeMonth(ctx, s, v, i == 8); err != nil {
			return err
		}
	}
	return nil
}

// closeMonth writes a month; one that is restated was first published with a
// payout missing.
func closeMonth(ctx context.Context, s *db.Store, v mining.MonthRecord, restated bool) error {
	right := v.Produced
	if restated {
		v.Produced = mining.Of(right.Value - 2_31_400_000)
	}
	if _, err := s.InsertMonth(ctx, by(access.Mining), v); missing(err) != nil {
		return err
	}
	if !restated {
		return nil
	}
	v, err := s.Month(ctx, v.ID)
	if err != nil {
		return err
	}
	v.Produced, v.Reason = right, "A pool's payout of the last day was counted in the month after."
	return s.UpdateMonth(ctx, by(access.Mining), v, []string{"produced_btc", "reason"})
}

// standing is the fleet at the end of a month.
type standing struct {
	deployed, energised float64 // EH/s of nameplate
	watts, terahashes   float64 // of the machines that run
}

// fleetAt is the fleet at a moment: the halls that had begun, with the states that
// their machines have in the register.
func fleetAt(models []catalogue.Model, today, at time.Time) (standing, error) {
	var f standing
	for _, hall := range halls {
		since := today.AddDate(0, -hall.age, 0)
		if !since.Before(at) {
			continue
		}
		model, ok := catalogue.Find(models, hall.model)
		if !ok {
			return f, fmt.Errorf("the catalogue has no %s", hall.model)
		}
		nameplate := model.Class().Class().Nameplate()
		for i := range hall.count {
			rate := float64(nameplate.Hashrate / units.EH)
			switch state, _ := stateOf(i, since, today); state {
			case mining.Running, mining.Curtailed:
				f.energised += rate
				f.deployed += rate
				f.watts += float64(nameplate.Power)
				f.terahashes += float64(nameplate.Hashrate / units.TH)
			case mining.Deployed, mining.Repair:
				f.deployed += rate
			default: // not in its place
			}
		}
	}
	return f, nil
}

// month makes the figures of a month. age is 0 for the oldest and 1 for the
// newest.
func (f standing) month(w *simulate.World, accounts []*simulate.PoolAccount, begin time.Time, age float64) mining.MonthRecord {
	end := begin.AddDate(0, 1, 0)
	var produced units.Sats
	var operating float64
	for _, a := range accounts {
		for _, c := range w.PoolCredits(a, begin, end) {
			produced += c.Net
		}
		operating += float64(w.PoolMean(a, begin, end) / units.EH)
	}
	price := meanPrice(w, begin, end)
	// Summers are hot: machines rest while the grid pays for it.
	summer := max(0, math.Sin(float64(begin.YearDay()-80)/365*2*math.Pi))
	efficiency := f.watts / f.terahashes
	drawn := float64(units.Efficiency(efficiency).Draw(units.Hashrate(operating)*units.EH)/units.MW) * 1.05 * end.Sub(begin).Hours()
	charges := drawn * (44.2 + 3.1*summer)
	sold := math.Round(float64(produced) * (0.84 + 0.08*math.Sin(float64(begin.Month()))) / 1000)
	return mining.MonthRecord{
		ID: mining.MonthID(begin.Year(), begin.Month()), Version: record.Version{ValidFrom: begin},
		Produced: mining.Of(produced), Sold: mining.Of(units.Sats(sold * 1000)),
		NetProceeds: dollars(sold * 1000 / units.SatsPerBTC * price * 0.9975), Revenue: dollars(float64(produced) / units.SatsPerBTC * price),
		PowerCharges: dollars(charges), PowerCredits: dollars(charges * (0.02 + 0.09*summer)), Response: dollars(charges * 0.012 * summer),
		Site:       dollars(1_050_000 + 260_000*age),
		DeployedEH: amount(f.deployed, 2), EnergisedEH: amount(f.energised, 2), OperatingEH: amount(operating, 2),
		FleetJPerTH: amount(efficiency, 1), DrawnMWh: amount(drawn, 0),
	}
}

// meanPrice is the mean price of bitcoin over the days of a month, USD.
func meanPrice(w *simulate.World, begin, end time.Time) float64 {
	sum, days := 0.0, 0.0
	for _, day := range w.FeeBuckets(begin, end, 24*time.Hour) {
		sum, days = sum+day.USD, days+1
	}
	return sum / max(1, days)
}

// dollars and amount are computed figures as somebody would type them.
func dollars(v float64) mining.Maybe[units.USD] {
	return mining.Of(units.RoundUSD(decimal.NewFromFloat(v).Round(0), units.HalfEven))
}

func amount(v float64, decimals int32) mining.Maybe[units.Rate] {
	return mining.Of(units.RoundRate(decimal.NewFromFloat(v).Round(decimals)))
}
