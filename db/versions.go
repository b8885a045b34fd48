package db

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/record"
)

// ErrChanged is returned where somebody else has changed a row since it was
// read: nothing has been written.
var ErrChanged = errors.New("somebody else has changed it since")

// versionRow is what every versioned row has.
type versionRow struct {
	ValidFrom time.Time
	KnownFrom time.Time
	KnownTo   *time.Time
	Who       string
}

func (r versionRow) version() record.Version {
	return record.Version{ValidFrom: r.ValidFrom.UTC(), KnownFrom: r.KnownFrom.UTC(), KnownTo: orZero(r.KnownTo), Who: r.Who}
}

// closeVersion ends the version of a row that its editor has read, in the
// transaction that adds the next. sql takes the id, the moment and when the
// version became known. It fails with ErrChanged if another version has come.
func (s *Store) closeVersion(ctx context.Context, sql string, id int64, read time.Time) error {
	tag, err := s.q.Exec(ctx, sql, id, s.now(), read)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return ErrChanged
	}
	return nil
}

// asKnown is the parameter of "as known on"; the zero time is now.
func (s *Store) asKnown(at time.Time) time.Time {
	if at.IsZero() {
		return s.now()
	}
	return at
}

// onlyRow is the row of a query that names one thing.
func onlyRow[T any](rows pgx.Rows, err error) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
}

// allRows are the rows of a query.
func allRows[T any](rows pgx.Rows, err error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}

// allValues are the values of a query with one column.
func allValues[T any](rows pgx.Rows, err error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[T])
}
