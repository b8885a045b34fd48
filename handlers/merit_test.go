package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/record"
	"switchyard/econ/units"
)

// fleetOfM8 is the company of the worked example M8: three classes at one site,
// power at a fixed price, hashprice that pays 39.0 dollars a PH/s day at 80,000
// dollars a bitcoin, uptime 97 %, a pool fee of 1 %.
func (s *site) fleetOfM8(price string) {
	s.t.Helper()
	ctx, by, now := s.t.Context(), access.Actor{Name: "Test"}, time.Now().UTC()
	day := record.Version{ValidFrom: now}
	m := s.db.As(access.Mining)
	must := func(_ int64, err error) {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	must(m.InsertSite(ctx, by, mining.SiteRecord{Name: "Pecos", TimeZone: "UTC", Interconnect: rateOf(s.t, "200"), PUE: rateOf(s.t, "1.04"), Version: day}))
	var units []fleet.Unit
	for i, c := range []struct {
		name, ths, watts string
		count            int
	}{{"Maker A", "270", "3645", 10}, {"Maker B", "200", "3500", 8}, {"Maker C", "100", "2950", 12}} {
		class := mining.ClassRecord{Name: c.name, Cooling: mining.Air, Modes: []mining.ModeRecord{{Name: mining.Nameplate, Hashrate: rateOf(s.t, c.ths), Power: rateOf(s.t, c.watts)}}, Version: day}
		must(m.InsertMachineClass(ctx, by, class))
		for n := range c.count {
			units = append(units, fleet.Unit{Serial: c.name[6:] + "-" + strings.Repeat("0", 3) + itoa(int64(n)), Class: int64(i + 1), Site: 1, Building: "Hall", State: mining.Running, Since: now})
		}
	}
	must(0, m.InsertUnits(ctx, by, units, "Test"))
	must(m.InsertContract(ctx, by, mining.ContractRecord{SiteID: 1, Name: "Supply", Kind: mining.Fixed, Price: rateOf(s.t, price), Version: day}))
	practice := mining.DefaultPractice()
	practice.PoolFee, practice.Uptime, practice.OtherUSDPerMWh, practice.ValidFrom = rateOf(s.t, "1"), rateOf(s.t, "97"), rateOf(s.t, "0"), now
	must(0, m.SetPractice(ctx, by, practice, nil))
	s.ticks(btc, market.Point{T: now, V: 80_000})
	s.ticks("market.hashprice_usd_per_ph_day", market.Point{T: now, V: 39.0569})
	s.ticks("market.hashprice_sat_per_ph_day", market.Point{T: now, V: 48_821.125})
	hash := strings.Repeat("0", 63) + "1"
	block := market.Block{Height: 940_512, Hash: hash, Time: now.Add(-5 * time.Minute), Bits: 0x1701f303, Difficulty: 144e12}
	if _, err := s.db.Jobs().InsertBlocks(ctx, []market.Block{block}); err != nil {
		s.t.Fatal(err)
	}
}

// M8 and M10 on the page: at 48 dollars all three classes pay; a price of 60
// typed in the form puts C under water, in the sentence, the table, the ladder and
// the file.
func TestOnePowerPriceMovesTheMeritOrder(t *testing.T) {
	s := open(t, nil)
	s.fleetOfM8("48")
	s.as(access.Mining)
	page := s.page("/mining/merit-order")
	for _, want := range []string{"16.34", "21.18", "35.70", "class=\"step on\"", "Maker C at Pecos Hall"} {
		if !contains(page.body, want) && !contains(textOf(page.root), want) {
			t.Errorf("at $48 the page does not say %q", want)
		}
	}
	if contains(page.body, "class=\"step under\"") {
		t.Error("at $48 something is under water")
	}
	edit := s.page("/mining/power/1")
	known := between(edit.body, `name="known_from" value="`, `"`)
	form := []string{
		"name", "Supply", "site", "1", "kind", "fixed", "price", "60", "loss_pct", "0", "resale", "0", "purchase", "0", "demand", "0", "coincident", "0",
		"valid_from", "2026-03-01", "known_from", known, "adders", "Wires one",
	}
	if res, body := s.post("/mining/power/1", form...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "Line 1, &#34;Wires one&#34;") && !contains(body, "Line 1") || !contains(body, "Wires one") {
		t.Errorf("a line that is no adder: %s", res.Status)
	}
	form[len(form)-1] = "Wires 0"
	if res, _ := s.post("/mining/power/1", form...); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("edit: %s", res.Status)
	}
	form[7] = "70"
	if res, body := s.post("/mining/power/1", form...); res.StatusCode != http.StatusConflict || !contains(body, "Price: $48 per MWh to $60 per MWh") || !contains(body, `value="70"`) {
		t.Errorf("the second editor is not told what changed: %s", res.Status)
	}
	// C breaks even at 35.700364 × 60 ÷ 48 = 44.625455, above the hashprice.
	page = s.page("/mining/merit-order")
	text := textOf(page.root)
	for _, want := range []string{"44.63", "20.42", "26.47", "off: power costs more than it earns"} {
		if !strings.Contains(text, want) {
			t.Errorf("at $60 the page does not say %q", want)
		}
	}
	if !contains(page.body, "class=\"step under\"") {
		t.Error("at $60 C is not under water")
	}
	_, csv := s.get("/data/merit-order.csv")
	if !contains(csv, "Maker C,nameplate,Pecos Hall,Pecos,") || !contains(csv, "power costs more than it earns") {
		t.Errorf("the file: %s", csv)
	}
	if _, falls := s.get("/data/hashprice-falls.csv"); strings.Count(falls, "\r\n") != 8 {
		t.Errorf("the ladder: %s", falls)
	}
	live := s.page("/mining")
	if !contains(live.body, "fleet-kpis") || !contains(textOf(live.root), "Fleet merit order") {
		t.Error("the live page has no fleet")
	}
	s.as(access.Business)
	if body := s.page("/mining").body; contains(body, "fleet-kpis") || contains(body, "Maker") {
		t.Error("business development sees the fleet")
	}
}

func TestEconomicsFollowAStatedPath(t *testing.T) {
	s := open(t, nil)
	s.fleetOfM8("48")
	s.as(access.Mining)
	text := textOf(s.page("/mining/economics?growth=0&price=0&power=0&stretches=2").root)
	// M8 of a thousandth of the machines: 206.286 of revenue, 116.039 of power.
	for _, want := range []string{"$206", "$116", "2 stretches of two weeks"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for field, bad := range map[string]string{"growth": "60", "price": "-91", "power": "x", "stretches": "53"} {
		res, body := s.get("/mining/economics?" + field + "=" + bad)
		if res.StatusCode != http.StatusUnprocessableEntity || !contains(body, `value="`+bad+`"`) {
			t.Errorf("%s=%s: %s", field, bad, res.Status)
		}
	}
}

func rateOf(t testing.TB, text string) units.Rate {
	t.Helper()
	r, err := units.ParseRate(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
