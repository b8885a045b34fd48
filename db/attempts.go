package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

type attemptRow struct {
	Bucket   string
	Failures int
}

const (
	sqlFailures   = `SELECT bucket, failures FROM core.attempt WHERE bucket = ANY ($1) AND since > $2`
	sqlAddFailure = `
INSERT INTO core.attempt AS a (bucket, failures, since) SELECT b, 1, $2 FROM unnest($1::text[]) AS b ORDER BY b
ON CONFLICT (bucket) DO UPDATE SET
	failures = CASE WHEN a.since > $3 THEN a.failures + 1 ELSE 1 END,
	since    = CASE WHEN a.since > $3 THEN a.since ELSE EXCLUDED.since END`
	sqlForgetFailures = `DELETE FROM core.attempt WHERE bucket = ANY ($1)`
	sqlTrimFailures   = `DELETE FROM core.attempt WHERE since < $1`
)

// Failures are the failed tries counted in each bucket within window.
func (s *Store) Failures(ctx context.Context, buckets []string, window time.Duration) (map[string]int, error) {
	rows, err := s.q.Query(ctx, sqlFailures, buckets, s.now().Add(-window))
	if err != nil {
		return nil, wrap(err, "count failed tries")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[attemptRow])
	if err != nil {
		return nil, wrap(err, "count failed tries")
	}
	counts := make(map[string]int, len(found))
	for _, r := range found {
		counts[r.Bucket] = r.Failures
	}
	return counts, nil
}

// AddFailure counts a failed try in each bucket. A count begins anew when
// window has passed since its first.
func (s *Store) AddFailure(ctx context.Context, buckets []string, window time.Duration) error {
	_, err := s.q.Exec(ctx, sqlAddFailure, buckets, s.now(), s.now().Add(-window))
	return wrap(err, "count a failed try")
}

// ForgetFailures begins the counts of buckets anew.
func (s *Store) ForgetFailures(ctx context.Context, buckets []string) error {
	_, err := s.q.Exec(ctx, sqlForgetFailures, buckets)
	return wrap(err, "forget failed tries")
}

// TrimSignIn deletes sessions, links, visits and counts that ended or expired before
// then, and returns how many.
func (s *Store) TrimSignIn(ctx context.Context, before time.Time) (int64, error) {
	var n int64
	for _, sql := range []string{
		sqlTrimFailures,
		`DELETE FROM core.session WHERE expires_at < $1 OR ended_at < $1`,
		`DELETE FROM core.link WHERE expires_at < $1 OR used_at < $1`,
		`DELETE FROM core.visit v USING core.share s WHERE s.id = v.share_id AND (v.ended_at < $1 OR s.expires_at < $1 OR s.revoked_at < $1)`,
	} {
		tag, err := s.q.Exec(ctx, sql, before)
		if err != nil {
			return n, wrap(err, "trim sign-in")
		}
		n += tag.RowsAffected()
	}
	return n, nil
}
