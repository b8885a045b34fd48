package db

import (
	"context"
	"fmt"
	"time"

	"switchyard/econ/access"
)

// Share is a link that lets somebody outside the company read named pages.
type Share struct {
	ID        int64
	Recipient string
	Pages     []string // paths
	Exports   bool     // files may be downloaded
	Maker     string   // who made it
	MakerRole access.Role
	CreatedAt time.Time
	ExpiresAt time.Time
	Opened    int       // how often it was exchanged for a visit
	OpenedAt  time.Time // the last time; zero: never
}

type shareRow struct {
	ID        int64
	Recipient string
	Pages     []string
	Exports   bool
	Maker     string
	MakerRole string
	CreatedAt time.Time
	ExpiresAt time.Time
	Opened    int
	OpenedAt  *time.Time
}

func (r shareRow) share() Share {
	return Share{
		ID: r.ID, Recipient: r.Recipient, Pages: r.Pages, Exports: r.Exports, Maker: r.Maker, MakerRole: access.Role(r.MakerRole),
		CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), Opened: r.Opened, OpenedAt: orZero(r.OpenedAt),
	}
}

const (
	shareColumns = `s.id, s.recipient, s.pages, s.exports, p.name AS maker, p.role AS maker_role, s.created_at, s.expires_at, s.opened, s.opened_at`
	shareIsGood  = `s.revoked_at IS NULL AND s.expires_at > $1 AND p.deactivated_at IS NULL`

	sqlInsertShare = `
INSERT INTO core.share (token_hash, recipient, pages, exports, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`
	sqlShares = `SELECT ` + shareColumns + ` FROM core.share s JOIN core.person p ON p.id = s.person_id
 WHERE ` + shareIsGood + ` AND ($2 = 0 OR s.person_id = $2) ORDER BY s.id DESC`
	sqlShare = `SELECT ` + shareColumns + ` FROM core.share s JOIN core.person p ON p.id = s.person_id
 WHERE s.token_hash = $2 AND ` + shareIsGood
	sqlRevokeShare = `UPDATE core.share SET revoked_at = $3 WHERE id = $1 AND ($2 = 0 OR person_id = $2) AND revoked_at IS NULL`
	sqlEndShares   = `UPDATE core.share SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL`
	sqlOpenShare   = `UPDATE core.share SET opened = opened + 1, opened_at = $2 WHERE id = $1`
	sqlInsertVisit = `INSERT INTO core.visit (id_hash, share_id, began_at, address) VALUES ($1, $2, $3, $4)`
	sqlVisit       = `SELECT ` + shareColumns + ` FROM core.visit v JOIN core.share s ON s.id = v.share_id JOIN core.person p ON p.id = s.person_id
 WHERE v.id_hash = $2 AND v.ended_at IS NULL AND ` + shareIsGood
	sqlEndVisit = `UPDATE core.visit SET ended_at = $2 WHERE id_hash = $1 AND ended_at IS NULL`
)

// Everybody stands for all makers of shares, where one could be named.
const Everybody int64 = 0

// InsertShare keeps the hash of a share that a person makes.
func (s *Store) InsertShare(ctx context.Context, by access.Actor, hash []byte, v Share) (int64, error) {
	var id int64
	err := s.write(ctx, func(s *Store) error {
		if err := s.q.QueryRow(ctx, sqlInsertShare, hash, v.Recipient, v.Pages, v.Exports, by.ID, s.now(), v.ExpiresAt).Scan(&id); err != nil {
			return wrap(err, "insert a share")
		}
		return s.record(ctx, by, access.RoomCore, "make share link", shareObject(id), "recipient", "pages", "exports")
	})
	return id, err
}

// Shares are those that work which a person made, or Everybody, the newest first.
func (s *Store) Shares(ctx context.Context, maker int64) ([]Share, error) {
	rows, err := allRows[shareRow](s.q.Query(ctx, sqlShares, s.now(), maker))
	if err != nil {
		return nil, wrap(err, "list shares")
	}
	list := make([]Share, len(rows))
	for i, r := range rows {
		list[i] = r.share()
	}
	return list, nil
}

// Share is the one of a token, if it works; ErrNotFound else.
func (s *Store) Share(ctx context.Context, hash []byte) (Share, error) {
	r, err := onlyRow[shareRow](s.q.Query(ctx, sqlShare, s.now(), hash))
	return r.share(), wrap(err, "read a share")
}

// RevokeShare ends a share of a maker, or of Everybody, and whoever reads by it
// is cut off; ErrNotFound if there is none that works.
func (s *Store) RevokeShare(ctx context.Context, by access.Actor, maker, id int64) error {
	return s.write(ctx, func(s *Store) error {
		tag, err := s.q.Exec(ctx, sqlRevokeShare, id, maker, s.now())
		if err != nil || tag.RowsAffected() == 0 {
			return wrap(orNone(err), "revoke share %d", id)
		}
		if err := s.record(ctx, by, access.RoomCore, "revoke share link", shareObject(id)); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicSession: shareObject(id)})
	})
}

// BeginVisit exchanges a share for a visit of one browser, which is counted.
func (s *Store) BeginVisit(ctx context.Context, share Share, hash []byte, address, request string) error {
	return s.write(ctx, func(s *Store) error {
		now := s.now()
		if _, err := s.q.Exec(ctx, sqlInsertVisit, hash, share.ID, now, address); err != nil {
			return wrap(err, "begin a visit of share %d", share.ID)
		}
		if _, err := s.q.Exec(ctx, sqlOpenShare, share.ID, now); err != nil {
			return wrap(err, "count a visit of share %d", share.ID)
		}
		by := access.Actor{Name: share.Recipient, Role: access.Share, Address: address, Request: request}
		return s.record(ctx, by, access.RoomCore, "open share link", shareObject(share.ID))
	})
}

// Visit is the share by which a browser reads; ErrNotFound once it has ended.
func (s *Store) Visit(ctx context.Context, hash []byte) (Share, error) {
	r, err := onlyRow[shareRow](s.q.Query(ctx, sqlVisit, s.now(), hash))
	return r.share(), wrap(err, "read a visit")
}

// EndVisit ends the visit of one browser; the share goes on.
func (s *Store) EndVisit(ctx context.Context, hash []byte) error {
	return s.write(ctx, func(s *Store) error {
		if _, err := s.q.Exec(ctx, sqlEndVisit, hash, s.now()); err != nil {
			return wrap(err, "end a visit")
		}
		return s.publish(ctx, map[string]string{topicSession: "visit"})
	})
}

func shareObject(id int64) string { return fmt.Sprintf("share %d", id) }
