package mining_test

import (
	"math"
	"testing"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// The classes of M8 at $48: what each costs is its break-even hashprice, and a
// falling hashprice stops C, then B, then A.
func TestM8FallingHashpriceStopsClassByClass(t *testing.T) {
	o := baseOrder(t, baseGroups(0.97))
	plan, err := o.Plan(mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": mining.FlatSupply(48)}}, mining.PlanOptions{Policy: mining.ByRule})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{16.337455, 21.178182, 35.700364} {
		near(t, "cost", known(t, "cost", plan.Rows(0)[i].CostUSDPerPHDay), want, 1e-6)
	}
	falls, err := plan.IfHashpriceIs(0, []float64{basePay(t).USDPerPHDay, 36, 35, 21, 16}, basePay(t))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{103.844, 103.844, 67.028, 37.908, 0} {
		near(t, "MW", float64(falls[i].Power/units.MW), want*0.97, 1e-9)
	}
	near(t, "margin at the base", falls[0].MarginUSDPerDay, 58_907.69+27_470.59+3_868.16, 0.02)
	near(t, "price at the base", known(t, "price", falls[0].PriceUSD), 80_000, 1e-6)
	if falls[4].MarginUSDPerDay != 0 || falls[4].Hashrate != 0 {
		t.Errorf("below every break-even %+v is left", falls[4])
	}
	for _, bad := range []float64{-1, math.NaN()} {
		_, err := plan.IfHashpriceIs(0, []float64{bad}, basePay(t))
		fails(t, "hashprice", err, "hashprice")
	}
	_, err = plan.IfHashpriceIs(1, nil, basePay(t))
	fails(t, "hour", err, "hour 1 is not one of the 1 planned")
}

// A group that must run stays, and loses, whatever the hashprice.
func TestWhatMustRunIsCountedAtALoss(t *testing.T) {
	groups := baseGroups(1)
	groups[2].MustRun = true
	plan, err := baseOrder(t, groups).Plan(mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": mining.FlatSupply(48)}}, mining.PlanOptions{Policy: mining.ByRule})
	if err != nil {
		t.Fatal(err)
	}
	falls, err := plan.IfHashpriceIs(0, []float64{0}, basePay(t))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "MW", float64(falls[0].Power/units.MW), 36.816, 1e-9)
	near(t, "margin", falls[0].MarginUSDPerDay, -36.816*24*48, 1e-6)
}
