package db_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining/pricefile"
)

// A year of quarters in a file: from the table to the store, each round for a
// point of its own.
func BenchmarkPowerFile(b *testing.B) {
	const year = 35_040
	d, _ := dbtest.New(b)
	s, ctx := d.As(access.Mining), context.WithoutCancel(b.Context())
	lines := []string{"time_utc,price_usd_per_mwh"}
	for i := range year {
		lines = append(lines, fmt.Sprintf("%s,%d.%02d", march1.AddDate(-2, 0, 0).Add(time.Duration(i)*15*time.Minute).Format(time.RFC3339), i%200-50, i%100))
	}
	file, round := fileOf(lines...), 0
	for b.Loop() {
		round++
		form := pricefile.Form{Point: market.PowerPoint{Market: "ERCOT", Name: fmt.Sprint("P", round)}, Product: market.RealTimePower, Zone: time.UTC, Now: tenOClock}
		p, bad := pricefile.Check(file, form)
		if bad.Count > 0 {
			b.Fatal(bad.List)
		}
		if added, _, err := s.ImportPowerPrices(ctx, actor(access.Mining), "year.csv", p.Of); err != nil || added != year {
			b.Fatal(added, err)
		}
	}
}
