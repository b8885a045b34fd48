package mining_test

import (
	"math"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

func btc(v float64) mining.Maybe[units.Sats] { return mining.Of(units.Sats(math.Round(v * 1e8))) }

func eh(v float64) mining.Maybe[units.Hashrate] {
	return mining.Of(units.Hashrate(v) * units.EH)
}

func update(t *testing.T, m mining.Month) mining.Update {
	t.Helper()
	u, err := mining.ComputeUpdate(m)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// The golden rows of product.md 3.4: published inputs give the published
// figures to their rounding.
func TestUpdateReproducesRiotApril2025(t *testing.T) {
	u := update(t, mining.Month{
		Year: 2025, Month: time.April, Produced: btc(463), Sold: btc(475), NetProceeds: dollars(t, "38,800,000"),
		Deployed: eh(33.7), Operating: eh(29.3),
	})
	near(t, "per day", known(t, "per day", u.ProducedPerDay), 15.4, 0.05)
	near(t, "net price", known(t, "price", u.NetPricePerBTC).Float64(), 81_700, 50)
	near(t, "operating/deployed", known(t, "share", u.OperatingOfDeployed)*100, 86.9, 0.05)
	near(t, "BTC per EH·day", known(t, "per EH", u.BTCPerEHDay), 0.527, 0.0005)
	unknown(t, "profit", u.HardwareProfit, "not known")
	unknown(t, "realised", u.Realised, "not known")
}

func TestUpdateReproducesIRENAugust2025(t *testing.T) {
	u := update(t, mining.Month{
		Year: 2025, Month: time.August, Produced: btc(668), Operating: eh(44.0), Revenue: dollars(t, "76,700,000"),
		PowerCharges: dollars(t, "25,900,000"), PowerCredits: dollars(t, "0"), DemandResponse: dollars(t, "0"),
	})
	if got := known(t, "profit", u.HardwareProfit).String(); got != "50800000.00" {
		t.Errorf("hardware profit: got %s", got)
	}
	near(t, "margin", known(t, "margin", u.HardwareProfitMargin)*100, 66, 0.5)
	near(t, "electricity", known(t, "cost", u.ElectricityPerBTC).Float64(), 38_800, 50)
	near(t, "BTC per EH·day", known(t, "per EH", u.BTCPerEHDay), 0.490, 0.0005)
}

func TestUpdateOfAMonth(t *testing.T) {
	m := mining.Month{
		Year: 2026, Month: time.February, Produced: btc(280), Sold: btc(0), NetProceeds: dollars(t, "0"), Held: btc(1_000), Restricted: btc(400),
		Deployed: eh(24), Energised: eh(22), Operating: eh(20), Pay: mining.Of(basePay(t)),
		Revenue: dollars(t, "22,400,000"), PowerCharges: dollars(t, "8,000,000"), PowerCredits: dollars(t, "6,500,000"), DemandResponse: dollars(t, "2,000,000"),
		Drawn: mining.Of(units.Energy(200_000)), NetworkIssue: btc(14_000), NetworkFees: btc(140),
	}
	u := update(t, m)
	if u.Days != 28 || u.Unrestricted.Value != 600*units.SatsPerBTC {
		t.Errorf("got %d days, %v unrestricted", u.Days, u.Unrestricted)
	}
	unknown(t, "price of no sale", u.NetPricePerBTC, "no bitcoin was sold")
	// Credits above charges: power has a negative price.
	if net, all, each := known(t, "net", u.NetElectricity), known(t, "all in", u.AllInPowerUSDPerMWh), known(t, "each", u.ElectricityPerBTC); net.String() != "-500000.00" || all.String() != "-2.5" || each.String() != "-1785.71" {
		t.Errorf("got %s, %s/MWh, %s/BTC", net, all, each)
	}
	near(t, "realised", float64(known(t, "realised", u.Realised)/units.EH), 280e8/28/48_821.3621653/1_000, 1e-6)
	near(t, "of deployed", known(t, "of deployed", u.RealisedOfDeployed), float64(u.Realised.Value/units.EH)/24, 1e-12)
	near(t, "network share", known(t, "share", u.NetworkShare), 0.02, 1e-15)
	near(t, "fee share", known(t, "fees", u.FeeShare), 0.01, 1e-15)
	near(t, "BTC per EH", known(t, "per EH", u.BTCPerEH), 14, 1e-12)

	before := m
	before.Produced = btc(250)
	near(t, "change", known(t, "change", mining.Change(u.ProducedPerDay, update(t, before).ProducedPerDay)), 0.12, 1e-12)
	before.Produced = btc(0)
	unknown(t, "change from nothing", mining.Change(u.ProducedPerDay, update(t, before).ProducedPerDay), "not above zero")
	unknown(t, "cost of nothing", update(t, before).ElectricityPerBTC, "no bitcoin was produced")
}

func TestUpdateWithNothingKnownIsUnknown(t *testing.T) {
	u := update(t, mining.Month{Year: 2026, Month: time.February})
	unknown(t, "per day", u.ProducedPerDay, "not known")
	unknown(t, "all in", u.AllInPowerUSDPerMWh, "not known")
	unknown(t, "margin", u.HardwareProfitMargin, "not known")
	unknown(t, "share", u.NetworkShare, "not known")
	unknown(t, "realised", u.RealisedOfDeployed, "not known")
	unknown(t, "unrestricted", u.Unrestricted, "not known")
}

func TestUpdateRefusesContradictions(t *testing.T) {
	for want, m := range map[string]mining.Month{
		"no such month":               {Year: 2026, Month: 13},
		"bitcoin sold is -1":          {Year: 2026, Month: 1, Sold: mining.Of(units.Sats(-1))},
		"more bitcoin is restricted":  {Year: 2026, Month: 1, Held: btc(1), Restricted: btc(2)},
		"fees are more than all":      {Year: 2026, Month: 1, NetworkIssue: btc(1), NetworkFees: btc(2)},
		"more hashrate is energised":  {Year: 2026, Month: 1, Deployed: eh(1), Energised: eh(2)},
		"operating hashrate is NaN":   {Year: 2026, Month: 1, Operating: eh(math.NaN())},
		"energy drawn is +Inf; it mu": {Year: 2026, Month: 1, Drawn: mining.Of(units.Energy(math.Inf(1)))},
	} {
		_, err := mining.ComputeUpdate(m)
		fails(t, want, err, want)
	}
}
