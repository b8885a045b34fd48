package mining_test

import (
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// A local day has 23, 24 or 25 hours; blocks of 7 to 22 o'clock hold in fifteen
// of them in any case.
func TestHoursOfALocalDay(t *testing.T) {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	site := mining.Site{Name: "Pecos", PUE: 1.04, Interconnect: 50 * units.MW, Zone: zone}
	contract := mining.PowerContract{Name: "Supply", Kind: mining.Blocks, Blocks: []mining.Block{{Power: 20 * units.MW, USDPerMWh: rate(t, "40"), Window: mining.Window{FromHour: 7, ToHour: 22}}}, PurchaseFeeUSDPerMWh: rate(t, "1")}
	for day, want := range map[string]int{"2026-03-08": 23, "2026-07-15": 24, "2026-11-01": 25} {
		from, err := time.ParseInLocation(time.DateOnly, day, zone)
		if err != nil {
			t.Fatal(err)
		}
		to := from.AddDate(0, 0, 1)
		terms := mining.SiteTerms{Site: site, Contract: contract, Spot: map[int64]float64{}}
		for at := from; at.Before(to); at = at.Add(time.Hour) {
			terms.Spot[at.Unix()] = -5 // negative prices are prices
		}
		h, left, err := mining.LayHours([]mining.SiteTerms{terms}, from, to, nil)
		if err != nil || left != 0 || len(h.Times) != want || len(h.Supply["Pecos"]) != want {
			t.Fatalf("%s: %d hours, %d left out (%v), want %d", day, len(h.Times), left, err, want)
		}
		held := 0
		for i, s := range h.Supply["Pecos"] {
			if len(s.Tiers) == 2 { // a block is below what is bought at spot
				held++
				if s.Tiers[0].USDPerMWh != -5 || s.Tiers[1].USDPerMWh != -4 {
					t.Errorf("%s: %+v", h.Times[i], s.Tiers)
				}
			}
		}
		if held != 15 {
			t.Errorf("%s: the block holds in %d hours, want 15", day, held)
		}
		if last := h.Times[want-1]; !last.Add(time.Hour).Equal(to) || !h.Before(want).Equal(to) {
			t.Errorf("%s ends at %s", day, last)
		}
	}
}

func TestHoursWithoutAPriceAreLeftOut(t *testing.T) {
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	hour := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	spot := mining.SiteTerms{
		Site: mining.Site{Name: "Pecos", PUE: 1.04, Interconnect: 50 * units.MW, Zone: time.UTC}, Contract: mining.PowerContract{Name: "Supply", Kind: mining.Index},
		Spot: map[int64]float64{hour(0).Unix(): 20, hour(1).Unix(): 30, hour(3).Unix(): 500},
	}
	fixed := mining.SiteTerms{Site: mining.Site{Name: "Reeves", PUE: 1.02, Interconnect: 5 * units.MW, Zone: time.UTC}, Contract: mining.PowerContract{Name: "Tariff", Kind: mining.Fixed, Price: rate(t, "48")}}
	h, left, err := mining.LayHours([]mining.SiteTerms{spot, fixed}, start, hour(5), nil)
	if err != nil || left != 2 || len(h.Times) != 3 || !h.At(2).Equal(hour(3)) || !h.Before(2).Equal(hour(2)) {
		t.Fatalf("times %v, %d left out, %v", h.Times, left, err)
	}
	paid, left, err := mining.LayHours([]mining.SiteTerms{spot, fixed}, start, hour(5), map[int64]float64{hour(1).Unix(): 41, hour(2).Unix(): 42, hour(3).Unix(): 43})
	if err != nil || left != 3 || len(paid.Hashprice) != 2 || paid.Hashprice[1] != 43 {
		t.Fatalf("with hashprices: %v, %d left out, %v", paid.Hashprice, left, err)
	}
	o, err := mining.NewOrder([]mining.Site{spot.Site, fixed.Site}, []mining.Group{{
		Name: "A", Site: "Pecos", Count: 1000, Uptime: 1, Class: mining.MachineClass{Name: "A", Modes: []mining.Mode{{Name: mining.Nameplate, Hashrate: 200 * units.TH, Power: 3500}}},
	}}, 40)
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.Plan(h, mining.PlanOptions{Policy: mining.ByRule})
	if err != nil {
		t.Fatal(err)
	}
	log, err := p.CurtailmentLog()
	if err != nil || len(log) != 1 || !log[0].From.Equal(hour(3)) || !log[0].To.Equal(hour(4)) {
		t.Errorf("log %+v, %v", log, err)
	}
	h.Times = h.Times[:2]
	if _, err := o.Plan(h, mining.PlanOptions{Policy: mining.ByRule}); err == nil {
		t.Error("a horizon with fewer times than prices was planned")
	}
}
