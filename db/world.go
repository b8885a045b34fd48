package db

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/market"
)

// WorldState is the world a database holds, and where a simulated one began.
type WorldState struct {
	World     market.World
	Origin    time.Time
	Seed      uint64
	CreatedAt time.Time
}

const (
	sqlInsertWorld = `INSERT INTO core.world (world, origin, seed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	sqlSelectWorld = `SELECT world, origin, seed, created_at FROM core.world`
)

func ensureWorld(ctx context.Context, conn *pgx.Conn, world market.World, origin time.Time, seed uint64) (WorldState, error) {
	if _, err := conn.Exec(ctx, sqlInsertWorld, string(world), origin, int64(seed&(1<<63-1))); err != nil { //nolint:gosec // the top bit is masked
		return WorldState{}, wrap(err, "write the world")
	}
	state, err := scanWorld(conn.QueryRow(ctx, sqlSelectWorld))
	if err != nil {
		return WorldState{}, err
	}
	if state.World != world {
		return WorldState{}, fmt.Errorf("%w: it was started with the %s world and now %s is asked for; run `make reset` to delete it, or set SWITCHYARD_DATA_DIR to another folder",
			ErrWorldMismatch, state.World, world)
	}
	return state, nil
}

func scanWorld(row pgx.Row) (WorldState, error) {
	var (
		w    WorldState
		name string
		seed int64
	)
	if err := row.Scan(&name, &w.Origin, &seed, &w.CreatedAt); err != nil {
		return w, wrap(err, "read the world")
	}
	w.World, w.Seed = market.World(name), uint64(seed) //nolint:gosec // never negative, see ensureWorld
	w.Origin, w.CreatedAt = w.Origin.UTC(), w.CreatedAt.UTC()
	return w, nil
}

// World is the world the database holds.
func (s *Store) World(ctx context.Context) (WorldState, error) {
	return scanWorld(s.q.QueryRow(ctx, sqlSelectWorld))
}
