package mining

import (
	"fmt"

	"switchyard/econ/units"
)

// Fall is what is left of an hour of a plan at another hashprice.
type Fall struct {
	Hashprice       float64        // USD/PH/day
	PriceUSD        Maybe[float64] // the same as USD per BTC, static: at today's difficulty
	Power           units.Power    // of the steps that pay
	Hashrate        units.Hashrate // of the steps that pay
	MarginUSDPerDay float64        // of a day of such hours
}

// IfHashpriceIs is what would run, and bring, at other hashprices if the power
// prices stay those of the hour (M8, M10). A step counts when it pays; what it
// would cost to switch it is left out. It fails if there is no such hour, or the
// pay or a hashprice is not sensible.
func (p *Plan) IfHashpriceIs(hour int, hashprices []float64, pay Pay) ([]Fall, error) {
	if hour < 0 || hour >= len(p.Hours) {
		return nil, fmt.Errorf("hour %d is not one of the %d planned", hour, len(p.Hours))
	}
	if err := pay.validate(); err != nil {
		return nil, err
	}
	rows, out := p.Rows(hour), make([]Fall, len(hashprices))
	for i, hp := range hashprices {
		if err := notNegative("hashprice", hp); err != nil {
			return nil, err
		}
		f := Fall{Hashprice: hp, PriceUSD: ratio(hp*units.SatsPerBTC, pay.SatPerPHDay, "blocks pay nothing")}
		for _, r := range rows {
			g := p.Order.Groups[r.Group]
			spread := r.perHashprice*hp - g.OtherUSDPerMWh - r.PriceUSDPerMWh
			must := g.MustRun && r.rank == 0
			if r.Why == NoPower || spread <= 0 && !must {
				continue
			}
			f.Power += r.Power
			f.Hashrate += r.Hashrate
			f.MarginUSDPerDay += float64(r.Power/units.MW) * 24 * spread
		}
		out[i] = f
	}
	return out, nil
}
