package db

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"switchyard/econ/access"
)

// Config says where the database is and how roles sign in to it.
type Config struct {
	URL       string // of the connecting user; roles differ in user and password only
	DirectURL string // the same without a pooler, for what needs a session; empty: URL
	Secret    []byte // passwords of the roles are made from it
	TrustAuth bool   // the socket is private: roles need no passwords
	Log       *slog.Logger
	Now       func() time.Time
}

// DB is a pool of connections for each role.
type DB struct {
	cfg   Config
	pools map[string]*pgxpool.Pool // by Postgres role
	ids   *idCache
}

// Open makes the pools. No connection is made before its first use.
func Open(cfg Config) (*DB, error) {
	d := &DB{cfg: cfg, pools: make(map[string]*pgxpool.Pool), ids: newIDCache()}
	for _, role := range roleNames {
		if role == ownerRole {
			continue
		}
		pool, err := newPool(cfg, role)
		if err != nil {
			d.Close()
			return nil, err
		}
		d.pools[role] = pool
	}
	return d, nil
}

// Close closes every pool and waits for connections in use.
func (d *DB) Close() {
	for _, p := range d.pools {
		p.Close()
	}
}

// Ping says whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	return wrap(d.pools["switchyard_executive"].Ping(ctx), "ping")
}

// Store reads and writes with the rights of one role.
type Store struct {
	q   querier
	ids *idCache
	now func() time.Time
	log *slog.Logger
}

func (d *DB) store(role string) *Store {
	pool, ok := d.pools[role]
	if !ok {
		panic(fmt.Sprintf("no pool for role %q", role)) // a slip of the programmer
	}
	return &Store{q: pool, ids: d.ids, now: d.cfg.Now, log: d.cfg.Log}
}

// As is the store as a role of the dashboard sees it.
func (d *DB) As(role access.Role) *Store { return d.store("switchyard_" + string(role)) }

// Jobs is the store as the jobs see it.
func (d *DB) Jobs() *Store { return d.store("switchyard_jobs") }

// Auth is the store before a role is known: sessions alone.
func (d *DB) Auth() *Store { return d.store("switchyard_auth") }
