package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/ops"
)

func TestTheCompanysNameClosesEveryPageAndItsHistoryStays(t *testing.T) {
	s := open(t, nil)
	s.as(access.Admin)
	if res, _ := s.post("/admin/settings", settingsForm("company", strings.Repeat("x", 121))...); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("too long: %s", res.Status)
	}
	for _, name := range []string{"Brightwater Power", "Brightwater Power", "Brightwater Compute"} {
		if res, _ := s.post("/admin/settings", settingsForm("company", name)...); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %s", name, res.Status)
		}
		if _, body := s.get("/admin/people"); !contains(body, name+", a fictional company") {
			t.Errorf("%s does not close the page", name)
		}
	}
	_, csv := s.get("/data/audit.csv?what=settings")
	if n := strings.Count(csv, "change settings"); n != 2 {
		t.Errorf("%d changes in the audit log, want 2: the second one changed nothing", n)
	}
	if contains(csv, "Brightwater") {
		t.Error("the audit log tells the value")
	}
}

// settingsForm is the form of the settings with one field changed.
func settingsForm(field, value string) []string {
	values := ops.Defaults()
	values[field] = value
	var form []string
	for key, v := range values {
		form = append(form, key, v)
	}
	return form
}

func TestSettingsThatCannotBeAreRefusedBesideTheirField(t *testing.T) {
	s := open(t, nil)
	s.as(access.Admin)
	for _, tt := range []struct{ field, value, says string }{
		{ops.SettingTimeZone, "Texas", "not a name of the time zone database"},
		{ops.SettingTimeZone, "Local", "not a name of the time zone database"},
		{ops.SettingVenueSpread, "0", "Between 0.01 and 20 %."},
		{ops.SettingVenueSpread, "half", "half"},
		{ops.SettingNearBreakEven, "51", "Between 0.1 and 50 %."},
		{ops.SettingNearBreakEven, "", "This is needed."},
	} {
		res, body := s.post("/admin/settings", settingsForm(tt.field, tt.value)...)
		if res.StatusCode != http.StatusUnprocessableEntity || !contains(body, tt.says) || tt.value != "" && !contains(body, `value="`+tt.value+`"`) {
			t.Errorf("%s = %q: %s, without %q or what was typed", tt.field, tt.value, res.Status, tt.says)
		}
	}
}

func TestTheTimeZoneAndTheSpreadOfVenuesAreUsed(t *testing.T) {
	s := open(t, nil)
	now := time.Now()
	for venue, price := range map[string]float64{"coinbase": 100_000, "kraken": 100_100, "bitstamp": 100_200} {
		s.ticks(btc+"."+venue, market.Point{T: now.Add(-time.Second), V: price})
	}
	if _, body := s.get("/mining"); contains(body, "One of them may be wrong") || contains(body, " in America/Chicago)") {
		t.Error("the page tells of settings that nobody has made")
	}
	s.as(access.Admin)
	form := settingsForm(ops.SettingVenueSpread, "0.1")
	for i, field := range form {
		if field == ops.SettingTimeZone {
			form[i+1] = "America/Chicago"
		}
	}
	if res, _ := s.post("/admin/settings", form...); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	s.as(access.Executive)
	_, body := s.get("/mining")
	if !contains(body, "The venues differ by 0.20% of the price, more than the 0.10% that the settings allow.") {
		t.Error("venues that differ are not marked")
	}
	if !contains(body, " in America/Chicago)") {
		t.Error("the company's own time is missing")
	}
}
