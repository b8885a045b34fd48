package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// What callers can tell apart.
var (
	ErrNotFound      = errors.New("there is no such row")
	ErrWorldMismatch = errors.New("the database holds another world")
	ErrUnavailable   = errors.New("the database does not answer")
	ErrTooOld        = errors.New("older than what is kept")
)

// wrap says what was tried and turns what Postgres and the network say into
// the errors above.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	what := fmt.Sprintf(format, args...)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%s: %w", what, ErrNotFound)
	case unavailable(err):
		return fmt.Errorf("%s: %w: %w", what, ErrUnavailable, err)
	default:
		return fmt.Errorf("%s: %w", what, err)
	}
}

// connectError says in one line why no connection came about: what the server
// said if it said something, else what the network did.
func connectError(cc *pgx.ConnConfig, err error) error {
	reason := err
	var pg *pgconn.PgError
	var netErr *net.OpError
	switch {
	case errors.As(err, &pg):
		reason = errors.New(pg.Message)
	case errors.As(err, &netErr):
		reason = netErr
	}
	return fmt.Errorf("cannot connect to the database %s at %s:%d as %s: %w", cc.Database, cc.Host, cc.Port, cc.User, reason)
}

// unavailable says whether the server, rather than the statement or the caller,
// is at fault.
func unavailable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// Classes: connection, resources, operator intervention (but not a
		// cancelled statement).
		return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "53") ||
			(strings.HasPrefix(pg.Code, "57") && pg.Code != "57014")
	}
	if errors.Is(err, context.Canceled) {
		return false
	}
	var connect *pgconn.ConnectError
	var netErr *net.OpError
	if errors.As(err, &connect) || errors.As(err, &netErr) {
		return true
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	// What is left and was never sent: the connection was found closed.
	return pgconn.SafeToRetry(err) && !errors.Is(err, context.DeadlineExceeded)
}
