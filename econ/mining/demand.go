package mining

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/units"
)

// DemandCharge is paid each month for the highest load.
type DemandCharge struct {
	USDPerKWMonth units.Rate
	Ratchet       units.Rate // fraction of the highest earlier peak that is billed at least
}

// kw is a power, which must be finite, in exact kilowatts.
func kw(p units.Power) decimal.Decimal { return decimal.NewFromFloat(float64(p)).Shift(-3) }

// Charge is the month's charge for its peak load, given the highest peak of the
// months the ratchet looks back on. It fails if a peak is not a load.
func (d DemandCharge) Charge(peak, earlierPeak units.Power) (units.USD, error) {
	exact, err := d.exact(peak, earlierPeak)
	return units.RoundUSD(exact, units.HalfEven), err
}

func (d DemandCharge) exact(peak, earlierPeak units.Power) (decimal.Decimal, error) {
	err := errors.Join(notNegative("peak load in W", float64(peak)), notNegative("earlier peak load in W", float64(earlierPeak)))
	if err != nil {
		return decimal.Decimal{}, err
	}
	return d.USDPerKWMonth.Times(decimal.Max(kw(peak), d.Ratchet.Times(kw(earlierPeak)))), nil
}

// Increment is what it costs to let the month's peak rise to load. Below the
// peak that is set already it is nothing: the charge is sunk. It fails like
// Charge.
func (d DemandCharge) Increment(peakSoFar, earlierPeak, load units.Power) (units.USD, error) {
	before, err := d.Charge(peakSoFar, earlierPeak)
	if err != nil {
		return units.USD{}, err
	}
	after, err := d.Charge(max(peakSoFar, load), earlierPeak)
	return after.Sub(before), err
}

// peakMonths are those in which ERCOT takes the four coincident peaks.
var peakMonths = [...]time.Month{time.June, time.July, time.August, time.September}

// CoincidentPeak is the load of a site in the hour of the system's highest load
// of a month.
type CoincidentPeak struct {
	Month time.Month
	Load  Maybe[units.Power]
}

// MeanCoincidentPeak is the mean of the loads in the four coincident peaks,
// June to September, on which the next year's wires are billed. A peak that is
// missing or not known makes it unknown.
func MeanCoincidentPeak(peaks []CoincidentPeak) Maybe[units.Power] {
	sum := units.Power(0)
	for _, m := range peakMonths {
		found := Unknown[units.Power](fmt.Sprintf("the coincident peak of %s is not known", m))
		for _, p := range peaks {
			if p.Month == m && p.Load.Known {
				found = p.Load
			}
		}
		if !found.Known {
			return found
		}
		sum += found.Value
	}
	return Of(sum / units.Power(len(peakMonths)))
}

// CoincidentPeakCharge is a year's charge on a mean coincident-peak load. It
// fails if that is not a load.
func (c PowerContract) CoincidentPeakCharge(mean units.Power) (units.USD, error) {
	if err := notNegative("mean coincident-peak load in W", float64(mean)); err != nil {
		return units.USD{}, err
	}
	return units.RoundUSD(c.CoincidentPeakUSDPerKWYear.Times(kw(mean)), units.HalfEven), nil
}

// CoincidentPeakExposure is what one MWh drawn in an hour adds to next year's
// charge, in USD/MWh, if the hour is one of the four peaks with a probability:
// a quarter of the yearly charge on a megawatt. It fails if the probability is
// none.
func (c PowerContract) CoincidentPeakExposure(probability float64) (float64, error) {
	if !(probability >= 0 && probability <= 1) {
		return 0, errors.New("the probability of a coincident peak must lie between 0 and 1")
	}
	return probability * c.CoincidentPeakUSDPerKWYear.Float64() * 1_000 / float64(len(peakMonths)), nil
}
