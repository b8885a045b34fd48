package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"switchyard/db/dbtest/tempdir"
)

// statement is one that was sent to PostgreSQL. A simple one has no parameters
// and was not prepared.
type statement struct {
	sql     string
	simple  bool
	params  [][]byte
	formats []int16 // of the parameters
	results []int16 // formats asked for
}

// recorder stands between a pool and PostgreSQL and writes down statements.
type recorder struct {
	t  testing.TB
	wg sync.WaitGroup

	mu   sync.Mutex // guards list
	list []statement
}

// recorded returns a recorder and the address that leads through it to the one
// given.
func recorded(t testing.TB, address string) (*recorder, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	server := filepath.Join(q.Get("host"), ".s.PGSQL."+q.Get("port"))
	dir := shortDir(t)
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	l, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL."+q.Get("port")))
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{t: t}
	r.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			r.wg.Go(func() { r.serve(conn, server) })
		}
	})
	t.Cleanup(func() { l.Close(); r.wg.Wait() })
	return r, u.String()
}

// serve passes one connection on in both directions.
func (r *recorder) serve(client net.Conn, server string) {
	defer client.Close()
	up, err := net.Dial("unix", server)
	if err != nil {
		r.t.Error(err)
		return
	}
	defer up.Close()
	r.wg.Go(func() {
		_, _ = io.Copy(client, up)
		client.Close()
	})
	if err := r.read(pgproto3.NewBackend(io.TeeReader(client, up), nil)); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, net.ErrClosed) {
		r.t.Error(err)
	}
}

// read writes down what one connection sends until it ends.
func (r *recorder) read(from *pgproto3.Backend) error {
	if _, err := from.ReceiveStartupMessage(); err != nil {
		return err
	}
	prepared := make(map[string]string)
	for {
		msg, err := from.Receive()
		if err != nil {
			return err
		}
		switch m := msg.(type) {
		case *pgproto3.Parse:
			prepared[m.Name] = m.Query
		case *pgproto3.Query:
			r.add(statement{sql: m.String, simple: true})
		case *pgproto3.Bind:
			s := statement{sql: prepared[m.PreparedStatement]}
			for _, p := range m.Parameters {
				if p != nil {
					p = append([]byte{}, p...)
				}
				s.params = append(s.params, p)
			}
			s.formats = append(s.formats, m.ParameterFormatCodes...)
			s.results = append(s.results, m.ResultFormatCodes...)
			r.add(s)
		}
	}
}

func (r *recorder) add(s statement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, s)
}

// take returns what was written down since the last take.
func (r *recorder) take() []statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.list
	r.list = nil
	return list
}

// replay sends statements and reads their rows as bytes; it returns how many
// rows there were. known are the names of the statements the connection has
// prepared.
func replay(ctx context.Context, conn *pgconn.PgConn, known map[string]string, list []statement) (rows int, err error) {
	for _, s := range list {
		if s.simple {
			if _, err := conn.Exec(ctx, s.sql).ReadAll(); err != nil {
				return rows, err
			}
			continue
		}
		name, ok := known[s.sql]
		if !ok {
			name = fmt.Sprintf("s%d", len(known))
			if _, err := conn.Prepare(ctx, name, s.sql, nil); err != nil {
				return rows, err
			}
			known[s.sql] = name
		}
		result := conn.ExecPrepared(ctx, name, s.params, s.formats, s.results)
		for result.NextRow() {
			rows++
		}
		if _, err := result.Close(); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// shortDir is a directory whose name leaves room for a socket's.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(tempdir.Fast(), "rec-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
