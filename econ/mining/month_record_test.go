package mining_test

import (
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func TestAMonthAsTypedIsAMonthToComputeWith(t *testing.T) {
	usd := func(cents int64) mining.Maybe[units.USD] { return mining.Of(units.Cents(cents)) }
	r := mining.MonthRecord{
		ID: mining.MonthID(2025, time.April), Produced: mining.Of(units.Sats(463 * units.SatsPerBTC)),
		OperatingEH: mining.Of(rate(t, "29.3")), DeployedEH: mining.Of(rate(t, "33.7")), DrawnMWh: mining.Of(rate(t, "400000")),
		PowerCharges: usd(4_860_000_00), PowerCredits: usd(300_000_00), Response: usd(10_000_00), Site: usd(1_020_000_00),
	}
	if !r.Begin().Equal(time.Date(2025, 4, 1, 0, 0, 0, 0, time.UTC)) || !r.End().Equal(time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the month is from %s to %s", r.Begin(), r.End())
	}
	u, err := mining.ComputeUpdate(r.Month(mining.Unknown[mining.Pay]("no hashprice"), mining.Unknown[units.Sats]("x"), mining.Unknown[units.Sats]("x")))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "per day", known(t, "per day", u.ProducedPerDay), 15.4333, 1e-4) // Riot, April 2025
	near(t, "operating of deployed", known(t, "of deployed", u.OperatingOfDeployed), 0.869, 5e-4)
	near(t, "per EH and day", known(t, "per EH", u.BTCPerEHDay), 0.527, 5e-4)
	unknown(t, "realised", u.Realised, "hashprice")
	r.Produced = mining.Of(units.Sats(101_25_000_000)) // M12
	c := r.Cost()
	near(t, "gross", known(t, "gross", c.PowerGross).Float64(), 48_000, 0.005)
	near(t, "net", known(t, "net", c.PowerNet).Float64(), 44_938.27, 0.005)
	near(t, "cash", known(t, "cash", c.Cash).Float64(), 55_012.35, 0.005)
	unknown(t, "all-in", c.AllInSustaining, "finance keeps")
	r.Produced = mining.Unknown[units.Sats]("not typed")
	unknown(t, "without bitcoin", r.Cost().PowerGross, "not typed")
}
