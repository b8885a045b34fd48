package handlers

import (
	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// monthMeasure is one line of the monthly update.
type monthMeasure struct {
	group, name, unit string
	decimals          int
	share             bool // a fraction, shown as a percentage and compared in points
	get               func(monthFacts) mining.Maybe[float64]
}

var measureProduced = monthMeasure{"Bitcoin", "Produced, net of pool fees", "BTC", 2, false, func(m monthFacts) mining.Maybe[float64] { return inBTC(m.record.Produced) }}

// monthMeasures are the lines in the form that public miners publish.
func monthMeasures() []monthMeasure {
	type f = monthFacts
	type v = mining.Maybe[float64]
	return []monthMeasure{
		measureProduced,
		{"Bitcoin", "Produced per day", "BTC", 2, false, func(m f) v { return m.update.ProducedPerDay }},
		{"Bitcoin", "Held at the end", "BTC", 2, false, func(m f) v { return inBTC(m.record.Held) }},
		{"Bitcoin", "of which pledged", "BTC", 2, false, func(m f) v { return inBTC(m.record.Restricted) }},
		{"Bitcoin", "Sold", "BTC", 2, false, func(m f) v { return inBTC(m.record.Sold) }},
		{"Bitcoin", "Net proceeds", "$", 0, false, func(m f) v { return inDollars(m.record.NetProceeds) }},
		{"Bitcoin", "Net price", "$ per BTC", 0, false, func(m f) v { return inDollars(m.update.NetPricePerBTC) }},
		{"Hashrate", "Deployed at the end", "EH/s", 2, false, func(m f) v { return inNumber(m.record.DeployedEH) }},
		{"Hashrate", "Energised at the end", "EH/s", 2, false, func(m f) v { return inNumber(m.record.EnergisedEH) }},
		{"Hashrate", "Operating, mean of the month", "EH/s", 2, false, func(m f) v { return inNumber(m.record.OperatingEH) }},
		{"Hashrate", "Realised, from bitcoin produced", "EH/s", 2, false, func(m f) v { return inExahash(m.update.Realised) }},
		{"Hashrate", "Operating of deployed", "%", 1, true, func(m f) v { return m.update.OperatingOfDeployed }},
		{"Hashrate", "Bitcoin per EH/s operating", "BTC", 2, false, func(m f) v { return m.update.BTCPerEH }},
		{"Hashrate", "Fleet efficiency", "J/TH", 1, false, func(m f) v { return inNumber(m.record.FleetJPerTH) }},
		{"Power", "Drawn", "MWh", 0, false, func(m f) v { return inNumber(m.record.DrawnMWh) }},
		{"Power", "Charges", "$", 0, false, func(m f) v { return inDollars(m.record.PowerCharges) }},
		{"Power", "Power credits", "$", 0, false, func(m f) v { return inDollars(m.record.PowerCredits) }},
		{"Power", "Demand-response credits", "$", 0, false, func(m f) v { return inDollars(m.record.Response) }},
		{"Power", "Net electricity cost", "$", 0, false, func(m f) v { return inDollars(m.update.NetElectricity) }},
		{"Power", "All-in power cost", "¢/kWh", 2, false, func(m f) v { return inCentsPerKWh(m.update.AllInPowerUSDPerMWh) }},
		{"Cost per bitcoin", "Power, gross", "$", 0, false, func(m f) v { return inDollars(m.cost.PowerGross) }},
		{"Cost per bitcoin", "Power, net of credits", "$", 0, false, func(m f) v { return inDollars(m.cost.PowerNet) }},
		{"Cost per bitcoin", "Cash, with site cost", "$", 0, false, func(m f) v { return inDollars(m.cost.Cash) }},
		{"Cost per bitcoin", "All-in sustaining", "$", 0, false, func(m f) v { return inDollars(m.cost.AllInSustaining) }},
		{"Result", "Revenue", "$", 0, false, func(m f) v { return inDollars(m.record.Revenue) }},
		{"Result", "Hardware profit", "$", 0, false, func(m f) v { return inDollars(m.update.HardwareProfit) }},
		{"Result", "Hardware profit margin", "%", 1, true, func(m f) v { return m.update.HardwareProfitMargin }},
		{"Network", "Own share of what the network paid", "%", 2, true, func(m f) v { return m.update.NetworkShare }},
		{"Network", "Fees in what the network paid", "%", 1, true, func(m f) v { return m.update.FeeShare }},
	}
}

// monthlyRows are the lines of the page: a month and its change against the
// month and the year before.
func monthlyRows(now monthFacts, before, year *monthFacts) []views.MonthlyRow {
	var rows []views.MonthlyRow
	for _, m := range monthMeasures() {
		v := m.get(now)
		row := views.MonthlyRow{Group: m.group, Name: m.name, Unit: m.unit, Why: v.Reason(), Month: m.change(v, before), Year: m.change(v, year)}
		if v.Known {
			row.Value = m.text(v.Value)
		}
		rows = append(rows, row)
	}
	return rows
}

func (m monthMeasure) text(v float64) string {
	if m.share {
		v *= 100
	}
	return format.Fixed(v, m.decimals)
}

// change compares with an earlier month: in percent, and shares in points.
func (m monthMeasure) change(now mining.Maybe[float64], earlier *monthFacts) ui.Change {
	if earlier == nil {
		return ui.Change{Why: "that month has not been typed"}
	}
	before := m.get(*earlier)
	switch {
	case !now.Known:
		return ui.Change{Why: now.Reason()}
	case !before.Known:
		return ui.Change{Why: before.Reason()}
	case m.share:
		d := format.Delta(now.Value - before.Value)
		if d.Dir != "flat" {
			d.Text = format.Fixed(abs(now.Value-before.Value)*100, 1) + " pt"
		}
		return ui.Change{Dir: ui.Direction(d.Dir), Text: d.Text}
	}
	ch := mining.Change(now, before)
	if !ch.Known {
		return ui.Change{Why: ch.Reason()}
	}
	d := format.Delta(ch.Value)
	return ui.Change{Dir: ui.Direction(d.Dir), Text: d.Text}
}

func abs(v float64) float64 { return max(v, -v) }

func inBTC(m mining.Maybe[units.Sats]) mining.Maybe[float64] {
	return number(m, func(v units.Sats) float64 { return float64(v) / units.SatsPerBTC })
}

func inDollars(m mining.Maybe[units.USD]) mining.Maybe[float64] { return number(m, units.USD.Float64) }
func inNumber(m mining.Maybe[units.Rate]) mining.Maybe[float64] { return number(m, units.Rate.Float64) }

func inExahash(m mining.Maybe[units.Hashrate]) mining.Maybe[float64] {
	return number(m, func(v units.Hashrate) float64 { return float64(v / units.EH) })
}

// inCentsPerKWh is a tenth of dollars per MWh.
func inCentsPerKWh(m mining.Maybe[units.Rate]) mining.Maybe[float64] {
	return number(m, func(v units.Rate) float64 { return v.Float64() / 10 })
}

func number[T any](m mining.Maybe[T], f func(T) float64) mining.Maybe[float64] {
	if !m.Known {
		return mining.Unknown[float64](m.Reason())
	}
	return mining.Of(f(m.Value))
}
