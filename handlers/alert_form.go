package handlers

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/access"
	"switchyard/econ/alert"
	"switchyard/econ/market"
	"switchyard/econ/record"
	"switchyard/views/ui"
)

func ruleAttributes(v alert.Record, channels []alert.Channel) []attribute {
	var to []string
	if v.Email {
		to = append(to, "e-mail")
	}
	for _, ch := range channels {
		if slices.Contains(v.Channels, ch.ID) {
			to = append(to, ch.Name)
		}
	}
	return []attribute{
		{"name", "Name", v.Name}, {"figure", "Figure", v.Figure}, {"limit", "Tells", strings.TrimSpace(ruleWords(v.Rule))},
		{"clear", "Over", clearWords(v.Rule)}, {"for", "Holds for", spanWords(v.For)}, {"cooldown", "Rests for", spanWords(v.Cooldown)},
		{"critical", "Critical", yesNo(v.Critical)}, {"channels", "Also by", strings.Join(to, ", ")}, {"off", "Off", yesNo(v.Off)},
	}
}

func yesNo(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

func spanWords(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return strconv.FormatFloat(d.Minutes(), 'f', -1, 64) + " min"
}

// ruleWords say when a rule tells.
func ruleWords(r alert.Rule) string {
	switch r.Kind {
	case alert.Stale:
		return " when " + r.Figure + " has no value for " + spanWords(r.MaxAge)
	case alert.Rate:
		return " when " + r.Figure + " changes by " + string(r.Side) + " " + percentText(r.Limit) + "% within " + spanWords(r.Window)
	default:
		return " when " + r.Figure + " is " + string(r.Side) + " " + plainText(r.Limit) + strings.TrimRight(" "+r.Unit, " ")
	}
}

func clearWords(r alert.Rule) string {
	switch r.Kind {
	case alert.Stale:
		return "with the next value"
	case alert.Rate:
		return "at " + percentText(r.Clear) + "%"
	default:
		return "at " + plainText(r.Clear) + strings.TrimRight(" "+r.Unit, " ")
	}
}

func plainText(v float64) string   { return strconv.FormatFloat(v, 'f', -1, 64) }
func percentText(v float64) string { return decimal.NewFromFloat(v).Shift(2).String() }

func ruleValues(v alert.Record) map[string]string {
	number, minutes := plainText, func(d time.Duration) string { return plainText(d.Minutes()) }
	if v.Kind == alert.Rate {
		number = percentText
	}
	values := map[string]string{
		"name": v.Name, "figure": v.Figure, "kind": string(v.Kind), "side": string(v.Side), "limit": number(v.Limit), "clear": number(v.Clear),
		"window": minutes(v.Window), "max_age": minutes(v.MaxAge), "for": minutes(v.For), "cooldown": minutes(v.Cooldown),
		"critical": onOff(v.Critical), "email": onOff(v.Email), "off": onOff(v.Off),
	}
	for _, id := range v.Channels {
		values[channelField(id)] = "on"
	}
	return values
}

func onOff(v bool) string {
	if v {
		return "on"
	}
	return ""
}

func channelField(id int64) string { return "channel-" + strconv.FormatInt(id, 10) }

func parseRule(f *form, now time.Time, before alert.Record, figures []watched, channels []alert.Channel) alert.Record {
	v := alert.Record{
		Rule: alert.Rule{
			ID: before.ID, Owner: before.Owner, Name: f.get("name"), Figure: f.get("figure"), Kind: alert.Kind(f.get("kind")), Side: alert.Side(f.get("side")),
			Window: f.minutes("window"), MaxAge: f.minutes("max_age"), For: f.minutes("for"), Cooldown: f.minutes("cooldown"), Critical: f.get("critical") == "on",
		},
		OwnerID: before.OwnerID, Email: f.get("email") == "on", Off: f.get("off") == "on", Version: record.Version{ValidFrom: now},
	}
	i := slices.IndexFunc(figures, func(w watched) bool { return w.key == v.Figure })
	if i < 0 {
		f.fail("figure", "Choose one of the figures that you may see.")
	} else {
		v.Unit = figures[i].unit
	}
	v.Room = access.Room(market.SeriesDef{Key: v.Figure}.Room())
	if v.Kind == alert.Stale {
		v.Side = ""
	} else {
		v.Limit, v.Clear = f.number("limit"), f.number("clear")
	}
	if v.Kind == alert.Rate {
		v.Limit, v.Clear = v.Limit/100, v.Clear/100
	}
	for _, ch := range channels {
		if f.get(channelField(ch.ID)) != "on" {
			continue
		}
		if !slices.Contains(ch.Rooms, string(v.Room)) {
			f.fail(channelField(ch.ID), ch.Name+" does not carry what belongs to "+v.Room.Title()+".")
		}
		v.Channels = append(v.Channels, ch.ID)
	}
	for _, wrong := range v.Validate() {
		f.fail(wrong.Field, wrong.Text)
	}
	return v
}

// number is any number, as people type one.
func (f *form) number(name string) float64 {
	text := strings.NewReplacer(",", "", "−", "-", "\u00a0", "", " ", "").Replace(f.get(name))
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		f.fail(name, "A number is needed, for example 80000.")
		return 0
	}
	return v
}

// minutes is a span; empty is none.
func (f *form) minutes(name string) time.Duration {
	if f.get(name) == "" {
		return 0
	}
	v, err := strconv.ParseFloat(f.get(name), 64)
	if err != nil || !(v >= 0 && v <= 366*24*60) {
		f.fail(name, "Minutes, for example 15.")
		return 0
	}
	return time.Duration(v * float64(time.Minute))
}

func ruleControls(f *form, v alert.Record, figures []watched, channels []alert.Channel, mail bool) []ui.Control {
	figure := f.control(ui.InputSelect, "figure", "Figure", "")
	for _, w := range figures {
		figure.Options = append(figure.Options, ui.Option{Value: w.key, Label: w.label})
	}
	compares := f.control(ui.InputSelect, "kind", "Compares", "")
	compares.Options = []ui.Option{{Value: string(alert.Threshold), Label: "the value with a limit"}, {Value: string(alert.Rate), Label: "its change within a time"}, {Value: string(alert.Stale), Label: "the age of its newest value"}}
	side := f.control(ui.InputSelect, "side", "Tells when it is", "")
	side.Options = []ui.Option{{Value: string(alert.Below), Label: "below the limit"}, {Value: string(alert.Above), Label: "above the limit"}}
	list := []ui.Control{
		f.control(ui.InputText, "name", "Name", "It begins every notice"), figure, compares, side,
		optional(decimalField(f.control(ui.InputText, "limit", "Limit", "In the figure's unit; for a change in percent, for example -5"))),
		optional(decimalField(f.control(ui.InputText, "clear", "Over at", "Where the alert ends: the limit, or further on its calm side"))),
		optional(decimalField(f.control(ui.InputText, "window", "Change within, minutes", "For a change"))),
		optional(decimalField(f.control(ui.InputText, "max_age", "Oldest value, minutes", "An older one decides nothing; for an age, the limit"))),
		optional(decimalField(f.control(ui.InputText, "for", "Must hold for, minutes", "Before it tells"))),
		optional(decimalField(f.control(ui.InputText, "cooldown", "Rests for, minutes", "After it ended"))),
		f.control(ui.InputCheck, "critical", "Critical", "A change of it waits for a second reader of its room"),
	}
	if mail || v.Email {
		list = append(list, f.control(ui.InputCheck, "email", "Tell me by e-mail", ""))
	}
	for _, ch := range channels {
		list = append(list, f.control(ui.InputCheck, channelField(ch.ID), "Tell "+ch.Name, ""))
	}
	if v.ID != 0 {
		list = append(list, f.control(ui.InputCheck, "off", "Turned off", ""))
	}
	return list
}
