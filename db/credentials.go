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

const (
	sqlOfferTOTP = `
INSERT INTO core.credential AS c (person_id, totp_sealed, changed_at) VALUES ($1, $2, $3)
ON CONFLICT (person_id) DO UPDATE SET totp_sealed = EXCLUDED.totp_sealed WHERE c.totp_on_at IS NULL`
	sqlTurnOnTOTP = `
UPDATE core.credential SET totp_on_at = $2, totp_step = $3, changed_at = $2
 WHERE person_id = $1 AND totp_on_at IS NULL AND totp_sealed IS NOT NULL AND totp_step < $3`
	sqlTurnOffTOTP       = `UPDATE core.credential SET totp_on_at = NULL, totp_sealed = NULL, changed_at = $2 WHERE person_id = $1 AND totp_on_at IS NOT NULL`
	sqlUseStep           = `UPDATE core.credential SET totp_step = $2 WHERE person_id = $1 AND totp_on_at IS NOT NULL AND totp_step < $2`
	sqlDropRecoveryCodes = `DELETE FROM core.recovery_code WHERE person_id = $1`
	sqlAddRecoveryCode   = `INSERT INTO core.recovery_code (person_id, code_hash) VALUES ($1, $2)`
	sqlUseRecoveryCode   = `DELETE FROM core.recovery_code WHERE person_id = $1 AND code_hash = $2`
	sqlRecoveryCodesLeft = `SELECT count(*) FROM core.recovery_code WHERE person_id = $1`
)

// OfferTOTP keeps the sealed secret of one-time codes that a person has not
// proved yet. Where codes are on already it changes nothing.
func (s *Store) OfferTOTP(ctx context.Context, person int64, sealed []byte) error {
	_, err := s.q.Exec(ctx, sqlOfferTOTP, person, sealed, s.now())
	return wrap(err, "offer one-time codes to person %d", person)
}

// TurnOnTOTP asks for one-time codes from now on: the person has just given one,
// of that step. recovery are the hashes of the codes that stand in for it.
// ErrNotFound if none were offered, or the step was used.
func (s *Store) TurnOnTOTP(ctx context.Context, by access.Actor, person, step int64, recovery [][]byte) error {
	return s.write(ctx, func(s *Store) error {
		tag, err := s.q.Exec(ctx, sqlTurnOnTOTP, person, s.now(), step)
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(orNone(err), "turn on one-time codes of person %d", person)
		}
		if err := s.replaceRecoveryCodes(ctx, person, recovery); err != nil {
			return err
		}
		return s.record(ctx, by, access.RoomCore, "turn on one-time codes", personObject(person), "codes")
	})
}

// SetRecoveryCodes replaces a person's recovery codes.
func (s *Store) SetRecoveryCodes(ctx context.Context, by access.Actor, person int64, recovery [][]byte) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.replaceRecoveryCodes(ctx, person, recovery); err != nil {
			return err
		}
		return s.record(ctx, by, access.RoomCore, "replace recovery codes", personObject(person), "recovery codes")
	})
}

func (s *Store) replaceRecoveryCodes(ctx context.Context, person int64, recovery [][]byte) error {
	if _, err := s.q.Exec(ctx, sqlDropRecoveryCodes, person); err != nil {
		return wrap(err, "drop the recovery codes of person %d", person)
	}
	for _, hash := range recovery {
		if _, err := s.q.Exec(ctx, sqlAddRecoveryCode, person, hash); err != nil {
			return wrap(err, "add a recovery code of person %d", person)
		}
	}
	return nil
}

// TurnOffTOTP asks for no one-time codes any more.
func (s *Store) TurnOffTOTP(ctx context.Context, by access.Actor, person int64) error {
	return s.write(ctx, func(s *Store) error {
		tag, err := s.q.Exec(ctx, sqlTurnOffTOTP, person, s.now())
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(orNone(err), "turn off one-time codes of person %d", person)
		}
		if _, err := s.q.Exec(ctx, sqlDropRecoveryCodes, person); err != nil {
			return wrap(err, "drop the recovery codes of person %d", person)
		}
		return s.record(ctx, by, access.RoomCore, "turn off one-time codes", personObject(person), "codes")
	})
}

// UseTOTPStep spends a step of a person's one-time codes; false if it, or a
// later one, was spent before.
func (s *Store) UseTOTPStep(ctx context.Context, person, step int64) (bool, error) {
	tag, err := s.q.Exec(ctx, sqlUseStep, person, step)
	return tag.RowsAffected() == 1, wrap(err, "use a one-time code of person %d", person)
}

// UseRecoveryCode spends a recovery code; false if there is none of that hash.
func (s *Store) UseRecoveryCode(ctx context.Context, by access.Actor, person int64, hash []byte) (bool, error) {
	used := false
	err := s.write(ctx, func(s *Store) error {
		tag, err := s.q.Exec(ctx, sqlUseRecoveryCode, person, hash)
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(err, "use a recovery code of person %d", person)
		}
		used = true
		return s.record(ctx, by, access.RoomCore, "use recovery code", personObject(person), "recovery codes")
	})
	return used, err
}

// RecoveryCodesLeft is how many recovery codes a person has.
func (s *Store) RecoveryCodesLeft(ctx context.Context, person int64) (int, error) {
	var n int
	return n, wrap(s.q.QueryRow(ctx, sqlRecoveryCodesLeft, person).Scan(&n), "count the recovery codes of person %d", person)
}

// orNone is the error, or that no row was changed.
func orNone(err error) error {
	if err != nil {
		return err
	}
	return pgx.ErrNoRows
}
