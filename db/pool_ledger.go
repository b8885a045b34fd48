package db

import (
	"context"
	"fmt"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

const (
	bookingColumns = `account_id, ref, sats, note, valid_from, known_from, known_to, who`
	sqlBookings    = `SELECT ` + bookingColumns + ` FROM mining.pool_booking
 WHERE account_id = $1 AND known_from <= $2 AND (known_to IS NULL OR known_to > $2) ORDER BY valid_from, ref`
	sqlBookingVersions = `SELECT ` + bookingColumns + ` FROM mining.pool_booking WHERE account_id = $1 AND ref = ANY($2) ORDER BY known_from DESC, ref`
	sqlCloseBooking    = `UPDATE mining.pool_booking SET known_to = $3 WHERE account_id = $1 AND ref = $2 AND known_to IS NULL AND known_from IS NOT DISTINCT FROM $4`
	sqlInsertBooking   = `INSERT INTO mining.pool_booking (account_id, ref, sats, note, valid_from, known_from, who) VALUES ($1, $2, $3, $4, $5, $6, $7)`

	remarkColumns = `account_id, from_at, disputed, sats, reason, valid_from, known_from, known_to, who`
	sqlRemarks    = `SELECT ` + remarkColumns + ` FROM mining.pool_remark
 WHERE account_id = ANY($1) AND known_from <= $2 AND (known_to IS NULL OR known_to > $2)`
	sqlRemarkVersions = `SELECT ` + remarkColumns + ` FROM mining.pool_remark WHERE account_id = $1 AND from_at = $2 ORDER BY known_from DESC`
	sqlCloseRemark    = `UPDATE mining.pool_remark SET known_to = $3 WHERE account_id = $1 AND from_at = $2 AND known_to IS NULL AND known_from IS NOT DISTINCT FROM $4`
	sqlInsertRemark   = `
INSERT INTO mining.pool_remark (account_id, from_at, disputed, sats, reason, valid_from, known_from, who) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	closedColumns   = `account_id, month, from_at, to_at, due_sats, paid_sats, correction_sats, days, short_days, over_days, luck_days, reason, valid_from, known_from, known_to, who`
	sqlClosedMonths = `SELECT ` + closedColumns + ` FROM mining.pool_month
 WHERE account_id = $1 AND known_from <= $2 AND (known_to IS NULL OR known_to > $2) ORDER BY month DESC`
	sqlCloseClosed  = `UPDATE mining.pool_month SET known_to = $3 WHERE account_id = $1 AND month = $2 AND known_to IS NULL AND known_from IS NOT DISTINCT FROM $4`
	sqlInsertClosed = `
INSERT INTO mining.pool_month (account_id, month, from_at, to_at, due_sats, paid_sats, correction_sats, days, short_days, over_days, luck_days, reason, valid_from, known_from, who)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
)

type bookingRow struct {
	AccountID int64
	Ref       string
	Sats      int64
	Note      string
	versionRow
}

func (r bookingRow) booked() pool.Booked {
	return pool.Booked{Account: r.AccountID, Ref: r.Ref, Sats: units.Sats(r.Sats), Note: r.Note, Version: r.version()}
}

// PoolBookings are the payouts of an account in our own ledger as it was known at
// a moment, by the pool's name of each; the zero time is now.
func (s *Store) PoolBookings(ctx context.Context, account int64, known time.Time) (map[string]pool.Booked, error) {
	rows, err := allRows[bookingRow](s.q.Query(ctx, sqlBookings, account, s.asKnown(known)))
	if err != nil {
		return nil, wrap(err, "list the bookings of pool account %d", account)
	}
	list := make(map[string]pool.Booked, len(rows))
	for _, r := range rows {
		list[r.Ref] = r.booked()
	}
	return list, nil
}

// PoolBookingVersions are all versions of the bookings of payouts of an account,
// the newest first.
func (s *Store) PoolBookingVersions(ctx context.Context, account int64, refs []string) ([]pool.Booked, error) {
	rows, err := allRows[bookingRow](s.q.Query(ctx, sqlBookingVersions, account, refs))
	if err != nil {
		return nil, wrap(err, "read the versions of bookings of pool account %d", account)
	}
	list := make([]pool.Booked, len(rows))
	for i, r := range rows {
		list[i] = r.booked()
	}
	return list, nil
}

// BookPayouts writes payouts into our own ledger, all or none. Each KnownFrom is
// that of the booking its writer has read, zero for none: if another has come
// since, it is ErrChanged.
func (s *Store) BookPayouts(ctx context.Context, by access.Actor, account int64, list []pool.Booked) error {
	return s.write(ctx, func(s *Store) error {
		for _, b := range list {
			if err := s.succeed(ctx, sqlCloseBooking, b.KnownFrom, account, b.Ref); err != nil {
				return wrap(err, "book payout %s of pool account %d", b.Ref, account)
			}
			if _, err := s.q.Exec(ctx, sqlInsertBooking, account, b.Ref, int64(b.Sats), b.Note, b.ValidFrom, s.now(), by.Name); err != nil {
				return changed(err, "book payout %s of pool account %d", b.Ref, account)
			}
		}
		return s.toldOfPay(ctx, by, account, "book payouts", "sats", "note")
	})
}

// succeed closes the version of a row that its writer has read; where they read
// none there must be none, which the insert that follows makes sure of.
func (s *Store) succeed(ctx context.Context, sql string, read time.Time, account int64, key any) error {
	if read.IsZero() {
		return nil
	}
	tag, err := s.q.Exec(ctx, sql, account, key, s.now(), read)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrChanged
	}
	return err
}

// changed turns a row that is there already into ErrChanged: somebody was faster.
func changed(err error, format string, args ...any) error {
	if hasCode(err, "23505") {
		return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrChanged)
	}
	return wrap(err, format, args...)
}

func (s *Store) toldOfPay(ctx context.Context, by access.Actor, account int64, action string, fields ...string) error {
	if err := s.record(ctx, by, access.RoomMining, action, poolObject(account), fields...); err != nil {
		return err
	}
	return s.publish(ctx, map[string]string{topicPoolPay: fmt.Sprint(account)})
}

type remarkRow struct {
	AccountID int64
	FromAt    time.Time
	Disputed  bool
	Sats      int64
	Reason    string
	versionRow
}

func (r remarkRow) remark() pool.Remark {
	return pool.Remark{Account: r.AccountID, From: r.FromAt.UTC(), Disputed: r.Disputed, Sats: units.Sats(r.Sats), Reason: r.Reason, Version: r.version()}
}

// PoolRemarks are what the company has to say to spans of accounts, as known at a
// moment, by account and by the Unix time at which each span begins; the zero time
// is now.
func (s *Store) PoolRemarks(ctx context.Context, accounts []int64, known time.Time) (map[int64]map[int64]pool.Remark, error) {
	rows, err := allRows[remarkRow](s.q.Query(ctx, sqlRemarks, accounts, s.asKnown(known)))
	if err != nil {
		return nil, wrap(err, "list the remarks on pool accounts %v", accounts)
	}
	list := make(map[int64]map[int64]pool.Remark)
	for _, r := range rows {
		if list[r.AccountID] == nil {
			list[r.AccountID] = make(map[int64]pool.Remark)
		}
		list[r.AccountID][r.FromAt.Unix()] = r.remark()
	}
	return list, nil
}

// PoolRemarkVersions are all versions of the remark on a span, the newest first.
func (s *Store) PoolRemarkVersions(ctx context.Context, account int64, from time.Time) ([]pool.Remark, error) {
	rows, err := allRows[remarkRow](s.q.Query(ctx, sqlRemarkVersions, account, from))
	if err != nil {
		return nil, wrap(err, "read the versions of a remark on pool account %d", account)
	}
	list := make([]pool.Remark, len(rows))
	for i, r := range rows {
		list[i] = r.remark()
	}
	return list, nil
}

// SetPoolRemark writes a remark on a span. r.KnownFrom is that of the remark its
// writer has read, zero for none: if another has come since, it is ErrChanged.
func (s *Store) SetPoolRemark(ctx context.Context, by access.Actor, r pool.Remark) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.succeed(ctx, sqlCloseRemark, r.KnownFrom, r.Account, r.From); err != nil {
			return wrap(err, "remark on pool account %d", r.Account)
		}
		_, err := s.q.Exec(ctx, sqlInsertRemark, r.Account, r.From, r.Disputed, int64(r.Sats), r.Reason, r.From, s.now(), by.Name)
		if err != nil {
			return changed(err, "remark on pool account %d", r.Account)
		}
		return s.toldOfPay(ctx, by, r.Account, "remark on pool day", "disputed", "sats", "reason")
	})
}

type closedMonthRow struct {
	AccountID      int64
	Month          time.Time
	FromAt         time.Time
	ToAt           time.Time
	DueSats        int64
	PaidSats       int64
	CorrectionSats int64
	Days           int
	ShortDays      int
	OverDays       int
	LuckDays       int
	Reason         string
	versionRow
}

// ClosedPoolMonths are the months of an account that were closed, as known at a
// moment, the newest first; the zero time is now.
func (s *Store) ClosedPoolMonths(ctx context.Context, account int64, known time.Time) ([]pool.ClosedMonth, error) {
	rows, err := allRows[closedMonthRow](s.q.Query(ctx, sqlClosedMonths, account, s.asKnown(known)))
	if err != nil {
		return nil, wrap(err, "list the closed months of pool account %d", account)
	}
	list := make([]pool.ClosedMonth, len(rows))
	for i, r := range rows {
		list[i] = pool.ClosedMonth{
			Account: r.AccountID, Month: r.Month.UTC(), Version: r.version(),
			MonthClose: pool.MonthClose{
				From: r.FromAt.UTC(), To: r.ToAt.UTC(), Due: units.Sats(r.DueSats), Paid: units.Sats(r.PaidSats), Corrections: units.Sats(r.CorrectionSats),
				Days: r.Days, Short: r.ShortDays, Over: r.OverDays, WithinLuck: r.LuckDays, Reason: r.Reason,
			},
		}
	}
	return list, nil
}

// ClosePoolMonth closes a month, or restates one with its reason; KnownFrom as in
// SetPoolRemark. A restatement without a reason is ErrPublished.
func (s *Store) ClosePoolMonth(ctx context.Context, by access.Actor, m pool.ClosedMonth) error {
	action := "close pool month"
	if !m.KnownFrom.IsZero() {
		action = "restate pool month"
		if m.Reason == "" {
			return wrap(ErrPublished, "restate a month of pool account %d", m.Account)
		}
	}
	return s.write(ctx, func(s *Store) error {
		if err := s.succeed(ctx, sqlCloseClosed, m.KnownFrom, m.Account, m.Month); err != nil {
			return wrap(err, "close a month of pool account %d", m.Account)
		}
		_, err := s.q.Exec(ctx, sqlInsertClosed, m.Account, m.Month, m.From, m.To, int64(m.Due), int64(m.Paid), int64(m.Corrections),
			m.Days, m.Short, m.Over, m.WithinLuck, m.Reason, m.Month, s.now(), by.Name)
		if err != nil {
			return changed(err, "close a month of pool account %d", m.Account)
		}
		return s.toldOfPay(ctx, by, m.Account, action, "expected", "paid", "correction", "reason")
	})
}
