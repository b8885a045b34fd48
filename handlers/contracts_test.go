package handlers_test

import (
	"net/http"
	"testing"

	"switchyard/econ/access"
)

// contractValues are what the form of a power contract sends.
func contractValues(site, kind, price, adders, blocks, terms string) []string {
	point := "ercot HB_WEST"
	if kind == "fixed" {
		point = ""
	}
	return []string{
		"point", point, "name", "Supply", "site", site, "kind", kind, "price", price, "loss_pct", "2.5", "adders", adders, "blocks", blocks, "terms", terms,
		"resale", "0.5", "purchase", "0", "demand", "7.25", "coincident", "60", "valid_from", "2026-03-01",
	}
}

func TestASiteHasOnePowerContract(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	for _, name := range []string{"North", "South"} {
		s.post("/mining/sites", siteValues(name, "74.5")...)
	}
	res, _ := s.post("/mining/power", contractValues("1", "blocks", "0", "Wires 4.2\r\nTaxes 1.05", "20 MW at 41.50, 7-22, weekdays", "ERS: 10 MW below 30 MW, credit 120")...)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/mining/power/1?saved=1" {
		t.Fatalf("add: %s to %q", res.Status, res.Header.Get("Location"))
	}
	list := textOf(s.page("/mining/power").root)
	for _, want := range []string{"1 of 2 sites", "blocks bought ahead", "5.25", "1 term", "none known"} {
		if !contains(list, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	res, body := s.post("/mining/power", contractValues("1", "fixed", "48", "", "", "")...)
	if res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "This site has a power contract already: change that one.") || !contains(body, `value="48"`) {
		t.Errorf("a second contract of the site: %s", res.Status)
	}
	s.post("/mining/power", contractValues("2", "fixed", "48", "", "", "")...)
	_, csv := s.get("/data/power.csv")
	if !contains(csv, "North,Supply,blocks,ERCOT HB_WEST,0,2.5,") || !contains(csv, "South,Supply,fixed,,48,2.5,") {
		t.Errorf("file: %s", csv)
	}
}

func TestAWrongContractNamesTheLine(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	s.post("/mining/sites", siteValues("North", "74.5")...)
	for want, values := range map[string][]string{
		"Line 2, &#34;free&#34;: a name and dollars per MWh are needed":    contractValues("1", "fixed", "48", "Wires 4.2\nfree", "", ""),
		"Line 1, &#34;20 MW&#34;: power and price are needed":              contractValues("1", "blocks", "0", "", "20 MW", ""),
		"Line 1, &#34;20 MW at 4, 22-7&#34;: &#34;22-7&#34; are no hours":  contractValues("1", "blocks", "0", "", "20 MW at 4, 22-7", ""),
		"Line 1, &#34;10 MW&#34;: a name and a colon come first":           contractValues("1", "fixed", "48", "", "", "10 MW"),
		"a contract of blocks needs at least one":                          contractValues("1", "blocks", "0", "", "", ""),
		"a contract of kind index has no blocks":                           contractValues("1", "index", "0", "", "20 MW at 41.50", ""),
		"two curtailment terms are named &#34;ERS&#34;":                    contractValues("1", "fixed", "48", "", "", "ERS: 1 MW below 3 MW\nERS: 1 MW below 3 MW"),
		"is not credit, penalty, standby or hours with a number, nor firm": contractValues("1", "fixed", "48", "", "", "ERS: 1 MW below 3 MW, credit much"),
	} {
		res, body := s.post("/mining/power", values...)
		if res.StatusCode != http.StatusUnprocessableEntity || !contains(body, want) {
			t.Errorf("%s, and the page does not say %q", res.Status, want)
		}
	}
	contracts := textOf(s.page("/mining/power").root)
	if !contains(contracts, "none known") {
		t.Error("a wrong form wrote a contract")
	}
}
