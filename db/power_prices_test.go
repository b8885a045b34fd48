package db_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/record"
)

func powerPrice(t testing.TB, point string, start time.Time, usd string, width time.Duration) market.PowerPrice {
	t.Helper()
	p, err := market.ParsePowerPoint(point)
	if err != nil {
		t.Fatal(err)
	}
	return market.PowerPrice{Point: p, Start: start, Width: width, USDPerMWh: rate(t, usd)}
}

// The hour is the mean of its quarters; a correction takes the place of what was
// said; hours by the quarter go before those by the hour only if they tell as
// much.
func TestPowerPricesByTheHour(t *testing.T) {
	ctx := t.Context()
	d, _ := dbtest.New(t)
	jobs, s := d.Jobs(), d.As(access.Mining)
	const west = "ERCOT HB_WEST"
	document := func(id string, product market.PowerProduct, prices ...market.PowerPrice) int64 {
		t.Helper()
		n, err := jobs.StorePowerDocument(ctx, db.PowerDocument{ID: id, Published: tenOClock, Points: []string{west}}, product, "ercot.real_time", prices)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	quarter := func(n int, usd string) market.PowerPrice {
		return powerPrice(t, west, tenOClock.Add(time.Duration(n)*15*time.Minute), usd, 15*time.Minute)
	}
	for i, usd := range []string{"20", "-10", "1500.25", "42"} {
		if n := document("ERCOT "+string(rune('a'+i)), market.RealTimePower, quarter(i, usd)); n != 1 {
			t.Errorf("quarter %d: %d rows", i, n)
		}
	}
	if n := document("ERCOT d", market.RealTimePower, quarter(3, "42")); n != 0 {
		t.Errorf("the same again: %d rows", n)
	}
	if n := document("ERCOT e", market.RealTimePower, quarter(3, "44"), quarter(4, "7")); n != 2 {
		t.Errorf("a correction and a new one: %d rows", n)
	}
	document("ERCOT f", market.DayAheadPower, powerPrice(t, west, tenOClock, "35.5", time.Hour), powerPrice(t, west, tenOClock.Add(time.Hour), "36", time.Hour))

	by := actor(access.Mining)
	file := map[market.PowerProduct][]market.PowerPrice{
		market.RealTimePower: {powerPrice(t, west, tenOClock, "388", time.Hour), powerPrice(t, west, tenOClock.Add(time.Hour), "9", time.Hour)},
	}
	if added, changed, err := s.ImportPowerPrices(ctx, by, "hours.csv", file); err != nil || added != 2 || changed != 0 {
		t.Errorf("a file: %d added, %d changed (%v)", added, changed, err)
	}
	if added, changed, err := s.ImportPowerPrices(ctx, by, "hours.csv", file); err != nil || added+changed != 0 {
		t.Errorf("the file again: %d added, %d changed (%v)", added, changed, err)
	}

	got, err := s.PowerHours(ctx, west, tenOClock, tenOClock.Add(3*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	want := []market.PowerHour{
		{Start: tenOClock, RealTime: market.PowerHourPrice{USDPerMWh: (20 - 10 + 1500.25 + 44) / 4, Known: time.Hour}, DayAhead: market.PowerHourPrice{USDPerMWh: 35.5, Known: time.Hour}},
		{Start: tenOClock.Add(time.Hour), RealTime: market.PowerHourPrice{USDPerMWh: 9, Known: time.Hour}, DayAhead: market.PowerHourPrice{USDPerMWh: 36, Known: time.Hour}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err := s.PowerHours(ctx, "ERCOT HB_NORTH", tenOClock, tenOClock.Add(time.Hour)); err != nil || len(got) != 0 {
		t.Errorf("a point nobody follows: %v, %v", got, err)
	}
	spans, err := s.PowerSpans(ctx)
	if err != nil || len(spans) != 2 {
		t.Fatalf("%+v (%v)", spans, err)
	}
	if rt := spans[1]; rt.Rows != 7 || !rt.First.Equal(tenOClock) || !rt.Last.Equal(tenOClock.Add(2*time.Hour)) || rt.Source != "file hours.csv" && rt.Source != "ercot.real_time" {
		t.Errorf("%+v", rt)
	}
	entries, err := d.As(access.Admin).Audit(ctx, db.AuditFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	imports := 0
	for _, e := range entries {
		if e.Action == "import power prices" && e.Object == "hours.csv" {
			imports++
		}
	}
	if imports != 1 {
		t.Errorf("%d imports in the audit log; the second changed nothing", imports)
	}
}

func TestDocumentsAreReadOnceForThePointsThatAreFollowed(t *testing.T) {
	ctx := t.Context()
	d, _ := dbtest.New(t)
	jobs, s := d.Jobs(), d.As(access.Mining)
	for i, v := range []mining.ContractRecord{
		{SiteID: 1, Name: "Spot", Kind: mining.Index, Point: "ERCOT LZ_WEST/LZEW"}, {SiteID: 2, Name: "Fixed", Kind: mining.Fixed}, {SiteID: 3, Name: "Blocks", Kind: mining.Blocks, Point: "ERCOT HB_WEST", Blocks: "1 MW at 40"},
	} {
		v.Version = record.Version{ValidFrom: march1}
		if _, err := s.InsertContract(ctx, actor(access.Mining), v); err != nil {
			t.Fatalf("contract %d: %v", i, err)
		}
	}
	points, err := jobs.FollowedPoints(ctx)
	if diff := cmp.Diff([]string{"ERCOT HB_WEST", "ERCOT LZ_WEST/LZEW"}, points); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
	note := func(id string, at time.Time, points ...string) {
		t.Helper()
		if _, err := jobs.StorePowerDocument(ctx, db.PowerDocument{ID: id, Published: at, Points: points}, market.RealTimePower, "ercot.real_time", nil); err != nil {
			t.Fatal(err)
		}
	}
	note("1", march1, points...)
	note("2", march2, "ERCOT HB_WEST")
	read, err := jobs.ReadDocuments(ctx, []string{"1", "2", "3"}, points)
	if diff := cmp.Diff(map[string]bool{"1": true}, read); err != nil || diff != "" {
		t.Error(err, diff)
	}
	note("2", march2, points...)
	if err := jobs.ForgetDocuments(ctx, march2); err != nil {
		t.Fatal(err)
	}
	read, err = jobs.ReadDocuments(ctx, []string{"1", "2"}, points)
	if diff := cmp.Diff(map[string]bool{"2": true}, read); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
