package mining

import (
	"errors"
	"fmt"
	"slices"

	"switchyard/econ/units"
)

// ContractKind says how a power contract prices the energy that is drawn.
type ContractKind string

// The kinds.
const (
	// Fixed is one price for whatever is drawn; what is not drawn is not paid
	// and cannot be sold.
	Fixed ContractKind = "fixed"
	// Index is the spot price of the hour, with losses and adders.
	Index ContractKind = "index"
	// Blocks is power bought ahead and taken or resold at spot; what is drawn
	// beyond it is bought at spot.
	Blocks ContractKind = "blocks"
)

// Adder is a charge on every MWh drawn: wires, ancillary services, taxes.
type Adder struct {
	Name      string
	USDPerMWh units.Rate
}

// Block is power bought ahead for the hours of a window.
type Block struct {
	Power     units.Power
	USDPerMWh units.Rate
	Window    Window
}

// CurtailmentTerm obliges a site to shed load when called, and pays for it.
type CurtailmentTerm struct {
	Name             string
	Baseline         units.Power // load the shedding is measured from
	Power            units.Power // to shed below the baseline when called
	CreditUSDPerMWh  units.Rate  // for what is shed on a call
	PenaltyUSDPerMWh units.Rate  // for what should have been shed and was not
	StandbyUSDPerMW  units.Rate  // a month, for being callable
	MaxHoursPerYear  float64     // of calls; 0 is without limit
	Firm             bool        // not to be bought off: on a call the load must be shed
}

// PowerContract is how a site pays for power. Rates are exact; the zero value
// of a charge is no charge.
type PowerContract struct {
	Name   string
	Kind   ContractKind
	Price  units.Rate // USD/MWh; Fixed only
	Loss   units.Rate // fraction by which spot is raised between hub and meter; Index and Blocks
	Adders []Adder
	Blocks []Block // Blocks only

	ResaleFeeUSDPerMWh   units.Rate // deducted from spot when a block is resold
	PurchaseFeeUSDPerMWh units.Rate // added to spot beyond the blocks

	Demand                     DemandCharge
	CoincidentPeakUSDPerKWYear units.Rate // on the mean load in the four coincident peaks
	Curtailment                []CurtailmentTerm
}

// Validate says what is wrong with the contract, everything at once.
func (c PowerContract) Validate() error {
	err := named("a power contract", c.Name)
	switch c.Kind {
	case Fixed, Index:
		if len(c.Blocks) > 0 {
			err = errors.Join(err, fmt.Errorf("a contract of kind %s has no blocks", c.Kind))
		}
	case Blocks:
		if len(c.Blocks) == 0 {
			err = errors.Join(err, errors.New("a contract of blocks needs at least one"))
		}
	default:
		err = errors.Join(err, fmt.Errorf("%q is not a kind of power contract", c.Kind))
	}
	for _, b := range c.Blocks {
		err = errors.Join(err, positive("power of a block in W", float64(b.Power)), b.Window.Validate())
	}
	for name, r := range map[string]units.Rate{
		"loss": c.Loss, "resale fee": c.ResaleFeeUSDPerMWh, "purchase fee": c.PurchaseFeeUSDPerMWh,
		"demand charge": c.Demand.USDPerKWMonth, "coincident-peak charge": c.CoincidentPeakUSDPerKWYear,
	} {
		if r.Sign() < 0 {
			err = errors.Join(err, fmt.Errorf("%s is %s; it cannot be negative", name, r))
		}
	}
	err = errors.Join(err, fraction("demand ratchet", c.Demand.Ratchet.Float64()))
	for i, term := range c.Curtailment {
		err = errors.Join(err, term.validate())
		for _, other := range c.Curtailment[:i] {
			if other.Name == term.Name {
				err = errors.Join(err, fmt.Errorf("two curtailment terms are named %q", term.Name))
			}
		}
	}
	if err != nil {
		return fmt.Errorf("power contract %q: %w", c.Name, err)
	}
	return nil
}

func (t CurtailmentTerm) validate() error {
	err := errors.Join(named("a curtailment term", t.Name),
		positive("power to shed in W", float64(t.Power)), notNegative("hours of calls", t.MaxHoursPerYear))
	if !(t.Baseline >= t.Power) || !finite(float64(t.Baseline)) {
		err = errors.Join(err, errors.New("the baseline is below what is to be shed from it"))
	}
	if t.CreditUSDPerMWh.Sign() < 0 || t.PenaltyUSDPerMWh.Sign() < 0 || t.StandbyUSDPerMW.Sign() < 0 {
		err = errors.Join(err, errors.New("credit, penalty and standby pay cannot be negative"))
	}
	if err != nil {
		return fmt.Errorf("curtailment term %q: %w", t.Name, err)
	}
	return nil
}

// Allowed is the load at which a call of the term is obeyed in full.
func (t CurtailmentTerm) Allowed() units.Power { return t.Baseline - t.Power }

// Callable says whether the term may be called for one more hour after that
// many in the year.
func (t CurtailmentTerm) Callable(usedHours float64) bool {
	return t.MaxHoursPerYear == 0 || usedHours+1 <= t.MaxHoursPerYear
}

// shed is how much of the obligation a load delivers, and how much it does
// not, both in MW.
func (t CurtailmentTerm) shed(load units.Power) (delivered, missing float64) {
	missing = min(max(0, float64((load-t.Allowed())/units.MW)), float64(t.Power/units.MW))
	return float64(t.Power/units.MW) - missing, missing
}

// called are the contract's terms that are called for an hour, by their index.
// It fails if a name is not one of theirs or comes twice.
func (c PowerContract) called(h Hour) ([]int, error) {
	var out []int
	for _, name := range h.Called {
		i := slices.IndexFunc(c.Curtailment, func(t CurtailmentTerm) bool { return t.Name == name })
		switch {
		case i < 0:
			return nil, fmt.Errorf("power contract %q has no curtailment term %q", c.Name, name)
		case slices.Contains(out, i):
			return nil, fmt.Errorf("the curtailment term %q is called twice for one hour", name)
		}
		out = append(out, i)
	}
	return out, nil
}
