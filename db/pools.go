package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Limits of one role's pool: small, and empty at rest.
const (
	maxConns = 4
	idleTime = 2 * time.Minute
)

// errAddress stands for a parse error, whose text may hold a password.
var errAddress = errors.New("the database address is not one that PostgreSQL understands")

func newPool(cfg Config, role string) (*pgxpool.Pool, error) {
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, errAddress
	}
	asRole(cfg, pc.ConnConfig, role)
	pc.MaxConns, pc.MinConns, pc.MaxConnIdleTime = maxConns, 0, idleTime
	pool, err := pgxpool.NewWithConfig(context.Background(), pc) // makes no connection yet
	if err != nil {
		return nil, fmt.Errorf("pool of %s: %w", role, err)
	}
	return pool, nil
}

// asRole changes a connection's user, and its password unless the socket is
// trusted. Limits of time are settings of the role, see roleSettings: a pooler
// refuses them at the start of a connection.
func asRole(cfg Config, cc *pgx.ConnConfig, role string) {
	cc.User, cc.Password = role, ""
	if !cfg.TrustAuth {
		cc.Password = RolePassword(cfg.Secret, role)
	}
	cc.RuntimeParams["application_name"] = role
	cc.RuntimeParams["timezone"] = "UTC"
}

// direct is a connection configuration for what needs a session of its own.
func direct(cfg Config, role string) (*pgx.ConnConfig, error) {
	cc, err := connectingUser(cfg)
	if err != nil {
		return nil, err
	}
	asRole(cfg, cc, role)
	return cc, nil
}

// connectingUser is the configuration of the user the settings name.
func connectingUser(cfg Config) (*pgx.ConnConfig, error) {
	url := cfg.DirectURL
	if url == "" {
		url = cfg.URL
	}
	cc, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errAddress
	}
	return cc, nil
}
