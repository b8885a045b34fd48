package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
)

// ErrTaken is returned where a name or an address must be the only one.
var ErrTaken = errors.New("it is taken already")

const (
	topicPeople  = "core.people"
	topicSession = "core.session"
)

type personRow struct {
	ID            int64
	Email         string
	Name          string
	Role          string
	Persona       string
	CreatedAt     time.Time
	CreatedBy     string
	DeactivatedAt *time.Time
	SeenAt        *time.Time
}

func (r personRow) person() access.Person {
	return access.Person{
		ID: r.ID, Email: r.Email, Name: r.Name, Role: access.Role(r.Role), Persona: r.Persona,
		CreatedAt: r.CreatedAt.UTC(), CreatedBy: r.CreatedBy, DeactivatedAt: orZero(r.DeactivatedAt), SeenAt: orZero(r.SeenAt),
	}
}

const (
	personColumns = `p.id, p.email, p.name, p.role, p.persona, p.created_at, p.created_by, p.deactivated_at, p.seen_at`
	sqlPeople     = `SELECT ` + personColumns + ` FROM core.person p ORDER BY p.deactivated_at IS NOT NULL, lower(p.name), p.id`
	sqlPerson     = `SELECT ` + personColumns + ` FROM core.person p WHERE p.id = $1`
	sqlPersonas   = `SELECT ` + personColumns + ` FROM core.person p WHERE p.persona <> '' AND p.deactivated_at IS NULL ORDER BY p.id`
)

// People lists everybody, those who may not sign in any more last.
func (s *Store) People(ctx context.Context) ([]access.Person, error) { return s.people(ctx, sqlPeople) }

// Personas lists the people of the demo, in the order they were made.
func (s *Store) Personas(ctx context.Context) ([]access.Person, error) {
	return s.people(ctx, sqlPersonas)
}

func (s *Store) people(ctx context.Context, sql string, args ...any) ([]access.Person, error) {
	rows, err := s.q.Query(ctx, sql, args...)
	if err != nil {
		return nil, wrap(err, "list people")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[personRow])
	if err != nil {
		return nil, wrap(err, "list people")
	}
	list := make([]access.Person, len(found))
	for i, r := range found {
		list[i] = r.person()
	}
	return list, nil
}

// Person is somebody by id; ErrNotFound if there is nobody.
func (s *Store) Person(ctx context.Context, id int64) (access.Person, error) {
	rows, err := s.q.Query(ctx, sqlPerson, id)
	if err != nil {
		return access.Person{}, wrap(err, "read person %d", id)
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[personRow])
	return r.person(), wrap(err, "read person %d", id)
}

const sqlInsertPerson = `
INSERT INTO core.person (email, name, role, persona, created_at, created_by, deactivated_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`

// InsertPerson adds somebody and returns the id; with DeactivatedAt set, somebody
// who may not sign in yet. An address that is there
// already is ErrTaken.
func (s *Store) InsertPerson(ctx context.Context, by access.Actor, p access.Person) (int64, error) {
	var id int64
	err := s.write(ctx, func(s *Store) error {
		err := s.q.QueryRow(ctx, sqlInsertPerson, p.Email, p.Name, string(p.Role), p.Persona, s.now(), by.Name, orNull(p.DeactivatedAt)).Scan(&id)
		if err != nil {
			return taken(err, "insert person %s", p.Email)
		}
		if err := s.record(ctx, by, access.RoomCore, "add person", personObject(id), "email", "name", "role"); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicPeople: fmt.Sprint(id)})
	})
	return id, err
}

const (
	sqlSetRole     = `UPDATE core.person SET role = $2 WHERE id = $1 AND role <> $2`
	sqlDeactivate  = `UPDATE core.person SET deactivated_at = $2 WHERE id = $1 AND deactivated_at IS NULL`
	sqlReactivate  = `UPDATE core.person SET deactivated_at = NULL WHERE id = $1 AND deactivated_at IS NOT NULL`
	sqlEndSessions = `UPDATE core.session SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL`
	sqlEndTokens   = `UPDATE core.api_token SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL`
	sqlEndLinks    = `UPDATE core.link SET used_at = $2 WHERE person_id = $1 AND used_at IS NULL`
)

// SetRole changes what somebody may do. Whoever is signed in with the old role
// is signed out, and tokens, shares and rules end: what they may read has changed.
func (s *Store) SetRole(ctx context.Context, by access.Actor, id int64, role access.Role) error {
	return s.changePerson(ctx, by, id, "change role", []string{"role"}, sqlSetRole, id, string(role))
}

// Deactivate keeps somebody out: sessions, tokens, links, shares and rules end at once.
func (s *Store) Deactivate(ctx context.Context, by access.Actor, id int64) error {
	return s.changePerson(ctx, by, id, "deactivate person", nil, sqlDeactivate, id, s.now())
}

// Reactivate lets somebody sign in again. What ended stays ended.
func (s *Store) Reactivate(ctx context.Context, by access.Actor, id int64) error {
	return s.changePerson(ctx, by, id, "reactivate person", nil, sqlReactivate, id)
}

// changePerson runs one update of a person and ends what the person held. An
// update that changes nothing is ErrNotFound if there is no such person.
func (s *Store) changePerson(ctx context.Context, by access.Actor, id int64, action string, fields []string, sql string, args ...any) error {
	return s.write(ctx, func(s *Store) error {
		tag, err := s.q.Exec(ctx, sql, args...)
		if err != nil {
			return wrap(err, "%s %d", action, id)
		}
		if tag.RowsAffected() == 0 {
			_, err := s.Person(ctx, id)
			return err
		}
		for _, end := range []string{sqlEndSessions, sqlEndTokens, sqlEndLinks, sqlEndShares} {
			if _, err := s.q.Exec(ctx, end, id, s.now()); err != nil {
				return wrap(err, "end what person %d holds", id)
			}
		}
		if _, err := s.q.Exec(ctx, sqlEndRules, id, s.now()); err != nil {
			return wrap(err, "end the rules of person %d", id)
		}
		if err := s.record(ctx, by, access.RoomCore, action, personObject(id), fields...); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicPeople: fmt.Sprint(id), topicSession: fmt.Sprint(id)})
	})
}

func personObject(id int64) string { return fmt.Sprintf("person %d", id) }

// taken is wrap, with ErrTaken for what must be the only one.
func taken(err error, format string, args ...any) error {
	if hasCode(err, "23505") {
		return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrTaken)
	}
	return wrap(err, format, args...)
}
