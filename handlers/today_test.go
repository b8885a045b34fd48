package handlers_test

import (
	"encoding/csv"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/record"
)

// spot writes the prices of hours from one on at the point that tests follow.
func (s *site) spot(product market.PowerProduct, from time.Time, prices ...string) {
	s.t.Helper()
	point := market.PowerPoint{Market: "TEST", Name: "HUB"}
	var list []market.PowerPrice
	for i, p := range prices {
		list = append(list, market.PowerPrice{Point: point, Start: from.Add(time.Duration(i) * time.Hour), Width: time.Hour, USDPerMWh: rateOf(s.t, p)})
	}
	if _, _, err := s.db.As(access.Mining).ImportPowerPrices(s.t.Context(), access.Actor{Name: "Test"}, "test.csv", map[market.PowerProduct][]market.PowerPrice{product: list}); err != nil {
		s.t.Fatal(err)
	}
}

// followSpot has the fleet of M8 pay the spot price.
func (s *site) followSpot() {
	s.t.Helper()
	m := s.db.As(access.Mining)
	c, err := m.Contract(s.t.Context(), 1)
	if err != nil {
		s.t.Fatal(err)
	}
	c.Kind, c.Point, c.Price = "index", "TEST HUB", rateOf(s.t, "0")
	c.Version = record.Version{ValidFrom: c.ValidFrom, KnownFrom: c.KnownFrom}
	if err := m.UpdateContract(s.t.Context(), access.Actor{Name: "Test"}, c, []string{"kind"}); err != nil {
		s.t.Fatal(err)
	}
}

// The fleet of M8 breaks even at 48 × 39.0569 ÷ 35.7004 = 52.51 dollars with its
// worst class, C; power is paid for below zero, dear for an hour, and then not
// known.
func TestASiteKnowsItsNextHours(t *testing.T) {
	hour := time.Now().UTC().Truncate(time.Hour)
	began := time.Now()
	s := open(t, func() time.Time { return hour.Add(10 * time.Minute).Add(time.Since(began)) })
	s.fleetOfM8("48")
	s.followSpot()
	s.as(access.Mining)
	empty := textOf(s.page("/mining/sites/1/today").root)
	if !strings.Contains(empty, "What should run now is not known") || !strings.Contains(empty, "The spot price of TEST HUB is not known") {
		t.Errorf("without prices the page says %s", empty)
	}
	s.spot(market.DayAheadPower, hour, "30", "48", "60", "48")
	s.spot(market.RealTimePower, hour, "-20")
	page := s.page("/mining/sites/1/today")
	text := textOf(page.root)
	until := hour.Add(4 * time.Hour).Format("Mon 15:04 MST")
	for _, want := range []string{
		"Everything should run", "-20.00 per MWh", hour.Add(2 * time.Hour).Format("Mon 15:04 MST"), ", Pecos Hall, Maker C off (0.0 MW)",
		"The price of TEST HUB is known until " + until, "real-time", "day-ahead", "20 hours: not known yet", "no machine here was asked",
	} {
		if !strings.Contains(strings.ReplaceAll(text, "−", "-"), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	lines := fileLines(t, s, "/data/site-hours.csv?site=1")
	// 99.85 kW at the machines × 1.04 × 97 %; without C's 35.4 kW 65.01716.
	for i, want := range map[int][]any{
		0: {"real-time", -20.0, 0.10072868, 0.0}, 1: {"day-ahead", 48.0, 0.10072868, 0.0}, 2: {"day-ahead", 60.0, 0.06501716, 0.03571152}, 4: {"not known yet", "", "", ""},
	} {
		sameCells(t, lines[i][2:6], want...)
	}
	switches := fileLines(t, s, "/data/site-switches.csv?site=1")
	off, on := hour.Add(2*time.Hour).Format(time.RFC3339), hour.Add(3*time.Hour).Format(time.RFC3339)
	// What staying on would have lost in the hour, 0.03571152 MW × (60 − 52.5128),
	// less the 3 dollars a MW that the stop costs.
	sameCells(t, switches[0], off, on, "Pecos", "Pecos Hall, Maker C", "nameplate", "", -0.03571152, -1.164, 0.16024)
	if res, body := s.get("/data/site-hours?site=1"); res.StatusCode != http.StatusOK || !contains(body, "Hour by hour") {
		t.Errorf("the table: %s", res.Status)
	}
	if body := s.page("/mining/sites").body; !contains(body, `href="/mining/sites/1/today"`) {
		t.Error("the list of sites does not lead there")
	}
	if !contains(textOf(s.page("/mining/merit-order").root), "is paid to run") {
		t.Errorf("the merit order does not use the spot price: %s", textOf(s.page("/mining/merit-order").root))
	}
}

func TestASiteWithoutMachinesOrContractSaysSo(t *testing.T) {
	s := open(t, nil)
	s.fleetOfM8("48")
	s.as(access.Mining)
	s.post("/mining/sites", siteValues("Bare", "12")...)
	if text := textOf(s.page("/mining/sites/2/today").root); !strings.Contains(text, "The site has no power contract.") {
		t.Errorf("a site without a contract: %s", text)
	}
	s.post("/mining/power", contractValues("2", "fixed", "48", "", "", "")...)
	if text := textOf(s.page("/mining/sites/2/today").root); !strings.Contains(text, "No machine is recorded here that runs or could.") {
		t.Errorf("a site without machines: %s", text)
	}
}

// fileLines are the rows of a figure's file, without what stands above them.
func fileLines(t *testing.T, s *site, path string) [][]string {
	t.Helper()
	res, body := s.get(path)
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff")))
	r.Comment, r.FieldsPerRecord = '#', 0
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%s: %s, %v: %s", path, res.Status, err, body)
	}
	return rows[1:]
}

// sameCells compares cells with texts, and with numbers to five digits.
func sameCells(t *testing.T, got []string, want ...any) {
	t.Helper()
	for i, w := range want {
		switch w := w.(type) {
		case string:
			if got[i] != w {
				t.Errorf("%v: cell %d is %q, want %q", got, i, got[i], w)
			}
		case float64:
			if v, err := strconv.ParseFloat(got[i], 64); err != nil || math.Abs(v-w) > 1e-5*math.Max(1, math.Abs(w)) {
				t.Errorf("%v: cell %d is %s, want %v", got, i, got[i], w)
			}
		}
	}
}
