package demo

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/units"
	"switchyard/jobs/simulate"
)

// westHub is the point whose spot price the demo's power contract follows.
const westHub = "ERCOT HB_WEST"

// pricesBack is how far the demo's prices of power reach back, in years.
const pricesBack = 2

// powerPrices writes the hours of the simulated power market that nobody has
// written yet. The last days the jobs fetch themselves, by the quarter of an
// hour.
func powerPrices(ctx context.Context, d *db.DB, w *simulate.World) error {
	s := d.As(access.Mining)
	spans, err := s.PowerSpans(ctx)
	if err != nil {
		return err
	}
	point, err := market.ParsePowerPoint(westHub)
	if err != nil {
		return err
	}
	now := w.Now().UTC().Truncate(time.Hour)
	prices := make(map[market.PowerProduct][]market.PowerPrice)
	for product, price := range map[market.PowerProduct]func(string, time.Time) float64{
		market.RealTimePower: w.RealTimeHour, market.DayAheadPower: w.DayAheadPower,
	} {
		from := now.AddDate(-pricesBack, 0, 0)
		for _, span := range spans {
			if span.Point == westHub && span.Product == string(product) {
				from = later(from, span.Last.UTC().Truncate(time.Hour))
			}
		}
		for at := from; at.Before(now); at = at.Add(time.Hour) {
			prices[product] = append(prices[product], market.PowerPrice{
				Point: point, Start: at, Width: time.Hour, USDPerMWh: units.RoundRate(decimal.NewFromFloat(price(point.Name, at))),
			})
		}
	}
	if len(prices) == 0 {
		return nil
	}
	_, _, err = s.ImportPowerPrices(ctx, by(access.Mining), "history of the simulated market", prices)
	return err
}
