package mining_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func TestLadderIfHashpriceFalls(t *testing.T) {
	o := baseOrder(t, baseGroups(1))
	rungs, err := o.Ladder(map[string]float64{"Pecos": 48}, basePay(t))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		group                 string
		hashprice, price, mwh float64
		left                  float64
	}{{"C", 35.700364, 73_124.4727, 67.028, 4_300}, {"B", 21.178182, 43_378.9245, 37.908, 2_700}, {"A", 16.337455, 33_463.7417, 0, 0}} {
		r := rungs[i]
		if r.Group != want.group || r.Stopped {
			t.Errorf("rung %d: %+v", i, r)
		}
		relative(t, "hashprice", known(t, "hp*", r.HashpriceUSD), want.hashprice, 1e-6)
		relative(t, "price", known(t, "P*", r.PriceUSD), want.price, 1e-6)
		near(t, "MW left", float64(r.PowerLeft/units.MW), want.mwh, 1e-9)
		near(t, "PH left", float64(r.HashrateLeft/units.PH), want.left, 1e-6)
		// The margin at the level is that of a plan at its hashprice.
		at, err := o.Plan(mining.Horizon{
			Supply: map[string][]mining.Supply{"Pecos": mining.FlatSupply(48)}, Hashprice: []float64{r.HashpriceUSD.Value * (1 + 1e-12)},
		}, mining.PlanOptions{Policy: mining.ByRule})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "margin", known(t, "margin", r.MarginUSDPerDay), 24*at.Total().Margin(), 1e-4)
	}
	low := basePay(t)
	low.USDPerPHDay = 30
	rungs, _ = o.Ladder(map[string]float64{"Pecos": 48}, low)
	if !rungs[0].Stopped || rungs[1].Stopped {
		t.Error("at $30 C has stopped and B has not")
	}
	rungs, _ = o.Ladder(map[string]float64{"Pecos": -5}, basePay(t))
	unknown(t, "hp*", rungs[2].HashpriceUSD, "any hashprice")
	unknown(t, "margin", rungs[2].MarginUSDPerDay, "any hashprice")
	twin := append(baseGroups(1), baseGroups(1)[2])
	twin[3].Name = "D"
	rungs, _ = baseOrder(t, twin).Ladder(map[string]float64{"Pecos": 48}, basePay(t))
	if rungs[0].Group != "D" || rungs[1].Group != "C" {
		t.Error("of equals the last in merit stops first")
	}
	_, err = o.Ladder(nil, basePay(t))
	fails(t, "no price", err, `price of site "Pecos" is not known`)
	_, err = o.Ladder(map[string]float64{"Pecos": 48}, mining.Pay{})
	fails(t, "no pay", err, "price of bitcoin")
}

// As power gets dearer a machine first steps down to its thrifty mode, then
// stops; at a price far below zero it runs as hot as it can, though that
// hashes no more.
func TestModesFollowThePrice(t *testing.T) {
	g := baseGroups(1)[1]
	g.Class.Modes = append(g.Class.Modes,
		mining.Mode{Name: "low", Hashrate: 150 * units.TH, Power: 2_250},
		mining.Mode{Name: "wasteful", Hashrate: 140 * units.TH, Power: 2_700},
		mining.Mode{Name: "hot", Hashrate: 199 * units.TH, Power: 4_500})
	o := baseOrder(t, []mining.Group{g})
	if len(o.Steps) != 3 {
		t.Fatalf("got steps %+v", o.Steps)
	}
	for price, want := range map[float64]string{-200: "hot", -1: "normal", 40: "normal", 70: "low", 100: "low", 110: ""} {
		for _, policy := range []mining.Policy{mining.ByRule, mining.WithForesight} {
			p := plan(t, o, mining.FlatSupply(price), mining.PlanOptions{Policy: policy})
			if got := p.ModeAt(0, 0); got != want {
				t.Errorf("%s at %v: got %q, want %q", policy, price, got, want)
			}
		}
	}
	always := plan(t, o, mining.FlatSupply(-200, 500), mining.PlanOptions{Policy: mining.AlwaysOn})
	if always.ModeAt(0, 0) != "normal" || always.ModeAt(0, 1) != "normal" {
		t.Error("always on is the nameplate mode")
	}
	p := plan(t, o, mining.FlatSupply(40, 70, 110, 40), mining.PlanOptions{Policy: mining.ByRule, Start: map[string]mining.Standing{"B": {Mode: "wasteful"}}})
	rungs, err := o.Ladder(map[string]float64{"Pecos": 48}, basePay(t))
	if err != nil || rungs[0].Mode != "hot" || rungs[1].Mode != "normal" || rungs[2].Mode != "low" {
		t.Errorf("ladder: got %+v, %v", rungs, err)
	}
	unknown(t, "a mode that hashes less", rungs[0].HashpriceUSD, "earns nothing")
	got := ""
	for _, s := range p.Switches() {
		got += s.From + ">" + s.To + " "
	}
	if got != "low>normal normal>low low> >normal " {
		t.Errorf("got %s", got)
	}
	if n := p.HoursOff(0); n != 2 {
		t.Errorf("%d hours below nameplate", n)
	}
}

func TestPlansSayWhatIsMissing(t *testing.T) {
	o := baseOrder(t, baseGroups(1))
	try := func(h mining.Horizon, options mining.PlanOptions) error {
		_, err := o.Plan(h, options)
		return err
	}
	two := map[string][]mining.Supply{"Pecos": mining.FlatSupply(20, 30)}
	rule := mining.PlanOptions{Policy: mining.ByRule}
	fails(t, "no price", try(mining.Horizon{}, rule), "power price of 0 hours")
	fails(t, "short hashprice", try(mining.Horizon{Supply: two, Hashprice: []float64{39}}, rule), "hashprice of 1 hours")
	fails(t, "bad hashprice", try(mining.Horizon{Supply: two, Hashprice: []float64{39, -1}}, rule), "hour 1")
	fails(t, "no tier", try(mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": {{}}}}, rule), "price is not known")
	falling := []mining.Supply{{Tiers: []mining.Tier{{UpTo: 1, USDPerMWh: 9}, {USDPerMWh: 8}}}}
	fails(t, "falling", try(mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": falling}}, rule), "rise with the load")
	gaps := []mining.Supply{{Tiers: []mining.Tier{{UpTo: 5, USDPerMWh: 7}, {UpTo: 4, USDPerMWh: 8}, {USDPerMWh: 9}}}}
	fails(t, "gaps", try(mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": gaps}}, rule), "follow one another")
	limit := []mining.Supply{{Tiers: []mining.Tier{{}}, Limited: true, Limit: -1}}
	fails(t, "limit", try(mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": limit}}, rule), "cannot be negative")
	fails(t, "no policy", try(mining.Horizon{Supply: two}, mining.PlanOptions{}), "not a policy")
	fails(t, "spell", try(mining.Horizon{Supply: two}, mining.PlanOptions{Policy: mining.ByRule, SpellHours: -1}), "spell")
	fails(t, "mode", try(mining.Horizon{Supply: two}, mining.PlanOptions{Policy: mining.ByRule, Start: map[string]mining.Standing{"A": {Mode: "hot"}}}), "no mode")
	fails(t, "both", try(mining.Horizon{Supply: two}, mining.PlanOptions{Policy: mining.ByRule, Start: map[string]mining.Standing{"A": {Mode: "normal", OffHours: 2}}}), "was off")
}

func periods(n int, difficulty []float64, price, power float64) []mining.Period {
	out := make([]mining.Period, n)
	for i := range out {
		out[i] = mining.Period{
			Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 14*i), Span: 14 * 24 * time.Hour, Difficulty: difficulty[i],
			Subsidy: baseSubsidy, MeanFees: baseFees, PriceUSD: price, PowerUSDPerMWh: map[string]float64{"Pecos": power},
		}
	}
	return out
}

func TestWhatIfOverAPathOfDifficulty(t *testing.T) {
	flat, err := mining.DifficultyPath(baseDifficulty, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	sites := []mining.Site{baseSite(t)}
	one, err := mining.WhatIf(sites, baseGroups(0.97), periods(1, flat, basePrice, 48), false)
	if err != nil {
		t.Fatal(err)
	}
	// 14 days of M8's fleet.
	near(t, "revenue", one[0].Revenue.Float64(), 14*206_285.88, 14*0.005)
	near(t, "power", one[0].PowerCost.Float64(), 14*116_039.44, 14*0.005)
	near(t, "earned", float64(one[0].Earned)/1e8, 14*2.57857347, 1e-6)
	near(t, "energy", float64(one[0].Energy), 14*24*103.844*0.97, 1e-6)

	path, err := mining.DifficultyPath(baseDifficulty, 0.03, 26)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "path", path[25], baseDifficulty*2.0937779, 1e8)
	groups := baseGroups(0.97)
	groups[0].StartUSDPerMW = 7
	run, err := mining.WhatIf(sites, groups, periods(26, path, basePrice, 48), false)
	if err != nil {
		t.Fatal(err)
	}
	if groups[0].StartUSDPerMW != 7 {
		t.Error("the groups of the caller were changed")
	}
	stay, err := mining.WhatIf(sites, groups, periods(26, path, basePrice, 48), true)
	if err != nil {
		t.Fatal(err)
	}
	off := -1
	for i := range run {
		if run[i].Margin.Cmp(stay[i].Margin) < 0 {
			t.Errorf("period %d: switching %s, staying %s", i, run[i].Margin, stay[i].Margin)
		}
		if !run[i].Revenue.Sub(run[i].PowerCost).Sub(run[i].OtherCost).Equal(run[i].Margin) {
			t.Errorf("period %d does not add up", i)
		}
		if off < 0 && len(run[i].Off) > 0 {
			off = i
		}
	}
	// C breaks even at D = 142.22 T (M8): above it from the fifth period on.
	if off != 4 || path[3] > 142.223248e12 || path[4] < 142.223248e12 || run[off].Off[0] != "C" {
		t.Errorf("the first stop is in period %d", off)
	}
}

func TestWhatIfSaysWhatIsMissing(t *testing.T) {
	sites, path := []mining.Site{baseSite(t)}, []float64{1e14, 1e14}
	for want, change := range map[string]func([]mining.Period){
		"difficulty":              func(p []mining.Period) { p[1].Difficulty = 0 },
		"needs a length":          func(p []mining.Period) { p[1].Span = 0 },
		"does not follow":         func(p []mining.Period) { p[1].Start = p[1].Start.Add(time.Hour) },
		"power price of site":     func(p []mining.Period) { p[1].PowerUSDPerMWh = nil },
		"the price of bitcoin is": func(p []mining.Period) { p[0].PriceUSD = 0 },
	} {
		p := periods(2, path, basePrice, 48)
		change(p)
		_, err := mining.WhatIf(sites, baseGroups(1), p, false)
		fails(t, want, err, want)
	}
	if out, err := mining.WhatIf(sites, baseGroups(1), nil, false); err != nil || len(out) != 0 {
		t.Errorf("no periods: %v, %v", out, err)
	}
	for _, bad := range [][2]float64{{0, 0}, {1e14, -1}, {1e14, 1e300}} {
		if _, err := mining.DifficultyPath(bad[0], bad[1], 3); err == nil {
			t.Errorf("%v gave a path", bad)
		}
	}
}

func TestPayback(t *testing.T) {
	out := make([]mining.Outcome, 4)
	for i := range out {
		out[i].Span, out[i].Margin = 24*time.Hour, units.Cents(100_00)
	}
	out[1].Margin = units.Cents(-50_00)
	for capex, want := range map[int64]time.Duration{0: 0, 50_00: 12 * time.Hour, 100_00: 24 * time.Hour, 125_00: 66 * time.Hour, 250_00: 96 * time.Hour} {
		if got := known(t, "payback", mining.Payback(out, units.Cents(capex))); got != want {
			t.Errorf("%d cents: got %s, want %s", capex, got, want)
		}
	}
	unknown(t, "payback", mining.Payback(out, units.Cents(250_01)), "within the horizon")
}

// More hashprice or cheaper power never brings less; nothing is NaN.
func TestPlansAreMonotone(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 14))
	for range 100 {
		sites, groups := randomFleet(t, rng, 6)
		base, up := 5+60*rng.Float64(), 1+rng.Float64()
		price := 100 * rng.NormFloat64()
		margin := func(hashprice, price float64) float64 {
			o, err := mining.NewOrder(sites, groups, hashprice)
			if err != nil {
				t.Fatal(err)
			}
			supply := mining.FlatSupply(price)
			p, err := o.Plan(mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": supply, "Reeves": supply}}, mining.PlanOptions{Policy: mining.ByRule})
			if err != nil {
				t.Fatal(err)
			}
			return p.Total().Margin()
		}
		m := margin(base, price)
		if !(margin(base*up, price) >= m-1e-9) || !(margin(base, price-10*up) >= m-1e-9) {
			t.Errorf("at hashprice %g and price %g, times %g", base, price, up)
		}
	}
}
