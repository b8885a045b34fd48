package mining

import (
	"github.com/shopspring/decimal"

	"switchyard/econ/units"
)

// perBTC is dollars for each bitcoin, to the cent, undefined without bitcoin.
func perBTC(cost units.USD, btc units.Sats) Maybe[units.USD] {
	if btc <= 0 {
		return Unknown[units.USD]("no bitcoin was produced")
	}
	return Of(units.RoundUSD(cost.Decimal().DivRound(btc.BTC(), 12), units.HalfEven))
}

// plus is a + b, unknown if one is.
func plus(a, b Maybe[units.USD]) Maybe[units.USD] { return both(a, b, units.USD.Add) }

// minus is a − b, unknown if one is.
func minus(a, b Maybe[units.USD]) Maybe[units.USD] { return both(a, b, units.USD.Sub) }

func inBTC(m Maybe[units.Sats]) Maybe[float64] {
	return mapped(m, func(s units.Sats) float64 { return float64(s) / units.SatsPerBTC })
}

func inEH(m Maybe[units.Hashrate]) Maybe[float64] {
	return mapped(m, func(h units.Hashrate) float64 { return float64(h / units.EH) })
}

func inUSD(m Maybe[units.USD]) Maybe[float64] { return mapped(m, units.USD.Float64) }

// each is dollars for each bitcoin; why is said if there was none.
func each(amount Maybe[units.USD], of Maybe[units.Sats], why string) Maybe[units.USD] {
	switch {
	case !amount.Known:
		return amount
	case !of.Known:
		return Unknown[units.USD](of.Why)
	case of.Value <= 0:
		return Unknown[units.USD](why)
	}
	return perBTC(amount.Value, of.Value)
}

func perMWh(amount Maybe[units.USD], energy Maybe[units.Energy]) Maybe[units.Rate] {
	switch {
	case !amount.Known:
		return Unknown[units.Rate](amount.Why)
	case !energy.Known:
		return Unknown[units.Rate](energy.Why)
	case !(energy.Value > 0):
		return Unknown[units.Rate]("no power was drawn")
	}
	return Of(units.RoundRate(amount.Value.Decimal().DivRound(decimal.NewFromFloat(float64(energy.Value)), 12)))
}
