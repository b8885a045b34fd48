package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Lock is a session advisory lock on a connection of its own. It is lost with
// the connection, so its holder checks it.
type Lock struct {
	conn *pgx.Conn
	name string
}

const sqlTryLock = `SELECT pg_try_advisory_lock(hashtext('switchyard'), hashtext($1))`

// TryLock takes a lock for the jobs, or returns nil without an error if another
// process holds it.
func (d *DB) TryLock(ctx context.Context, name string) (*Lock, error) {
	cc, err := direct(d.cfg, jobsRole)
	if err != nil {
		return nil, err
	}
	cc.RuntimeParams["application_name"] = jobsRole + " lock " + name
	conn, err := pgx.ConnectConfig(ctx, cc)
	if err != nil {
		return nil, wrap(err, "connect for lock %s", name)
	}
	var got bool
	if err := conn.QueryRow(ctx, sqlTryLock, name).Scan(&got); err != nil || !got {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if cerr := conn.Close(closing); err == nil && cerr != nil {
			err = cerr
		}
		return nil, wrap(err, "take lock %s", name)
	}
	return &Lock{conn: conn, name: name}, nil
}

// Check fails if the lock's connection is gone, and with it the lock.
func (l *Lock) Check(ctx context.Context) error {
	_, err := l.conn.Exec(ctx, "SELECT 1")
	return wrap(err, "check lock %s", l.name)
}

// Release gives the lock up by closing its connection.
func (l *Lock) Release() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	// An error means that the connection, and so the lock, is gone already.
	_ = l.conn.Close(ctx) //nolint:errcheck // see above
}
