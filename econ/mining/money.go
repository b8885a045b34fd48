package mining

import (
	"fmt"

	"github.com/shopspring/decimal"

	"switchyard/econ/units"
)

// satsFromFloat is where a computed amount of bitcoin becomes one that is
// booked: rounded once, half to even. It fails if v is not finite or too large.
func satsFromFloat(v float64) (units.Sats, error) {
	if !finite(v) {
		return 0, fmt.Errorf("%v is not an amount of bitcoin", v)
	}
	return units.RoundSats(decimal.NewFromFloat(v), units.HalfEven)
}

// perBTC is dollars for each bitcoin, to the cent, undefined without bitcoin.
func perBTC(cost units.USD, btc units.Sats) Maybe[units.USD] {
	if btc <= 0 {
		return Unknown[units.USD]("no bitcoin was produced")
	}
	return Of(units.RoundUSD(cost.Decimal().DivRound(btc.BTC(), 12), units.HalfEven))
}
