package handlers_test

import (
	"net/http"
	"testing"

	"switchyard/econ/access"
)

func practiceForm(changed ...string) []string {
	return append([]string{
		"pool_fee_pct", "1.5", "uptime_pct", "97", "other_usd_per_mwh", "4", "start_usd_per_mw", "6", "stop_usd_per_mw", "3",
		"minimum_off_hours", "2", "valid_from", "2026-03-01",
	}, changed...)
}

func TestWhatIsAssumedIsShownAndTyped(t *testing.T) {
	s := open(t, nil)
	if _, body := s.get("/mining/assumptions"); !contains(body, "this is assumed") || !contains(body, "97.4%") || contains(body, "<button class=\"btn pri\"") {
		t.Error("the executive does not see what is assumed, or may change it")
	}
	s.as(access.Mining)
	if res, body := s.post("/mining/assumptions", "pool_fee_pct", "21", "uptime_pct", "101", "minimum_off_hours", "-1"); res.StatusCode != http.StatusUnprocessableEntity ||
		!contains(body, "Between 0 and 20 %.") || !contains(body, "Between 0 and 100 %.") || !contains(body, "Whole hours, from 0 to 168.") || !contains(body, `value="21"`) {
		t.Errorf("a bad form: %s", res.Status)
	}
	if res, _ := s.post("/mining/assumptions", practiceForm()...); res.Header.Get("Location") != "/mining/assumptions/1?saved=1" {
		t.Fatalf("save: %s", res.Status)
	}
	page := s.page("/mining/assumptions/1")
	if !contains(page.body, "97%") || !contains(page.body, `action="/mining/assumptions/1"`) {
		t.Error("the page does not show what was typed")
	}
	known := between(page.body, `name="known_from" value="`, `"`)
	form := practiceForm("known_from", known)
	form[3] = "96"
	if res, _ := s.post("/mining/assumptions/1", form...); res.StatusCode != http.StatusSeeOther {
		t.Fatal("a second version is refused")
	}
	form[3] = "95"
	if res, body := s.post("/mining/assumptions/1", form...); res.StatusCode != http.StatusConflict || !contains(body, "Uptime: 97% to 96%") || !contains(body, `value="95"`) {
		t.Errorf("whoever typed into an older version is told: %s", res.Status)
	}
}
