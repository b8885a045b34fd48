package mining

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"switchyard/econ/market"
	"switchyard/econ/record"
	"switchyard/econ/units"
)

// ContractRecord is a power contract as people type it: exact, and as a version.
// Adders, blocks and curtailment terms are lines of text, one each, as
// ParseAdders, ParseBlocks and ParseTerms read them.
type ContractRecord struct {
	ID           int64
	SiteID       int64
	Name         string
	Kind         ContractKind
	Point        string     // of a power market, whose spot price it follows; empty for a fixed one
	Price        units.Rate // USD/MWh; of a fixed one
	Loss         units.Rate // percent between hub and meter
	Adders       string
	Blocks       string
	Terms        string
	ResaleFee    units.Rate // USD/MWh
	PurchaseFee  units.Rate // USD/MWh
	Demand       units.Rate // USD per kW and month
	CoincidentKW units.Rate // USD per kW and year, in the four coincident peaks
	record.Version
}

// Contract is the record to compute with, or what is wrong with it.
func (r ContractRecord) Contract() (PowerContract, error) {
	c := PowerContract{
		Name: r.Name, Kind: r.Kind, Price: r.Price, Loss: units.RoundRate(r.Loss.Decimal().Shift(-2)), ResaleFeeUSDPerMWh: r.ResaleFee, PurchaseFeeUSDPerMWh: r.PurchaseFee,
		Demand: DemandCharge{USDPerKWMonth: r.Demand}, CoincidentPeakUSDPerKWYear: r.CoincidentKW,
	}
	var err error
	if c.Adders, err = ParseAdders(r.Adders); err != nil {
		return c, err
	}
	if c.Blocks, err = ParseBlocks(r.Blocks); err != nil {
		return c, err
	}
	if c.Curtailment, err = ParseTerms(r.Terms); err != nil {
		return c, err
	}
	if err := c.Validate(); err != nil || r.Kind == Fixed {
		return c, err
	}
	if _, err := market.ParsePowerPoint(r.Point); err != nil {
		return c, fmt.Errorf("a contract that follows the spot price names the point it follows: %w", err)
	}
	return c, nil
}

// lines calls read with each line that is not empty; its error names the line.
func lines(text string, read func(line string) error) error {
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := read(line); err != nil {
			return fmt.Errorf("line %d, %q: %w", i+1, line, err)
		}
	}
	return nil
}

// ParseAdders reads charges on every MWh: a name and dollars per MWh, for example
// "Transmission 4.20".
func ParseAdders(text string) ([]Adder, error) {
	var list []Adder
	err := lines(text, func(line string) error {
		i := strings.LastIndexAny(line, " \t")
		if i < 0 {
			return errors.New("a name and dollars per MWh are needed, for example Transmission 4.20")
		}
		price, err := units.ParseRate(line[i+1:])
		if err != nil {
			return err
		}
		list = append(list, Adder{Name: strings.TrimSpace(line[:i]), USDPerMWh: price})
		return nil
	})
	return list, err
}

// ParseBlocks reads power bought ahead: megawatts, dollars per MWh, and perhaps
// hours and weekdays, for example "20 MW at 41.50, 7-22, weekdays".
func ParseBlocks(text string) ([]Block, error) {
	var list []Block
	err := lines(text, func(line string) error {
		parts := strings.Split(line, ",")
		mw, price, found := strings.Cut(parts[0], " at ")
		if !found {
			return errors.New("power and price are needed, for example 20 MW at 41.50")
		}
		var b Block
		var err error
		if b.Power, err = megawatts(mw); err != nil {
			return err
		}
		if b.USDPerMWh, err = units.ParseRate(price); err != nil {
			return err
		}
		for _, part := range parts[1:] {
			switch part = strings.TrimSpace(part); {
			case part == "weekdays":
				b.Window.WeekdaysOnly = true
			case strings.Contains(part, "-"):
				from, to, _ := strings.Cut(part, "-")
				var ferr, terr error
				b.Window.FromHour, ferr = strconv.Atoi(strings.TrimSpace(from))
				b.Window.ToHour, terr = strconv.Atoi(strings.TrimSpace(to))
				if ferr != nil || terr != nil || b.Window.Validate() != nil {
					return fmt.Errorf("%q are no hours of a day, for example 7-22", part)
				}
			default:
				return fmt.Errorf("%q is neither hours, for example 7-22, nor weekdays", part)
			}
		}
		list = append(list, b)
		return nil
	})
	return list, err
}

// ParseTerms reads obligations to shed load: a name, what is shed below which
// load, and what is paid for it in dollars, for example "ERS: 10 MW below 30 MW,
// credit 120, penalty 300, standby 500, hours 40, firm". Credit and penalty are
// per MWh, standby is per MW and month.
func ParseTerms(text string) ([]CurtailmentTerm, error) {
	var list []CurtailmentTerm
	err := lines(text, func(line string) error {
		name, rest, found := strings.Cut(line, ":")
		if !found {
			return errors.New("a name and a colon come first, for example ERS: 10 MW below 30 MW")
		}
		t := CurtailmentTerm{Name: strings.TrimSpace(name)}
		parts := strings.Split(rest, ",")
		power, baseline, found := strings.Cut(parts[0], " below ")
		if !found {
			return errors.New("what is shed below which load is needed, for example 10 MW below 30 MW")
		}
		var err error
		if t.Power, err = megawatts(power); err != nil {
			return err
		}
		if t.Baseline, err = megawatts(baseline); err != nil {
			return err
		}
		for _, part := range parts[1:] {
			if err := t.read(strings.TrimSpace(part)); err != nil {
				return err
			}
		}
		list = append(list, t)
		return t.validate()
	})
	return list, err
}

// read takes one more part of a term.
func (t *CurtailmentTerm) read(part string) error {
	if part == "firm" {
		t.Firm = true
		return nil
	}
	word, number, _ := strings.Cut(part, " ")
	value, err := units.ParseRate(number)
	if err != nil {
		return fmt.Errorf("%q is not credit, penalty, standby or hours with a number, nor firm", part)
	}
	switch word {
	case "credit":
		t.CreditUSDPerMWh = value
	case "penalty":
		t.PenaltyUSDPerMWh = value
	case "standby":
		t.StandbyUSDPerMW = value
	case "hours":
		t.MaxHoursPerYear = value.Float64()
	default:
		return fmt.Errorf("%q is not credit, penalty, standby or hours", word)
	}
	return nil
}

// megawatts reads a power; MW may be left out.
func megawatts(text string) (units.Power, error) {
	r, err := units.ParseRate(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "MW")))
	if err != nil || r.Sign() <= 0 {
		return 0, fmt.Errorf("%q is not a power in MW", strings.TrimSpace(text))
	}
	return units.Power(r.Float64()) * units.MW, nil
}
