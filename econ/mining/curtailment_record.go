package mining

import (
	"errors"
	"time"

	"switchyard/econ/record"
	"switchyard/econ/units"
)

// CurtailmentCause is why a site drew less than it could.
type CurtailmentCause string

// The causes.
const (
	CausePrice   CurtailmentCause = "price"   // power was worth more than what it would have mined
	CauseCall    CurtailmentCause = "call"    // a term of the power contract was called
	CauseWeather CurtailmentCause = "weather" // heat, ice, smoke
	CauseOther   CurtailmentCause = "other"
)

// CurtailmentRecord is a line of the curtailment log as people type it, with its
// version. ValidFrom is the day on which it began.
type CurtailmentRecord struct {
	ID       int64
	SiteID   int64
	From, To time.Time  // UTC
	Power    units.Rate // MW not drawn, at the meter
	Hashrate units.Rate // PH/s not hashed
	Cause    CurtailmentCause
	Term     string // of the power contract, that was called; empty for another cause
	Note     string
	record.Version
}

// CurtailmentInput is what the worth of a curtailment rests on.
type CurtailmentInput struct {
	Terms          SiteTerms
	Load           units.Power       // of the site with all that could run, at the meter
	Hashprice      map[int64]float64 // USD/PH/day by the Unix time at which the hour begins
	PoolFee        float64           // fraction
	OtherUSDPerMWh float64
}

// CurtailmentWorth is what a curtailment brought. Amounts are rounded once and
// Net is their sum.
type CurtailmentWorth struct {
	NotDrawn   units.Energy  // in the hours counted
	Avoided    units.USD     // power not bought, or resold
	Credit     units.USD     // for obeying the call
	OtherSaved units.USD     // other variable cost
	Forgone    units.USD     // what would have been mined, net of pool fees
	Net        units.USD     // Avoided + Credit + OtherSaved − Forgone
	Left       time.Duration // of it, of which a price is not known: not counted
}

// Worth is what the curtailment brought (M10): power is worth what the last
// megawatts of the site's load cost in each hour, and a call pays its credit up
// to what the term asks for. Hours whose power price or hashprice is not known
// are left out; where all are, the worth is unknown. It fails if the contract is
// not sensible or an amount is beyond what can be booked.
func (r CurtailmentRecord) Worth(in CurtailmentInput) (Maybe[CurtailmentWorth], error) {
	var w CurtailmentWorth
	if !r.To.After(r.From) {
		return Maybe[CurtailmentWorth]{}, errors.New("the curtailment ends before it begins")
	}
	mw := r.Power.Float64()
	credit, most := in.credit(r.Term)
	var notDrawn, avoided, paid, forgone float64
	for at := r.From.UTC().Truncate(time.Hour); at.Before(r.To); at = at.Add(time.Hour) {
		span := overlap(r.From, r.To, at)
		hashprice, known := in.Hashprice[at.Unix()]
		if !known || !in.Terms.Knows(at) {
			w.Left += span
			continue
		}
		s, err := ComputeSupply(in.Terms.Site, in.Terms.Contract, Hour{Start: at, SpotUSDPerMWh: in.Terms.spot(at)})
		if err != nil {
			return Maybe[CurtailmentWorth]{}, err
		}
		hours := span.Hours()
		notDrawn += mw * hours
		avoided += hours * s.last(mw, float64(in.Load/units.MW))
		paid += hours * min(mw, most) * credit
		forgone += hours * r.Hashrate.Float64() * hashprice / 24 * (1 - in.PoolFee)
	}
	if notDrawn == 0 {
		return Unknown[CurtailmentWorth]("no price of its hours is known"), nil
	}
	w.NotDrawn = units.Energy(notDrawn)
	for _, line := range []struct {
		to *units.USD
		v  float64
	}{{&w.Avoided, avoided}, {&w.Credit, paid}, {&w.OtherSaved, notDrawn * in.OtherUSDPerMWh}, {&w.Forgone, forgone}} {
		var err error
		if *line.to, err = units.USDFromFloat(line.v); err != nil {
			return Maybe[CurtailmentWorth]{}, err
		}
	}
	w.Net = w.Avoided.Add(w.Credit).Add(w.OtherSaved).Sub(w.Forgone)
	return Of(w), nil
}

// credit is what a term pays for a MWh that is not drawn, and for how many MW.
func (in CurtailmentInput) credit(term string) (usdPerMWh, most float64) {
	for _, t := range in.Terms.Contract.Curtailment {
		if t.Name == term && term != "" {
			return t.CreditUSDPerMWh.Float64(), float64(t.Power / units.MW)
		}
	}
	return 0, 0
}

// overlap is how much of the hour that begins at a moment lies in a span.
func overlap(from, to, hour time.Time) time.Duration {
	end := hour.Add(time.Hour)
	if from.After(hour) {
		hour = from
	}
	if to.Before(end) {
		end = to
	}
	return end.Sub(hour)
}

// last is the cost of an hour of the last megawatts of a load, in USD; of more
// than the load, the rest costs what the first megawatt does.
func (s Supply) last(mw, load float64) float64 {
	low := max(0, load-mw)
	return s.between(low, load) + max(0, mw-load)*s.Tiers[0].USDPerMWh
}
