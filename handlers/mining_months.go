package handlers

import (
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/record"
	"switchyard/econ/units"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

const topicMonth = "mining.month"

// monthField is a figure of a month as it is typed: empty is not known.
type monthField struct {
	field, name, hint string
	text              func(*mining.MonthRecord) string
	parse             func(*mining.MonthRecord, *form, string)
}

// monthFields are the figures that are typed, in the order of the form.
func monthFields() []monthField {
	type r = *mining.MonthRecord
	sats := func(field, name, hint string, at func(r) *mining.Maybe[units.Sats]) monthField {
		return monthField{field, name, hint, func(v r) string { return typed(*at(v), func(s units.Sats) string { return s.BTC().String() }) },
			func(v r, f *form, field string) { *at(v) = maybe(f, field, units.ParseBTC) }}
	}
	usd := func(field, name, hint string, at func(r) *mining.Maybe[units.USD]) monthField {
		return monthField{field, name, hint, func(v r) string { return typed(*at(v), units.USD.String) },
			func(v r, f *form, field string) { *at(v) = maybe(f, field, units.ParseUSD) }}
	}
	rate := func(field, name, hint string, at func(r) *mining.Maybe[units.Rate]) monthField {
		return monthField{field, name, hint, func(v r) string { return typed(*at(v), units.Rate.String) },
			func(v r, f *form, field string) { *at(v) = maybe(f, field, units.ParseRate) }}
	}
	return []monthField{
		sats("produced_btc", "Bitcoin produced", "BTC, net of pool fees", func(v r) *mining.Maybe[units.Sats] { return &v.Produced }),
		sats("sold_btc", "Bitcoin sold", "BTC", func(v r) *mining.Maybe[units.Sats] { return &v.Sold }),
		usd("proceeds_usd", "Net proceeds", "$, of what was sold", func(v r) *mining.Maybe[units.USD] { return &v.NetProceeds }),
		sats("held_btc", "Bitcoin held", "BTC, at the month's end", func(v r) *mining.Maybe[units.Sats] { return &v.Held }),
		sats("restricted_btc", "of which pledged", "BTC", func(v r) *mining.Maybe[units.Sats] { return &v.Restricted }),
		usd("revenue_usd", "Revenue", "$", func(v r) *mining.Maybe[units.USD] { return &v.Revenue }),
		usd("charges_usd", "Power charges", "$: energy, wires, fees, adders and taxes, before credits", func(v r) *mining.Maybe[units.USD] { return &v.PowerCharges }),
		usd("credits_usd", "Power credits", "$, for curtailment", func(v r) *mining.Maybe[units.USD] { return &v.PowerCredits }),
		usd("response_usd", "Demand-response credits", "$, paid by programmes", func(v r) *mining.Maybe[units.USD] { return &v.Response }),
		usd("site_usd", "Site cost", "$, hosting included", func(v r) *mining.Maybe[units.USD] { return &v.Site }),
		rate("drawn_mwh", "Energy drawn", "MWh at the meter", func(v r) *mining.Maybe[units.Rate] { return &v.DrawnMWh }),
		rate("deployed_eh", "Deployed hashrate", "EH/s, nameplate in place at the month's end", func(v r) *mining.Maybe[units.Rate] { return &v.DeployedEH }),
		rate("energised_eh", "Energised hashrate", "EH/s, of it powered", func(v r) *mining.Maybe[units.Rate] { return &v.EnergisedEH }),
		rate("operating_eh", "Operating hashrate", "EH/s, mean of the month", func(v r) *mining.Maybe[units.Rate] { return &v.OperatingEH }),
		rate("fleet_j_per_th", "Fleet efficiency", "J/TH, all watts over all TH/s", func(v r) *mining.Maybe[units.Rate] { return &v.FleetJPerTH }),
	}
}

func typed[T any](m mining.Maybe[T], text func(T) string) string {
	if !m.Known {
		return ""
	}
	return text(m.Value)
}

// maybe reads a figure that may be left out; one that is there must not be
// below nothing.
func maybe[T any](f *form, field string, parse func(string) (T, error)) mining.Maybe[T] {
	text := f.get(field)
	if text == "" {
		return mining.Unknown[T]("nobody has typed it")
	}
	v, err := parse(text)
	if err != nil {
		f.fail(field, sentence(err))
	}
	return mining.Of(v)
}

// months is how a month is typed, published and restated.
func months() kind[mining.MonthRecord] {
	return kind[mining.MonthRecord]{
		noun: "month", list: "/mining/monthly", home: "/mining/monthly", room: access.RoomMining, unit: ui.Mining, topic: topicMonth, key: "month", back: "Monthly update",
		about: "The figures of a month, as the unit closes it. What is left empty is published as not known.",
		first: func(now time.Time) mining.MonthRecord {
			last := now.AddDate(0, 0, -now.Day()) // the last day of the month before
			return mining.MonthRecord{Version: record.Version{ValidFrom: time.Date(last.Year(), last.Month(), 1, 0, 0, 0, 0, time.UTC)}}
		},
		id:         func(v mining.MonthRecord) int64 { return v.ID },
		name:       func(v mining.MonthRecord) string { return v.Begin().Format("January 2006") },
		version:    func(v *mining.MonthRecord) *record.Version { return &v.Version },
		attributes: monthAttributes,
		sentence: func(v mining.MonthRecord) ui.Sentence {
			s := ui.Sentence{}.Stress(monthState(v))
			if v.Published {
				return s.Say(". A correction is a new version with its reason; the published figures stay in the history.")
			}
			return s.Say(". Its figures can change until it is published.")
		},
		fill: monthValues, parse: parseMonth, controls: monthControls,
		load: (*db.Store).Month, versions: (*db.Store).MonthVersions, insert: (*db.Store).InsertMonth, update: (*db.Store).UpdateMonth,
		more: func(_ *page, _ mining.MonthRecord, to *views.RecordPage) error {
			to.Title = "Figures"
			return nil
		},
	}
}

func monthAttributes(v mining.MonthRecord) []attribute {
	list := []attribute{{"state", "State", monthState(v)}, {"reason", "Reason", v.Reason}}
	for _, m := range monthFields() {
		list = append(list, attribute{m.field, m.name, m.text(&v)})
	}
	return list
}

func monthValues(v mining.MonthRecord) map[string]string {
	values := map[string]string{"month": v.ValidFrom.Format("2006-01")}
	if v.Published {
		values["publish"] = "on"
	}
	for _, m := range monthFields() {
		values[m.field] = m.text(&v)
	}
	return values
}

func parseMonth(f *form, now time.Time, before mining.MonthRecord) mining.MonthRecord {
	v := mining.MonthRecord{ID: before.ID, Published: before.Published || f.get("publish") == "on"}
	if v.ID == 0 {
		begin, err := time.Parse("2006-01", f.get("month"))
		if err != nil || begin.Year() < 2009 || !begin.AddDate(0, 1, 0).Before(now) {
			f.fail("month", "A month that is over, for example "+now.AddDate(0, 0, -now.Day()).Format("2006-01")+".")
		}
		v.ID = mining.MonthID(begin.Year(), begin.Month())
	}
	v.ValidFrom = v.Begin()
	if before.Published {
		if v.Reason = f.text("reason", 500, true); v.Reason == "" {
			f.fail("reason", "A published month is restated for a reason. Say which.")
		}
	}
	for _, m := range monthFields() {
		m.parse(&v, f, m.field)
	}
	if f.ok() {
		checkMonth(f, v)
	}
	return v
}

// checkMonth holds the figures against one another, each beside its field.
func checkMonth(f *form, v mining.MonthRecord) {
	for _, field := range []struct {
		name string
		sign int
	}{
		{"produced_btc", satsSign(v.Produced)}, {"sold_btc", satsSign(v.Sold)}, {"held_btc", satsSign(v.Held)}, {"restricted_btc", satsSign(v.Restricted)},
		{"credits_usd", usdSign(v.PowerCredits)}, {"response_usd", usdSign(v.Response)}, {"drawn_mwh", rateSign(v.DrawnMWh)},
		{"deployed_eh", rateSign(v.DeployedEH)}, {"energised_eh", rateSign(v.EnergisedEH)}, {"operating_eh", rateSign(v.OperatingEH)},
	} {
		if field.sign < 0 {
			f.fail(field.name, "This cannot be below nothing.")
		}
	}
	if v.FleetJPerTH.Known && v.FleetJPerTH.Value.Sign() <= 0 {
		f.fail("fleet_j_per_th", "This is above nothing, for example 19.3.")
	}
	if v.Held.Known && v.Restricted.Known && v.Restricted.Value > v.Held.Value {
		f.fail("restricted_btc", "More than is held, "+join(format.BTC(v.Held.Value))+".")
	}
	if v.DeployedEH.Known && v.EnergisedEH.Known && v.EnergisedEH.Value.Cmp(v.DeployedEH.Value) > 0 {
		f.fail("energised_eh", "More than is deployed, "+v.DeployedEH.Value.String()+" EH/s.")
	}
}

func satsSign(m mining.Maybe[units.Sats]) int {
	if m.Known && m.Value < 0 {
		return -1
	}
	return 0
}

func usdSign(m mining.Maybe[units.USD]) int {
	if !m.Known {
		return 0
	}
	return m.Value.Sign()
}

func rateSign(m mining.Maybe[units.Rate]) int {
	if !m.Known {
		return 0
	}
	return m.Value.Sign()
}

func monthControls(f *form, v mining.MonthRecord) []ui.Control {
	var list []ui.Control
	if v.ID == 0 {
		list = append(list, f.control(ui.InputText, "month", "Month", "Year and month, for example 2026-03"))
	}
	for _, m := range monthFields() {
		list = append(list, optional(decimalField(f.control(ui.InputText, m.field, m.name, m.hint))))
	}
	if v.Published {
		return append(list, f.control(ui.InputText, "reason", "Reason", "Why the published month is restated"))
	}
	return append(list, f.control(ui.InputCheck, "publish", "Publish", "Once published, a correction needs a reason and stays visible as one"))
}
