package handlers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/alert"
	"switchyard/econ/market"
	"switchyard/econ/record"
	"switchyard/views"
	"switchyard/views/format"
	"switchyard/views/ui"
)

const (
	topicAlert   = "core.alert"
	alertsPath   = "/admin/alerts"
	rulesPath    = alertsPath + "/rules"
	channelsPath = alertsPath + "/channels"
)

// watched is a figure that a rule can watch.
type watched struct{ key, unit, label string }

// watchable are the figures that the reader may follow: their rooms' series and
// headlines.
func (a *App) watchable(c echo.Context) ([]watched, error) {
	ctx, s, who := c.Request().Context(), a.store(c), subjectOf(c)
	series, err := s.SeriesList(ctx)
	if err != nil {
		return nil, err
	}
	var list []watched
	for _, v := range series {
		if who.May(access.Room(v.Room()), access.Read) {
			list = append(list, watched{v.Key, v.Unit, v.Key + ", " + v.Unit})
		}
	}
	if who.Role == access.Admin { // hears of no unit
		return list, nil
	}
	headlines, err := s.Headlines(ctx)
	if err != nil {
		return nil, err
	}
	for _, h := range headlines {
		if who.May(h.Room, access.Read) {
			key, unit := string(h.Room)+".headline."+h.Measure, headlineUnit(h.Measure)
			list = append(list, watched{key, unit, strings.TrimSuffix(key+", "+unit, ", ")})
		}
	}
	return list, nil
}

// headlineUnit is the unit in the name of a measure.
func headlineUnit(measure string) string {
	switch {
	case strings.HasSuffix(measure, "_usd"):
		return "USD"
	case strings.HasSuffix(measure, "_sats"):
		return "sat"
	case strings.HasSuffix(measure, "_mw"):
		return "MW"
	}
	return ""
}

// rules is how an alert rule is typed by a reader: of what they may see.
func (a *App) rules(c echo.Context) (kind[alert.Record], error) {
	figures, err := a.watchable(c)
	if err != nil {
		return kind[alert.Record]{}, err
	}
	channels, err := a.channelNames(c)
	if err != nil {
		return kind[alert.Record]{}, err
	}
	who := subjectOf(c)
	return kind[alert.Record]{
		noun: "rule", list: rulesPath, home: alertsPath, topic: topicAlert, back: "Alerts",
		about: "A rule looks at one figure and tells you when it matters. It sees what you may see, and ends with your rights.",
		mayEdit: func(who access.Subject, v alert.Record) bool {
			return who.Role != access.Share && (v.ID == 0 || v.OwnerID == who.ID)
		},
		first: func(now time.Time) alert.Record {
			return alert.Record{
				Rule:  alert.Rule{Figure: keyBTC, Kind: alert.Threshold, Side: alert.Below, Owner: who.Name, Cooldown: time.Hour},
				Email: a.hooks.Mail, Version: record.Version{ValidFrom: now}, OwnerID: who.ID,
			}
		},
		id:         func(v alert.Record) int64 { return v.ID },
		name:       func(v alert.Record) string { return v.Name },
		version:    func(v *alert.Record) *record.Version { return &v.Version },
		attributes: func(v alert.Record) []attribute { return ruleAttributes(v, channels) },
		sentence: func(v alert.Record) ui.Sentence {
			return ui.Sentence{}.Say("Tells ").Stress(v.Owner).Say(ruleWords(v.Rule) + ".")
		},
		fill: ruleValues,
		parse: func(f *form, now time.Time, before alert.Record) alert.Record {
			return parseRule(f, now, before, figures, channels)
		},
		controls: func(f *form, v alert.Record) []ui.Control { return ruleControls(f, v, figures, channels, a.hooks.Mail) },
		load:     (*db.Store).Rule, versions: (*db.Store).RuleVersions, insert: (*db.Store).InsertRule,
		update: func(s *db.Store, ctx context.Context, by access.Actor, v alert.Record, fields []string) error {
			return updateRule(ctx, s, by, v, fields)
		},
		more: ruleProposal,
	}, nil
}

// ruleHandler answers a route of rules by the kind of this reader.
func (a *App) ruleHandler(answer func(kind[alert.Record]) echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		k, err := a.rules(c)
		if err != nil {
			return err
		}
		return answer(k)(c)
	}
}

// updateRule writes the next version of a rule; that of a critical one waits for
// a second reader of its room, from the moment there are two.
func updateRule(ctx context.Context, s *db.Store, by access.Actor, v alert.Record, fields []string) error {
	before, err := s.Rule(ctx, v.ID)
	if err != nil {
		return err
	}
	if !before.Critical {
		return s.UpdateRule(ctx, by, v, fields)
	}
	holders, err := s.ReadersOf(ctx, before.Room)
	if err != nil {
		return err
	}
	if !access.NeedsSecond(holders) {
		return s.UpdateRule(ctx, by, v, fields)
	}
	known := ruleValues(before)
	before.KnownFrom = v.KnownFrom
	return s.ProposeRule(ctx, by, before, known, ruleValues(v))
}

// ruleProposal shows the change of a rule that waits, and what the reader may do
// about it.
func ruleProposal(p *page, v alert.Record, to *views.RecordPage) error {
	open, err := p.s.RuleProposal(p.ctx, v.ID)
	if err != nil || open == nil {
		return err
	}
	to.Form = nil
	path := fmt.Sprintf("%s/%d/proposal", rulesPath, v.ID)
	hidden := func(decision string) []ui.Option { return []ui.Option{{Value: "decision", Label: decision}} }
	said := open.Proposer + " proposed on " + format.DateTimeUTC(open.ProposedAt) + ": " + strings.Join(changedValues(open.Known, open.Change), "; ") + "."
	if open.ProposerID == p.who.ID {
		to.Actions = []views.PostAction{{Action: path, Label: "Withdraw", Describe: "the proposal", Hidden: hidden("withdraw"), Effect: said + " The rule is critical: the change waits for another reader of " + v.Room.Title() + "."}}
		return nil
	}
	to.Actions = []views.PostAction{
		{Action: path, Label: "Approve", Describe: "the proposal", Hidden: hidden("approve"), Effect: said + " Approved, it holds at once."},
		{Action: path, Label: "Reject", Describe: "the proposal", Hidden: hidden("reject"), Danger: true, Effect: "Ends the proposal. The rule stays."},
	}
	return nil
}

// changedValues tell what differs between two fillings of a form.
func changedValues(known, change map[string]string) []string {
	var words []string
	for field, v := range change {
		if known[field] != v {
			words = append(words, strings.ReplaceAll(field, "_", " ")+" from "+orNothing(known[field])+" to "+orNothing(v))
		}
	}
	slices.Sort(words)
	return words
}

// decideRule answers POST /admin/alerts/rules/{id}/proposal.
func (a *App) decideRule(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx, s := c.Request().Context(), a.store(c)
	rule, err := s.Rule(ctx, id)
	if err != nil {
		return err
	}
	open, err := s.RuleProposal(ctx, id)
	if err != nil {
		return err
	}
	if open == nil {
		return notFound("No change of this rule waits.")
	}
	next, approve := rule, f.get("decision") == "approve"
	if approve {
		k, err := a.rules(c)
		if err != nil {
			return err
		}
		typed := newForm(open.Change)
		next = k.parse(typed, a.now().UTC(), rule)
		next.KnownFrom = rule.KnownFrom
		if !typed.ok() {
			return &fault{status: http.StatusConflict, title: "Cannot be approved", detail: "What was proposed is not a rule any more. Reject it and look again."}
		}
	}
	switch err := s.DecideRule(ctx, actorOf(c), *open, approve, next); {
	case errors.Is(err, db.ErrOwnProposal):
		return &fault{status: http.StatusForbidden, title: "Not permitted", detail: "Whoever proposes does not approve: another reader of the room does."}
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("%s/%d?saved=1", rulesPath, id))
}

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
