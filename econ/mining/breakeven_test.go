package mining_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func TestM8ClassEconomics(t *testing.T) {
	pay, site := basePay(t), baseSite(t)
	var days []mining.ClassDay
	for i, want := range []struct {
		efficiency              float64
		revenue                 string
		energy                  float64
		power, margin           string
		be, hashprice, price, d float64
	}{
		{13.5, "101267.61", 882.49824, "42359.92", "58907.69", 114.751065, 16.337455, 33_463.7417, 310.784134},
		{17.5, "60010.44", 677.91360, "32539.85", "27470.59", 88.522250, 21.178182, 43_378.9245, 239.747761},
		{29.5, "45007.83", 857.07648, "41139.67", "3868.16", 52.513199, 35.700364, 73_124.4727, 142.223248},
	} {
		g := baseGroups(0.97)[i]
		d, err := mining.ComputeClassDay(g, 0, site, 48, pay)
		if err != nil {
			t.Fatal(err)
		}
		days = append(days, d)
		near(t, "J/TH", float64(known(t, "efficiency", g.Class.Nameplate().Efficiency())), want.efficiency, 1e-12)
		if d.Revenue.String() != want.revenue || d.PowerCost.String() != want.power || d.Margin.String() != want.margin {
			t.Errorf("%s: got %s − %s = %s, want %s − %s = %s", g.Name, d.Revenue, d.PowerCost, d.Margin, want.revenue, want.power, want.margin)
		}
		relative(t, "MWh/day", float64(d.Energy), want.energy, 1e-6)
		relative(t, "BE power", d.BreakEven.PowerUSDPerMWh, want.be, 1e-6)
		relative(t, "BE hashprice", known(t, "hp*", d.BreakEven.HashpriceUSD), want.hashprice, 1e-6)
		relative(t, "BE BTC price", known(t, "P*", d.BreakEven.PriceUSD), want.price, 1e-6)
		relative(t, "BE difficulty", known(t, "D*", d.BreakEven.Difficulty)/1e12, want.d, 1e-6)
	}
	fleet, err := mining.FleetDay(days)
	if err != nil {
		t.Fatal(err)
	}
	if fleet.Revenue.String() != "206285.88" || fleet.PowerCost.String() != "116039.44" || fleet.Margin.String() != "90246.44" || fleet.Earned != 257_857_347 {
		t.Errorf("fleet: got %s − %s = %s, %d sat", fleet.Revenue, fleet.PowerCost, fleet.Margin, fleet.Earned)
	}
	relative(t, "PH/s", float64(fleet.Hashrate/units.PH), 5_500, 1e-12)
	relative(t, "MW", float64(fleet.Power/units.MW), 103.844, 1e-12)
}

// The table of K1 is M8 with other cost of $4.
func TestM8OtherCostStandsBesidePower(t *testing.T) {
	for e, want := range map[units.Efficiency]float64{13.5: 62.751065, 17.5: 36.522250, 29.5: 0.513199} {
		b, err := mining.ComputeBreakEven(e, 1.04, 0.01, 48, 4, basePay(t))
		if err != nil {
			t.Fatal(err)
		}
		near(t, "margin", b.MarginUSDPerMWh, want, 1e-6)
	}
}

// product.md 3.1: $35 and 20 J/TH earn $72.92/MWh; $35 at $45 bears 32.4 J/TH.
func TestM8AgainstIndustryFigures(t *testing.T) {
	pay := basePay(t)
	pay.USDPerPHDay = 35
	b, err := mining.ComputeBreakEven(20, 1, 0, 45, 0, pay)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "revenue per MWh", b.PowerUSDPerMWh, 72.92, 0.005)
	near(t, "break-even efficiency", known(t, "e*", b.EfficiencyJPerTH), 32.4, 0.05)
}

func TestM8BreakEvensAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	at := func(e, p, o, difficulty, price float64) mining.BreakEven {
		pay, err := mining.ComputePay(difficulty, baseSubsidy, baseFees, price)
		if err != nil {
			t.Fatal(err)
		}
		b, err := mining.ComputeBreakEven(units.Efficiency(e), 1.1, 0.02, p, o, pay)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for range 1_000 {
		e, p, o, d, price := 5+100*rng.Float64(), 1+200*rng.Float64(), 20*rng.Float64(), 1e12*(1+200*rng.Float64()), 1e3*(1+200*rng.Float64())
		b := at(e, p, o, d, price)
		zero := 1e-9 * (p + o)
		near(t, "margin at the break-even power price", at(e, b.PowerUSDPerMWh-o, o, d, price).MarginUSDPerMWh, 0, 1e-9*b.PowerUSDPerMWh)
		near(t, "margin at P*", at(e, p, o, d, b.PriceUSD.Value).MarginUSDPerMWh, 0, zero)
		near(t, "margin at D*", at(e, p, o, b.Difficulty.Value, price).MarginUSDPerMWh, 0, zero)
		near(t, "margin at e*", at(b.EfficiencyJPerTH.Value, p, o, d, price).MarginUSDPerMWh, 0, zero)
	}
}

func TestM8WithoutPowerCostThereIsNoBreakEven(t *testing.T) {
	for _, p := range []float64{0, -30} {
		b, err := mining.ComputeBreakEven(20, 1, 0, p, 0, basePay(t))
		if err != nil {
			t.Fatal(err)
		}
		unknown(t, "hp*", b.HashpriceUSD, "any hashprice")
		unknown(t, "P*", b.PriceUSD, "any hashprice")
		unknown(t, "D*", b.Difficulty, "any hashprice")
	}
	nothing, err := mining.ComputePay(1, 0, 0, 1) // after the last halving, without fees
	if err != nil {
		t.Fatal(err)
	}
	b, err := mining.ComputeBreakEven(20, 1, 0, 48, 0, nothing)
	if err != nil || b.PowerUSDPerMWh != 0 {
		t.Errorf("got %+v, %v", b, err)
	}
	unknown(t, "P*", b.PriceUSD, "blocks pay nothing")
}

func TestM8RefusesWhatIsNotSensible(t *testing.T) {
	pay := basePay(t)
	for _, c := range []struct {
		e              units.Efficiency
		pue, fee, p, o float64
		want           string
	}{
		{0, 1, 0, 48, 0, "efficiency"}, {-1, 1, 0, 48, 0, "efficiency"}, {units.Efficiency(math.Inf(1)), 1, 0, 48, 0, "efficiency"},
		{20, 0.99, 0, 48, 0, "PUE"}, {20, math.NaN(), 0, 48, 0, "PUE"}, {20, 1, 1, 48, 0, "pool fee"}, {20, 1, -0.1, 48, 0, "pool fee"},
		{20, 1, 0, math.NaN(), 0, "power price"}, {20, 1, 0, 48, math.Inf(1), "power price"},
	} {
		_, err := mining.ComputeBreakEven(c.e, c.pue, c.fee, c.p, c.o, pay)
		fails(t, "break-even", err, c.want)
	}
	if _, err := mining.ComputeBreakEven(20, 1, 0, 48, 0, mining.Pay{}); err == nil {
		t.Error("unknown pay gave a break-even")
	}
	g := baseGroups(1)[0]
	_, err := mining.ComputeClassDay(g, 1, baseSite(t), 48, pay)
	fails(t, "mode", err, "has no mode")
	g.Class.Modes[0].Hashrate = 0
	_, err = mining.ComputeClassDay(g, 0, baseSite(t), 48, pay)
	fails(t, "no hashrate", err, "hashrate of mode normal is 0")
	unknown(t, "efficiency", g.Class.Nameplate().Efficiency(), "without hashrate")
	empty := baseGroups(1)[0]
	empty.Count = 0
	d, err := mining.ComputeClassDay(empty, 0, baseSite(t), 48, pay)
	if err != nil || d.Margin.Sign() != 0 || d.Earned != 0 {
		t.Errorf("no machines: got %+v, %v", d, err)
	}
}
