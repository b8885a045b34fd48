package mining_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// BenchmarkMeritOrder plans a year of 8,760 hours for 500 class-modes: 250
// groups of two modes at two sites, with hysteresis.
func BenchmarkMeritOrder(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	sites := []mining.Site{baseSite(b), baseSite(b)}
	sites[1].Name = "Reeves"
	for i := range sites {
		sites[i].Interconnect = units.Power(5_000) * units.MW
	}
	groups := make([]mining.Group, 250)
	for i := range groups {
		watts := 2_500 + 2_000*rng.Float64()
		hash := watts / (14 + 20*rng.Float64())
		groups[i] = mining.Group{
			Name: fmt.Sprint(i), Site: sites[i%2].Name, Count: 400, PoolFee: 0.01, Uptime: 0.97,
			StartUSDPerMW: 20, StopUSDPerMW: 10, MinimumOffHours: 1,
			Class: mining.MachineClass{Name: fmt.Sprint(i), Modes: []mining.Mode{
				{Name: "normal", Hashrate: units.Hashrate(hash) * units.TH, Power: units.Power(watts)},
				{Name: "low", Hashrate: units.Hashrate(hash*0.75) * units.TH, Power: units.Power(watts * 0.65)},
			}},
		}
	}
	prices := make([]float64, 8_760)
	for i := range prices {
		prices[i] = 40 + 20*math.Sin(float64(i)/24*2*math.Pi) + 15*rng.NormFloat64()
	}
	supply := mining.FlatSupply(prices...)
	h := mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": supply, "Reeves": supply}}
	tiered := make([]mining.Supply, len(supply))
	for i, s := range supply {
		tiered[i] = mining.Supply{Tiers: []mining.Tier{{UpTo: 80 * units.MW, USDPerMWh: s.Tiers[0].USDPerMWh}, {USDPerMWh: s.Tiers[0].USDPerMWh + 3}}}
	}
	for _, c := range []struct {
		name    string
		horizon mining.Horizon
		policy  mining.Policy
	}{
		{"rule", h, mining.ByRule},
		{"tiers", mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": tiered, "Reeves": tiered}}, mining.ByRule},
		{"foresight", h, mining.WithForesight},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				o, err := mining.NewOrder(sites, groups, 39)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := o.Plan(c.horizon, mining.PlanOptions{Policy: c.policy}); err != nil {
					b.Fatal(err)
				}
				if len(o.Steps) != 500 {
					b.Fatalf("%d steps", len(o.Steps))
				}
			}
		})
	}
}
