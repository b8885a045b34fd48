package mining_test

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// history reads a file of recorded facts, by column, where they are present.
func history(t *testing.T, name string) []map[string]string {
	t.Helper()
	folder := os.Getenv("SWITCHYARD_SHARED_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data")
	}
	file, err := os.Open(filepath.Join(folder, name))
	if os.IsNotExist(err) {
		t.Skip("shared/data is not present")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // read only
	var in io.Reader = file
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := make([]map[string]string, len(rows)-1)
	for i, row := range rows[1:] {
		out[i] = map[string]string{}
		for j, column := range rows[0] {
			out[i][column] = row[j]
		}
	}
	return out
}

func float(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Four years of day-ahead prices in Texas, the winter storm of 2021 included:
// curtailing never lost an hour, and pays what foresight would.
func TestCurtailmentOverYearsOfPrices(t *testing.T) {
	var prices []float64
	for _, row := range history(t, "electricity_ercot_hourly.csv.gz") {
		prices = append(prices, float(t, row["price_usd_per_mwh"]))
	}
	h := mining.Horizon{Supply: map[string][]mining.Supply{"Pecos": mining.FlatSupply(prices...)}}
	b, err := baseOrder(t, baseGroups(1)).BackTest(h, mining.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, hour := range b.Hours {
		if hour.Curtailed < hour.AlwaysOn-1e-9 {
			t.Errorf("hour %d at %g: curtailed %g, always on %g", i, prices[i], hour.Curtailed, hour.AlwaysOn)
		}
	}
	if b.Gain() < 1e7 {
		t.Errorf("the storm alone was worth more than %g", b.Gain())
	}
	groups := baseGroups(1)
	start := map[string]mining.Standing{}
	for i := range groups {
		groups[i].StartUSDPerMW, groups[i].StopUSDPerMW, groups[i].MinimumOffHours = 25, 10, 2
		start[groups[i].Name] = mining.Standing{Mode: "normal"}
	}
	b, err = baseOrder(t, groups).BackTest(h, mining.PlanOptions{Start: start})
	if err != nil {
		t.Fatal(err)
	}
	if c := known(t, "captured", b.Captured()); !(c > 0.95 && c <= 1) {
		t.Errorf("by rule, with costs, %.4f of the gain was captured", c)
	}
}

// What listed miners mined, over what their stated mean hashrate is expected to
// at the month's hashprice. Months after a halving in the same month are left
// out; a stated month-end figure makes an outlier.
func TestRealisedHashrateOfListedMiners(t *testing.T) {
	pay := map[string][]market.Hashprice{}
	for _, row := range history(t, "hashprice_daily_derived.csv") {
		month := row["date"][:7] + "-01"
		pay[month] = append(pay[month], market.Hashprice{SatPerPHDay: float(t, row["hashprice_btc_per_ph_day"]) * 1e8})
	}
	compared, within := 0, 0
	for _, row := range history(t, "miners_monthly_production.csv") {
		days := pay[row["month"]]
		if row["avg_operating_hashrate_ehs"] == "" || row["btc_mined"] == "" || len(days) < 28 {
			continue
		}
		mean := market.Hashprice{}
		for _, d := range days {
			mean.SatPerPHDay += d.SatPerPHDay / float64(len(days))
		}
		month, err := time.Parse(time.DateOnly, row["month"])
		if err != nil {
			t.Fatal(err)
		}
		u := update(t, mining.Month{
			Year: month.Year(), Month: month.Month(), Produced: btc(float(t, row["btc_mined"])),
			Operating: eh(float(t, row["avg_operating_hashrate_ehs"])), Pay: mining.Of(mining.Pay{Hashprice: mean}),
		})
		compared++
		share := float64(known(t, "realised", u.Realised)/units.EH) / float(t, row["avg_operating_hashrate_ehs"])
		t.Logf("%s %s: %.3f", row["ticker"], row["month"], share)
		if share > 0.88 && share < 1.04 {
			within++
		}
	}
	if compared < 5 || within < compared-1 {
		t.Errorf("%d of %d months within", within, compared)
	}
}

// Every machine of the list has a break-even, and the thriftier the higher.
func TestBreakEvenOfEveryListedMachine(t *testing.T) {
	at := map[float64]float64{}
	for _, row := range history(t, "asic_specs.csv") {
		c := class(row["model"], float(t, row["hashrate_ths"]), float(t, row["power_w"]))
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		e := known(t, row["model"], c.Nameplate().Efficiency())
		near(t, row["model"], float64(e), float(t, row["efficiency_j_per_th"]), 0.006)
		b, err := mining.ComputeBreakEven(e, 1.04, 0.01, 48, 0, basePay(t))
		if err != nil {
			t.Fatal(err)
		}
		at[float64(e)] = b.PowerUSDPerMWh
	}
	for e, be := range at {
		near(t, "J/TH times break-even", e*be, 13.5*114.751065, 0.01)
	}
}
