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

// seat is a machine of 200 TH/s in a building of site 1.
func seat(building string, state pool.WorkerState, last mining.Maybe[time.Time]) pool.Seat {
	return pool.Seat{
		Machine: pool.Machine{SiteID: 1, Site: "Pecos", Building: building, Nameplate: 200 * units.TH},
		Worker:  pool.Worker{State: state, LastShare: last},
	}
}

func TestDarkAt(t *testing.T) {
	ago := func(d time.Duration) mining.Maybe[time.Time] { return mining.Of(begin.Add(-d)) }
	none := mining.Unknown[time.Time]("it does not say")
	for _, c := range []struct {
		state pool.WorkerState
		last  mining.Maybe[time.Time]
		want  bool
	}{
		{pool.Online, ago(0), false}, {pool.Online, ago(time.Hour), false}, {pool.Online, ago(time.Hour + 1), true},
		{pool.Online, none, false}, {pool.Offline, none, true}, {pool.Offline, ago(0), true},
		{pool.Low, ago(0), false}, {pool.Disabled, none, false}, {pool.Disabled, ago(2 * time.Hour), true},
	} {
		if got := seat("A", c.state, c.last).Worker.DarkAt(begin, time.Hour); got != c.want {
			t.Errorf("%s with last share %+v: got %v, want %v", c.state, c.last, got, c.want)
		}
	}
}

func TestDarkMachines(t *testing.T) {
	price, err := market.ComputeHashprice(baseDifficulty, baseSubsidy, baseFees, 80_000)
	if err != nil {
		t.Fatal(err)
	}
	none := mining.Unknown[time.Time]("")
	var seats []pool.Seat
	for range 10 {
		seats = append(seats, seat("A", pool.Offline, none), seat("B", pool.Online, none), seat("B", pool.Offline, none), seat("B", pool.Offline, none))
	}
	seats = append(seats, seat("C", pool.Offline, none))
	seats[len(seats)-1].Machine.Nameplate = 0
	out, err := pool.DarkMachines(seats, begin, time.Hour, mining.Of(price), 0.01)
	if err != nil {
		t.Fatal(err)
	}
	// 4 PH/s × 48,821.3621653 sat/PH/day × 0.99 / 24, and $39.0570897 for sat (M3).
	same(t, "building", out.Places[0].Building, "B")
	near(t, "hashrate", float64(out.Places[0].Hashrate/units.PH), 4, 1e-12)
	same(t, "sat", known(t, "sat", out.Places[0].SatsPerHour), 8_056)
	same(t, "usd", known(t, "usd", out.Places[0].USDPerHour).String(), "6.44")
	same(t, "second", out.Places[1].Building, "A")
	same(t, "third", out.Places[2].Unrated, 1)
	same(t, "total", out.Total.Machines, 31)
	same(t, "total sat", known(t, "sat", out.Total.SatsPerHour), 12_083)
	same(t, "total usd", known(t, "usd", out.Total.USDPerHour).String(), "9.67")

	blind, err := pool.DarkMachines(seats, begin, time.Hour, mining.Unknown[market.Hashprice]("the price is stale"), 0)
	if err != nil {
		t.Fatal(err)
	}
	unknown(t, "sat", blind.Total.SatsPerHour, "stale")
	unknown(t, "usd", blind.Places[0].USDPerHour, "stale")
	bright, err := pool.DarkMachines(nil, begin, time.Hour, mining.Of(price), 0)
	if err != nil || len(bright.Places) != 0 || bright.Total.Machines != 0 || known(t, "sat", bright.Total.SatsPerHour) != 0 {
		t.Errorf("nothing dark: got %+v, %v", bright, err)
	}
	_, err = pool.DarkMachines(seats, begin, time.Hour, mining.Of(price), math.NaN())
	fails(t, "fee", err, "pool fee: NaN")
	seats[0].Machine.Nameplate = units.Hashrate(math.Inf(1))
	_, err = pool.DarkMachines(seats, begin, time.Hour, mining.Of(price), 0)
	fails(t, "nameplate", err, "nameplate of a machine")
	price.SatPerPHDay = math.NaN()
	_, err = pool.DarkMachines(seats[4:], begin, time.Hour, mining.Of(price), 0)
	fails(t, "price", err, "not an amount")
}

func TestEffectiveOverNameplate(t *testing.T) {
	near(t, "effective", known(t, "", pool.EffectiveOver(mining.Of(970*units.TH), units.PH)), 0.97, 1e-12)
	unknown(t, "no pool", pool.EffectiveOver(mining.Unknown[units.Hashrate]("not read"), units.PH), "not read")
	unknown(t, "no machines", pool.EffectiveOver(mining.Of(units.PH), 0), "no machine")
	unknown(t, "NaN", pool.EffectiveOver(mining.Of(units.Hashrate(math.NaN())), units.PH), "no hashrate")
}
