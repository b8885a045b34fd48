package mining_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// randomFleet is sites and groups with several modes, some not worth a step.
func randomFleet(t testing.TB, rng *rand.Rand, groups int) ([]mining.Site, []mining.Group) {
	sites := []mining.Site{baseSite(t), baseSite(t)}
	sites[1].Name, sites[1].PUE = "Reeves", 1.2
	out := make([]mining.Group, groups)
	for i := range out {
		c := mining.MachineClass{Name: fmt.Sprint("class ", i)}
		for m := range 1 + rng.IntN(4) {
			c.Modes = append(c.Modes, mining.Mode{
				Name:     fmt.Sprint("mode ", m),
				Hashrate: units.Hashrate(80+200*rng.Float64()) * units.TH, Power: units.Power(1_500 + 4_000*rng.Float64()),
			})
		}
		out[i] = mining.Group{
			Name: fmt.Sprint("group ", i), Site: sites[rng.IntN(2)].Name, Class: c, Count: rng.IntN(3_000),
			PoolFee: 0.02 * rng.Float64(), Uptime: rng.Float64(), OtherUSDPerMWh: 10 * rng.Float64(), MustRun: rng.IntN(8) == 0,
		}
	}
	return sites, out
}

// randomSupply has negative prices, spikes, blocks, calls and limits.
func randomSupply(t testing.TB, rng *rand.Rand, site mining.Site, hours int) []mining.Supply {
	c := mining.PowerContract{
		Name: "blocks", Kind: mining.Blocks,
		Blocks:             []mining.Block{{Power: units.Power(60*rng.Float64()+1) * units.MW, USDPerMWh: rate(t, "48")}},
		ResaleFeeUSDPerMWh: rate(t, "1.5"), PurchaseFeeUSDPerMWh: rate(t, "2.25"), Loss: rate(t, "0.03"),
		Curtailment: []mining.CurtailmentTerm{
			{Name: "paid", Baseline: 80 * units.MW, Power: 50 * units.MW, CreditUSDPerMWh: rate(t, "60"), PenaltyUSDPerMWh: rate(t, "20")},
			{Name: "firm", Baseline: 80 * units.MW, Power: 70 * units.MW, Firm: true},
		},
	}
	out := make([]mining.Supply, hours)
	for i := range out {
		h := mining.Hour{SpotUSDPerMWh: mining.Of(60 * rng.NormFloat64()), CoincidentPeakProbability: rng.Float64()}
		if rng.IntN(5) == 0 {
			h.Called = append(h.Called, "paid")
		}
		if rng.IntN(9) == 0 {
			h.Called = append(h.Called, "firm")
		}
		var err error
		if out[i], err = mining.ComputeSupply(site, c, h); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func randomHorizon(t testing.TB, rng *rand.Rand, sites []mining.Site, hours int) mining.Horizon {
	h := mining.Horizon{Supply: map[string][]mining.Supply{}}
	for _, s := range sites {
		h.Supply[s.Name] = randomSupply(t, rng, s, hours)
	}
	for range hours {
		h.Hashprice = append(h.Hashprice, 25+30*rng.Float64())
	}
	return h
}

// Curtailing by rule is never below running always in any hour, if switching is
// free; foresight is never below either over the whole, at any cost.
func TestCurtailedIsNeverBelowAlwaysOn(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 10))
	for range 60 {
		sites, groups := randomFleet(t, rng, 8)
		h := randomHorizon(t, rng, sites, 96)
		for _, costly := range []bool{false, true} {
			for i := range groups {
				if costly {
					groups[i].StartUSDPerMW, groups[i].StopUSDPerMW, groups[i].MinimumOffHours = 90*rng.Float64(), 60*rng.Float64(), rng.IntN(6)
				}
			}
			o, err := mining.NewOrder(sites, groups, 39)
			if err != nil {
				t.Fatal(err)
			}
			start := map[string]mining.Standing{}
			for _, g := range groups {
				start[g.Name] = mining.Standing{Mode: g.Class.Nameplate().Name}
			}
			b, err := o.BackTest(h, mining.PlanOptions{Start: start})
			if err != nil {
				t.Fatal(err)
			}
			always, rule, best := b.AlwaysOn.Total().Margin(), b.Curtailed.Total().Margin(), b.Foresight.Total().Margin()
			slack := 1e-9 * (math.Abs(always) + math.Abs(best))
			if best < rule-slack || best < always-slack {
				t.Errorf("costly %v: foresight %.2f, by rule %.2f, always on %.2f", costly, best, rule, always)
			}
			if costly {
				continue
			}
			near(t, "without costs the rule is the best", rule, best, slack)
			for i, hour := range b.Hours {
				if hour.Curtailed < hour.AlwaysOn-slack {
					t.Errorf("hour %d: curtailed %.6f, always on %.6f", i, hour.Curtailed, hour.AlwaysOn)
				}
			}
		}
	}
}

// Switches and the log tell the difference between the plan and always on.
func TestSwitchesAndLogTellTheWholeDifference(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 11))
	for range 40 {
		sites, groups := randomFleet(t, rng, 6)
		start := map[string]mining.Standing{}
		for i := range groups { // one mode, so that nameplate is all there is
			groups[i].Class.Modes = groups[i].Class.Modes[:1]
			groups[i].StartUSDPerMW, groups[i].StopUSDPerMW = 20*rng.Float64(), 20*rng.Float64()
			start[groups[i].Name] = mining.Standing{Mode: "mode 0"}
		}
		o, err := mining.NewOrder(sites, groups, 39)
		if err != nil {
			t.Fatal(err)
		}
		b, err := o.BackTest(randomHorizon(t, rng, sites, 72), mining.PlanOptions{Start: start})
		if err != nil {
			t.Fatal(err)
		}
		log, err := b.Curtailed.CurtailmentLog()
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, c := range log {
			sum += c.Net.Float64()
		}
		near(t, "log", sum, b.Gain(), 0.02*float64(len(log)+1))
		// Switches off and on again pair up: a group's stay off is worth both.
		cost := 0.0
		for _, s := range b.Curtailed.Switches() {
			for _, g := range groups {
				if g.Name == s.Group && s.Power < 0 {
					cost -= float64(s.Power/units.MW) * g.StopUSDPerMW
				} else if g.Name == s.Group {
					cost += float64(s.Power/units.MW) * g.StartUSDPerMW
				}
			}
		}
		near(t, "switch cost", cost, b.Curtailed.Total().SwitchCost, 1e-6)
	}
}

// The steps of a group add up to its mode, and every mode the hull leaves out
// is beaten at any price.
func TestStepsAddUpAndLeaveOutOnlyWhatIsBeaten(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 12))
	for range 300 {
		sites, groups := randomFleet(t, rng, 1)
		g := groups[0]
		g.MustRun = false
		o, err := mining.NewOrder(sites, []mining.Group{g}, 39)
		if err != nil {
			t.Fatal(err)
		}
		if g.Count == 0 {
			continue
		}
		pue := sites[0].PUE
		if g.Site == sites[1].Name {
			pue = sites[1].PUE
		}
		for _, price := range []float64{-400, -50, 0, 20, 45, 60, 90, 200} {
			best := 0.0
			for _, m := range g.Class.Modes {
				mw := float64(m.Power/units.MW) * float64(g.Count) * g.Uptime * pue
				pay := float64(m.Hashrate/units.PH) * float64(g.Count) * g.Uptime * 39 / 24 * (1 - g.PoolFee)
				best = max(best, pay-mw*(price+g.OtherUSDPerMWh))
			}
			p, err := o.Plan(mining.Horizon{Supply: map[string][]mining.Supply{g.Site: mining.FlatSupply(price)}}, mining.PlanOptions{Policy: mining.ByRule})
			if err != nil {
				t.Fatal(err)
			}
			near(t, "margin of the best mode", p.Total().Margin(), best, 1e-9*(best+1))
		}
	}
}

// What the steps pay at their stretches of load is what the site's supply
// costs for the sum.
func TestStepsPayWhatTheSiteDraws(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 13))
	for range 50 {
		sites, groups := randomFleet(t, rng, 8)
		for i := range groups {
			groups[i].Site, groups[i].OtherUSDPerMWh = "Pecos", 0
		}
		o, err := mining.NewOrder(sites[:1], groups, 39)
		if err != nil {
			t.Fatal(err)
		}
		h := mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": randomSupply(t, rng, sites[0], 48)}}
		p, err := o.Plan(h, mining.PlanOptions{Policy: mining.ByRule})
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range p.Hours {
			s := h.Supply["Pecos"][i]
			near(t, "cost", r.PowerCost+s.PositionUSD, s.Cost(units.Power(r.PowerMW)*units.MW), 1e-6)
			if s.Limited && r.PowerMW > float64(s.Limit/units.MW)+1e-9 {
				t.Errorf("hour %d draws %.3f MW of %.3f", i, r.PowerMW, float64(s.Limit/units.MW))
			}
		}
	}
}
