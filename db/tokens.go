package db

import (
	"context"
	"fmt"
	"time"

	"switchyard/econ/access"
)

// Token is a program's way into the API, with the rights of its owner in some
// rooms, reading alone.
type Token struct {
	ID        int64
	Name      string
	Rooms     []access.Room
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero: never
}

type tokenRow struct {
	ID        int64
	Name      string
	Rooms     []string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}

type tokenSubjectRow struct {
	ID       int64
	PersonID int64
	Name     string
	Role     string
	Rooms    []string
	UsedAt   *time.Time
}

const (
	sqlInsertToken = `
INSERT INTO core.api_token (token_hash, person_id, name, rooms, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`
	sqlTokens = `SELECT id, name, rooms, created_at, expires_at, used_at FROM core.api_token
 WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY id DESC`
	sqlRevokeToken  = `UPDATE core.api_token SET revoked_at = $3 WHERE id = $1 AND person_id = $2 AND revoked_at IS NULL`
	sqlTokenSubject = `
SELECT t.id, p.id AS person_id, p.name, p.role, t.rooms, t.used_at FROM core.api_token t JOIN core.person p ON p.id = t.person_id
 WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2 AND p.deactivated_at IS NULL`
	sqlUseToken = `UPDATE core.api_token SET used_at = $2 WHERE id = $1`
)

// InsertToken keeps the hash of a token of a person.
func (s *Store) InsertToken(ctx context.Context, by access.Actor, person int64, hash []byte, t Token) error {
	rooms := make([]string, len(t.Rooms))
	for i, r := range t.Rooms {
		rooms[i] = string(r)
	}
	return s.write(ctx, func(s *Store) error {
		var id int64
		if err := s.q.QueryRow(ctx, sqlInsertToken, hash, person, t.Name, rooms, s.now(), t.ExpiresAt).Scan(&id); err != nil {
			return wrap(err, "insert a token of person %d", person)
		}
		return s.record(ctx, by, access.RoomCore, "make API token", fmt.Sprintf("token %d", id), "rooms")
	})
}

// Tokens are those of a person that still work, the newest first.
func (s *Store) Tokens(ctx context.Context, person int64) ([]Token, error) {
	rows, err := allRows[tokenRow](s.q.Query(ctx, sqlTokens, person, s.now()))
	if err != nil {
		return nil, wrap(err, "list the tokens of person %d", person)
	}
	list := make([]Token, len(rows))
	for i, r := range rows {
		list[i] = Token{ID: r.ID, Name: r.Name, Rooms: roomsOf(r.Rooms), CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), UsedAt: orZero(r.UsedAt)}
	}
	return list, nil
}

func roomsOf(names []string) []access.Room {
	rooms := make([]access.Room, len(names))
	for i, name := range names {
		rooms[i] = access.Room(name)
	}
	return rooms
}

// RevokeToken ends a token of a person; ErrNotFound if it is not theirs.
func (s *Store) RevokeToken(ctx context.Context, by access.Actor, person, id int64) error {
	return s.write(ctx, func(s *Store) error {
		tag, err := s.q.Exec(ctx, sqlRevokeToken, id, person, s.now())
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(orNone(err), "revoke token %d", id)
		}
		return s.record(ctx, by, access.RoomCore, "revoke API token", fmt.Sprintf("token %d", id))
	})
}

// TokenSubject is who a token speaks for; ErrNotFound if it does not work.
func (s *Store) TokenSubject(ctx context.Context, hash []byte) (access.Subject, error) {
	now := s.now()
	r, err := onlyRow[tokenSubjectRow](s.q.Query(ctx, sqlTokenSubject, hash, now))
	if err != nil {
		return access.Subject{}, wrap(err, "read a token")
	}
	if r.UsedAt == nil || now.Sub(*r.UsedAt) >= seenEvery {
		if _, err := s.q.Exec(ctx, sqlUseToken, r.ID, now); err != nil {
			return access.Subject{}, wrap(err, "note the use of a token")
		}
	}
	return access.Subject{Role: access.Role(r.Role), ID: r.PersonID, Name: r.Name, Scopes: roomsOf(r.Rooms)}, nil
}
