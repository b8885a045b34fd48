package pricefile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/econ/mining/pricefile"
	"switchyard/econ/table"
)

// starts are the moments of prices as UTC writes them.
func starts(prices []market.PowerPrice) string {
	list := make([]string, len(prices))
	for i, p := range prices {
		list[i] = p.Start.Format("02T15:04")
	}
	return strings.Join(list, " ")
}

// The clocks of Chicago skip 02:00 on 10 March 2024 and repeat 01:00 on 3
// November; those of Lord Howe Island move by half an hour.
func TestLocalTimesAreTheMomentsThatClocksShow(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		lines      []string
		want       string
		repeated   int
	}{
		{"spring", "America/Chicago", []string{"2024-03-10 00:00", "2024-03-10 01:00", "2024-03-10 03:00", "2024-03-10 04:00"}, "10T06:00 10T07:00 10T08:00 10T09:00", 0},
		{"autumn", "America/Chicago", []string{"2024-11-03 00:00", "2024-11-03 01:00", "2024-11-03 01:00", "2024-11-03 02:00"}, "03T05:00 03T06:00 03T07:00 03T08:00", 2},
		{"autumn, its hour once", "America/Chicago", []string{"2024-11-03 00:00", "2024-11-03 01:00", "2024-11-03 02:00"}, "03T05:00 03T06:00 03T08:00", 1},
		{"autumn by the half hour", "America/Chicago", []string{"2024-11-03 01:00", "2024-11-03 01:30", "2024-11-03 01:00", "2024-11-03 01:30"}, "03T06:00 03T06:30 03T07:00 03T07:30", 4},
		{"autumn, sorted by its text", "America/Chicago", []string{"2024-11-03 01:00", "2024-11-03 01:00", "2024-11-03 01:30", "2024-11-03 01:30"}, "03T06:00 03T06:30 03T07:00 03T07:30", 4},
		{"with offsets", "America/Chicago", []string{"2024-11-03T01:00:00-06:00", "2024-11-03T01:00:00-05:00", "2024-11-03T02:00:00-06:00"}, "03T06:00 03T07:00 03T08:00", 0},
		{"half an hour", "Australia/Lord_Howe", []string{"2024-04-07 01:00", "2024-04-07 01:30", "2024-04-07 01:30", "2024-04-07 02:00"}, "06T14:00 06T14:30 06T15:00 06T15:30", 2},
		{"a zone that never moves", "Asia/Kolkata", []string{"2024-03-10 00:00", "2024-03-10 00:15"}, "09T18:30 09T18:45", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := []string{"time,price"}
			for i, l := range c.lines {
				list = append(list, fmt.Sprint(l, ",", i))
			}
			p, bad := pricefile.Check(lines(list...), form(zone(t, c.zone)))
			if got := starts(p.Of[market.RealTimePower]); got != c.want || p.Repeated != c.repeated {
				t.Errorf("%s, %d repeated, want %s, %d (%+v)", got, p.Repeated, c.want, c.repeated, bad.List)
			}
		})
	}
}

// A whole day of either kind, hour by hour: 23 and 25 prices.
func TestTheDaysOfTwentyThreeAndTwentyFiveHours(t *testing.T) {
	chicago := zone(t, "America/Chicago")
	for day, hours := range map[string]int{"2024-03-10": 23, "2024-11-03": 25, "2024-06-01": 24} {
		begin, err := time.ParseInLocation(time.DateOnly, day, chicago)
		if err != nil {
			t.Fatal(err)
		}
		list := []string{"time,price"}
		for at := begin; at.Before(begin.AddDate(0, 0, 1)); at = at.Add(time.Hour) {
			list = append(list, at.Format("2006-01-02 15:04")+",1")
		}
		prices := sound(t, lines(list...), form(chicago))
		if len(prices) != hours {
			t.Errorf("%s: %d prices", day, len(prices))
		}
		for i, p := range prices {
			if !p.Start.Equal(begin.Add(time.Duration(i)*time.Hour)) || p.Start.Location() != time.UTC {
				t.Errorf("%s: price %d begins at %s", day, i, p.Start)
			}
		}
	}
}

func TestARepeatedTimeIsRefusedWhereTheFileCannotTell(t *testing.T) {
	for _, c := range []struct {
		lines []string
		count int
		says  string
	}{
		{[]string{"2024-11-03 02:00", "2024-11-03 01:00", "2024-11-03 01:00", "2024-11-03 00:00"}, 2, "Sort it by time"},
		{[]string{"2024-11-03 00:00", "2024-11-03 01:00", "2024-11-03 01:00", "2024-11-03 01:00"}, 1, "Row 4 has this time too."},
		{[]string{"2024-03-10 01:00", "2024-03-10 02:00", "2024-03-10 03:00"}, 1, "skip this hour"},
	} {
		list := []string{"time,price"}
		for _, l := range c.lines {
			list = append(list, l+",1")
		}
		_, bad := pricefile.Check(lines(list...), form(zone(t, "America/Chicago")))
		if bad.Count != c.count || !strings.Contains(bad.List[0].What, c.says) {
			t.Errorf("%q: %+v", c.lines, bad.List)
		}
	}
	// A head that says UTC and a form that says otherwise: one of them is wrong.
	file := lines(head, "2024-06-01 00:00,1", "2024-06-01 01:00,1")
	if _, bad := pricefile.Check(file, form(zone(t, "America/Chicago"))); bad.Count != 1 || !strings.Contains(bad.List[0].What, "named for UTC, and the form says America/Chicago") {
		t.Errorf("a contradiction: %+v", bad.List)
	}
	sound(t, lines(head, "2024-06-01T00:00:00Z,1", "2024-06-01T01:00:00Z,1"), form(zone(t, "America/Chicago")))
}

// A file backwards, or in no order, is a file.
func TestTheOrderOfTheLinesDoesNotMatterElsewhere(t *testing.T) {
	prices := sound(t, lines(head, "2024-06-01 03:00,3", "2024-06-01 01:00,1", "2024-06-01 02:00,2"), form(time.UTC))
	if got := starts(prices); got != "01T01:00 01T02:00 01T03:00" {
		t.Error(got)
	}
}

// One slip of some minutes must not make a file of hours one of minutes; a market
// that goes over to quarters needs two files.
func TestTheWidthIsThatOfMostPrices(t *testing.T) {
	hour := func(n int) string { return time.Date(2024, 6, 1, n, 0, 0, 0, time.UTC).Format(time.RFC3339) + ",1" }
	list := []string{head}
	for i := range 48 {
		list = append(list, hour(i))
	}
	gap := slices.Delete(slices.Clone(list), 10, 14)
	if prices := sound(t, lines(gap...), form(time.UTC)); len(prices) != 44 || prices[0].Width != time.Hour {
		t.Errorf("with a gap: %d prices of %s", len(prices), prices[0].Width)
	}
	slip := slices.Clone(list)
	slip[11] = "2024-06-01T10:05:00Z,1"
	if _, bad := pricefile.Check(lines(slip...), form(time.UTC)); bad.Count != 1 || bad.List[0].Row != 12 || bad.List[0].Likely != "2024-06-01T10:00:00Z" {
		t.Errorf("a slip: %+v", bad.List)
	}
	kolkata := []string{"time,price", "2024-06-01 00:00,1", "2024-06-01 01:00,1", "2024-06-01 02:00,1"}
	if _, bad := pricefile.Check(lines(kolkata...), form(zone(t, "Asia/Kolkata"))); bad.Count != 1 || !strings.Contains(bad.List[0].What, "begin between those of UTC") {
		t.Errorf("hours that begin at the half of UTC's: %+v", bad.List)
	}
	for i := range 300 {
		list = append(list, time.Date(2024, 6, 3, 0, 15*i, 0, 0, time.UTC).Format(time.RFC3339)+",1")
	}
	if _, bad := pricefile.Check(lines(list...), form(time.UTC)); bad.Count != 1 || !strings.Contains(bad.List[0].What, "15 minutes apart in one part of the file and 60 minutes in another") {
		t.Errorf("two widths: %+v", bad.List)
	}
}

// A workbook keeps times as days since the end of 1899, and numbers in binary.
func TestDaysAndNumbersOfAWorkbook(t *testing.T) {
	file := lines("time,price", "45361.25,23.450000000000003", "45361.2916666667,-3.91739999999999", "45361.375,1.23456789", "45361.4166666667,1E-2", "2024-03-10 05:00,2")
	file.DayNumbers = true
	p, bad := pricefile.Check(file, form(zone(t, "America/Chicago")))
	if bad.Count != 1 || bad.List[0].Row != 4 || p.Rows != 0 {
		t.Fatalf("%+v", bad.List)
	}
	file.Rows[3].Cells[1].Text = "1.234567"
	prices := sound(t, file, form(zone(t, "America/Chicago")))
	want := []string{"23.45", "-3.9174", "1.234567", "0.01", "2"}
	got := make([]string, len(prices))
	for i, p := range prices {
		got[i] = p.USDPerMWh.String()
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" || starts(prices) != "10T10:00 10T11:00 10T12:00 10T14:00 10T15:00" {
		t.Errorf("%s (-want +got):\n%s", starts(prices), diff)
	}
	if _, bad := pricefile.Check(table.Table{Rows: file.Rows}, form(time.UTC)); bad.Count == 0 {
		t.Error("text has day numbers")
	}
}
