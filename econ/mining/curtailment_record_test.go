package mining_test

import (
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Two hours and a half at 40 MW, by hand. Blocks of 30 MW with a resale fee of 1
// on a spot price of 201, 101 and 51: of the last 40 of 50 MW, 20 are bought at
// spot and 20 resold.
func TestWhatACurtailmentBrought(t *testing.T) {
	start := time.Date(2026, 8, 3, 20, 0, 0, 0, time.UTC)
	hour := func(n int) int64 { return start.Add(time.Duration(n) * time.Hour).Unix() }
	in := mining.CurtailmentInput{
		Terms: mining.SiteTerms{
			Site: mining.Site{Name: "Pecos", PUE: 1.04, Interconnect: 60 * units.MW, Zone: time.UTC},
			Contract: mining.PowerContract{
				Name: "Supply", Kind: mining.Blocks, Blocks: []mining.Block{{Power: 30 * units.MW, USDPerMWh: rate(t, "40"), Window: mining.Window{ToHour: 24}}}, ResaleFeeUSDPerMWh: rate(t, "1"),
				Curtailment: []mining.CurtailmentTerm{{Name: "ERS", Power: 25 * units.MW, Baseline: 50 * units.MW, CreditUSDPerMWh: rate(t, "100")}},
			},
			Spot: map[int64]float64{hour(0): 201, hour(1): 101, hour(2): 51},
		},
		Load: 50 * units.MW, Hashprice: map[int64]float64{hour(0): 48, hour(1): 48, hour(2): 24}, PoolFee: 0.01, OtherUSDPerMWh: 2,
	}
	r := mining.CurtailmentRecord{From: start, To: start.Add(150 * time.Minute), Power: rate(t, "40"), Hashrate: rate(t, "2000"), Cause: mining.CausePrice}
	got, err := r.Worth(in)
	if err != nil || !got.Known {
		t.Fatalf("%+v, %v", got, err)
	}
	// 20 × (201 + 200) + 20 × (101 + 100) + ½ × 20 × (51 + 50) = 8020 + 4020 + 1010
	// 2000 × 0.99 × (2 + 2 + ½) = 8910
	if w := got.Value; w.NotDrawn != 100 || w.Avoided.String() != "13050.00" || w.Credit.Sign() != 0 || w.OtherSaved.String() != "200.00" || w.Forgone.String() != "8910.00" || w.Net.String() != "4340.00" || w.Left != 0 {
		t.Errorf("by price: %+v", w)
	}
	r.Cause, r.Term = mining.CauseCall, "ERS"
	if got, err = r.Worth(in); err != nil || got.Value.Credit.String() != "6250.00" || got.Value.Net.String() != "10590.00" { // 2.5 h × 25 MW × 100
		t.Errorf("on a call: %+v, %v", got, err)
	}
	delete(in.Hashprice, hour(1))
	delete(in.Terms.Spot, hour(2))
	if got, err = r.Worth(in); err != nil || got.Value.Left != 90*time.Minute || got.Value.NotDrawn != 40 {
		t.Errorf("with holes: %+v, %v", got, err)
	}
	in.Hashprice = nil
	if got, err = r.Worth(in); err != nil || got.Known {
		t.Errorf("without prices: %+v, %v", got, err)
	}
	r.To = r.From
	if _, err = r.Worth(in); err == nil {
		t.Error("a curtailment without time has a worth")
	}
}
