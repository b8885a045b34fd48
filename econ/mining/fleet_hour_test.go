package mining_test

import (
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func fixedAt(t testing.TB, price string) mining.PowerContract {
	t.Helper()
	return mining.PowerContract{Name: "fixed", Kind: mining.Fixed, Price: rate(t, price)}
}

// The fleet of M8 in an hour at $48.
func TestM8AFleetInAnHour(t *testing.T) {
	in := mining.FleetInput{
		Sites: []mining.Site{baseSite(t)}, Groups: baseGroups(0.97), Pay: basePay(t), Start: time.Date(2026, 3, 9, 14, 0, 0, 0, time.UTC),
		Contracts: map[string]mining.PowerContract{"Pecos": fixedAt(t, "48")},
	}
	f, err := mining.ComputeFleetHour(in)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "revenue", f.Total.Revenue.Float64(), 206_285.88, 0)
	near(t, "power", f.Total.PowerCost.Float64(), 116_039.44, 0)
	near(t, "MW", float64(f.Total.Power/units.MW), 103.844, 1e-9)
	near(t, "price", f.Prices["Pecos"], 48, 1e-9)
	if len(f.Days) != 3 || f.Days[0].Group.Name != baseGroups(1)[2].Name || len(f.Missing) != 0 {
		t.Errorf("%d days, the first of %s, missing %v", len(f.Days), f.Days[0].Group.Name, f.Missing)
	}
	near(t, "margin of the worst", f.Days[0].Margin.Float64(), 3_868.16, 0)
}

// What is not known of a site leaves its machines out, and says so.
func TestWhatIsMissingOfAFleetIsSaid(t *testing.T) {
	other := baseSite(t)
	other.Name = "Roane"
	empty := baseSite(t)
	empty.Name = "Empty"
	groups := baseGroups(1)
	groups[1].Site = "Roane"
	in := mining.FleetInput{Sites: []mining.Site{baseSite(t), other, empty}, Groups: groups, Pay: basePay(t)}
	f, err := mining.ComputeFleetHour(in)
	if err != nil || f.Plan != nil || len(f.Missing) != 2 || f.Missing[0] != "Pecos has no power contract" {
		t.Fatalf("without contracts: %v, %v (%v)", f.Plan, f.Missing, err)
	}
	in.Contracts = map[string]mining.PowerContract{"Pecos": {Name: "index", Kind: mining.Index}, "Roane": fixedAt(t, "52")}
	f, err = mining.ComputeFleetHour(in)
	if err != nil || len(f.Days) != 1 || len(f.Missing) != 1 || f.Missing[0] != "the spot price of Pecos is not known" {
		t.Fatalf("without a spot price: %d days, %v (%v)", len(f.Days), f.Missing, err)
	}
	in.Spot = map[string]mining.Maybe[float64]{"Pecos": mining.Of(-5.0)}
	if f, err = mining.ComputeFleetHour(in); err != nil || len(f.Days) != 3 || f.Prices["Pecos"] != -5 {
		t.Fatalf("at a negative price: %d days at %v (%v)", len(f.Days), f.Prices, err)
	}
	groups[0].Count = 0
	if f, err = mining.ComputeFleetHour(in); err != nil || len(f.Days) != 2 {
		t.Errorf("a group without machines: %d days (%v)", len(f.Days), err)
	}
	groups[2].PoolFee = 2
	_, err = mining.ComputeFleetHour(in)
	fails(t, "pool fee", err, "pool fee")
}
