package mining

import (
	"errors"
	"fmt"
	"time"

	"switchyard/econ/units"
)

// Month is what a production update is made of, in the words of public miners
// (product.md 3.2). What is not known stays unknown, and so does every figure
// that needs it.
type Month struct {
	Year  int
	Month time.Month

	Produced    Maybe[units.Sats] // net of pool fees
	Sold        Maybe[units.Sats]
	NetProceeds Maybe[units.USD]  // of what was sold
	Held        Maybe[units.Sats] // at the month's end
	Restricted  Maybe[units.Sats] // of those held, pledged

	Deployed  Maybe[units.Hashrate] // at the month's end
	Energised Maybe[units.Hashrate] // at the month's end
	Operating Maybe[units.Hashrate] // mean over the month
	Pay       Maybe[Pay]            // mean of the month, for the realised hashrate
	Fleet     Maybe[units.Efficiency]

	Revenue        Maybe[units.USD]
	PowerCharges   Maybe[units.USD] // energy, wires, fees, adders and taxes, before credits
	PowerCredits   Maybe[units.USD] // for curtailment, as a positive amount
	DemandResponse Maybe[units.USD] // programme payments, as a positive amount
	Drawn          Maybe[units.Energy]
	NetworkIssue   Maybe[units.Sats] // subsidy and fees of the network in the month
	NetworkFees    Maybe[units.Sats] // of those, fees
}

// Update is the monthly production update, in the form Riot and IREN publish.
// Ratios are fractions.
type Update struct {
	Month
	Days                 int
	ProducedPerDay       Maybe[float64] // BTC
	NetPricePerBTC       Maybe[units.USD]
	Unrestricted         Maybe[units.Sats]
	OperatingOfDeployed  Maybe[float64]
	Realised             Maybe[units.Hashrate]
	RealisedOfDeployed   Maybe[float64]
	BTCPerEH             Maybe[float64] // BTC in the month for each EH/s operating
	BTCPerEHDay          Maybe[float64]
	NetElectricity       Maybe[units.USD]  // charges less power credits and programme payments
	AllInPowerUSDPerMWh  Maybe[units.Rate] // the same for each MWh; a tenth is cents/kWh
	ElectricityPerBTC    Maybe[units.USD]  // may be negative
	HardwareProfit       Maybe[units.USD]  // revenue less net electricity
	HardwareProfitMargin Maybe[float64]
	NetworkShare         Maybe[float64] // own bitcoin over all that was issued
	FeeShare             Maybe[float64] // of the network's pay
}

// ComputeUpdate makes the update of a month from its inputs. It fails if an
// input contradicts another: more pledged than held, more fees than were paid
// in all, or less than nothing.
func ComputeUpdate(m Month) (Update, error) {
	if err := m.validate(); err != nil {
		return Update{}, fmt.Errorf("update of %s %d: %w", m.Month, m.Year, err)
	}
	u := Update{Month: m, Days: units.HoursIn(m.Year, m.Month) / 24}
	days := float64(u.Days)
	produced, operating := inBTC(m.Produced), inEH(m.Operating)
	u.ProducedPerDay = quotient(produced, Of(days), "")
	u.NetPricePerBTC = each(m.NetProceeds, m.Sold, "no bitcoin was sold")
	u.Unrestricted = both(m.Held, m.Restricted, func(a, b units.Sats) units.Sats { return a - b })
	u.OperatingOfDeployed = quotient(operating, inEH(m.Deployed), "nothing is deployed")
	switch {
	case !m.Produced.Known:
		u.Realised = Unknown[units.Hashrate](m.Produced.Reason())
	case !m.Pay.Known:
		u.Realised = Unknown[units.Hashrate](m.Pay.Reason())
	default:
		u.Realised = RealisedHashrate(m.Produced.Value, time.Duration(u.Days)*24*time.Hour, m.Pay.Value.Hashprice)
	}
	u.RealisedOfDeployed = quotient(inEH(u.Realised), inEH(m.Deployed), "nothing is deployed")
	u.BTCPerEH = quotient(produced, operating, "nothing operated")
	u.BTCPerEHDay = quotient(u.BTCPerEH, Of(days), "")
	u.NetElectricity = minus(minus(m.PowerCharges, m.PowerCredits), m.DemandResponse)
	u.AllInPowerUSDPerMWh = perMWh(u.NetElectricity, m.Drawn)
	u.ElectricityPerBTC = each(u.NetElectricity, m.Produced, "no bitcoin was produced")
	u.HardwareProfit = minus(m.Revenue, u.NetElectricity)
	u.HardwareProfitMargin = quotient(inUSD(u.HardwareProfit), inUSD(m.Revenue), "there was no revenue")
	u.NetworkShare = quotient(produced, inBTC(m.NetworkIssue), "the network issued nothing")
	u.FeeShare = quotient(inBTC(m.NetworkFees), inBTC(m.NetworkIssue), "the network issued nothing")
	return u, nil
}

func (m Month) validate() error {
	var err error
	if m.Month < time.January || m.Month > time.December || m.Year < 2009 {
		err = errors.New("there is no such month")
	}
	for what, v := range map[string]Maybe[units.Sats]{
		"bitcoin produced": m.Produced, "bitcoin sold": m.Sold, "bitcoin held": m.Held, "bitcoin restricted": m.Restricted,
		"network issue": m.NetworkIssue, "network fees": m.NetworkFees,
	} {
		if v.Known && v.Value < 0 {
			err = errors.Join(err, fmt.Errorf("%s is %d sat; it cannot be negative", what, v.Value))
		}
	}
	for what, v := range map[string]Maybe[units.Hashrate]{"deployed": m.Deployed, "energised": m.Energised, "operating": m.Operating} {
		if v.Known {
			err = errors.Join(err, notNegative(what+" hashrate", float64(v.Value)))
		}
	}
	if m.Held.Known && m.Restricted.Known && m.Restricted.Value > m.Held.Value {
		err = errors.Join(err, errors.New("more bitcoin is restricted than held"))
	}
	if m.NetworkFees.Known && m.NetworkIssue.Known && m.NetworkFees.Value > m.NetworkIssue.Value {
		err = errors.Join(err, errors.New("the network's fees are more than all it paid"))
	}
	if m.Energised.Known && m.Deployed.Known && m.Energised.Value > m.Deployed.Value {
		err = errors.Join(err, errors.New("more hashrate is energised than deployed"))
	}
	if m.Drawn.Known {
		err = errors.Join(err, notNegative("energy drawn", float64(m.Drawn.Value)))
	}
	return err
}

// Change is the relative change of a figure against an earlier one, month on
// month or year on year, as a fraction. If either is unknown, or the earlier
// one is not above zero, it is too.
func Change(now, before Maybe[float64]) Maybe[float64] {
	r := quotient(now, before, "the earlier figure is not above zero")
	if r.Known {
		r.Value--
	}
	return r
}
