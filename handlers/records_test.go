package handlers_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"switchyard/econ/access"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func siteValues(name, mw string) []string {
	return []string{"name", name, "place", "Somewhere", "time_zone", "America/Chicago", "interconnect_mw", mw, "pue", "1.04", "valid_from", "2026-03-01"}
}

func TestASiteIsTypedEditedAndItsVersionsStay(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	res, _ := s.post("/mining/sites", siteValues("North", "74.5")...)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/mining/sites/1?saved=1" {
		t.Fatalf("add: %s to %q", res.Status, res.Header.Get("Location"))
	}
	_, body := s.get("/mining/sites/1?saved=1")
	if !contains(body, "Saved.") || !contains(body, "74.5 MW") {
		t.Error("the page of the site does not show it")
	}
	read := between(body, `name="known_from" value="`, `"`)
	if res, _ := s.post("/mining/sites/1", append(siteValues("North", "80"), "known_from", read)...); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("edit: %s", res.Status)
	}
	_, body = s.get("/mining/sites/1")
	if !contains(body, "Interconnect: 74.5 MW to 80 MW") || !contains(body, "The mining") {
		t.Error("the versions do not tell the change")
	}
	// Somebody else still has the first version on the screen.
	res, body = s.post("/mining/sites/1", append(siteValues("South", "74.5"), "known_from", read)...)
	if res.StatusCode != http.StatusConflict || !contains(body, "has changed this while you were typing: Interconnect: 74.5 MW to 80 MW") || !contains(body, `value="South"`) {
		t.Errorf("a conflict: %s", res.Status)
	}
	// Looking at both, they save again: the page now holds the newest version.
	fresh := between(body, `name="known_from" value="`, `"`)
	if res, _ := s.post("/mining/sites/1", append(siteValues("South", "80"), "known_from", fresh)...); res.StatusCode != http.StatusSeeOther {
		t.Errorf("saved after looking: %s", res.Status)
	}
	// What changes nothing adds no version.
	_, body = s.get("/mining/sites/1")
	s.post("/mining/sites/1", append(siteValues("South", "80"), "known_from", between(body, `name="known_from" value="`, `"`))...)
	versions, err := s.db.As(access.Mining).SiteVersions(t.Context(), 1)
	if err != nil || len(versions) != 3 {
		t.Errorf("%d versions (%v), want 3", len(versions), err)
	}
	_, csv := s.get("/data/sites.csv")
	if !contains(csv, "South,Somewhere,America/Chicago,80,1.04,2026-03-01") {
		t.Errorf("file: %s", csv)
	}
}

func TestAWrongFormKeepsWhatWasTypedAndSaysWhy(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	for field, c := range map[string]struct{ value, says string }{
		"name":            {"", "This is needed."},
		"place":           {strings.Repeat("x", 121), "At most 120 characters; these are 121."},
		"time_zone":       {"Mars/Olympus", "time zone database"},
		"interconnect_mw": {"lots", ""},
		"pue":             {"0.9", "Between 1 and 3."},
		"valid_from":      {"yesterday", "A date is needed"},
	} {
		values := siteValues("North", "74.5")
		for i := 0; i < len(values); i += 2 {
			if values[i] == field {
				values[i+1] = c.value
			}
		}
		res, body := s.post("/mining/sites", values...)
		if res.StatusCode != http.StatusUnprocessableEntity || !contains(body, c.says) {
			t.Errorf("%s: %s, says %q: %v", field, res.Status, c.says, contains(body, c.says))
		}
		if !contains(body, `id="f-`+field+`-say"`) || !contains(body, `aria-invalid="true"`) || strings.Count(body, `aria-invalid`) != 1 {
			t.Errorf("%s: the error does not stand beside its field", field)
		}
		if c.value != "" && !contains(body, c.value) {
			t.Errorf("%s: what was typed is lost", field)
		}
	}
	s.post("/mining/sites", siteValues("North", "74.5")...)
	if res, body := s.post("/mining/sites", siteValues("NORTH", "1")...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "There is a site of this name already.") {
		t.Errorf("a name twice: %s", res.Status)
	}
}

func TestTypedTextIsInert(t *testing.T) {
	s := open(t, nil)
	s.as(access.Business)
	hostile := `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`
	res, _ := s.post("/ai/customers", "name", hostile, "country", "us", "segment", "lab", "contact", `=HYPERLINK("http://evil")`, "note", "@SUM(1)\n+2", "valid_from", "2026-03-01")
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("add: %s", res.Status)
	}
	for _, path := range []string{"/ai/customers", "/ai/customers/1", "/data/customers"} {
		_, body := s.get(path)
		if contains(body, "<script>alert") || contains(body, "<img src=x") || !contains(body, "&lt;script&gt;alert(1)") {
			t.Errorf("%s runs what was typed", path)
		}
	}
	_, csv := s.get("/data/customers.csv")
	if !contains(csv, `"'=HYPERLINK(""http://evil"")"`) || !contains(csv, "'@SUM(1)") {
		t.Errorf("file: %s", csv)
	}
}

func TestBalancesAreTypedToTheCentAndWorthAtThePresentPrice(t *testing.T) {
	s := open(t, nil)
	s.as(access.Finance)
	s.post("/finance/accounts", "name", "Operating", "kind", "cash", "institution", "Bank", "valid_from", "2026-03-01")
	s.post("/finance/accounts", "name", "Pledged", "kind", "bitcoin", "institution", "Vault", "restricted", "on", "valid_from", "2026-03-01")
	if res, body := s.post("/finance/accounts/1/balance", "as_of", "2026-03-02", "amount", "12.345"); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, `value="12.345"`) {
		t.Errorf("a fraction of a cent: %s", res.Status)
	}
	if res, _ := s.post("/finance/accounts/1/balance", "as_of", "2999-01-01", "amount", "1"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a day to come: %s", res.Status)
	}
	if res, _ := s.post("/finance/accounts/1/balance", "as_of", "2026-03-02", "amount", "1,234,567.89"); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("dollars: %s", res.Status)
	}
	if res, _ := s.post("/finance/accounts/2/balance", "as_of", "2026-03-02", "amount", "412.5"); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("bitcoin: %s", res.Status)
	}
	_, body := s.get("/finance/balance-sheet")
	for _, text := range []string{"$1,234,567.89", "412.5000", "Pledged", "2 Mar 2026"} {
		if !contains(body, text) {
			t.Errorf("the balance sheet does not show %q", text)
		}
	}
	_, body = s.get("/finance/runway")
	if !contains(body, "cannot be said yet") || !contains(body, "$1,234,567.89") {
		t.Error("the runway does not say what is known and what is missing")
	}
}
