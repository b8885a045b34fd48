package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
	"switchyard/econ/alert"
)

type alertRow struct {
	ID             int64
	RuleID         int64
	Room           string
	Name           string
	Critical       bool
	Text           string
	FiredAt        time.Time
	AcknowledgedAt *time.Time
	AcknowledgedBy string
	ResolvedAt     *time.Time
	ResolvedText   string
}

func (r alertRow) alert() alert.Alert {
	return alert.Alert{
		ID: r.ID, Rule: r.RuleID, Room: r.Room, Name: r.Name, Critical: r.Critical, Text: r.Text, FiredAt: r.FiredAt.UTC(),
		AcknowledgedAt: orZero(r.AcknowledgedAt), AcknowledgedBy: r.AcknowledgedBy, ResolvedAt: orZero(r.ResolvedAt), ResolvedText: r.ResolvedText,
	}
}

const (
	alertColumns = `id, rule_id, room, name, critical, text, fired_at, acknowledged_at, acknowledged_by, resolved_at, resolved_text`
	sqlAlerts    = `SELECT ` + alertColumns + ` FROM core.alert
 ORDER BY (resolved_at IS NULL AND acknowledged_at IS NULL) DESC, (resolved_at IS NULL) DESC, fired_at DESC, id DESC LIMIT $1`
	sqlWaiting      = `SELECT count(*) FROM core.alert WHERE resolved_at IS NULL AND acknowledged_at IS NULL`
	sqlAcknowledge  = `UPDATE core.alert SET acknowledged_at = $2, acknowledged_by = $3 WHERE id = $1 AND acknowledged_at IS NULL RETURNING room`
	sqlAlertState   = `SELECT known_from, state FROM core.alert_state WHERE rule_id = $1 FOR UPDATE`
	sqlKeepState    = `INSERT INTO core.alert_state (rule_id, known_from, state) VALUES ($1, $2, $3) ON CONFLICT (rule_id) DO UPDATE SET known_from = EXCLUDED.known_from, state = EXCLUDED.state`
	sqlInsertAlert  = `INSERT INTO core.alert (rule_id, room, name, critical, text, fired_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`
	sqlResolveAlert = `UPDATE core.alert SET resolved_at = greatest($2, fired_at), resolved_text = $3 WHERE rule_id = $1 AND resolved_at IS NULL RETURNING id`
	sqlOrphans      = `
SELECT a.rule_id FROM core.alert a
 WHERE a.resolved_at IS NULL AND a.rule_id <> 0
   AND NOT EXISTS (SELECT FROM core.alert_rule r WHERE r.id = a.rule_id AND r.known_to IS NULL AND NOT r.off)`
	sqlForgetState = `DELETE FROM core.alert_state WHERE rule_id = $1`
	sqlTrimAlerts  = `DELETE FROM core.alert WHERE resolved_at < $1`
	sqlTrimOutbox  = `DELETE FROM core.outbox WHERE delivered_at < $1 OR failed_at < $1`
)

// Alerts are what rules told in the rooms that the present role sees: those that
// wait for somebody first, then those that go on, then the newest.
func (s *Store) Alerts(ctx context.Context, limit int) ([]alert.Alert, error) {
	rows, err := allRows[alertRow](s.q.Query(ctx, sqlAlerts, limit))
	if err != nil {
		return nil, wrap(err, "list alerts")
	}
	list := make([]alert.Alert, len(rows))
	for i, r := range rows {
		list[i] = r.alert()
	}
	return list, nil
}

// WaitingAlerts counts the alerts that go on and that nobody has acknowledged.
func (s *Store) WaitingAlerts(ctx context.Context) (int, error) {
	var n int
	return n, wrap(s.q.QueryRow(ctx, sqlWaiting).Scan(&n), "count alerts")
}

// Acknowledge notes that somebody has taken an alert on. One that somebody has
// already, or that the role does not see, is ErrNotFound.
func (s *Store) Acknowledge(ctx context.Context, by access.Actor, id int64) error {
	return s.write(ctx, func(s *Store) error {
		var room string
		if err := s.q.QueryRow(ctx, sqlAcknowledge, id, s.now(), by.Name).Scan(&room); err != nil {
			return wrap(err, "acknowledge alert %d", id)
		}
		if err := s.record(ctx, by, access.Room(room), "acknowledge alert", alertObject(id)); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicAlert: alertObject(id)})
	})
}

func alertObject(id int64) string { return fmt.Sprintf("alert %d", id) }

// MoveRule evaluates a rule once: decide takes what was remembered of the
// version and returns what is to be, and at most one event. State, alert and
// notices are written together; destinations are those of the rule.
func (s *Store) MoveRule(ctx context.Context, r alert.Record, decide func(alert.State) (alert.State, *alert.Event)) (*alert.Event, error) {
	var event *alert.Event
	err := s.write(ctx, func(s *Store) error {
		var (
			known  time.Time
			before alert.State
		)
		err := s.q.QueryRow(ctx, sqlAlertState, r.ID).Scan(&known, &before)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
		case err != nil:
			return wrap(err, "read the state of rule %d", r.ID)
		case !known.Equal(r.KnownFrom): // the rule was edited since
			if err := s.endAlert(ctx, r, "the rule was changed."); err != nil {
				return err
			}
			before = alert.State{}
		}
		var after alert.State
		after, event = decide(before)
		if _, err := s.q.Exec(ctx, sqlKeepState, r.ID, r.KnownFrom, after); err != nil {
			return wrap(err, "keep the state of rule %d", r.ID)
		}
		if event == nil {
			return nil
		}
		return s.tell(ctx, r, *event)
	})
	return event, err
}

// tell writes an event: the alert, and a notice for each destination.
func (s *Store) tell(ctx context.Context, r alert.Record, e alert.Event) error {
	var id int64
	n := Dispatch{Room: string(r.Room), Rule: r.ID, Type: "alert." + string(e.Kind), At: e.Time, Title: r.Name, Body: e.Text, Path: "/admin/alerts", Resolved: e.Kind == alert.Resolved}
	if e.Kind == alert.Fired {
		if err := s.q.QueryRow(ctx, sqlInsertAlert, r.ID, string(r.Room), r.Name, r.Critical, e.Text, e.Time).Scan(&id); err != nil {
			return wrap(err, "insert an alert of rule %d", r.ID)
		}
	} else {
		err := s.q.QueryRow(ctx, sqlResolveAlert, r.ID, e.Time, e.Text).Scan(&id)
		if err != nil {
			return wrap(err, "resolve the alert of rule %d", r.ID)
		}
	}
	n.ID = fmt.Sprintf("alert-%d-%s", id, e.Kind)
	if err := s.queueFor(ctx, r, n); err != nil {
		return err
	}
	return s.publish(ctx, map[string]string{topicAlert: alertObject(id)})
}

// queueFor queues a notice to each destination of a rule.
func (s *Store) queueFor(ctx context.Context, r alert.Record, n Dispatch) error {
	if r.Email {
		if err := s.queue(ctx, n, 0, r.OwnerID); err != nil {
			return err
		}
	}
	for _, channel := range r.Channels {
		if err := s.queue(ctx, n, channel, r.OwnerID); err != nil {
			return err
		}
	}
	return nil
}

// endAlert ends the open alert of a rule that is not what it was; whoever heard
// of its beginning hears of the end.
func (s *Store) endAlert(ctx context.Context, r alert.Record, why string) error {
	var id int64
	text := r.Name + " is over: " + why
	err := s.q.QueryRow(ctx, sqlResolveAlert, r.ID, s.now(), text).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return wrap(err, "end the alert of rule %d", r.ID)
	}
	return s.queueFor(ctx, r, Dispatch{
		ID: fmt.Sprintf("alert-%d-%s", id, alert.Resolved), Room: string(r.Room), Rule: r.ID, Type: "alert.resolved", At: s.now(),
		Title: r.Name, Body: text, Path: "/admin/alerts", Resolved: true,
	})
}

// EndOrphans ends the alerts of rules that are off or gone, and returns how many.
func (s *Store) EndOrphans(ctx context.Context) (int, error) {
	ended := 0
	err := s.write(ctx, func(s *Store) error {
		rows, err := s.q.Query(ctx, sqlOrphans)
		if err != nil {
			return wrap(err, "list alerts without a rule")
		}
		rules, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil || len(rules) == 0 {
			return wrap(err, "list alerts without a rule")
		}
		for _, rule := range rules {
			versions, err := s.RuleVersions(ctx, rule)
			if err != nil {
				return err
			}
			if err := s.endAlert(ctx, versions[0], "the rule was ended."); err != nil {
				return err
			}
			if _, err := s.q.Exec(ctx, sqlForgetState, rule); err != nil {
				return wrap(err, "forget the state of rule %d", rule)
			}
		}
		ended = len(rules)
		return s.publish(ctx, map[string]string{topicAlert: "rules"})
	})
	return ended, err
}

// TrimAlerts forgets alerts and notices that ended before then.
func (s *Store) TrimAlerts(ctx context.Context, before time.Time) (int64, error) {
	var n int64
	for _, sql := range []string{sqlTrimAlerts, sqlTrimOutbox} {
		tag, err := s.q.Exec(ctx, sql, before)
		if err != nil {
			return n, wrap(err, "trim alerts")
		}
		n += tag.RowsAffected()
	}
	return n, nil
}
