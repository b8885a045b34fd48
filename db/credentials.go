package db

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
)

// Credential is how a person proves who they are. It is read with the rights
// of sign-in alone.
type Credential struct {
	PasswordHash string // empty: none set
	TOTP         []byte // sealed secret; nil: none
	TOTPOn       bool   // it has been proved once and is asked for
	TOTPStep     int64  // the last step that was used
}

type credentialRow struct {
	PasswordHash string
	TotpSealed   []byte
	TotpOnAt     *time.Time
	TotpStep     int64
}

const (
	sqlPersonByEmail = `SELECT ` + personColumns + ` FROM core.person p WHERE p.email = $1`
	sqlCredential    = `SELECT password_hash, totp_sealed, totp_on_at, totp_step FROM core.credential WHERE person_id = $1`
)

// PersonByEmail is somebody by address; ErrNotFound if there is nobody.
func (s *Store) PersonByEmail(ctx context.Context, email string) (access.Person, error) {
	list, err := s.people(ctx, sqlPersonByEmail, email)
	if err != nil {
		return access.Person{}, err
	}
	if len(list) == 0 {
		return access.Person{}, wrap(pgx.ErrNoRows, "read a person by address")
	}
	return list[0], nil
}

// Credential is how a person proves who they are; the zero Credential if
// nothing has been set.
func (s *Store) Credential(ctx context.Context, person int64) (Credential, error) {
	rows, err := s.q.Query(ctx, sqlCredential, person)
	if err != nil {
		return Credential{}, wrap(err, "read the credential of person %d", person)
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[credentialRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return Credential{}, nil
	}
	return Credential{PasswordHash: r.PasswordHash, TOTP: r.TotpSealed, TOTPOn: r.TotpOnAt != nil, TOTPStep: r.TotpStep},
		wrap(err, "read the credential of person %d", person)
}

const sqlSetPassword = `
INSERT INTO core.credential AS c (person_id, password_hash, changed_at) VALUES ($1, $2, $3)
ON CONFLICT (person_id) DO UPDATE SET password_hash = EXCLUDED.password_hash, changed_at = EXCLUDED.changed_at`

// SetPassword keeps a new password's hash and ends every session of the person
// but the one of keep, which may be nil.
func (s *Store) SetPassword(ctx context.Context, by access.Actor, person int64, hash string, keep []byte) error {
	return s.write(ctx, func(s *Store) error {
		if _, err := s.q.Exec(ctx, sqlSetPassword, person, hash, s.now()); err != nil {
			return wrap(err, "set the password of person %d", person)
		}
		if err := s.endSessions(ctx, person, keep); err != nil {
			return err
		}
		if err := s.record(ctx, by, access.RoomCore, "set password", personObject(person), "password"); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicSession: ""})
	})
}
