package db

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/access"
)

type sealRow struct {
	Ordinal int64
	AuditID int64
	Hash    []byte
}

func (r sealRow) seal() access.Seal {
	return access.Seal{Ordinal: r.Ordinal, Entry: r.AuditID, Hash: r.Hash}
}

const (
	sqlLastSeal = `SELECT ordinal, audit_id, hash FROM core.audit_seal ORDER BY ordinal DESC LIMIT 1`
	sqlUnsealed = `
SELECT a.id, a.at, a.pg_role, a.actor_id, a.actor, a.role, a.room, a.action, a.object, a.fields, a.address, a.request, 0::bigint AS ordinal
  FROM core.audit a WHERE NOT EXISTS (SELECT FROM core.audit_seal s WHERE s.audit_id = a.id) ORDER BY a.id LIMIT $1`
	sqlInsertSeal = `INSERT INTO core.audit_seal (ordinal, audit_id, hash, sealed_at) VALUES ($1, $2, $3, $4)`
)

// LastSeal is the head of the chain over the audit log; the zero Seal if
// nothing is sealed yet.
func (s *Store) LastSeal(ctx context.Context) (access.Seal, error) {
	r, err := onlyRow[sealRow](s.q.Query(ctx, sqlLastSeal))
	if errors.Is(err, pgx.ErrNoRows) {
		return access.Seal{}, nil
	}
	return r.seal(), wrap(err, "read the last seal")
}

// SealAudit seals at most limit entries that are not yet, in the order of their
// ids as far as they are known, and returns the new head and how many. One
// process does so at a time; a second one fails.
func (s *Store) SealAudit(ctx context.Context, limit int) (head access.Seal, n int, err error) {
	err = s.write(ctx, func(s *Store) error {
		if head, err = s.LastSeal(ctx); err != nil {
			return err
		}
		rows, err := allRows[auditRow](s.q.Query(ctx, sqlUnsealed, limit))
		if err != nil {
			return wrap(err, "read what is not sealed")
		}
		var batch pgx.Batch
		for _, r := range rows {
			head = access.SealEntry(head, r.entry())
			batch.Queue(sqlInsertSeal, head.Ordinal, head.Entry, head.Hash, s.now())
		}
		n = len(rows)
		return wrap(s.q.SendBatch(ctx, &batch).Close(), "seal %d entries", n)
	})
	return head, n, err
}

// AuditReport is what a check of the audit log found.
type AuditReport struct {
	Entries  int64
	Sealed   int64
	Head     access.Seal
	SealedAt time.Time // of the head
	Findings []access.Finding
}

const (
	sqlSeals      = `SELECT ordinal, audit_id, hash FROM core.audit_seal ORDER BY ordinal`
	sqlEveryEntry = `
SELECT id, at, pg_role, actor_id, actor, role, room, action, object, fields, address, request, 0::bigint AS ordinal FROM core.audit`
	sqlSealedAt = `SELECT max(sealed_at) FROM core.audit_seal`
)

// VerifyAudit holds the audit log against its chain.
func (s *Store) VerifyAudit(ctx context.Context) (AuditReport, error) {
	var report AuditReport
	err := s.Snapshot(ctx, func(s *Store) error {
		sealRows, err := allRows[sealRow](s.q.Query(ctx, sqlSeals))
		if err != nil {
			return wrap(err, "read the seals")
		}
		entryRows, err := allRows[auditRow](s.q.Query(ctx, sqlEveryEntry))
		if err != nil {
			return wrap(err, "read the audit log")
		}
		seals := make([]access.Seal, len(sealRows))
		for i, r := range sealRows {
			seals[i] = r.seal()
		}
		entries := make(map[int64]access.Entry, len(entryRows))
		for _, r := range entryRows {
			entries[r.ID] = r.entry()
		}
		report.Entries, report.Sealed = int64(len(entries)), int64(len(seals))
		report.Findings = access.Verify(seals, entries)
		if len(seals) == 0 {
			return nil
		}
		report.Head = seals[len(seals)-1]
		return wrap(s.q.QueryRow(ctx, sqlSealedAt).Scan(&report.SealedAt), "read when it was sealed")
	})
	return report, err
}
