package pool_test

import (
	"math"
	"testing"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// By sums what is dark costs what it does machine by machine.
func TestCountDarkAgreesWithDarkMachines(t *testing.T) {
	price, err := market.ComputeHashprice(baseDifficulty, baseSubsidy, baseFees, 80_000)
	if err != nil {
		t.Fatal(err)
	}
	since := begin.Add(-time.Hour)
	counts := []pool.WorkerCount{
		{Account: 1, Site: 1, Building: "A", State: pool.Offline, Workers: 12, Rated: 10, Nameplate: 2 * units.PH, DarkSince: since},
		{Account: 1, Site: 1, Building: "A", State: pool.Online, Workers: 30, Rated: 30, Nameplate: 6 * units.PH},
		{Account: 1, Site: 1, Building: "B", State: pool.Offline, Workers: 15, Rated: 15, Nameplate: 3 * units.PH, DarkSince: since},
		{Account: 2, Site: 1, Building: "B", State: pool.Offline, Workers: 5, Rated: 5, Nameplate: 1 * units.PH, DarkSince: begin},
		{Account: 1, Site: 1, Building: "C", State: pool.Offline, Workers: 7}, // curtailed: none is to hash
		{Account: 1, State: pool.Offline, Workers: 3}, {Account: 2, State: pool.Online, Workers: 4},
	}
	fee := func(int64) float64 { return 0.01 }
	out, err := pool.CountDark(counts, fee, mining.Of(price))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "places", len(out.Places), 2)
	same(t, "first", out.Places[0].Building, "B")
	same(t, "machines", out.Places[0].Machines, 20)
	same(t, "since, by the account with most of them", out.Places[0].Since, since)
	// 4 PH/s, as in TestDarkMachines.
	same(t, "sat", known(t, "sat", out.Places[0].SatsPerHour), 8_056)
	same(t, "usd", known(t, "usd", out.Places[0].USDPerHour).String(), "6.44")
	near(t, "share of B", known(t, "share", out.Places[0].Share), 1, 1e-12)
	near(t, "share of A", known(t, "share", out.Places[1].Share), 0.25, 1e-12)
	same(t, "machines of A that should hash", out.Places[1].Machines, 10)
	same(t, "total sat", known(t, "sat", out.Total.SatsPerHour), 12_083)
	same(t, "unnamed", out.Unnamed, 3)

	dear, err := pool.CountDark(counts, func(account int64) float64 { return float64(account) - 1 }, mining.Of(price))
	if err != nil {
		t.Fatal(err)
	}
	// Account 2 gets nothing for what it hashes, so its 1 PH/s costs nothing.
	same(t, "usd of two fees", known(t, "usd", dear.Places[0].USDPerHour).String(), "4.88")
	blind, err := pool.CountDark(counts, fee, mining.Unknown[market.Hashprice]("the price is stale"))
	if err != nil {
		t.Fatal(err)
	}
	unknown(t, "usd", blind.Total.USDPerHour, "stale")
	none, err := pool.CountDark(nil, fee, mining.Of(price))
	if err != nil || none.Total.Machines != 0 || none.Total.Share.Known || known(t, "usd", none.Total.USDPerHour).Sign() != 0 {
		t.Errorf("nothing dark: got %+v, %v", none, err)
	}
	_, err = pool.CountDark(counts, func(int64) float64 { return 1.5 }, mining.Of(price))
	fails(t, "fee", err, "pool fee")
	_, err = pool.CountDark([]pool.WorkerCount{{Site: 1, State: pool.Offline, Nameplate: units.Hashrate(math.NaN())}}, fee, mining.Of(price))
	fails(t, "nameplate", err, "nameplate of machines")
}

func TestDarkHoursAtEachHoursHashprice(t *testing.T) {
	at := begin.Truncate(time.Hour)
	hour := func(n int) int64 { return at.Add(time.Duration(n) * time.Hour).Unix() }
	accounts := []pool.DarkHistory{
		{Fee: 0.02, Began: at, Hours: map[int64]units.Hashrate{hour(0): 2 * units.PH, hour(1): 1 * units.PH, hour(3): 1 * units.PH, hour(4): 1 * units.PH}},
		{Fee: 0.01, Began: at.Add(time.Hour), Hours: map[int64]units.Hashrate{hour(1): 0, hour(4): 4 * units.PH}},
	}
	price := map[int64]float64{hour(0): 48, hour(1): 36, hour(2): 36, hour(4): 24}
	list, err := pool.DarkHours(at.Add(10*time.Minute), at.Add(4*time.Hour+30*time.Minute), accounts, price)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "hours", len(list), 5)
	// 2 × 48 ÷ 24 × 0.98, 1 × 36 ÷ 24 × 0.98, and half of (1 × 0.98 + 4 × 0.99) × 24 ÷ 24.
	for i, want := range map[int]string{0: "3.92", 1: "1.47", 4: "2.47"} {
		same(t, "usd", known(t, "usd", list[i].USD).String(), want)
	}
	unknown(t, "an hour that nobody read", list[2].USD, "no workers were read")
	unknown(t, "an hour without a hashprice", list[3].USD, "hashprice")
	for i, want := range []int{0, 0, 2, 1, 0} {
		same(t, "accounts that were not read", list[i].Missing, want)
	}
	loss := pool.SumDark(list)
	same(t, "loss", loss.USD.String(), "7.86")
	same(t, "hours in it", loss.Known, 3)
	same(t, "hours in part", loss.Part, 0)
	if list, err = pool.DarkHours(at, at, accounts, price); err != nil || len(list) != 0 {
		t.Errorf("no hour: got %d, %v", len(list), err)
	}
	accounts[0].Fee = 2
	_, err = pool.DarkHours(at, at.Add(time.Hour), accounts, price)
	fails(t, "fee", err, "pool fee")
}
