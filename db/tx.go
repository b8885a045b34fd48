package db

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// querier is what a pool and a transaction have in common.
type querier interface {
	Begin(ctx context.Context) (pgx.Tx, error)
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Snapshot runs fn on a store that sees the database as it was at one moment
// and cannot write.
func (s *Store) Snapshot(ctx context.Context, fn func(*Store) error) error {
	b, ok := s.q.(interface {
		BeginTx(context.Context, pgx.TxOptions) (pgx.Tx, error)
	})
	if !ok {
		return fn(s) // within one already
	}
	tx, err := b.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return wrap(err, "begin a snapshot")
	}
	return s.finish(ctx, tx, fn)
}

// write runs fn in a transaction.
func (s *Store) write(ctx context.Context, fn func(*Store) error) error {
	tx, err := s.q.Begin(ctx)
	if err != nil {
		return wrap(err, "begin")
	}
	return s.finish(ctx, tx, fn)
}

// finish commits if fn succeeds and rolls back otherwise, also on a panic.
func (s *Store) finish(ctx context.Context, tx pgx.Tx, fn func(*Store) error) (err error) {
	done := false
	defer func() {
		if !done {
			// The context may be over; a rollback of a broken connection says so,
			// and the error that led here says more.
			if rerr := tx.Rollback(context.WithoutCancel(ctx)); rerr != nil && err == nil {
				err = wrap(rerr, "roll back")
			}
		}
	}()
	// One clock for the transaction, as fine as Postgres keeps it.
	moment := s.now().Truncate(time.Microsecond)
	if err := fn(&Store{q: tx, ids: s.ids, now: func() time.Time { return moment }, log: s.log}); err != nil {
		return err
	}
	done = true
	return wrap(tx.Commit(ctx), "commit")
}

const sqlPublish = `SELECT core.publish(x.topic, x.key) FROM unnest($1::text[], $2::text[]) AS x(topic, key)`

// publish announces topics with their keys, in sorted order so that two
// transactions never wait for one another in a circle. It is the last
// statement of a transaction.
func (s *Store) publish(ctx context.Context, topics map[string]string) error {
	if len(topics) == 0 {
		return nil
	}
	names := make([]string, 0, len(topics))
	for name := range topics {
		names = append(names, name)
	}
	slices.Sort(names)
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = topics[name]
	}
	_, err := s.q.Exec(ctx, sqlPublish, names, keys)
	return wrap(err, "publish %s", strings.Join(names, ", "))
}
