package ercot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

const (
	realTimeHeader = "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,SettlementPointPrice,DSTFlag\n"
	dayAheadHeader = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n"
)

func texas(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(timeZone)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func rate(t testing.TB, text string) units.Rate {
	t.Helper()
	r, err := units.ParseRate(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPricesOfAQuarterHour(t *testing.T) {
	got, refused, err := decodePrices(upstreamtest.Answer(t, "realtime.csv"), RealTime, texas(t), upstreamtest.Now())
	if err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, error %v", refused, err)
	}
	at := time.Date(2026, 11, 23, 4, 45, 0, 0, time.UTC) // 22:45 in Texas
	price := func(name, kind, usd string) market.PowerPrice {
		return market.PowerPrice{Point: market.PowerPoint{Market: "ERCOT", Name: name, Type: kind}, Start: at, Width: 15 * time.Minute, USDPerMWh: rate(t, usd)}
	}
	want := []market.PowerPrice{price("HB_HUBAVG", "AH", "24.87"), price("HB_NORTH", "HU", "-3.5"), price("LZ_WEST", "LZ", "31.02"), price("LZ_WEST", "LZEW", "31.05")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("prices differ (want -, got +):\n%s", diff)
	}
}

func TestPricesOfTomorrow(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(string(upstreamtest.Answer(t, "dayahead.csv")), "\n", "\r\n")
	got, refused, err := decodePrices([]byte(text), DayAhead, texas(t), upstreamtest.Now())
	if err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, error %v", refused, err)
	}
	north := market.PowerPoint{Market: "ERCOT", Name: "HB_NORTH"}
	want := []market.PowerPrice{
		{Point: north, Start: time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC), Width: time.Hour, USDPerMWh: rate(t, "19.44")},
		{Point: north, Start: time.Date(2026, 11, 25, 5, 0, 0, 0, time.UTC), Width: time.Hour, USDPerMWh: rate(t, "28.1")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("prices differ (want -, got +):\n%s", diff)
	}
}

// A day of 23, 24 or 25 hours becomes as many in a row, none missing or twice.
func TestDaysWhenClocksChange(t *testing.T) {
	for _, c := range []struct {
		day     string
		skipped int // hour ending that does not come
		twice   int // hour ending that comes again
		hours   int
		first   string
	}{
		{"03/08/2026", 3, 0, 23, "2026-03-08T06:00:00Z"},
		{"11/01/2026", 0, 2, 25, "2026-11-01T05:00:00Z"},
		{"07/01/2026", 0, 0, 24, "2026-07-01T05:00:00Z"},
	} {
		var text strings.Builder
		text.WriteString(dayAheadHeader)
		for hour := 1; hour <= 24; hour++ {
			if hour != c.skipped {
				fmt.Fprintf(&text, "%s,%02d:00,HB_NORTH,20,N\n", c.day, hour)
			}
			if hour == c.twice {
				fmt.Fprintf(&text, "%s,%02d:00,HB_NORTH,21,Y\n", c.day, hour)
			}
		}
		got, refused, err := decodePrices([]byte(text.String()), DayAhead, texas(t), upstreamtest.Now())
		if err != nil || len(refused) > 0 || len(got) != c.hours || got[0].Start.Format(time.RFC3339) != c.first {
			t.Fatalf("%s: %d hours of %d, refused %v, error %v", c.day, len(got), c.hours, refused, err)
		}
		for i, p := range got[1:] {
			if p.Start.Sub(got[i].Start) != time.Hour {
				t.Errorf("%s: %s follows %s", c.day, p.Start, got[i].Start)
			}
		}
		if c.twice > 0 && !got[2].USDPerMWh.Equal(rate(t, "21")) {
			t.Errorf("the repeated hour costs %s, want 21", got[2].USDPerMWh)
		}
	}
}

func TestBadRowsDoNotCostTheOthers(t *testing.T) {
	got, refused, err := decodePrices(upstreamtest.Answer(t, "realtime_bad_rows.csv"), RealTime, texas(t), upstreamtest.Now())
	if err != nil || len(got) != 1 || !got[0].USDPerMWh.Equal(rate(t, "24.51")) {
		t.Fatalf("got %v, error %v; want one price of 24.51", got, err)
	}
	want := []string{
		"the point has a price for this time already",
		"the row has fewer columns than the first line",
		"the settlement point has no name, or too long a one",
		`"" is not a price`,
		`"NaN" is not a price`,
		"the price 20000.01 is not between -5000 and 20000 USD/MWh",
		`"2026-11-22" is not a day, as in 11/23/2026`,
		`"25" is not the end of an hour, 1 to 24`,
		`"5" is not a quarter of an hour, 1 to 4`,
		`the flag of a repeated hour is "?", not Y or N`,
		"the hour ending 23 of 11/22/2026 comes once and is flagged as repeated",
		"the hour ending 3 of 03/08/2026 does not exist: clocks go forward",
		"the time 2010-12-01T05:45:00Z is before the market began",
		"the time 2026-11-30T04:45:00Z is in the future",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

func TestDocumentsThatAreNotOfTheReport(t *testing.T) {
	for _, c := range []struct {
		text   string
		report Report
		says   string
	}{
		{"", RealTime, "has no column DeliveryDate"},
		{realTimeHeader, RealTime, "holds no prices"},
		{dayAheadHeader + "11/24/2026,01:00,HB_NORTH,19.44,N\n", RealTime, "a document of report 12301 has no column DeliveryHour"},
		{realTimeHeader, DayAhead, "a document of report 12331 has no column HourEnding"},
		{realTimeHeader, "1", `the report "1" is not one of prices`},
	} {
		_, _, err := decodePrices([]byte(c.text), c.report, texas(t), upstreamtest.Now())
		if upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("%q gave %v, want that it is malformed", c.text, err)
		}
		upstreamtest.Contains(t, err, c.says)
	}
}

func FuzzPrices(f *testing.F) {
	for _, name := range []string{"realtime.csv", "realtime_bad_rows.csv"} {
		f.Add(upstreamtest.Answer(f, name), true)
	}
	f.Add(upstreamtest.Answer(f, "dayahead.csv"), false)
	zone := texas(f)
	f.Fuzz(func(t *testing.T, text []byte, realTime bool) {
		report, width := DayAhead, time.Hour
		if realTime {
			report, width = RealTime, 15*time.Minute
		}
		prices, refused, err := decodePrices(text, report, zone, upstreamtest.Now())
		if (err != nil) != (len(prices)+len(refused) == 0) {
			t.Fatalf("%d prices and %d refusals beside error %v", len(prices), len(refused), err)
		}
		seen := make(map[market.PowerPoint]map[time.Time]bool)
		for _, p := range prices {
			usd := p.USDPerMWh.Float64()
			if p.Point.Name == "" || p.Width != width || !p.Start.Equal(p.Start.Truncate(width)) || usd < minPrice || usd > maxPrice || seen[p.Point][p.Start] {
				t.Errorf("%+v is not sensible, or comes twice", p)
			}
			if seen[p.Point] == nil {
				seen[p.Point] = make(map[time.Time]bool)
			}
			seen[p.Point][p.Start] = true
		}
	})
}
