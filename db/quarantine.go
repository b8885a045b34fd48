package db

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/ops"
)

// bodyLimit is how much of a refused row is kept, in bytes.
const bodyLimit = 4096

const sqlQuarantine = `INSERT INTO core.quarantine (room, source, at, failed_check, body)
SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[])`

// Quarantine keeps rows that failed a check out of the tables, with the check.
func (s *Store) Quarantine(ctx context.Context, rows []ops.Refused) error {
	if len(rows) == 0 {
		return nil
	}
	var rooms, sources, checks, bodies []string
	var times []time.Time
	for _, r := range rows {
		rooms, sources, times = append(rooms, r.Room), append(sources, r.Source), append(times, r.At)
		checks, bodies = append(checks, printable(r.Check)), append(bodies, printable(r.Body))
	}
	_, err := s.q.Exec(ctx, sqlQuarantine, rooms, sources, times, checks, bodies)
	return wrap(err, "quarantine")
}

// printable cuts text and drops what Postgres does not store.
func printable(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\ufffd"), "\ufffd")
	if len(text) > bodyLimit {
		text = strings.ToValidUTF8(text[:bodyLimit], "")
	}
	return text
}

// refusedRow is a row of core.quarantine.
type refusedRow struct {
	ID          int64
	Room        string
	Source      string
	At          time.Time
	FailedCheck string
	Body        string
}

func (r refusedRow) refused() ops.Refused {
	return ops.Refused{ID: r.ID, Room: r.Room, Source: r.Source, At: r.At.UTC(), Check: r.FailedCheck, Body: r.Body}
}

const sqlRefused = `SELECT id, room, source, at, failed_check, body FROM core.quarantine`

// QuarantineList are the newest refused rows.
func (s *Store) QuarantineList(ctx context.Context, limit int) ([]ops.Refused, error) {
	rows, err := s.q.Query(ctx, sqlRefused+` ORDER BY at DESC, id DESC LIMIT $1`, limit)
	if err != nil {
		return nil, wrap(err, "list refused rows")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[refusedRow])
	if err != nil {
		return nil, wrap(err, "list refused rows")
	}
	list := make([]ops.Refused, len(found))
	for i, r := range found {
		list[i] = r.refused()
	}
	return list, nil
}

// CountRefused is how many rows are in quarantine.
func (s *Store) CountRefused(ctx context.Context) (int, error) {
	var n int
	err := s.q.QueryRow(ctx, `SELECT count(*) FROM core.quarantine`).Scan(&n)
	return n, wrap(err, "count refused rows")
}

// Refused is one refused row; ErrNotFound if it is not there.
func (s *Store) Refused(ctx context.Context, id int64) (ops.Refused, error) {
	rows, err := s.q.Query(ctx, sqlRefused+` WHERE id = $1`, id)
	if err != nil {
		return ops.Refused{}, wrap(err, "refused row %d", id)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[refusedRow])
	return row.refused(), wrap(err, "refused row %d", id)
}

// DropRefused takes a row out of quarantine: it was checked again, or given up.
func (s *Store) DropRefused(ctx context.Context, id int64) error {
	_, err := s.q.Exec(ctx, `DELETE FROM core.quarantine WHERE id = $1`, id)
	return wrap(err, "drop refused row %d", id)
}
