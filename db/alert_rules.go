package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/alert"
)

const topicAlert = "core.alert"

type ruleRow struct {
	ID        int64
	Room      string
	OwnerID   int64
	Name      string
	Owner     string
	Figure    string
	Unit      string
	Kind      string
	Side      string
	High      float64
	Clear     float64
	SpanS     float64
	MaxAgeS   float64
	ForS      float64
	CooldownS float64
	Critical  bool
	Email     bool
	Channels  []int64
	Off       bool
	versionRow
}

func lasting(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (r ruleRow) rule() alert.Record {
	return alert.Record{
		Rule: alert.Rule{
			ID: r.ID, Name: r.Name, Owner: r.Owner, Figure: r.Figure, Unit: r.Unit, Room: access.Room(r.Room), Kind: alert.Kind(r.Kind), Side: alert.Side(r.Side),
			Limit: r.High, Clear: r.Clear, Window: lasting(r.SpanS), MaxAge: lasting(r.MaxAgeS), For: lasting(r.ForS), Cooldown: lasting(r.CooldownS), Critical: r.Critical,
		},
		OwnerID: r.OwnerID, Email: r.Email, Channels: r.Channels, Off: r.Off, Version: r.version(),
	}
}

const (
	ruleColumns = `id, room, owner_id, name, owner, figure, unit, kind, side, high, clear, span_s, max_age_s, for_s, cooldown_s, critical, email, channels, off, valid_from, known_from, known_to, who`
	sqlRules    = `SELECT ` + ruleColumns + ` FROM core.alert_rule WHERE known_to IS NULL ORDER BY off, lower(name), id`
	sqlRule     = `SELECT ` + ruleColumns + ` FROM core.alert_rule WHERE id = $1 AND known_to IS NULL`
	sqlRuleAll  = `SELECT ` + ruleColumns + ` FROM core.alert_rule WHERE id = $1 ORDER BY known_from DESC`
	sqlNewRule  = `SELECT nextval('core.alert_rule_id')`
	sqlAddRule  = `
INSERT INTO core.alert_rule (` + ruleColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, NULL, $22)`
	sqlCloseRule  = `UPDATE core.alert_rule SET known_to = $2 WHERE id = $1 AND known_to IS NULL AND known_from = $3`
	sqlEndRules   = `SELECT core.end_rules($1, $2)`
	sqlHoldersOf  = `SELECT core.holders($1)`
	proposalAlert = "alert"
)

// Rules are the alert rules of the rooms that the present role sees, those that
// are off last.
func (s *Store) Rules(ctx context.Context) ([]alert.Record, error) {
	return s.rules(ctx, "list alert rules", sqlRules)
}

// RuleVersions are all versions of a rule, the newest first.
func (s *Store) RuleVersions(ctx context.Context, id int64) ([]alert.Record, error) {
	return s.rules(ctx, "read the versions of a rule", sqlRuleAll, id)
}

func (s *Store) rules(ctx context.Context, what, sql string, args ...any) ([]alert.Record, error) {
	rows, err := allRows[ruleRow](s.q.Query(ctx, sql, args...))
	if err != nil {
		return nil, wrap(err, "%s", what)
	}
	list := make([]alert.Record, len(rows))
	for i, r := range rows {
		list[i] = r.rule()
	}
	return list, nil
}

// Rule is a rule as it is known now; ErrNotFound if there is none.
func (s *Store) Rule(ctx context.Context, id int64) (alert.Record, error) {
	r, err := onlyRow[ruleRow](s.q.Query(ctx, sqlRule, id))
	return r.rule(), wrap(err, "read rule %d", id)
}

// InsertRule adds a rule and returns its id.
func (s *Store) InsertRule(ctx context.Context, by access.Actor, v alert.Record) (int64, error) {
	err := s.write(ctx, func(s *Store) error {
		if err := s.q.QueryRow(ctx, sqlNewRule).Scan(&v.ID); err != nil {
			return wrap(err, "number a rule")
		}
		return s.writeRule(ctx, by, v, "add alert rule", "figure", "limit", "clear")
	})
	return v.ID, err
}

// UpdateRule adds a version of a rule, like UpdateSite.
func (s *Store) UpdateRule(ctx context.Context, by access.Actor, v alert.Record, fields []string) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.closeVersion(ctx, sqlCloseRule, v.ID, v.KnownFrom); err != nil {
			return wrap(err, "edit rule %d", v.ID)
		}
		return s.writeRule(ctx, by, v, "edit alert rule", fields...)
	})
}

func (s *Store) writeRule(ctx context.Context, by access.Actor, v alert.Record, action string, fields ...string) error {
	if v.Channels == nil {
		v.Channels = []int64{}
	}
	_, err := s.q.Exec(ctx, sqlAddRule, v.ID, string(v.Room), v.OwnerID, v.Name, v.Owner, v.Figure, v.Unit, string(v.Kind), string(v.Side), v.Limit, v.Clear,
		v.Window.Seconds(), v.MaxAge.Seconds(), v.For.Seconds(), v.Cooldown.Seconds(), v.Critical, v.Email, v.Channels, v.Off, v.ValidFrom, s.now(), by.Name)
	if err != nil {
		return wrap(err, "write rule %d", v.ID)
	}
	if err := s.record(ctx, by, v.Room, action, ruleObject(v.ID), fields...); err != nil {
		return err
	}
	return s.publish(ctx, map[string]string{topicAlert: ruleObject(v.ID)})
}

func ruleObject(id int64) string { return fmt.Sprintf("rule %d", id) }

// ReadersOf counts the people who may sign in and whose role may read a room.
func (s *Store) ReadersOf(ctx context.Context, room access.Room) (int, error) {
	var roles []string
	for _, r := range access.Roles() {
		if access.Can(r, room, access.Read) {
			roles = append(roles, string(r))
		}
	}
	var n int
	return n, wrap(s.q.QueryRow(ctx, sqlHoldersOf, roles).Scan(&n), "count the readers of %s", room)
}

// ProposeRule proposes the next version of a rule: change is its form as it was
// filled in, known the form of the version it was made from. A proposal that is
// open already is ErrTaken; a version that is no longer the newest ErrChanged.
func (s *Store) ProposeRule(ctx context.Context, by access.Actor, before alert.Record, known, change map[string]string) error {
	return s.write(ctx, func(s *Store) error {
		now, err := s.Rule(ctx, before.ID)
		if err != nil {
			return err
		}
		if !now.KnownFrom.Equal(before.KnownFrom) {
			return wrap(ErrChanged, "propose a change of rule %d", before.ID)
		}
		object := ruleObject(before.ID)
		if _, err := s.q.Exec(ctx, sqlInsertProposal, string(before.Room), proposalAlert, object, change, known, by.ID, by.Name, s.now()); err != nil {
			return taken(err, "propose a change of %s", object)
		}
		if err := s.record(ctx, by, before.Room, "propose alert rule", object, "limit"); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicAlert: object})
	})
}

// RuleProposal is the open proposal for a rule; nil if there is none.
func (s *Store) RuleProposal(ctx context.Context, rule int64) (*access.Proposal, error) {
	return s.openProposal(ctx, ruleObject(rule), proposalAlert)
}

// DecideRule approves or ends the open proposal for a rule, like DecidePerson.
// next is the version that the proposal makes, with KnownFrom of the version it
// was made from.
func (s *Store) DecideRule(ctx context.Context, by access.Actor, p access.Proposal, approve bool, next alert.Record) error {
	return s.write(ctx, func(s *Store) error {
		r, err := onlyRow[proposalRow](s.q.Query(ctx, sqlTakeProposal, p.ID))
		if err != nil || r.Kind != proposalAlert || r.Target != ruleObject(next.ID) {
			return wrap(orNone(err), "take proposal %d", p.ID)
		}
		decision := "rejected"
		switch {
		case approve && r.ProposerID == by.ID:
			return ErrOwnProposal
		case approve:
			decision = "approved"
		case r.ProposerID == by.ID:
			decision = "withdrawn"
		}
		if _, err := s.q.Exec(ctx, sqlDecide, p.ID, by.ID, by.Name, s.now(), decision); err != nil {
			return wrap(err, "decide proposal %d", p.ID)
		}
		if err := s.record(ctx, by, next.Room, "proposal "+decision, r.Target, "limit"); err != nil {
			return err
		}
		if !approve {
			return s.publish(ctx, map[string]string{topicAlert: r.Target})
		}
		by.Name = strings.Join([]string{r.Proposer, by.Name}, ", approved by ")
		return s.UpdateRule(ctx, by, next, []string{"limit"})
	})
}
