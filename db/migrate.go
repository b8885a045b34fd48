package db

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"switchyard/econ/market"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Prepare makes roles, schema and world. It may run in several processes at
// once. An existing database keeps its world: ErrWorldMismatch if it is not
// the one asked for.
func Prepare(ctx context.Context, cfg Config, world market.World, origin time.Time, seed uint64) (WorldState, error) {
	if err := ensureRoles(ctx, cfg); err != nil {
		return WorldState{}, err
	}
	if err := migrate(ctx, cfg); err != nil {
		return WorldState{}, err
	}
	cc, err := direct(cfg, ownerRole)
	if err != nil {
		return WorldState{}, err
	}
	conn, err := pgx.ConnectConfig(ctx, cc)
	if err != nil {
		return WorldState{}, wrap(err, "connect as %s", ownerRole)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is pending on it
	state, err := ensureWorld(ctx, conn, world, origin, seed)
	if err != nil {
		return WorldState{}, err
	}
	s := &Store{q: conn, now: cfg.Now, log: cfg.Log}
	return state, s.ensurePartitions(ctx, cfg.Now())
}

// migrate brings the schema up to date as its owner, one process at a time.
func migrate(ctx context.Context, cfg Config) error {
	cc, err := direct(cfg, ownerRole)
	if err != nil {
		return err
	}
	cc.RuntimeParams["search_path"] = "core"
	cc.RuntimeParams["lock_timeout"] = "60s"
	sqlDB := stdlib.OpenDB(*cc)
	defer sqlDB.Close() //nolint:errcheck // every statement has been answered
	if _, err := sqlDB.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS core"); err != nil && !hasCode(err, "23505") && !hasCode(err, "42P06") {
		return explainRoles(err, ownerRole)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return fmt.Errorf("lock the migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, sqlDB, files,
		goose.WithSessionLocker(locker), goose.WithTableName("core.migration"))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return wrap(err, "migrate the database")
	}
	for _, r := range results {
		cfg.Log.Info("migrated", "file", r.Source.Path, "ms", r.Duration.Milliseconds())
	}
	return nil
}
