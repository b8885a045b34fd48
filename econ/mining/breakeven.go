package mining

import (
	"errors"

	"switchyard/econ/market"
	"switchyard/econ/units"
)

// hoursEnergy is 24 h over 1,000 W/kW: the MWh a PH/s draws in a day for each
// J/TH, 0.024.
const hoursEnergy = 0.024

// Pay is what hashing earns: the hashprice, and the price and difficulty it
// was made of.
type Pay struct {
	market.Hashprice
	PriceUSD   float64 // USD per BTC
	Difficulty float64
}

// ComputePay is the pay of a network state. It fails like
// market.ComputeHashprice (M3).
func ComputePay(difficulty float64, subsidy units.Sats, meanFees, priceUSD float64) (Pay, error) {
	h, err := market.ComputeHashprice(difficulty, subsidy, meanFees, priceUSD)
	return Pay{Hashprice: h, PriceUSD: priceUSD, Difficulty: difficulty}, err
}

func (p Pay) validate() error {
	return errors.Join(notNegative("hashprice in USD", p.USDPerPHDay), notNegative("hashprice in sat", p.SatPerPHDay),
		positive("price of bitcoin", p.PriceUSD), positive("difficulty", p.Difficulty))
}

// BreakEven is where an efficiency stops to pay, seen three ways (M8). The
// bitcoin price is static: at today's difficulty, though a real fall would
// lower it.
type BreakEven struct {
	PowerUSDPerMWh   float64        // the power price, which is also the revenue per MWh
	HashpriceUSD     Maybe[float64] // USD per PH/s and day
	PriceUSD         Maybe[float64] // USD per BTC, static
	Difficulty       Maybe[float64]
	EfficiencyJPerTH Maybe[float64] // the most a machine may draw at this power price
	MarginUSDPerMWh  float64        // revenue less power and other cost
}

// paysAnyway is why a break-even that asks how far pay may fall has no answer.
const paysAnyway = "at a power price of zero or less it pays at any hashprice"

// ComputeBreakEven is M8 for an efficiency at the machine, a PUE, a pool fee, a
// power price and other variable cost in USD/MWh:
// BE = hp·(1−f)/(0.024·e·PUE), hp* = (p+o)·0.024·e·PUE/(1−f),
// P* = hp*·10^8/hp_sat, D* = D·BE/(p+o). If power and other cost are not above
// zero together, the last three do not exist. It fails if an input is not
// sensible.
func ComputeBreakEven(e units.Efficiency, pue, poolFee, powerUSDPerMWh, otherUSDPerMWh float64, pay Pay) (BreakEven, error) {
	err := errors.Join(positive("efficiency in J/TH", float64(e)), pay.validate())
	switch {
	case err != nil:
		return BreakEven{}, err
	case !(pue >= 1) || !finite(pue):
		return BreakEven{}, errors.New("the PUE is below 1 or not known")
	case !(poolFee >= 0 && poolFee < 1):
		return BreakEven{}, errors.New("the pool fee must be at least 0 and below 1")
	case !finite(powerUSDPerMWh) || !finite(otherUSDPerMWh):
		return BreakEven{}, errors.New("the power price is not known")
	}
	energy := hoursEnergy * float64(e) * pue // MWh a day for 1 PH/s
	cost := powerUSDPerMWh + otherUSDPerMWh
	b := BreakEven{
		PowerUSDPerMWh: pay.USDPerPHDay * (1 - poolFee) / energy,
		HashpriceUSD:   Unknown[float64](paysAnyway), PriceUSD: Unknown[float64](paysAnyway),
		Difficulty: Unknown[float64](paysAnyway), EfficiencyJPerTH: Unknown[float64](paysAnyway),
	}
	b.MarginUSDPerMWh = b.PowerUSDPerMWh - cost
	if cost > 0 {
		hp := cost * energy / (1 - poolFee)
		b.HashpriceUSD = Of(hp)
		b.PriceUSD = ratio(hp*units.SatsPerBTC, pay.SatPerPHDay, "blocks pay nothing")
		b.Difficulty = Of(pay.Difficulty * b.PowerUSDPerMWh / cost)
		b.EfficiencyJPerTH = Of(pay.USDPerPHDay * (1 - poolFee) / (hoursEnergy * pue * cost))
	}
	return b, nil
}
