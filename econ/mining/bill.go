package mining

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/units"
)

// MeteredHour is an hour as the meter and the market left it.
type MeteredHour struct {
	Hour
	Drawn units.Energy
}

// BillBasis is what a month's bill rests on besides its hours.
type BillBasis struct {
	Peak               units.Power        // highest load of the month, as the meter reads it
	EarlierPeak        units.Power        // highest of the months the ratchet looks back on
	MeanCoincidentPeak Maybe[units.Power] // of the last summer; needed if the contract charges it
	Rounding           units.Rounding     // the contract's clause
}

// BillLine is an amount of a bill with its name.
type BillLine struct {
	Name   string
	Amount units.USD
}

// PowerBill is what a site pays for a month. Charges are positive, credits
// negative; each line is formed exactly and rounded once, and Total is the sum
// of the lines.
type PowerBill struct {
	Drawn           units.Energy
	Energy          units.USD  // at the price, at spot, or for the blocks
	Balancing       units.USD  // bought beyond the blocks less what was resold
	Adders          []BillLine // in the order of the contract
	Demand          units.USD
	CoincidentPeaks units.USD // a twelfth of the yearly charge
	Penalties       units.USD
	Credits         []BillLine // by curtailment term: for what was shed, and for standing by
	Total           units.USD
}

// Charges is the bill before credits.
func (b PowerBill) Charges() units.USD { return b.Total.Sub(b.CurtailmentCredits()) }

// CurtailmentCredits are all credits, zero or negative.
func (b PowerBill) CurtailmentCredits() units.USD {
	sum := units.USD{}
	for _, l := range b.Credits {
		sum = sum.Add(l.Amount)
	}
	return sum
}

// AllIn is the total for each MWh drawn, in USD/MWh, a tenth of which is cents
// for each kWh. It may be negative; without energy it is undefined.
func (b PowerBill) AllIn() Maybe[units.Rate] {
	return perMWh(Of(b.Total), Of(b.Drawn))
}

// Bill is what the contract charges a site for the hours of a month. It fails
// if a spot price the contract needs is not known, an hour comes twice, or
// the basis lacks what is charged.
func (c PowerContract) Bill(site Site, hours []MeteredHour, basis BillBasis) (PowerBill, error) {
	if err := errors.Join(site.Validate(), c.Validate()); err != nil {
		return PowerBill{}, err
	}
	var energy, balancing, penalties decimal.Decimal
	credits := make([]decimal.Decimal, len(c.Curtailment))
	b := PowerBill{}
	drawn := decimal.Decimal{}
	seen := map[time.Time]bool{}
	for _, h := range hours {
		if err := notNegative("energy drawn", float64(h.Drawn)); err != nil {
			return PowerBill{}, fmt.Errorf("bill of %s at %s: %w", site.Name, h.Start.UTC().Format(time.RFC3339), err)
		}
		if seen[h.Start.UTC()] {
			return PowerBill{}, fmt.Errorf("bill of %s: the hour %s comes twice", site.Name, h.Start.UTC().Format(time.RFC3339))
		}
		seen[h.Start.UTC()] = true
		mwh := decimal.NewFromFloat(float64(h.Drawn))
		e, bal, err := c.energyOf(site, h, mwh)
		if err != nil {
			return PowerBill{}, fmt.Errorf("bill of %s at %s: %w", site.Name, h.Start.UTC().Format(time.RFC3339), err)
		}
		p, err := c.settleCalls(h, credits)
		if err != nil {
			return PowerBill{}, err
		}
		drawn, energy, balancing, penalties = drawn.Add(mwh), energy.Add(e), balancing.Add(bal), penalties.Add(p)
	}
	book := func(exact decimal.Decimal) units.USD {
		v := units.RoundUSD(exact, basis.Rounding)
		b.Total = b.Total.Add(v)
		return v
	}
	b.Drawn = units.Energy(drawn.InexactFloat64())
	b.Energy, b.Balancing, b.Penalties = book(energy), book(balancing), book(penalties)
	for _, a := range c.Adders {
		b.Adders = append(b.Adders, BillLine{a.Name, book(a.USDPerMWh.Times(drawn))})
	}
	demand, err := c.Demand.exact(basis.Peak, basis.EarlierPeak)
	if err != nil {
		return PowerBill{}, fmt.Errorf("bill of %s: %w", site.Name, err)
	}
	b.Demand = book(demand)
	if mean := basis.MeanCoincidentPeak; c.CoincidentPeakUSDPerKWYear.Sign() > 0 {
		if !mean.Known || !(mean.Value >= 0) || !finite(float64(mean.Value)) {
			return PowerBill{}, fmt.Errorf("bill of %s: the load in the coincident peaks is missing: %s", site.Name, mean.Reason())
		}
		year := c.CoincidentPeakUSDPerKWYear.Times(kw(mean.Value))
		b.CoincidentPeaks = book(year.DivRound(decimal.NewFromInt(12), 12))
	}
	for i, t := range c.Curtailment {
		standby := t.StandbyUSDPerMW.Times(kw(t.Power).Shift(-3))
		b.Credits = append(b.Credits, BillLine{t.Name, book(credits[i].Add(standby).Neg())})
	}
	return b, nil
}

// energyOf is what the energy of an hour costs, exact in USD, and what was
// bought beyond the blocks less what was resold of them.
func (c PowerContract) energyOf(site Site, h MeteredHour, mwh decimal.Decimal) (energy, balancing decimal.Decimal, err error) {
	if c.Kind == Fixed {
		return c.Price.Times(mwh), balancing, nil
	}
	if !h.SpotUSDPerMWh.Known || !finite(h.SpotUSDPerMWh.Value) {
		return energy, balancing, errors.New("the spot price is not known")
	}
	spot := decimal.NewFromFloat(h.SpotUSDPerMWh.Value)
	index := spot.Add(c.Loss.Times(spot))
	if c.Kind == Index {
		return index.Mul(mwh), balancing, nil
	}
	block := decimal.Decimal{}
	for _, b := range c.Blocks {
		if b.Window.Holds(h.Start, site.Zone) {
			taken := kw(b.Power).Shift(-3)
			block, energy = block.Add(taken), energy.Add(b.USDPerMWh.Times(taken))
		}
	}
	beyond := mwh.Sub(block)
	fee := c.PurchaseFeeUSDPerMWh.Decimal()
	if beyond.Sign() < 0 {
		fee = c.ResaleFeeUSDPerMWh.Decimal().Neg()
	}
	return energy, beyond.Mul(index.Add(fee)), nil
}

// settleCalls adds the credits of an hour by term and returns its penalties.
func (c PowerContract) settleCalls(h MeteredHour, credits []decimal.Decimal) (penalties decimal.Decimal, err error) {
	called, err := c.called(h.Hour)
	for _, i := range called {
		t := c.Curtailment[i]
		shed, missing := t.shed(units.Power(h.Drawn) * units.MW)
		credits[i] = credits[i].Add(t.CreditUSDPerMWh.Times(decimal.NewFromFloat(shed)))
		penalties = penalties.Add(t.PenaltyUSDPerMWh.Times(decimal.NewFromFloat(missing)))
	}
	return penalties, err
}
