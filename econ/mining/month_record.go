package mining

import (
	"time"

	"switchyard/econ/record"
	"switchyard/econ/units"
)

// MonthRecord is a month as people close it: exact, and as a version. What was
// published is never overwritten: a later version of it is a restatement and
// says why.
type MonthRecord struct {
	ID int64 // year and month, e.g. 202603

	Produced, Sold, Held, Restricted                                 Maybe[units.Sats]
	NetProceeds, Revenue, PowerCharges, PowerCredits, Response, Site Maybe[units.USD]
	DeployedEH, EnergisedEH, OperatingEH                             Maybe[units.Rate] // EH/s
	FleetJPerTH                                                      Maybe[units.Rate]
	DrawnMWh                                                         Maybe[units.Rate]

	Published bool
	Reason    string // of a restatement; empty before
	record.Version
}

// MonthID is the number of a month, e.g. 202603.
func MonthID(year int, month time.Month) int64 { return int64(year)*100 + int64(month) }

// Begin is the first moment of the month, UTC.
func (r MonthRecord) Begin() time.Time {
	return time.Date(int(r.ID/100), time.Month(r.ID%100), 1, 0, 0, 0, 0, time.UTC)
}

// End is the first moment of the next month, UTC.
func (r MonthRecord) End() time.Time { return r.Begin().AddDate(0, 1, 0) }

// Month is the record to compute with, beside what the network did in it.
func (r MonthRecord) Month(pay Maybe[Pay], issue, fees Maybe[units.Sats]) Month {
	return Month{
		Year: r.Begin().Year(), Month: r.Begin().Month(),
		Produced: r.Produced, Sold: r.Sold, NetProceeds: r.NetProceeds, Held: r.Held, Restricted: r.Restricted,
		Deployed: exahash(r.DeployedEH), Energised: exahash(r.EnergisedEH), Operating: exahash(r.OperatingEH), Pay: pay,
		Fleet:   mapped(r.FleetJPerTH, func(v units.Rate) units.Efficiency { return units.Efficiency(v.Float64()) }),
		Revenue: r.Revenue, PowerCharges: r.PowerCharges, PowerCredits: r.PowerCredits, DemandResponse: r.Response,
		Drawn:        mapped(r.DrawnMWh, func(v units.Rate) units.Energy { return units.Energy(v.Float64()) }),
		NetworkIssue: issue, NetworkFees: fees,
	}
}

// Cost is what a bitcoin of the month cost at the levels that the unit itself
// can know (M12). Programme payments count as credits.
func (r MonthRecord) Cost() CostPerBTC {
	const finances = "finance keeps overhead, interest and capital"
	none := Unknown[units.USD](finances)
	c := Costs{
		Produced: r.Produced.Value, Power: r.PowerCharges, Credits: plus(r.PowerCredits, r.Response), Site: r.Site,
		Overhead: none, Interest: none, SustainingCapex: none, Depreciation: none,
	}
	if !r.Produced.Known {
		c.Power = Unknown[units.USD](r.Produced.Reason())
	}
	return ComputeCostPerBTC(c)
}

func exahash(v Maybe[units.Rate]) Maybe[units.Hashrate] {
	return mapped(v, func(v units.Rate) units.Hashrate { return units.Hashrate(v.Float64()) * units.EH })
}
