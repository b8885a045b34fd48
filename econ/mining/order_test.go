package mining_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// The day of M10, hour by hour, USD/MWh.
var exampleDay = []float64{22, 21, 20, 20, 21, 24, 30, 38, 41, 39, 36, 34, 33, 34, 38, 46, 58, 75, 140, 310, 95, 60, 40, 28}

func TestM10ExampleDay(t *testing.T) {
	o := baseOrder(t, baseGroups(1))
	b, err := o.BackTest(mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": mining.FlatSupply(exampleDay...)}}, mining.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "always on", b.AlwaysOn.Total().Margin(), 77_357.12, 0.01)
	near(t, "curtailed", b.Curtailed.Total().Margin(), 109_423.10, 0.01)
	near(t, "gain", b.Gain(), 32_065.98, 0.01)
	near(t, "captured", known(t, "captured", b.Captured()), 1, 1e-12)
	for i, want := range []int{2, 3, 6} {
		if got := b.Curtailed.HoursOff(i); got != want {
			t.Errorf("%s: got %d hours off, want %d", o.Groups[i].Name, got, want)
		}
	}
	near(t, "simple mean", known(t, "mean", b.AlwaysOn.LoadWeightedPrice()), 54.2917, 5e-5)
	near(t, "load-weighted", known(t, "price", b.Curtailed.LoadWeightedPrice()), 35.6750, 5e-5)
	log, err := b.Curtailed.CurtailmentLog()
	if err != nil {
		t.Fatal(err)
	}
	sum := units.USD{}
	for _, c := range log {
		sum = sum.Add(c.Net)
	}
	near(t, "log", sum.Float64(), 32_065.98, 0.03)
}

// The same day with a $48 supply of all power, resold at spot.
func TestM10FixedSupplyWithResale(t *testing.T) {
	site, hours := baseSite(t), make([]mining.Hour, 24)
	for i, p := range exampleDay {
		hours[i].SpotUSDPerMWh = mining.Of(p)
	}
	supply := func(c mining.PowerContract) []mining.Supply {
		out := make([]mining.Supply, len(hours))
		for i, h := range hours {
			var err error
			if out[i], err = mining.ComputeSupply(site, c, h); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	o := baseOrder(t, baseGroups(1))
	for _, c := range []struct {
		contract mining.PowerContract
		want     float64
	}{
		{mining.PowerContract{Name: "blocks", Kind: mining.Blocks, Blocks: []mining.Block{{Power: 103.844 * units.MW, USDPerMWh: rate(t, "48")}}}, 125_103.55},
		{mining.PowerContract{Name: "fixed", Kind: mining.Fixed, Price: rate(t, "48")}, 93_037.57},
	} {
		b, err := o.BackTest(mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": supply(c.contract)}}, mining.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "price paid, always on", known(t, "paid", b.AlwaysOn.PricePaid()), 48, 1e-6)
		near(t, c.contract.Name, b.Curtailed.Total().Margin()-b.Position, c.want, 0.01)
		sum := 0.0
		for _, h := range b.Hours {
			sum += h.Curtailed
		}
		near(t, "hours", sum, c.want, 0.01)
	}
}

func TestM10OneHour(t *testing.T) {
	o := baseOrder(t, baseGroups(1))
	for i, want := range []struct {
		group string
		mw    float64
		bid   float64
	}{{"A", 37.908, 114.751065}, {"B", 29.12, 88.522250}, {"C", 36.816, 52.513199}} {
		s := o.Steps[i]
		if o.Groups[s.Group].Name != want.group {
			t.Errorf("place %d: got %s", i, o.Groups[s.Group].Name)
		}
		near(t, "MW", float64(s.Power/units.MW), want.mw, 1e-9)
		near(t, "bid", s.Bid, want.bid, 1e-6)
	}
	for price, want := range map[float64][3]bool{48: {true, true, true}, 60: {true, true, false}, 95: {true, false, false}, 310: {}, -50: {true, true, true}} {
		p := plan(t, o, mining.FlatSupply(price), mining.PlanOptions{Policy: mining.ByRule})
		for i, r := range p.Rows(0) {
			if r.On != want[i] || (r.Why == mining.Pays) != want[i] || (r.Drawn > 0) != want[i] {
				t.Errorf("at %v %s: got %v (%s)", price, r.GroupName, r.On, r.Why)
			}
		}
	}
}

func TestM10EqualityKeepsTheStateBefore(t *testing.T) {
	o := baseOrder(t, baseGroups(1)[:1])
	bid := o.Steps[0].Bid
	for _, policy := range []mining.Policy{mining.ByRule, mining.WithForesight} {
		for _, mode := range []string{"normal", ""} {
			p := plan(t, o, mining.FlatSupply(bid, bid), mining.PlanOptions{Policy: policy, Start: map[string]mining.Standing{"A": {Mode: mode}}})
			if got := p.ModeAt(0, 1); got != mode {
				t.Errorf("%s: from %q to %q", policy, mode, got)
			}
		}
	}
}

// off when p > BE + c_down/3, on when p < BE − c_up/3.
func TestM10HysteresisOfTheDefaultRule(t *testing.T) {
	groups := baseGroups(1)[:1]
	groups[0].StartUSDPerMW, groups[0].StopUSDPerMW = 30, 15
	o := baseOrder(t, groups)
	be := o.Steps[0].Bid
	prices := []float64{be + 4.9, be + 5.1, be - 9.9, be - 10.1, be + 4.9, be + 5.1}
	p := plan(t, o, mining.FlatSupply(prices...), mining.PlanOptions{Policy: mining.ByRule, Start: map[string]mining.Standing{"A": {Mode: "normal"}}})
	for i, want := range []string{"normal", "", "", "normal", "normal", ""} {
		if got := p.ModeAt(0, i); got != want {
			t.Errorf("hour %d: got %q, want %q", i, got, want)
		}
	}
	mw := 37.908
	near(t, "switching", p.Total().SwitchCost, mw*(15+30+15), 1e-6)
	switches := p.Switches()
	if len(switches) != 3 || switches[0].Hour != 1 || switches[0].To != "" || switches[1].From != "" || switches[2].Hour != 5 {
		t.Errorf("switches: got %+v", switches)
	}
	near(t, "first switch", switches[0].GainUSD, mw*(5.1-9.9-15), 1e-6)
	if why := p.Rows(0)[0].Why; why != mining.Kept {
		t.Errorf("got %s", why)
	}
	// With foresight it stays for so small a gain.
	if n := len(plan(t, o, mining.FlatSupply(prices...), mining.PlanOptions{Policy: mining.WithForesight, Start: map[string]mining.Standing{"A": {Mode: "normal"}}}).Switches()); n != 0 {
		t.Errorf("%d switches with foresight", n)
	}
}

func TestMinimumOffAndMustRunOverride(t *testing.T) {
	groups := baseGroups(1)
	groups[0].MinimumOffHours, groups[2].MustRun = 3, true
	for _, policy := range []mining.Policy{mining.ByRule, mining.WithForesight} {
		p := plan(t, baseOrder(t, groups), mining.FlatSupply(20, 5_000, 20, 20, 20, 20), mining.PlanOptions{
			Policy: policy, Start: map[string]mining.Standing{"A": {Mode: "normal"}},
		})
		a, c := "", ""
		for i := range 6 {
			a += map[bool]string{true: "1", false: "0"}[p.ModeAt(0, i) != ""]
			c += map[bool]string{true: "1", false: "0"}[p.ModeAt(2, i) != ""]
		}
		if a != "100011" || c != "111111" {
			t.Errorf("%s: A %s, C %s", policy, a, c)
		}
		for _, r := range p.Rows(1) {
			if r.GroupName == "C" && r.Why != mining.MustRun {
				t.Errorf("C: %s", r.Why)
			}
		}
		for _, r := range p.Rows(2) {
			if r.GroupName == "A" && r.Why != mining.Resting {
				t.Errorf("A: %s", r.Why)
			}
		}
	}
}

func TestAGroupThatIsOffWaits(t *testing.T) {
	groups := baseGroups(1)[:1]
	groups[0].MinimumOffHours = 4
	o := baseOrder(t, groups)
	for offHours, want := range map[int]int{0: 3, 1: 3, 2: 2, 4: 0, 9: 0} {
		for _, policy := range []mining.Policy{mining.ByRule, mining.WithForesight} {
			p := plan(t, o, mining.FlatSupply(20, 20, 20, 20, 20), mining.PlanOptions{Policy: policy, Start: map[string]mining.Standing{"A": {OffHours: offHours}}})
			first := 0
			for p.ModeAt(0, first) == "" {
				if why := p.Rows(first)[0].Why; why != mining.Resting {
					t.Errorf("hour %d: %s", first, why)
				}
				first++
			}
			if first != want {
				t.Errorf("%s, off for %d hours: starts in hour %d, want %d", policy, offHours, first, want)
			}
		}
	}
	groups[0].MinimumOffHours = 169
	fails(t, "a week", groups[0].Validate(), "shortest stop")
}

// Every sequence of modes over six hours, one by one: foresight takes the best.
func TestForesightIsTheBestOfAllSequences(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 15))
	const hours = 6
	for range 60 {
		g := baseGroups(1)[1]
		g.Class.Modes = append(g.Class.Modes, mining.Mode{Name: "low", Hashrate: 150 * units.TH, Power: 2_250})
		g.StartUSDPerMW, g.StopUSDPerMW, g.MinimumOffHours = 100*rng.Float64(), 100*rng.Float64(), rng.IntN(4)
		o := baseOrder(t, []mining.Group{g})
		prices := make([]float64, hours)
		for i := range prices {
			prices[i] = 90 + 60*rng.NormFloat64()
		}
		power, bid := [3]float64{}, [3]float64{}
		for k, s := range o.Steps {
			power[k+1] = power[k] + float64(s.Power/units.MW)
			bid[k+1] = bid[k] + float64(s.Power/units.MW)*s.Bid // USD an hour
		}
		best := math.Inf(-1)
		for code := range 729 { // 3^6
			margin, at, off, allowed := 0.0, 2, 0, true
			for i, c := 0, code; i < hours; i, c = i+1, c/3 {
				now := c % 3
				allowed = allowed && (at > 0 || now == 0 || off >= g.MinimumOffHours)
				margin += bid[now] - power[now]*prices[i]
				margin -= g.StartUSDPerMW*max(0, power[now]-power[at]) + g.StopUSDPerMW*max(0, power[at]-power[now])
				if at, off = now, off+1; now > 0 {
					off = 0
				}
			}
			if allowed {
				best = max(best, margin)
			}
		}
		p := plan(t, o, mining.FlatSupply(prices...), mining.PlanOptions{Policy: mining.WithForesight, Start: map[string]mining.Standing{"B": {Mode: "normal"}}})
		near(t, "margin", p.Total().Margin(), best, 1e-6)
	}
}
