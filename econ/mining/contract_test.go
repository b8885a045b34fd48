package mining_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func spot(usd float64, called ...string) mining.Hour {
	return mining.Hour{Start: time.Date(2026, 7, 1, 20, 0, 0, 0, time.UTC), SpotUSDPerMWh: mining.Of(usd), Called: called}
}

func blocks(t testing.TB) mining.PowerContract {
	return mining.PowerContract{
		Name: "blocks", Kind: mining.Blocks, Blocks: []mining.Block{{Power: 60 * units.MW, USDPerMWh: rate(t, "48")}},
		Adders:             []mining.Adder{{Name: "wires", USDPerMWh: rate(t, "5")}, {Name: "taxes", USDPerMWh: rate(t, "1.5")}},
		ResaleFeeUSDPerMWh: rate(t, "1"), PurchaseFeeUSDPerMWh: rate(t, "2"),
		Curtailment: []mining.CurtailmentTerm{
			{Name: "reserve", Baseline: 100 * units.MW, Power: 40 * units.MW, CreditUSDPerMWh: rate(t, "75"), PenaltyUSDPerMWh: rate(t, "300"), StandbyUSDPerMW: rate(t, "2000"), MaxHoursPerYear: 80},
			{Name: "emergency", Baseline: 100 * units.MW, Power: 95 * units.MW, Firm: true},
		},
	}
}

func TestMarginalPriceUnderEachKind(t *testing.T) {
	fixed := mining.PowerContract{Name: "fixed", Kind: mining.Fixed, Price: rate(t, "48"), Adders: blocks(t).Adders}
	index := mining.PowerContract{Name: "index", Kind: mining.Index, Loss: rate(t, "0.02"), Adders: blocks(t).Adders}
	peaks := index
	peaks.CoincidentPeakUSDPerKWYear = rate(t, "60")
	likely := spot(40)
	likely.CoincidentPeakProbability = 0.1
	for _, c := range []struct {
		what     string
		contract mining.PowerContract
		hour     mining.Hour
		prices   map[float64]float64 // by load in MW
	}{
		{"fixed, spot unknown", fixed, mining.Hour{}, map[float64]float64{0: 54.5, 100: 54.5}},
		{"fixed at negative spot", fixed, spot(-30), map[float64]float64{0: 54.5, 100: 54.5}},
		{"index", index, spot(40), map[float64]float64{0: 47.3, 100: 47.3}},
		{"index, negative", index, spot(-50), map[float64]float64{0: -44.5, 100: -44.5}},
		{"index, a peak perhaps", peaks, likely, map[float64]float64{0: 47.3 + 1_500}},
		{"blocks", blocks(t), spot(40), map[float64]float64{0: 45.5, 59: 45.5, 60: 48.5, 100: 48.5}},
		{"blocks, negative", blocks(t), spot(-10), map[float64]float64{0: -4.5, 60: -1.5}},
		{"blocks, called", blocks(t), spot(40, "reserve"), map[float64]float64{0: 45.5, 59: 45.5, 60: 48.5 + 375, 90: 48.5 + 375}},
	} {
		s, err := mining.ComputeSupply(baseSite(t), c.contract, c.hour)
		if err != nil {
			t.Fatal(c.what, err)
		}
		for load, want := range c.prices {
			near(t, fmt.Sprint(c.what, " at ", load), s.Marginal(units.Power(load)*units.MW), want, 1e-9)
		}
		if !s.Limited || s.Limit != 120*units.MW {
			t.Errorf("%s: the limit is %v", c.what, s.Limit)
		}
	}
	s, err := mining.ComputeSupply(baseSite(t), blocks(t), spot(40, "reserve", "emergency"))
	if err != nil || s.Limit != 5*units.MW {
		t.Errorf("firm call: limit %v, %v", s.Limit, err)
	}
	near(t, "position", s.PositionUSD, 60*(48-39)-75*40, 1e-9)
}

// At its threshold a bid is worth exactly the marginal price.
func TestSpotThresholdsInvertTheMarginalPrice(t *testing.T) {
	index := mining.PowerContract{Name: "index", Kind: mining.Index, Loss: rate(t, "0.02"), Adders: blocks(t).Adders}
	for _, c := range []mining.PowerContract{blocks(t), index} {
		for _, bid := range []float64{114.75, 52.51, 0, -20} {
			inside, beyond := c.SpotThresholds(bid)
			for load, at := range map[units.Power]mining.Maybe[float64]{0: inside, 100 * units.MW: beyond} {
				s, err := mining.ComputeSupply(baseSite(t), c, spot(known(t, "threshold", at)))
				if err != nil {
					t.Fatal(err)
				}
				near(t, c.Name, s.Marginal(load), bid, 1e-9)
			}
		}
	}
	inside, _ := mining.PowerContract{Kind: mining.Fixed}.SpotThresholds(50)
	unknown(t, "fixed", inside, "does not follow")
}

func TestBlocksOfAWindow(t *testing.T) {
	c := blocks(t)
	c.Blocks = append(c.Blocks, mining.Block{Power: 20 * units.MW, USDPerMWh: rate(t, "55"), Window: mining.Window{FromHour: 6, ToHour: 22, WeekdaysOnly: true}})
	for hour, want := range map[int]float64{20: 80, 9: 60} { // 15:00 and 4:00 local
		h := spot(40)
		h.Start = time.Date(2026, 7, 1, hour, 0, 0, 0, time.UTC)
		s, err := mining.ComputeSupply(baseSite(t), c, h)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "block", float64(s.Tiers[0].UpTo/units.MW), want, 1e-9)
	}
}

func TestSupplySaysWhatItLacks(t *testing.T) {
	for _, c := range []struct {
		want string
		hour mining.Hour
	}{
		{"spot price is not known", mining.Hour{}},
		{"spot price is not known", mining.Hour{SpotUSDPerMWh: mining.Of(math.NaN())}},
		{"no curtailment term", spot(40, "no such")},
		{"called twice", spot(40, "reserve", "reserve")},
		{"must lie between 0 and 1", mining.Hour{SpotUSDPerMWh: mining.Of(1.0), CoincidentPeakProbability: 2}},
	} {
		_, err := mining.ComputeSupply(baseSite(t), blocks(t), c.hour)
		fails(t, c.want, err, c.want)
	}
	_, err := mining.ComputeSupply(mining.Site{}, blocks(t), spot(40))
	fails(t, "site", err, "PUE")
	for want, change := range map[string]func(*mining.PowerContract){
		"not a kind":         func(c *mining.PowerContract) { c.Kind = "handshake" },
		"has no blocks":      func(c *mining.PowerContract) { c.Kind = mining.Index },
		"needs at least one": func(c *mining.PowerContract) { c.Blocks = nil },
		"power of a block":   func(c *mining.PowerContract) { c.Blocks[0].Power = -1 },
		"resale fee is -1":   func(c *mining.PowerContract) { c.ResaleFeeUSDPerMWh = rate(t, "-1") },
		"ratchet is 1.5":     func(c *mining.PowerContract) { c.Demand.Ratchet = rate(t, "1.5") },
		"baseline is below":  func(c *mining.PowerContract) { c.Curtailment[0].Baseline = units.MW },
		"two curtailment":    func(c *mining.PowerContract) { c.Curtailment[1].Name = "reserve" },
		"power to shed":      func(c *mining.PowerContract) { c.Curtailment[1].Power = 0 },
		"standby pay":        func(c *mining.PowerContract) { c.Curtailment[0].PenaltyUSDPerMWh = rate(t, "-3") },
		"contract has no":    func(c *mining.PowerContract) { c.Name = "" },
	} {
		c := blocks(t)
		change(&c)
		fails(t, want, c.Validate(), want)
	}
}

func TestDemandChargeIsSunkBelowThePeak(t *testing.T) {
	d := mining.DemandCharge{USDPerKWMonth: rate(t, "4.25"), Ratchet: rate(t, "0.8")}
	for _, c := range []struct {
		peak, earlier units.Power
		want          string
	}{{100 * units.MW, 0, "425000.00"}, {50 * units.MW, 100 * units.MW, "340000.00"}, {0, 0, "0.00"}} {
		if got, err := d.Charge(c.peak, c.earlier); err != nil || got.String() != c.want {
			t.Errorf("%v after %v: got %s, want %s", c.peak, c.earlier, got, c.want)
		}
	}
	for load, want := range map[units.Power]string{90 * units.MW: "0.00", 101 * units.MW: "4250.00"} {
		if got, err := d.Increment(100*units.MW, 0, load); err != nil || got.String() != want {
			t.Errorf("to %v: got %s, want %s", load, got, want)
		}
	}
	if got, err := d.Increment(50*units.MW, 100*units.MW, 80*units.MW); err != nil || got.Sign() != 0 {
		t.Errorf("within the ratchet: got %s, %v", got, err)
	}
	_, err := d.Charge(units.Power(math.NaN()), 0)
	fails(t, "no load", err, "peak load")
	_, err = d.Increment(0, -1, 0)
	fails(t, "no load", err, "earlier peak load")
}

func TestFourCoincidentPeaks(t *testing.T) {
	c := mining.PowerContract{CoincidentPeakUSDPerKWYear: rate(t, "60")}
	peaks := []mining.CoincidentPeak{
		{time.June, mining.Of(100 * units.MW)}, {time.July, mining.Of(units.Power(0))}, {time.August, mining.Of(20 * units.MW)}, {time.September, mining.Of(units.Power(0))},
	}
	mean := known(t, "mean", mining.MeanCoincidentPeak(peaks))
	near(t, "mean MW", float64(mean/units.MW), 30, 1e-9)
	charge := func(load units.Power) units.USD {
		v, err := c.CoincidentPeakCharge(load)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if got := charge(mean).String(); got != "1800000.00" {
		t.Errorf("got %s", got)
	}
	_, err := c.CoincidentPeakCharge(units.Power(math.Inf(1)))
	fails(t, "no load", err, "coincident-peak load")
	unknown(t, "mean", mining.MeanCoincidentPeak(peaks[:3]), "September")
	peaks[1].Load = mining.Unknown[units.Power]("meter away")
	unknown(t, "mean", mining.MeanCoincidentPeak(peaks), "July")

	// Certain exposure of the four peaks is the year's charge on a megawatt.
	one, err := c.CoincidentPeakExposure(1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "exposure", 4*one, charge(units.MW).Float64(), 1e-9)
}

func TestCallsAreLimited(t *testing.T) {
	term := blocks(t).Curtailment[0]
	if !term.Callable(79) || term.Callable(79.5) || term.Callable(80) || !blocks(t).Curtailment[1].Callable(9_000) {
		t.Error("80 hours a year are 80 hours a year; none stated is no limit")
	}
}

// What an hour is billed is what the marginal prices add up to, whatever the
// load below the baseline: the machines see the bill they cause.
func TestBillIsTheSumOfMarginalPrices(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 9))
	c := blocks(t)
	for range 400 {
		load := math.Round(100*rng.Float64()*1e3) / 1e3
		h := spot(math.Round(6_000*rng.NormFloat64()) / 100)
		if rng.IntN(3) == 0 {
			h.Called = []string{"reserve"}
		}
		s, err := mining.ComputeSupply(baseSite(t), c, h)
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Bill(baseSite(t), []mining.MeteredHour{{Hour: h, Drawn: units.Energy(load)}}, mining.BillBasis{})
		if err != nil {
			t.Fatal(err)
		}
		standby := 2_000.0 * 40
		near(t, "bill", b.Total.Float64()+standby, s.Cost(units.Power(load)*units.MW), 0.04)
		sum := b.Energy.Add(b.Balancing).Add(b.Demand).Add(b.CoincidentPeaks).Add(b.Penalties).Add(b.CurtailmentCredits())
		for _, l := range b.Adders {
			sum = sum.Add(l.Amount)
		}
		if !sum.Equal(b.Total) || !b.Charges().Add(b.CurtailmentCredits()).Equal(b.Total) {
			t.Errorf("lines add up to %s, not %s", sum, b.Total)
		}
	}
}

func TestBillOfAMonth(t *testing.T) {
	c := blocks(t)
	c.Demand.USDPerKWMonth, c.CoincidentPeakUSDPerKWYear = rate(t, "4"), rate(t, "60")
	hours := []mining.MeteredHour{{Hour: spot(40), Drawn: 100}, {Hour: spot(900, "reserve"), Drawn: 50}}
	hours[1].Start = hours[1].Start.Add(time.Hour)
	b, err := c.Bill(baseSite(t), hours, mining.BillBasis{Peak: 100 * units.MW, MeanCoincidentPeak: mining.Of(10 * units.MW)})
	if err != nil {
		t.Fatal(err)
	}
	// 2·60·48; 40·42 − 10·899; 150·5, 150·1.5; 100,000·4; 10,000·60/12; 40·75 + 40·2,000.
	for what, c := range map[string][2]string{
		"energy": {b.Energy.String(), "5760.00"}, "balancing": {b.Balancing.String(), "-7310.00"},
		"wires": {b.Adders[0].Amount.String(), "750.00"}, "taxes": {b.Adders[1].Amount.String(), "225.00"},
		"demand": {b.Demand.String(), "400000.00"}, "peaks": {b.CoincidentPeaks.String(), "50000.00"}, "penalties": {b.Penalties.String(), "0.00"},
		"credits": {b.Credits[0].Amount.String(), "-83000.00"}, "firm": {b.Credits[1].Amount.String(), "0.00"}, "total": {b.Total.String(), "366425.00"},
		"all in": {known(t, "all in", b.AllIn()).String(), "2442.833333"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %s, want %s", what, c[0], c[1])
		}
	}
	idle, err := c.Bill(baseSite(t), nil, mining.BillBasis{MeanCoincidentPeak: mining.Of(units.Power(0))})
	if err != nil {
		t.Fatal(err)
	}
	unknown(t, "all in", idle.AllIn(), "no power was drawn")
	_, err = c.Bill(baseSite(t), hours, mining.BillBasis{})
	fails(t, "peaks", err, "coincident peaks is missing")
	_, err = c.Bill(baseSite(t), append(hours, hours[0]), mining.BillBasis{})
	fails(t, "twice", err, "comes twice")
	hours[0].SpotUSDPerMWh = mining.Unknown[float64]("late")
	_, err = c.Bill(baseSite(t), hours, mining.BillBasis{MeanCoincidentPeak: mining.Of(units.Power(0))})
	fails(t, "spot", err, "spot price")
	hours[0].Drawn = -1
	_, err = c.Bill(baseSite(t), hours, mining.BillBasis{})
	fails(t, "energy", err, "not negative")
}
