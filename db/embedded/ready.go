package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// attemptTimeout bounds one attempt to connect while the server starts.
const attemptTimeout = 5 * time.Second

// Codes of SQLSTATE that pass while a server starts.
const (
	cannotConnectNow   = "57P03" // "the database system is starting up", and recovery
	tooManyConnections = "53300"
)

// awaitReady returns when the server answers a statement. It fails when the
// process ends, when ctx ends, or when the server refuses for a lasting reason.
func awaitReady(ctx context.Context, url string, ended <-chan struct{}) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		err := attempt(ctx, url)
		if err == nil {
			return nil
		}
		if !passes(err) {
			return err
		}
		select {
		case <-ended:
			return errors.New("it ended while starting")
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-tick.C:
		}
	}
}

func attempt(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "select 1")
	return errors.Join(err, conn.Close(ctx))
}

// passes reports whether waiting may help: the server answers that it is not
// ready, or there is no socket to answer yet.
func passes(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code == cannotConnectNow || refused.Code == tooManyConnections
	}
	return !errors.Is(err, fs.ErrPermission)
}
