package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
)

// How long a session lasts.
const (
	SessionIdle = 12 * time.Hour     // without a request
	SessionLife = 7 * 24 * time.Hour // at most
	// PendingLife is how long a second proof may take.
	PendingLife = 15 * time.Minute
	// seenEvery is how often at most the time of the last request is written.
	seenEvery = time.Minute
)

const sqlInsertSession = `
INSERT INTO core.session (id_hash, person_id, pending, created_at, seen_at, expires_at, address, agent)
VALUES ($1, $2, $3, $4, $4, $5, $6, $7)`

// StartSession signs a browser in. by is the person; the address and the
// browser's own name are kept so that the person can recognise it.
func (s *Store) StartSession(ctx context.Context, by access.Actor, v access.Session) error {
	return s.write(ctx, func(s *Store) error {
		now := s.now()
		_, err := s.q.Exec(ctx, sqlInsertSession, v.Hash, v.Person, v.Pending, now, now.Add(SessionLife), v.Address, printable(clip(v.Agent, 200)))
		if err != nil {
			return wrap(err, "start a session of person %d", v.Person)
		}
		action := "sign in"
		if v.Pending {
			action = "give password"
		}
		return s.record(ctx, by, access.RoomCore, action, personObject(v.Person))
	})
}

type sessionRow struct {
	IDHash    []byte
	PersonID  int64
	Name      string
	Role      string
	Pending   bool
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	Address   string
	Agent     string
}

func (r sessionRow) session() access.Session {
	return access.Session{
		Hash: r.IDHash, Person: r.PersonID, Pending: r.Pending, CreatedAt: r.CreatedAt.UTC(), SeenAt: r.SeenAt.UTC(),
		ExpiresAt: r.ExpiresAt.UTC(), Address: r.Address, Agent: r.Agent,
	}
}

const (
	sessionColumns = `s.id_hash, s.person_id, p.name, p.role, s.pending, s.created_at, s.seen_at, s.expires_at, s.address, s.agent`
	sessionIsGood  = `s.ended_at IS NULL AND s.expires_at > $1 AND s.seen_at > $2 AND p.deactivated_at IS NULL
   AND (NOT s.pending OR s.created_at > $1::timestamptz - interval '15 minutes')`
	sqlSession = `SELECT ` + sessionColumns + ` FROM core.session s JOIN core.person p ON p.id = s.person_id
 WHERE s.id_hash = $3 AND ` + sessionIsGood
	sqlSessionsOf = `SELECT ` + sessionColumns + ` FROM core.session s JOIN core.person p ON p.id = s.person_id
 WHERE s.person_id = $3 AND ` + sessionIsGood + ` ORDER BY s.seen_at DESC`
	sqlGoodSessions = `SELECT s.id_hash FROM core.session s JOIN core.person p ON p.id = s.person_id
 WHERE s.id_hash = ANY ($3) AND ` + sessionIsGood + `
UNION ALL
SELECT v.id_hash FROM core.visit v JOIN core.share s ON s.id = v.share_id JOIN core.person p ON p.id = s.person_id
 WHERE v.id_hash = ANY ($3) AND v.ended_at IS NULL AND ` + shareIsGood
	sqlSeeSession = `UPDATE core.session SET seen_at = $2 WHERE id_hash = $1`
	sqlSeePerson  = `UPDATE core.person SET seen_at = $2 WHERE id = $1`
)

// Session is who a session belongs to, and notes that it is in use. One that
// has ended, expired or belongs to somebody deactivated is ErrNotFound.
func (s *Store) Session(ctx context.Context, hash []byte) (access.Subject, access.Session, error) {
	now := s.now()
	rows, err := s.q.Query(ctx, sqlSession, now, now.Add(-SessionIdle), hash)
	if err != nil {
		return access.Subject{}, access.Session{}, wrap(err, "read a session")
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[sessionRow])
	if err != nil {
		return access.Subject{}, access.Session{}, wrap(err, "read a session")
	}
	if now.Sub(r.SeenAt) >= seenEvery {
		if _, err := s.q.Exec(ctx, sqlSeeSession, hash, now); err != nil {
			return access.Subject{}, access.Session{}, wrap(err, "note the use of a session")
		}
		if _, err := s.q.Exec(ctx, sqlSeePerson, r.PersonID, now); err != nil {
			return access.Subject{}, access.Session{}, wrap(err, "note the use of a session")
		}
	}
	return access.Subject{Role: access.Role(r.Role), ID: r.PersonID, Name: r.Name, Pending: r.Pending}, r.session(), nil
}

// Sessions lists a person's sessions that are open, the last used first.
func (s *Store) Sessions(ctx context.Context, person int64) ([]access.Session, error) {
	now := s.now()
	rows, err := s.q.Query(ctx, sqlSessionsOf, now, now.Add(-SessionIdle), person)
	if err != nil {
		return nil, wrap(err, "list the sessions of person %d", person)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[sessionRow])
	if err != nil {
		return nil, wrap(err, "list the sessions of person %d", person)
	}
	list := make([]access.Session, len(found))
	for i, r := range found {
		list[i] = r.session()
	}
	return list, nil
}

// GoodSessions are those of hashes that are still open, be they sessions of
// people or visits of shares.
func (s *Store) GoodSessions(ctx context.Context, hashes [][]byte) (map[string]bool, error) {
	now := s.now()
	rows, err := s.q.Query(ctx, sqlGoodSessions, now, now.Add(-SessionIdle), hashes)
	if err != nil {
		return nil, wrap(err, "check sessions")
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, wrap(err, "check sessions")
	}
	good := make(map[string]bool, len(found))
	for _, h := range found {
		good[string(h)] = true
	}
	return good, nil
}

const (
	sqlEndSession       = `UPDATE core.session SET ended_at = $3 WHERE id_hash = $1 AND person_id = $2 AND ended_at IS NULL`
	sqlEndOtherSessions = `UPDATE core.session SET ended_at = $3 WHERE person_id = $1 AND id_hash IS DISTINCT FROM $2 AND ended_at IS NULL`
)

// EndSession signs one browser of a person out. One that has ended already, or
// is somebody else's, is ErrNotFound.
func (s *Store) EndSession(ctx context.Context, by access.Actor, person int64, hash []byte) error {
	return s.write(ctx, func(s *Store) error {
		tag, err := s.q.Exec(ctx, sqlEndSession, hash, person, s.now())
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(orNone(err), "end a session of person %d", person)
		}
		if err := s.record(ctx, by, access.RoomCore, "sign out", personObject(person)); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicSession: fmt.Sprint(person)})
	})
}

// endSessions ends a person's sessions but the one of keep.
func (s *Store) endSessions(ctx context.Context, person int64, keep []byte) error {
	_, err := s.q.Exec(ctx, sqlEndOtherSessions, person, keep, s.now())
	return wrap(err, "end the sessions of person %d", person)
}

// clip cuts text to at most n bytes, at a rune.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n]
}
