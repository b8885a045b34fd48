package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
)

// monthForm is a month with figures, some of them changed.
func monthForm(changed ...string) []string {
	form := []string{
		"month", "2026-02", "produced_btc", "463", "sold_btc", "475", "proceeds_usd", "38,800,000", "held_btc", "1,200", "restricted_btc", "400",
		"revenue_usd", "39,000,000", "charges_usd", "20,000,000", "credits_usd", "1,500,000", "response_usd", "500,000", "site_usd", "2,000,000",
		"drawn_mwh", "400000", "deployed_eh", "33.7", "energised_eh", "33.0", "operating_eh", "29.3", "fleet_j_per_th", "19.3",
	}
	for i := 0; i+1 < len(changed); i += 2 {
		for j := 0; j < len(form); j += 2 {
			if form[j] == changed[i] {
				form = append(form[:j], form[j+2:]...)
				break
			}
		}
	}
	return append(form, changed...)
}

func TestAMonthIsTypedPublishedAndRestated(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	if _, body := s.get("/mining/monthly"); !contains(body, "No month has been closed yet.") {
		t.Error("an empty list does not say so")
	}
	res, body := s.post("/mining/monthly", monthForm()...)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/mining/monthly/202602?saved=1" {
		t.Fatalf("%s\n%.3000s", res.Status, body)
	}
	_, body = s.get("/mining/monthly")
	for _, want := range []string{
		"463.00", "16.54", "81,684", "86.9", "15.80", "18,000,000", "4.50", "43,197", "38,877", "43,197", "21,000,000", "53.8",
		"the hashprice of 0 of 28 days is stored", "not all blocks of the month are stored", "finance keeps overhead", "Draft", "that month has not been typed",
	} {
		if !contains(body, want) {
			t.Errorf("the update does not say %q", want)
		}
	}
	read := func() string { return between(s.page("/mining/monthly/202602").body, `name="known_from" value="`, `"`) }
	if res, _ := s.post("/mining/monthly/202602", monthForm("publish", "on", "known_from", read())...); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("publish: %s", res.Status)
	}
	edit := monthForm("produced_btc", "465", "known_from", read())
	if res, body := s.post("/mining/monthly/202602", edit...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "restated for a reason") || !contains(body, `value="465"`) {
		t.Errorf("a published month is changed without a reason: %s", res.Status)
	}
	if res, _ := s.post("/mining/monthly/202602", append(edit, "reason", "A payout was missing")...); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("restate: %s", res.Status)
	}
	_, body = s.get("/mining/monthly/202602")
	if !contains(body, "Bitcoin produced: 463 to 465") || !contains(body, "A payout was missing") || !contains(body, "State: Draft to Published") {
		t.Error("the history does not tell what was published before")
	}
	if res, body := s.post("/mining/monthly", monthForm()...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "There is a month of this name already.") {
		t.Errorf("the same month a second time: %s", res.Status)
	}
	_, csv := s.get("/data/monthly.csv")
	if !contains(csv, "2026-02,Restated,\"Produced, net of pool fees\",BTC,465,") {
		t.Errorf("the file: %.600s", csv)
	}
}

func TestMonthsAreComparedAndBadFiguresNamed(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	for month, btc := range map[string]string{"2026-02": "500", "2026-01": "400", "2025-02": "1000"} {
		if res, _ := s.post("/mining/monthly", monthForm("month", month, "produced_btc", btc)...); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %s", month, res.Status)
		}
	}
	page := s.page("/mining/monthly")
	row := strings.Join(strings.Fields(between(textOf(page.find("table")), "Produced, net of pool fees", "Produced per day")), " ")
	if !strings.Contains(row, "500.00 BTC") || !strings.Contains(row, "25.0%") || !strings.Contains(row, "50.0%") {
		t.Errorf("the row says %q", row)
	}
	if res, _ := s.get("/mining/monthly?month=202501"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a month that is not there: %s", res.Status)
	}
	for field, says := range map[string][2]string{
		"month":          {"2026-13", "A month that is over"},
		"produced_btc":   {"-1", "below nothing"},
		"restricted_btc": {"1300", "More than is held"},
		"energised_eh":   {"34", "More than is deployed"},
		"revenue_usd":    {"much", "much"},
		"fleet_j_per_th": {"0", "above nothing"},
	} {
		res, body := s.post("/mining/monthly", monthForm("month", "2025-12", field, says[0])...)
		if res.StatusCode != http.StatusUnprocessableEntity || !contains(body, says[1]) || !contains(body, `value="`+says[0]+`"`) {
			t.Errorf("%s = %s: %s", field, says[0], res.Status)
		}
	}
	next := time.Now().UTC().Format("2006-01")
	if res, _ := s.post("/mining/monthly", monthForm("month", next)...); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a month that is not over: %s", res.Status)
	}
}
