package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
)

const sqlRecord = `SELECT core.record($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// record adds a line to the audit log within the transaction of what it tells.
func (s *Store) record(ctx context.Context, by access.Actor, room access.Room, action, object string, fields ...string) error {
	if fields == nil {
		fields = []string{}
	}
	_, err := s.q.Exec(ctx, sqlRecord, s.now(), by.ID, printable(by.Name), string(by.Role), string(room), action, printable(object), fields, by.Address, by.Request)
	return wrap(err, "record %s of %s", action, object)
}

// Record adds lines to the audit log that stand for no write: pages read and
// files taken. Actor and the moment are those of each entry.
func (s *Store) Record(ctx context.Context, entries []access.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return s.write(ctx, func(s *Store) error {
		for _, e := range entries {
			if e.Fields == nil {
				e.Fields = []string{}
			}
			_, err := s.q.Exec(ctx, sqlRecord, e.At, e.Actor.ID, printable(e.Actor.Name), string(e.Actor.Role), string(e.Room), e.Action, printable(e.Object), e.Fields, e.Actor.Address, e.Actor.Request)
			if err != nil {
				return wrap(err, "record %s of %s", e.Action, e.Object)
			}
		}
		return nil
	})
}

// AuditFilter narrows the log. Zero fields narrow nothing.
type AuditFilter struct {
	From, To time.Time
	Actor    string // part of a name
	Room     access.Room
	Action   string // part of an action
	Before   int64  // entries older than this id
	Limit    int
}

type auditRow struct {
	ID      int64
	At      time.Time
	PgRole  string
	ActorID int64
	Actor   string
	Role    string
	Room    string
	Action  string
	Object  string
	Fields  []string
	Address string
	Request string
	Ordinal int64
}

const sqlAudit = `
SELECT a.id, a.at, a.pg_role, a.actor_id, a.actor, a.role, a.room, a.action, a.object, a.fields, a.address, a.request,
       coalesce(s.ordinal, 0) AS ordinal
  FROM core.audit a LEFT JOIN core.audit_seal s ON s.audit_id = a.id
 WHERE ($1::timestamptz IS NULL OR a.at >= $1) AND ($2::timestamptz IS NULL OR a.at < $2)
   AND ($3 = '' OR strpos(lower(a.actor), lower($3)) > 0)
   AND ($4 = '' OR a.room = $4) AND ($5 = '' OR strpos(a.action, $5) > 0)
   AND ($6 = 0 OR a.id < $6)
 ORDER BY a.id DESC LIMIT $7`

// Audit lists entries of the log, newest first.
func (s *Store) Audit(ctx context.Context, f AuditFilter) ([]access.Entry, error) {
	rows, err := s.q.Query(ctx, sqlAudit, orNull(f.From), orNull(f.To), f.Actor, string(f.Room), f.Action, f.Before, f.Limit)
	if err != nil {
		return nil, wrap(err, "read the audit log")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[auditRow])
	if err != nil {
		return nil, wrap(err, "read the audit log")
	}
	list := make([]access.Entry, len(found))
	for i, r := range found {
		list[i] = r.entry()
	}
	return list, nil
}

func (r auditRow) entry() access.Entry {
	return access.Entry{
		ID: r.ID, At: r.At.UTC(), PGRole: r.PgRole,
		Actor: access.Actor{ID: r.ActorID, Name: r.Actor, Role: access.Role(r.Role), Address: r.Address, Request: r.Request},
		Room:  access.Room(r.Room), Action: r.Action, Object: r.Object, Fields: r.Fields, Ordinal: r.Ordinal,
	}
}

// orNull is a time for a parameter; the zero time is NULL.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
