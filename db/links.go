package db

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
)

// Purpose is what a one-time link is for.
type Purpose string

// The purposes.
const (
	LinkInvite Purpose = "invite" // a new person sets a password
	LinkReset  Purpose = "reset"  // somebody sets a new one
	LinkAdmin  Purpose = "admin"  // the first administrator is made
)

// Link lets somebody in once.
type Link struct {
	Purpose   Purpose
	Person    int64 // 0 for LinkAdmin
	ExpiresAt time.Time
}

const (
	sqlInsertLink = `INSERT INTO core.link (token_hash, purpose, person_id, created_at, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlLink       = `SELECT l.purpose, l.person_id, l.expires_at FROM core.link l LEFT JOIN core.person p ON p.id = l.person_id
 WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2 AND p.deactivated_at IS NULL`
	sqlUseLink = `UPDATE core.link SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL`
)

// InsertLink keeps the hash of a link; earlier links of the person end.
func (s *Store) InsertLink(ctx context.Context, by access.Actor, hash []byte, l Link) error {
	return s.write(ctx, func(s *Store) error {
		var person *int64
		object := "the first administrator"
		if l.Person != 0 {
			person, object = &l.Person, personObject(l.Person)
			if _, err := s.q.Exec(ctx, sqlEndLinks, l.Person, s.now()); err != nil {
				return wrap(err, "end the links of person %d", l.Person)
			}
		}
		if _, err := s.q.Exec(ctx, sqlInsertLink, hash, string(l.Purpose), person, s.now(), by.Name, l.ExpiresAt); err != nil {
			return wrap(err, "insert a link")
		}
		return s.record(ctx, by, access.RoomCore, "make "+string(l.Purpose)+" link", object)
	})
}

type linkRow struct {
	Purpose   string
	PersonID  *int64
	ExpiresAt time.Time
}

// Link is a link that may still be used; ErrNotFound else.
func (s *Store) Link(ctx context.Context, hash []byte) (Link, error) {
	rows, err := s.q.Query(ctx, sqlLink, hash, s.now())
	if err != nil {
		return Link{}, wrap(err, "read a link")
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[linkRow])
	if err != nil {
		return Link{}, wrap(err, "read a link")
	}
	l := Link{Purpose: Purpose(r.Purpose), ExpiresAt: r.ExpiresAt.UTC()}
	if r.PersonID != nil {
		l.Person = *r.PersonID
	}
	return l, nil
}

// UseLink spends a link and sets the password of its person, at once. A reset
// ends one-time codes too, and for the first administrator the person is made. It returns who signed in;
// ErrNotFound if the link has been spent meanwhile.
func (s *Store) UseLink(ctx context.Context, by access.Actor, tokenHash []byte, passwordHash string, first access.Person) (access.Person, error) {
	var p access.Person
	err := s.write(ctx, func(s *Store) error {
		l, err := s.Link(ctx, tokenHash)
		if err != nil {
			return err
		}
		tag, err := s.q.Exec(ctx, sqlUseLink, tokenHash, s.now())
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(orNone(err), "use a link")
		}
		id := l.Person
		if l.Purpose == LinkAdmin {
			if id, err = s.InsertPerson(ctx, by, first); err != nil {
				return err
			}
		}
		if p, err = s.Person(ctx, id); err != nil {
			return err
		}
		by.ID, by.Name, by.Role = p.ID, p.Name, p.Role
		if l.Purpose == LinkReset { // the device may be what was lost
			if err := s.TurnOffTOTP(ctx, by, id); err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
		}
		return s.SetPassword(ctx, by, id, passwordHash, nil)
	})
	return p, err
}
