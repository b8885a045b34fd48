package demo

import (
	"context"
	"math"
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

// monthsKept is how many closed months the demo's mining unit has.
const monthsKept = 24

// closingDay is the day of a month from which the month before is published.
const closingDay = 4

// months writes two years of monthly updates: a fleet that grows by half, to what
// the register holds, and earns what the simulated network paid.
func months(ctx context.Context, d *db.DB, w *simulate.World) error {
	s := d.As(access.Mining)
	known, err := s.Months(ctx, time.Time{})
	if err != nil || len(known) > 0 {
		return err
	}
	standing, err := standingFleet(ctx, s)
	if err != nil {
		return err
	}
	now := w.Now()
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	held := units.Sats(2_585_13_000_000) // at the end of the newest
	for i := range monthsKept {
		begin := first.AddDate(0, -1-i, 0)
		v, err := standing.month(w, begin, 1-float64(i)/(monthsKept-1))
		if err != nil {
			return err
		}
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

// standing is the fleet of the register.
type standing struct {
	deployed, energised float64 // EH/s of nameplate
	efficiency          float64 // J/TH of nameplate
}

func standingFleet(ctx context.Context, s *db.Store) (standing, error) {
	register, err := s.Register(ctx)
	if err != nil {
		return standing{}, err
	}
	rates, err := mining.CountHashrates(register.Censuses())
	if err != nil {
		return standing{}, err
	}
	efficiency, err := mining.FleetEfficiency(register.Loads())
	return standing{
		deployed: float64(rates.Deployed / units.EH), energised: float64(rates.Energised / units.EH), efficiency: float64(efficiency.Fleet.Value),
	}, err
}

// month makes the figures of a month. age is 0 for the oldest and 1 for the
// newest.
func (f standing) month(w *simulate.World, begin time.Time, age float64) (mining.MonthRecord, error) {
	end := begin.AddDate(0, 1, 0)
	earned, price, err := earnings(w, begin, end)
	if err != nil {
		return mining.MonthRecord{}, err
	}
	// Summers are hot: machines rest while the grid pays for it.
	summer := max(0, math.Sin(float64(begin.YearDay()-80)/365*2*math.Pi))
	grown := (2 + age) / 3
	deployed, energised := f.deployed*grown, f.energised*grown
	operating := energised * 0.955 * (1 - 0.06*summer)
	efficiency := f.efficiency + 4.8*(1-age)
	hours := end.Sub(begin).Hours()
	drawn := float64(units.Efficiency(efficiency).Draw(units.Hashrate(operating)*units.EH)/units.MW) * 1.05 * hours
	charges := drawn * (44.2 + 3.1*summer)
	produced := math.Round(operating * 1000 * earned * 0.982 / 1000)
	sold := math.Round(produced * (0.84 + 0.08*math.Sin(float64(begin.Month()))))
	r := mining.MonthRecord{
		ID: mining.MonthID(begin.Year(), begin.Month()), Version: record.Version{ValidFrom: begin},
		Produced: mining.Of(units.Sats(produced * 1000)), Sold: mining.Of(units.Sats(sold * 1000)),
		NetProceeds: dollars(sold * 1000 / units.SatsPerBTC * price * 0.9975), Revenue: dollars(produced * 1000 / units.SatsPerBTC * price),
		PowerCharges: dollars(charges), PowerCredits: dollars(charges * (0.02 + 0.09*summer)), Response: dollars(charges * 0.012 * summer),
		Site:       dollars(1_050_000 + 260_000*age),
		DeployedEH: amount(deployed, 2), EnergisedEH: amount(energised, 2), OperatingEH: amount(operating, 2),
		FleetJPerTH: amount(efficiency, 1), DrawnMWh: amount(drawn, 0),
	}
	return r, nil
}

// earnings are what a PH/s earned over the days of a month in satoshi, and the
// mean price, USD per BTC.
func earnings(w *simulate.World, begin, end time.Time) (sats, price float64, err error) {
	steps := w.Steps(w.Begin())
	days := 0.0
	for _, day := range w.FeeBuckets(begin, end, 24*time.Hour) {
		subsidy, err := market.Subsidy(day.Height)
		if err != nil {
			return 0, 0, err
		}
		difficulty := steps[0].Difficulty
		for _, s := range steps {
			if s.Height <= day.Height {
				difficulty = s.Difficulty
			}
		}
		hp, err := market.ComputeHashprice(difficulty, subsidy, day.Fees, day.USD)
		if err != nil {
			return 0, 0, err
		}
		sats, price, days = sats+hp.SatPerPHDay, price+day.USD, days+1
	}
	return sats, price / max(1, days), nil
}

// dollars and amount are computed figures as somebody would type them.
func dollars(v float64) mining.Maybe[units.USD] {
	return mining.Of(units.RoundUSD(decimal.NewFromFloat(v).Round(0), units.HalfEven))
}

func amount(v float64, decimals int32) mining.Maybe[units.Rate] {
	return mining.Of(units.RoundRate(decimal.NewFromFloat(v).Round(decimals)))
}
