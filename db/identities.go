package db

import (
	"context"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
)

const (
	sqlPersonByIdentity = `SELECT ` + personColumns + ` FROM core.person p JOIN core.identity i ON i.person_id = p.id
 WHERE i.issuer = $1 AND i.subject = $2`
	sqlInsertIdentity = `INSERT INTO core.identity (issuer, subject, person_id, linked_at) VALUES ($1, $2, $3, $4)`
	sqlHasIdentity    = `SELECT EXISTS (SELECT FROM core.identity WHERE person_id = $1 AND issuer = $2)`
)

// PersonByIdentity is who an identity provider's subject is; ErrNotFound if
// nobody is linked to it.
func (s *Store) PersonByIdentity(ctx context.Context, issuer, subject string) (access.Person, error) {
	list, err := s.people(ctx, sqlPersonByIdentity, issuer, subject)
	if err != nil {
		return access.Person{}, err
	}
	if len(list) == 0 {
		return access.Person{}, wrap(pgx.ErrNoRows, "read a person by identity")
	}
	return list[0], nil
}

// LinkIdentity links a person to a provider's subject, for good. A person who
// is linked to another subject of the same provider is ErrTaken.
func (s *Store) LinkIdentity(ctx context.Context, by access.Actor, person int64, issuer, subject string) error {
	return s.write(ctx, func(s *Store) error {
		var linked bool
		if err := s.q.QueryRow(ctx, sqlHasIdentity, person, issuer).Scan(&linked); err != nil {
			return wrap(err, "read the identities of person %d", person)
		}
		if linked {
			return ErrTaken
		}
		if _, err := s.q.Exec(ctx, sqlInsertIdentity, issuer, subject, person, s.now()); err != nil {
			return taken(err, "link person %d to an identity", person)
		}
		return s.record(ctx, by, access.RoomCore, "link identity", personObject(person), "identity")
	})
}
