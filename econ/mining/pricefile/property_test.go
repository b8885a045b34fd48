package pricefile_test

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"switchyard/econ/market"
	"switchyard/econ/mining/pricefile"
	"switchyard/econ/table"
	"switchyard/econ/units"
)

// made are prices of a point from a random hour on, each the width after the one
// before; negative ones and six decimals among them.
func made(r *rand.Rand) []market.PowerPrice {
	width := []time.Duration{5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}[r.IntN(4)]
	start := time.Date(2001+r.IntN(24), time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), 0, 0, 0, time.UTC)
	list := make([]market.PowerPrice, 2+r.IntN(400))
	for i := range list {
		usd := units.RoundRate(decimal.New(r.Int64N(60_000_000_000)-10_000_000_000, -6))
		list[i] = market.PowerPrice{Point: west, Start: start.Add(time.Duration(i) * width), Width: width, USDPerMWh: usd}
	}
	return list
}

// A file that is written from prices reads back as those prices: with offsets,
// by the clocks of a zone, and as a workbook keeps it.
func TestAFileReadsBackAsThePricesItWasWrittenFrom(t *testing.T) {
	zones := []string{"UTC", "America/Chicago", "Europe/Berlin", "Australia/Sydney", "America/Sao_Paulo", "Africa/Casablanca"}
	same := cmp.Comparer(func(a, b units.Rate) bool { return a.Equal(b) })
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		want := made(r)
		z := zone(t, zones[r.IntN(len(zones))])
		way := r.IntN(3)
		list := []string{"time,price"}
		for _, p := range want {
			at := map[int]string{
				0: p.Start.In(z).Format(time.RFC3339), 1: p.Start.In(z).Format("2006-01-02 15:04"),
				2: strconv.FormatFloat(p.Start.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours()/24, 'f', 10, 64),
			}[way]
			usd := p.USDPerMWh.String()
			if way == 2 {
				usd = strconv.FormatFloat(p.USDPerMWh.Float64(), 'f', -1, 64)
			}
			list = append(list, at+","+usd)
		}
		if way == 0 {
			r.Shuffle(len(want), func(i, j int) { list[i+1], list[j+1] = list[j+1], list[i+1] })
		}
		file, f := lines(list...), form(z)
		if file.DayNumbers = way == 2; file.DayNumbers {
			f.Zone = time.UTC
		}
		if diff := cmp.Diff(want, sound(t, file, f), same); diff != "" {
			t.Fatalf("seed %d, %s, way %d (-want +got):\n%s", seed, z, way, diff)
		}
	}
}

// The prices of a hub over four years, as a market published them.
func TestTheRecordedHistoryOfAHub(t *testing.T) {
	folder := os.Getenv("SWITCHYARD_SHARED_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	file, err := os.Open(filepath.Join(folder, "electricity_ercot_hourly.csv.gz"))
	if os.IsNotExist(err) {
		t.Skip("shared/data is not present")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var history table.Table
	for i, r := range records {
		history.Rows = append(history.Rows, table.Row{Number: i + 1, Cells: []table.Cell{{Text: r[0]}, {Text: r[1]}}})
	}
	f := form(time.UTC)
	f.Product = market.DayAheadPower
	p, bad := pricefile.Check(history, f)
	if bad.Count > 0 {
		t.Fatal(bad.List)
	}
	prices := p.Of[market.DayAheadPower]
	highest := prices[0]
	for _, v := range prices {
		if v.USDPerMWh.Cmp(highest.USDPerMWh) > 0 {
			highest = v
		}
	}
	if len(prices) != 35_040 || highest.USDPerMWh.String() != "8994.095" || highest.Start.Format(time.RFC3339) != "2021-02-17T07:00:00Z" || highest.Width != time.Hour {
		t.Errorf("%d prices, the highest %+v", len(prices), highest)
	}
}

// Whatever a file holds: prices that fit the table they are stored in, or cells
// that are named.
func FuzzCheck(f *testing.F) {
	f.Add("time_utc,price\n2024-06-01 00:00,1\n2024-06-01 01:00,-2.5\n", "UTC", false)
	f.Add("time,lmp,point,product\n2024-11-03 01:00,1,ERCOT HB_WEST,rt\n2024-11-03 01:00,1,ERCOT HB_WEST,rt\n", "America/Chicago", false)
	f.Add("time,spp\n45361.25,1e300\n45361.2916666667,NaN\n", "Australia/Lord_Howe", true)
	f.Add("time (UTC),price ($/MWh)\n=1,=2\n,\n2024-03-10T14:00:00+99:00,0x1p4", "Europe/Berlin", false)
	f.Fuzz(func(t *testing.T, text, zoneName string, workbook bool) {
		z, err := time.LoadLocation(zoneName)
		if err != nil {
			return
		}
		file := lines(strings.Split(text, "\n")...)
		file.DayNumbers = workbook
		p, bad := pricefile.Check(file, form(z))
		if bad.Count > 0 && (len(bad.List) == 0 || len(p.Of) > 0) {
			t.Errorf("%d problems, %d named, %d prices", bad.Count, len(bad.List), p.Rows)
		}
		for _, b := range bad.List {
			if b.What == "" || b.Column == "" || b.Row < 1 || len(b.What) > 400 {
				t.Errorf("%+v", b)
			}
		}
		seen := make(map[string]bool)
		for product, prices := range p.Of {
			for _, v := range prices {
				id := fmt.Sprint(product, v.Point, v.Start.Unix())
				usd := v.USDPerMWh.Float64()
				if seen[id] || usd < -10_000 || usd > 50_000 || v.Width < 5*time.Minute || v.Width > time.Hour || !v.Start.Truncate(v.Width).Equal(v.Start) || v.Start.Year() < 2000 || len(v.Point.String()) > 60 {
					t.Errorf("%s %+v", product, v)
				}
				seen[id] = true
			}
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	list := []string{head}
	first := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 100_000 {
		list = append(list, first.Add(time.Duration(i)*15*time.Minute).Format(time.RFC3339)+","+strconv.Itoa(i%200-50)+".25")
	}
	file := lines(list...)
	b.ReportAllocs()
	for b.Loop() {
		if _, bad := pricefile.Check(file, form(time.UTC)); bad.Count > 0 {
			b.Fatal(bad.List)
		}
	}
}
