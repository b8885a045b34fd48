package mining

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"switchyard/econ/units"
)

// Hour is what is known of the outside for one hour of a site.
type Hour struct {
	Start                     time.Time      // UTC
	SpotUSDPerMWh             Maybe[float64] // at the hub; may be negative
	CoincidentPeakProbability float64        // that it is one of the year's four peaks
	Called                    []string       // names of the curtailment terms called for it
}

// Tier is a stretch of load with one marginal price.
type Tier struct {
	UpTo      units.Power // where the stretch ends; the last has no end
	USDPerMWh float64     // of the next MWh drawn, all that depends on drawing it
}

// Supply is what drawing power costs in one hour: tiers of rising price. What
// does not depend on the load is apart from them: it decides nothing.
type Supply struct {
	Tiers   []Tier
	Limited bool
	Limit   units.Power // the most that may be drawn, if Limited
	// PositionUSD is the cost of the hour at no load: blocks at their price
	// less what they fetch at spot, less credits for calls obeyed in full.
	PositionUSD float64
}

// FlatSupply is a supply of one price without limit, for each price.
func FlatSupply(usdPerMWh ...float64) []Supply {
	tiers := make([]Tier, len(usdPerMWh))
	out := make([]Supply, len(usdPerMWh))
	for i, p := range usdPerMWh {
		tiers[i] = Tier{USDPerMWh: p}
		out[i] = Supply{Tiers: tiers[i : i+1]}
	}
	return out
}

// Marginal is the price of the next MWh at a load, in USD/MWh.
func (s Supply) Marginal(load units.Power) float64 {
	for _, t := range s.Tiers[:len(s.Tiers)-1] {
		if load < t.UpTo {
			return t.USDPerMWh
		}
	}
	return s.Tiers[len(s.Tiers)-1].USDPerMWh
}

// Cost is the cost of drawing load for the hour, in USD, position included. A
// limit is not looked at.
func (s Supply) Cost(load units.Power) float64 {
	return s.PositionUSD + s.between(0, float64(load/units.MW))
}

// between is the cost of the stretch of load from low to high, in MW.
func (s Supply) between(low, high float64) float64 {
	cost, from := 0.0, low
	for i, t := range s.Tiers {
		to := high
		if i < len(s.Tiers)-1 {
			to = min(high, float64(t.UpTo/units.MW))
		}
		if to > from {
			cost += (to - from) * t.USDPerMWh
			from = to
		}
	}
	return cost
}

func (s Supply) validate() error {
	if len(s.Tiers) == 0 {
		return errors.New("the price is not known")
	}
	last, end := math.Inf(-1), units.Power(0)
	for i, t := range s.Tiers {
		if i < len(s.Tiers)-1 && (!(t.UpTo >= end) || !finite(float64(t.UpTo))) {
			return fmt.Errorf("tier %d ends at %v W after %v W; tiers must follow one another", i, float64(t.UpTo), float64(end))
		}
		end = t.UpTo
		if !finite(t.USDPerMWh) || t.USDPerMWh < last {
			return fmt.Errorf("tier %d has the price %v after %v; prices must be numbers that rise with the load", i, t.USDPerMWh, last)
		}
		last = t.USDPerMWh
	}
	if s.Limited && !(s.Limit >= 0) {
		return fmt.Errorf("the limit is %v W; it cannot be negative", float64(s.Limit))
	}
	return nil
}

// ComputeSupply is what power costs a site under a contract in an hour:
//   - fixed: the price and the adders; the contract does not ask for spot;
//   - index: spot·(1+loss) and the adders;
//   - blocks: the price paid for them is sunk. Up to the blocks a MWh costs
//     what reselling it would bring, spot·(1+loss) less the fee; beyond them
//     spot·(1+loss) and the purchase fee; adders on both.
//
// A coincident peak adds its exposure. A call adds the credit forgone and the
// penalty to what is drawn above the allowed load, or limits the load if it is
// firm; how far above the baseline makes no difference. The interconnect
// limits in any case. It fails if an input is not sensible, or if the contract
// needs a spot price that is not known. (M10, USD/MWh)
func ComputeSupply(site Site, c PowerContract, h Hour) (Supply, error) {
	if err := site.Validate(); err != nil {
		return Supply{}, err
	}
	if err := c.Validate(); err != nil {
		return Supply{}, err
	}
	fail := func(err error) (Supply, error) {
		return Supply{}, fmt.Errorf("supply of %s at %s: %w", site.Name, h.Start.UTC().Format(time.RFC3339), err)
	}
	p, err := c.prices(site, h)
	if err != nil {
		return fail(err)
	}
	exposure, err := c.CoincidentPeakExposure(h.CoincidentPeakProbability)
	if err != nil {
		return fail(err)
	}
	s := Supply{Limited: true, Limit: site.Interconnect, PositionUSD: p.position}
	type rise struct {
		at units.Power
		by float64
	}
	rises := []rise{{p.block, p.outside - p.inside}}
	called, err := c.called(h)
	if err != nil {
		return fail(err)
	}
	for _, i := range called {
		t := c.Curtailment[i]
		s.PositionUSD -= t.CreditUSDPerMWh.Float64() * float64(t.Power/units.MW)
		if t.Firm {
			s.Limit = min(s.Limit, t.Allowed())
		}
		rises = append(rises, rise{t.Allowed(), t.CreditUSDPerMWh.Float64() + t.PenaltyUSDPerMWh.Float64()})
	}
	slices.SortStableFunc(rises, func(a, b rise) int { return cmp.Compare(a.at, b.at) })
	price := p.inside + exposure
	for _, r := range rises {
		if r.by == 0 {
			continue
		}
		if r.at > 0 {
			s.Tiers = append(s.Tiers, Tier{UpTo: r.at, USDPerMWh: price})
		}
		price += r.by
	}
	s.Tiers = append(s.Tiers, Tier{USDPerMWh: price})
	return s, nil
}

// hourPrices are the prices of an hour below and above the blocks in USD/MWh,
// adders included, and the cost of the blocks less their value in USD.
type hourPrices struct {
	inside, outside float64
	block           units.Power
	position        float64
}

func (c PowerContract) prices(site Site, h Hour) (hourPrices, error) {
	adders := 0.0
	for _, a := range c.Adders {
		adders += a.USDPerMWh.Float64()
	}
	if c.Kind == Fixed {
		p := c.Price.Float64() + adders
		return hourPrices{inside: p, outside: p}, nil
	}
	if !h.SpotUSDPerMWh.Known || !finite(h.SpotUSDPerMWh.Value) {
		return hourPrices{}, errors.New("the spot price is not known")
	}
	index := h.SpotUSDPerMWh.Value * (1 + c.Loss.Float64())
	if c.Kind == Index {
		return hourPrices{inside: index + adders, outside: index + adders}, nil
	}
	resale := index - c.ResaleFeeUSDPerMWh.Float64()
	out := hourPrices{inside: resale + adders, outside: index + c.PurchaseFeeUSDPerMWh.Float64() + adders}
	for _, b := range c.Blocks {
		if b.Window.Holds(h.Start, site.Zone) {
			out.block += b.Power
			out.position += float64(b.Power/units.MW) * (b.USDPerMWh.Float64() - resale)
		}
	}
	return out, nil
}

// SpotThresholds are the spot prices, in USD/MWh, above which a bid does not pay
// under the contract: for what the blocks cover, and for what is bought beyond
// them. Under an index the two are the same; a fixed price does not ask for
// spot, so there is none.
func (c PowerContract) SpotThresholds(bid float64) (inside, beyond Maybe[float64]) {
	if c.Kind == Fixed {
		none := Unknown[float64]("the contract does not follow the spot price")
		return none, none
	}
	for _, a := range c.Adders {
		bid -= a.USDPerMWh.Float64()
	}
	loss := 1 + c.Loss.Float64()
	if c.Kind == Index {
		return Of(bid / loss), Of(bid / loss)
	}
	return Of((bid + c.ResaleFeeUSDPerMWh.Float64()) / loss), Of((bid - c.PurchaseFeeUSDPerMWh.Float64()) / loss)
}
