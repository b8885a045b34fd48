package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/market"
)

// paidHours writes the hashprice of hours from one on.
func (s *site) paidHours(from time.Time, hashprices ...float64) {
	s.t.Helper()
	var bars []market.Bar
	for i, v := range hashprices {
		bars = append(bars, market.Bar{T: from.Add(time.Duration(i) * time.Hour), N: 2, Sum: 2 * v, Min: v, Max: v, First: v, Last: v})
	}
	if _, err := s.db.Jobs().InsertBars(s.t.Context(), "market.hashprice_usd_per_ph_day", market.LevelHour, bars); err != nil {
		s.t.Fatal(err)
	}
}

// The fleet of M8 over four hours at 30, 200, −20 and 200 dollars, the last
// without a hashprice. All of it draws 0.10072868 MW and mines 5.740 PH/s × 97 %
// less 1 % of fees; at 200 dollars it rests.
func TestABackTestByHour(t *testing.T) {
	hour, began := time.Now().UTC().Truncate(time.Hour), time.Now()
	s := open(t, func() time.Time { return hour.Add(10 * time.Minute).Add(time.Since(began)) })
	s.fleetOfM8("48")
	s.followSpot()
	s.as(access.Mining)
	if text := textOf(s.page("/mining/curtailment").root); !strings.Contains(text, "No site has machines, a power contract and prices of these hours.") || !strings.Contains(text, "Nothing was logged in this span") {
		t.Errorf("without prices the page says %s", text)
	}
	from := hour.Add(-6 * time.Hour)
	s.spot(market.RealTimePower, from, "30", "200", "-20", "200")
	s.paidHours(from, 48, 48, 24)
	lines := fileLines(t, s, "/data/back-test.csv?period=7d")
	if len(lines) != 3 {
		t.Fatalf("%d hours: %v", len(lines), lines)
	}
	// PH/s: 2.7 + 1.6 + 1.2 = 5.5; revenue of an hour at 48: 5.5 × 0.97 × 0.99 × 2 = 10.56330.
	// The rule stops everything in the second hour for 3 dollars a MW and starts it
	// in the third for 6.
	const mw, revenue = 0.10072868, 10.5633
	sameCells(t, lines[0], from.Format(time.RFC3339), 48.0, mw, mw, revenue-30*mw, revenue-30*mw, revenue-30*mw)
	sameCells(t, lines[1], from.Add(time.Hour).Format(time.RFC3339), 48.0, mw, 0.0, revenue-200*mw, -3*mw, -3*mw)
	sameCells(t, lines[2], from.Add(2*time.Hour).Format(time.RFC3339), 24.0, mw, mw, revenue/2+20*mw, revenue/2+20*mw-6*mw, revenue/2+20*mw-6*mw)
	text := textOf(s.page("/mining/curtailment?period=7d").root)
	for _, want := range []string{"In the last 7 days the rule would have made", "165 hours without a price", "of 0 MWh in 3 hours", "the rule catches 100% of what could be gained"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if text := textOf(s.page("/mining/curtailment?period=90d").root); !strings.Contains(text, "Month by month") {
		t.Error("ninety days are not told by month")
	}
	if res, _ := s.get("/mining/curtailment?period=31d"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a span that is not offered: %s", res.Status)
	}
}

// logValues are what the form of the curtailment log sends.
func logValues(from, to, power, cause, term string) []string {
	return []string{"site", "1", "from", from, "to", to, "power", power, "hashrate", "5.5", "cause", cause, "term", term, "note", "By hand"}
}

func TestTheCurtailmentLogSaysWhatItBrought(t *testing.T) {
	hour, began := time.Now().UTC().Truncate(time.Hour), time.Now()
	s := open(t, func() time.Time { return hour.Add(10 * time.Minute).Add(time.Since(began)) })
	s.fleetOfM8("48")
	s.followSpot()
	s.as(access.Mining)
	from := hour.Add(-6 * time.Hour)
	s.spot(market.RealTimePower, from, "30", "200", "300")
	s.paidHours(from, 48, 48, 48)
	local := func(at time.Time) string { return at.Format("2006-01-02 15:04") } // Pecos keeps UTC
	for want, values := range map[string][]string{
		"This is not after the beginning.":          logValues(local(from), local(from), "0.1", "price", ""),
		"This has not been yet":                     logValues(local(from), local(hour.Add(time.Hour)), "0.1", "price", ""),
		"At most 31 days in one line.":              logValues(local(from.AddDate(0, -2, 0)), local(from), "0.1", "price", ""),
		"A time of the site&#39;s clocks is needed": logValues("yesterday", local(from), "0.1", "price", ""),
		"Which term of the contract was called?":    logValues(local(from), local(from.Add(time.Hour)), "0.1", "call", ""),
		"Only a call has a term.":                   logValues(local(from), local(from.Add(time.Hour)), "0.1", "price", "ERS"),
		"The site&#39;s contract has no such term.": logValues(local(from), local(from.Add(time.Hour)), "0.1", "call", "ERS"),
		"Between 0.001 and 10000 MW.":               logValues(local(from), local(from.Add(time.Hour)), "0", "price", ""),
	} {
		res, body := s.post("/mining/curtailment", values...)
		if res.StatusCode != http.StatusUnprocessableEntity || !contains(body, want) || !contains(body, `value="By hand"`) {
			t.Errorf("%s, and the page does not say %q", res.Status, want)
		}
	}
	res, _ := s.post("/mining/curtailment", logValues(local(from.Add(time.Hour)), local(from.Add(150*time.Minute)), "0.1", "price", "")...)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/mining/curtailment/1?saved=1" {
		t.Fatalf("log: %s to %q", res.Status, res.Header.Get("Location"))
	}
	// 0.1 MW × (200 + ½ × 300) = 35 avoided; 5.5 × 0.99 × 2 × 1½ = 16.335 forgone.
	line := fileLines(t, s, "/data/curtailments.csv?period=7d")[0]
	sameCells(t, line, from.Add(time.Hour).Format(time.RFC3339), from.Add(150*time.Minute).Format(time.RFC3339), "Pecos", 0.1, 5.5, "price", "", "By hand", 0.15, 35.0, 0.0, 0.0, 16.34, 18.66)
	if text := textOf(s.page("/mining/curtailment/1").root); !strings.Contains(text, "$35.00") || !strings.Contains(text, "$16.34") || !strings.Contains(text, "$18.66") {
		t.Errorf("the line's page: %s", text)
	}
	edit := s.page("/mining/curtailment/1")
	read := between(edit.body, `name="known_from" value="`, `"`)
	values := logValues(local(from.Add(time.Hour)), local(from.Add(2*time.Hour)), "0.1", "price", "")
	if res, _ := s.post("/mining/curtailment/1", append(values, "known_from", read)...); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("edit: %s", res.Status)
	}
	if res, body := s.post("/mining/curtailment/1", append(logValues(local(from.Add(time.Hour)), local(from.Add(2*time.Hour)), "0.2", "price", ""), "known_from", read)...); res.StatusCode != http.StatusConflict || !contains(body, `value="0.2"`) {
		t.Errorf("the second editor is not told what changed: %s", res.Status)
	}
	sameCells(t, fileLines(t, s, "/data/curtailments.csv?period=7d")[0][8:], 0.1, 20.0, 0.0, 0.0, 10.89, 9.11)
}

// A clock time that comes twice in autumn is the earlier one, unless its offset
// is typed, and is shown with its offset; one that is skipped in spring is none.
func TestClocksOfASite(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	s.post("/mining/sites", append(siteValues("Hub", "50"), "time_zone", "America/Chicago")...)
	m := s.db.As(access.Mining)
	year := time.Now().UTC().Year() - 1
	first := time.Date(year, 11, 1, 0, 0, 0, 0, time.UTC)
	autumn := first.AddDate(0, 0, (7-int(first.Weekday()))%7).Format("2006-01-02") // first Sunday of November
	march := time.Date(year, 3, 8, 0, 0, 0, 0, time.UTC)
	spring := march.AddDate(0, 0, (7-int(march.Weekday()))%7).Format("2006-01-02") // second Sunday of March
	if res, body := s.post("/mining/curtailment", logValues(spring+" 02:30", spring+" 04:00", "1", "price", "")...); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "Clocks at the site skip this time.") {
		t.Errorf("a skipped time: %s", res.Status)
	}
	for i, c := range []struct {
		from, to, shown string
	}{
		{autumn + " 00:30", autumn + " 01:30", autumn + "T01:30:00-05:00"},
		{autumn + " 01:30", autumn + "T01:30:00-06:00", autumn + "T01:30:00-06:00"},
	} {
		res, body := s.post("/mining/curtailment", logValues(c.from, c.to, "1", "price", "")...)
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s to %s: %s %s", c.from, c.to, res.Status, body)
		}
		r, err := m.Curtailment(t.Context(), int64(i+1))
		if err != nil || r.To.Sub(r.From) != time.Hour {
			t.Errorf("%s to %s lasts %s (%v), want an hour", c.from, c.to, r.To.Sub(r.From), err)
		}
		if body := s.page("/mining/curtailment/" + itoa(int64(i+1))).body; !contains(body, `value="`+c.shown+`"`) {
			t.Errorf("the form does not show %s", c.shown)
		}
	}
}
