package handlers_test

import (
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/market"
)

// The fleet of M8 in one hour of the last thirty days at 48 dollars a PH/s day,
// and in one of the thirty before at 24, power at 30: revenue 10.5633 and half of
// it, of 0.10072868 MWh.
func TestTheOverviewHasTheMiningUnit(t *testing.T) {
	hour, began := time.Now().UTC().Truncate(time.Hour), time.Now()
	s := open(t, func() time.Time { return hour.Add(10 * time.Minute).Add(time.Since(began)) })
	s.fleetOfM8("48")
	s.followSpot()
	s.as(access.Executive)
	if text := textOf(s.page("/").root); !strings.Contains(text, "Cannot be tested yet") {
		t.Error("without prices the column does not say why it is empty")
	}
	now, before := hour.Add(-6*time.Hour), hour.AddDate(0, 0, -40)
	s.spot(market.RealTimePower, now, "30")
	s.spot(market.RealTimePower, before, "30")
	s.paidHours(now, 48)
	day := market.Bar{T: before.Truncate(24 * time.Hour), N: 1, Sum: 24, Min: 24, Max: 24, First: 24, Last: 24}
	if _, err := s.db.Jobs().InsertBars(t.Context(), "market.hashprice_usd_per_ph_day", market.LevelDay, []market.Bar{day}); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]any{
		{"Revenue", "$0.0", "M", "up 100.0%"}, {"Gross margin", "71.4", "%", "up 28.6\u00a0pt"}, {"Revenue per MWh", "$104.87", "", "up 100.0%"},
		{"less power and running cost", "$30.00", "", "flat 0.0%"}, {"Margin per MWh", "$74.87", "", "up 233.7%"}, {"Power in use, this hour"}, {"Uptime, realised"},
	} {
		sameCells(t, fileLines(t, s, "/data/mining-unit.csv")[i], want...)
	}
	page := s.page("/")
	text := textOf(page.root)
	for _, want := range []string{"bitcoin, 200 MW", "Margin per MWh $74.87", "hours without a price are left out", "Price and network", "What each unit tells"} {
		if !strings.Contains(text, want) {
			t.Errorf("the overview does not say %q", want)
		}
	}
	s.as(access.Finance)
	if body := s.page("/").body; contains(body, "Margin per MWh") {
		t.Error("finance sees the mining unit's margin")
	}
}
