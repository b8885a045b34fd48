package mining_test

import (
	"strings"
	"testing"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func TestAContractAsTypedIsAContractToComputeWith(t *testing.T) {
	r := mining.ContractRecord{
		Name: "Blocks", Kind: mining.Blocks, Point: "ERCOT HB_WEST", Loss: rate(t, "2.5"), Adders: "Transmission 4.20\n\n Ancillary services -0.15 ",
		Blocks: "20 MW at 41.50\n15.5 at 38, 7-22, weekdays", Terms: "ERS: 10 MW below 30 MW, credit 120, penalty 300.5, standby 500, hours 40, firm",
		ResaleFee: rate(t, "0.5"), Demand: rate(t, "7.25"), CoincidentKW: rate(t, "60"),
	}
	c, err := r.Contract()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Adders) != 2 || c.Adders[1].Name != "Ancillary services" || c.Adders[1].USDPerMWh.String() != "-0.15" || c.Loss.String() != "0.025" {
		t.Errorf("adders %v, loss %s", c.Adders, c.Loss)
	}
	if b := c.Blocks; len(b) != 2 || b[0].Power != 20*units.MW || b[1].Power != 15.5*units.MW || b[1].Window != (mining.Window{FromHour: 7, ToHour: 22, WeekdaysOnly: true}) || b[1].USDPerMWh.String() != "38" {
		t.Errorf("blocks %v", c.Blocks)
	}
	term := c.Curtailment[0]
	if term.Name != "ERS" || term.Allowed() != 20*units.MW || term.CreditUSDPerMWh.String() != "120" || term.PenaltyUSDPerMWh.String() != "300.5" || term.MaxHoursPerYear != 40 || !term.Firm {
		t.Errorf("term %+v", term)
	}
	for what, bad := range map[string]mining.ContractRecord{
		"line 2":           {Name: "x", Kind: mining.Fixed, Adders: "Wires 1\nfree"},
		"not a power":      {Name: "x", Kind: mining.Blocks, Point: "ERCOT HB_WEST", Blocks: "lots at 4"},
		"hours of a day":   {Name: "x", Kind: mining.Blocks, Point: "ERCOT HB_WEST", Blocks: "2 MW at 4, 22-7"},
		"nor weekdays":     {Name: "x", Kind: mining.Blocks, Point: "ERCOT HB_WEST", Blocks: "2 MW at 4, nights"},
		"at least one":     {Name: "x", Kind: mining.Blocks},
		"has no blocks":    {Name: "x", Kind: mining.Fixed, Blocks: "2 MW at 4"},
		"a colon":          {Name: "x", Kind: mining.Fixed, Terms: "10 MW below 20 MW"},
		"baseline":         {Name: "x", Kind: mining.Fixed, Terms: "a: 10 MW below 5 MW"},
		"nor firm":         {Name: "x", Kind: mining.Fixed, Terms: "a: 1 MW below 5 MW, credit much"},
		"standby or hour":  {Name: "x", Kind: mining.Fixed, Terms: "a: 1 MW below 5 MW, bonus 4"},
		"point it follows": {Name: "x", Kind: mining.Index, Point: "somewhere"},
		"not a kind":       {Name: "x", Kind: "gift"},
	} {
		if _, err := bad.Contract(); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%+v: %v, want %q", bad, err, what)
		}
	}
}

func FuzzContractText(f *testing.F) {
	f.Add("Transmission 4.20", "20 MW at 41.50, 7-22, weekdays", "ERS: 10 MW below 30 MW, credit 120, firm")
	f.Fuzz(func(t *testing.T, adders, blocks, terms string) {
		c, err := mining.ContractRecord{Name: "x", Kind: mining.Blocks, Point: "ERCOT HB_WEST", Adders: adders, Blocks: blocks, Terms: terms}.Contract()
		if err != nil {
			return
		}
		for _, b := range c.Blocks {
			if !(b.Power > 0) || b.Window.Validate() != nil {
				t.Errorf("a block of %v", b)
			}
		}
		for _, term := range c.Curtailment {
			if !(term.Power > 0) || term.Allowed() < 0 {
				t.Errorf("a term of %+v", term)
			}
		}
	})
}
