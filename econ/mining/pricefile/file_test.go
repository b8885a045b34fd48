package pricefile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones are the same on every machine

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/econ/mining/pricefile"
	"switchyard/econ/table"
)

var (
	now  = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	west = market.PowerPoint{Market: "ERCOT", Name: "HB_WEST"}
)

const head = "time_utc,price_usd_per_mwh"

func lines(list ...string) table.Table {
	var t table.Table
	for i, l := range list {
		row := table.Row{Number: i + 1}
		for _, text := range strings.Split(l, ",") {
			row.Cells = append(row.Cells, table.Cell{Text: strings.TrimPrefix(text, "="), Formula: strings.HasPrefix(text, "=")})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func form(z *time.Location) pricefile.Form {
	return pricefile.Form{Point: west, Product: market.RealTimePower, Zone: z, Now: now}
}

// sound checks a table without a bad cell and returns its real-time prices.
func sound(t testing.TB, file table.Table, f pricefile.Form) []market.PowerPrice {
	t.Helper()
	p, bad := pricefile.Check(file, f)
	if bad.Count > 0 {
		t.Fatalf("%d bad cells: %+v", bad.Count, bad.List)
	}
	return p.Of[market.RealTimePower]
}

// The measure: ten thousand lines of which three have a bad cell.
func TestOfTenThousandLinesTheThreeBadCellsAreNamed(t *testing.T) {
	first := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	list := []string{head}
	for i := range 10_000 {
		list = append(list, fmt.Sprintf("%s,%d.%02d", first.Add(time.Duration(i)*15*time.Minute).Format(time.RFC3339), i%200-50, i%100))
	}
	good := slices.Clone(list)
	list[17] = "1/14/2022 04:15,3"
	list[5_000] = list[5_000][:21] + "12;5"
	list[10_000] = list[9_999]
	p, bad := pricefile.Check(lines(list...), form(time.UTC))
	want := []table.Problem{
		{Row: 18, Column: "time_utc", Value: "1/14/2022 04:15", What: "A time is needed, for example 2026-03-10 14:00 or 2026-03-10T14:00:00Z.", Likely: "2022-01-14 04:15"},
		{Row: 5_001, Column: "price_usd_per_mwh", Value: "12;5", What: `"12;5" is not a number: write it like 1,234.50.`},
		{Row: 10_001, Column: "time_utc", Value: "2022-04-15T03:30:00Z", What: "Row 10000 has this time too."},
	}
	if diff := cmp.Diff(want, bad.List); diff != "" || bad.Count != 3 || p.Rows != 0 || p.Of != nil {
		t.Errorf("%d bad cells, %d prices (-want +got):\n%s", bad.Count, p.Rows, diff)
	}
	prices := sound(t, lines(good...), form(time.UTC))
	last := prices[9_999]
	if len(prices) != 10_000 || last.Width != 15*time.Minute || last.Point != west || !last.Start.Equal(first.Add(9_999*15*time.Minute)) || last.USDPerMWh.String() != "149.99" || prices[0].USDPerMWh.String() != "-50" {
		t.Errorf("%d prices, the last %+v", len(prices), last)
	}
}

func TestEachBadCellSaysWhatIsWrongAndWhatWasLikelyMeant(t *testing.T) {
	const cells = "time,price,point,product"
	for _, c := range []struct{ line, column, says, likely string }{
		{",1", "time", "A time is needed", ""},
		{"=2026-03-10 14:00,1", "time", "formula", "2026-03-10 14:00"},
		{"13.3.2026 14:00,1", "time", "A time is needed", "2026-03-13 14:00"},
		{"3/4/2026 14:00,1", "time", "A time is needed", ""}, // March or April: nobody knows
		{"2026-03-10,1", "time", "A time is needed", "2026-03-10 00:00"},
		{"46091.5,1", "time", "A time is needed", ""}, // a day number is one in a workbook alone
		{"1999-12-31 17:59,1", "time", "begin after 1999", ""},
		{"2026-06-04 13:00,1", "time", "at most 72 hours ahead", ""},
		{"2026-03-08 02:30,1", "time", "skip this hour", ""},
		{"2026-03-10 14:30,1", "time", "between two of them", "2026-03-10T19:00:00Z"},
		{"2026-03-10 14:00,", "price", "missing", ""},
		{`2026-03-10 14:00,=1+1`, "price", "formula", "1+1"},
		{"2026-03-10 14:00,$31.25", "price", "not a number", "31.25"},
		{"2026-03-10 14:00,1.1234567", "price", "more than 6 decimals", "1.123457"},
		{"2026-03-10 14:00,-10000.01", "price", "from −10,000 to 50,000", ""},
		{"2026-03-10 14:00,50000.000001", "price", "from −10,000 to 50,000", ""},
		{"2026-03-10 14:00,1e3", "price", "not a number", "1000"},
		{"2026-03-10 14:00," + strings.Repeat("9", 200), "price", "This is not a price", ""},
		{"2026-03-10 14:00,1,HB_NORTH", "point", "a market and its name", "ERCOT HB_NORTH"},
		{"2026-03-10 14:00,1,=ERCOT HB_NORTH", "point", "formula", "ERCOT HB_NORTH"},
		{"2026-03-10 14:00,1,,day-ahaed", "product", "real-time or day-ahead", "day-ahead"},
	} {
		file := lines(cells, "2026-01-01 00:00,1", "2026-01-01 01:00,1", "2026-01-01 02:00,1", c.line)
		_, bad := pricefile.Check(file, form(zone(t, "America/Chicago")))
		if bad.Count != 1 || bad.List[0].Row != 5 || bad.List[0].Column != c.column || !strings.Contains(bad.List[0].What, c.says) || bad.List[0].Likely != c.likely {
			t.Errorf("%q: %+v", c.line, bad.List)
		}
	}
}

func TestAFileAsAWhole(t *testing.T) {
	for _, c := range []struct {
		lines []string
		says  string
	}{
		{nil, "No line names the columns"},
		{[]string{"a,b", "c,d"}, "No line names the columns"},
		{[]string{head}, "no price under the head"},
		{[]string{"time_utc,value", "2026-03-10 14:00,1"}, "This column is missing. It may be called price_usd_per_mwh, price, lmp, spp, settlementpointprice as well."},
		{[]string{"time_utc,prise", "2026-03-10 14:00,1"}, "no column of this name"},
		{[]string{"lmp,energy", "1,2"}, "This column is missing. It may be called time_utc"},
		{[]string{"time,lmp,pont", "2026-03-10 14:00,1,ERCOT HB_NORTH"}, "no column of this name"},
		{[]string{"time,lmp,spp", "2026-03-10 14:00,1,2"}, "says the same"},
		{[]string{"time,Price (EUR/MWh)", "2026-03-10 14:00,1"}, "dollars per MWh"},
		{[]string{head, "2026-03-10 14:00,1"}, "only time of ERCOT HB_WEST"},
		{[]string{head, "2026-03-10 14:00,1", "2026-03-10 14:10,1"}, "10 minutes apart"},
		{[]string{head, "2026-03-10 14:00,1", "2026-03-10 16:00,1"}, "120 minutes apart"},
		{[]string{head, "2026-03-10 14:00:00.5,1", "2026-03-10 14:00:01,1"}, "500ms apart"},
	} {
		if _, bad := pricefile.Check(lines(c.lines...), form(time.UTC)); bad.Count != 1 || !strings.Contains(bad.List[0].What, c.says) {
			t.Errorf("%q: %+v", c.lines, bad.List)
		}
	}
	list := []string{head}
	for i := range 600 {
		list = append(list, fmt.Sprintf("2026-03-10 14:00,bad %d", i))
	}
	if _, bad := pricefile.Check(lines(list...), form(time.UTC)); bad.Count != 600 || len(bad.List) != table.MaxProblems {
		t.Errorf("%d problems of which %d are named", bad.Count, len(bad.List))
	}
	list = append(list[:1], slices.Repeat([]string{"2026-03-10 14:00,1"}, pricefile.MaxRows+2)...)
	if _, bad := pricefile.Check(lines(list...), form(time.UTC)); !strings.Contains(bad.List[len(bad.List)-1].What, "at most 400000 prices") || bad.Count != pricefile.MaxRows+1 {
		t.Errorf("a file that is too long: %d problems", bad.Count)
	}
	form := form(time.UTC)
	form.Point = market.PowerPoint{}
	if _, bad := pricefile.Check(lines("time,price,point", "2026-03-10 14:00,1,ERCOT HB_NORTH", "2026-03-10 15:00,1"), form); bad.Count != 2 || !strings.Contains(bad.List[1].What, "needs its point") {
		t.Errorf("a price without a point: %+v", bad.List)
	}
}

// Files of a market hold several points and products, and columns of no concern.
func TestPointsProductsAndColumnsInAnyOrder(t *testing.T) {
	file := lines("Hub prices of the market", "LMP ($/MWh),Congestion,Point,Interval_Start_UTC,Product", "",
		"1.5,0,pjm WESTERN_HUB,2026-03-10T14:00:00Z,DAM", "-2.25,0,PJM WESTERN_HUB,2026-03-10 16:00+01:00,day ahead", "3,0,,2026-03-10 09:05:00-05:00,Real-Time", "4,0,,2026-03-10T14:00Z,RT", "5,0,,2026-03-10T14:15:00Z,")
	p, bad := pricefile.Check(file, form(time.UTC))
	if bad.Count > 0 {
		t.Fatal(bad.List)
	}
	got := make(map[string]string)
	for product, prices := range p.Of {
		for _, v := range prices {
			got[fmt.Sprint(v.Point, " ", product, " ", v.Start.Format("15:04"))] = fmt.Sprint(v.Width, " ", v.USDPerMWh)
		}
	}
	want := map[string]string{
		"PJM WESTERN_HUB day-ahead 14:00": "1h0m0s 1.5", "PJM WESTERN_HUB day-ahead 15:00": "1h0m0s -2.25",
		"ERCOT HB_WEST real-time 14:05": "5m0s 3", "ERCOT HB_WEST real-time 14:00": "5m0s 4", "ERCOT HB_WEST real-time 14:15": "5m0s 5",
	}
	if diff := cmp.Diff(want, got); diff != "" || p.Rows != 5 {
		t.Errorf("%d rows (-want +got):\n%s", p.Rows, diff)
	}
	if !pricefile.NamesPoints(file) || pricefile.NamesPoints(lines(head)) {
		t.Error("which file names its points is not known")
	}
}
