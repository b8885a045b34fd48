package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/alert"
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
