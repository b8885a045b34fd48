package db

import (
	"context"
	"fmt"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

const (
	sqlPoolStanding = `
INSERT INTO mining.pool_state AS p (account_id, at, now_hs, hour_hs, day_hs, active, inactive, unpaid_sats, stale, rejected)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (account_id) DO UPDATE SET
       at = EXCLUDED.at, now_hs = EXCLUDED.now_hs, hour_hs = EXCLUDED.hour_hs, day_hs = EXCLUDED.day_hs, active = EXCLUDED.active,
       inactive = EXCLUDED.inactive, unpaid_sats = EXCLUDED.unpaid_sats, stale = EXCLUDED.stale, rejected = EXCLUDED.rejected
 WHERE p.at IS NULL OR p.at <= EXCLUDED.at`
	sqlPoolAnswered = `
INSERT INTO mining.pool_state AS p (account_id, checked_at, answered_at, kind, error) VALUES ($1, $2, $2, '', '')
ON CONFLICT (account_id) DO UPDATE SET
       checked_at = EXCLUDED.checked_at, answered_at = EXCLUDED.answered_at, kind = '', error = '', failing_since = NULL, retry_at = NULL
 WHERE p.checked_at IS NULL OR p.checked_at <= EXCLUDED.checked_at`
	sqlPoolFailed = `
INSERT INTO mining.pool_state AS p (account_id, checked_at, kind, error, failing_since, retry_at)
VALUES ($1, $2, $3, $4, $2, $5)
ON CONFLICT (account_id) DO UPDATE SET
       checked_at = EXCLUDED.checked_at, kind = EXCLUDED.kind, error = EXCLUDED.error, retry_at = EXCLUDED.retry_at,
       failing_since = CASE WHEN p.kind = EXCLUDED.kind THEN p.failing_since ELSE EXCLUDED.checked_at END
 WHERE p.checked_at IS NULL OR p.checked_at <= EXCLUDED.checked_at`
	sqlPoolStates = `
SELECT account_id, checked_at, answered_at, kind, error, failing_since, retry_at, at, now_hs, hour_hs, day_hs, active, inactive, unpaid_sats,
       stale, rejected, workers_at, workers, workers_s, workers_every, workers_error
  FROM mining.pool_state ORDER BY account_id`
)

// StorePoolStanding stores how an account stands. Who calls it then says that the
// account answered, or what else failed.
func (s *Store) StorePoolStanding(ctx context.Context, account int64, v pool.Standing) error {
	rate := func(m mining.Maybe[units.Hashrate]) *float64 {
		return nullable(m, func(h units.Hashrate) float64 { return float64(h) })
	}
	count := func(m mining.Maybe[int]) *int64 { return nullable(m, func(n int) int64 { return int64(n) }) }
	same := func(m mining.Maybe[float64]) *float64 { return nullable(m, func(f float64) float64 { return f }) }
	_, err := s.q.Exec(ctx, sqlPoolStanding, account, v.At, rate(v.Now), rate(v.Hour), rate(v.Day), count(v.Active), count(v.Inactive),
		nullable(v.Unpaid, satsParam), same(v.Stale), same(v.Rejected))
	return wrap(err, "store the standing of pool account %d", account)
}

// PoolAnswered notes that all that was asked of an account was answered.
func (s *Store) PoolAnswered(ctx context.Context, account int64, at time.Time) error {
	return s.write(ctx, func(s *Store) error {
		if _, err := s.q.Exec(ctx, sqlPoolAnswered, account, at); err != nil {
			return wrap(err, "note that pool account %d answered", account)
		}
		return s.publish(ctx, map[string]string{topicPool: fmt.Sprint(account)})
	})
}

// PoolFailed stores that an account could not be read: the kind of error, what
// happened in a sentence, and before when the pool asked not to be asked again.
// What it told last stays.
func (s *Store) PoolFailed(ctx context.Context, account int64, at time.Time, kind, why string, retry time.Time) error {
	return s.write(ctx, func(s *Store) error {
		_, err := s.q.Exec(ctx, sqlPoolFailed, account, at, kind, clip(printable(why), 600), orNull(retry))
		if err != nil {
			return wrap(err, "store the failure of pool account %d", account)
		}
		return s.publish(ctx, map[string]string{topicPool: fmt.Sprint(account)})
	})
}

type poolStateRow struct {
	AccountID    int64
	CheckedAt    *time.Time
	AnsweredAt   *time.Time
	Kind, Error  string
	FailingSince *time.Time
	RetryAt      *time.Time
	At           *time.Time
	NowHs        *float64
	HourHs       *float64
	DayHs        *float64
	Active       *int64
	Inactive     *int64
	UnpaidSats   *int64
	Stale        *float64
	Rejected     *float64
	WorkersAt    *time.Time
	Workers      int64
	WorkersS     float64
	WorkersEvery float64
	WorkersError string
}

// notTold is why a fact of a pool is unknown.
const notTold = "the pool did not say"

// maybe is a column that may be null.
func maybe[A, B any](v *A, f func(A) B) mining.Maybe[B] {
	if v == nil {
		return mining.Unknown[B](notTold)
	}
	return mining.Of(f(*v))
}

func rateOf(v float64) units.Hashrate { return units.Hashrate(v) }

func (r poolStateRow) reading() pool.Reading {
	count := func(n int64) int { return int(n) }
	same := func(f float64) float64 { return f }
	return pool.Reading{
		Account: r.AccountID, CheckedAt: orZero(r.CheckedAt), AnsweredAt: orZero(r.AnsweredAt), Kind: r.Kind, Error: r.Error,
		FailingSince: orZero(r.FailingSince), RetryAt: orZero(r.RetryAt),
		Standing: pool.Standing{
			At: orZero(r.At), Now: maybe(r.NowHs, rateOf), Hour: maybe(r.HourHs, rateOf), Day: maybe(r.DayHs, rateOf),
			Active: maybe(r.Active, count), Inactive: maybe(r.Inactive, count), Stale: maybe(r.Stale, same), Rejected: maybe(r.Rejected, same),
			Unpaid: maybe(r.UnpaidSats, func(n int64) units.Sats { return units.Sats(n) }),
		},
		Workers: pool.WorkerReading{
			At: orZero(r.WorkersAt), Count: int(r.Workers), Took: seconds(r.WorkersS), Every: seconds(r.WorkersEvery), Error: r.WorkersError,
		},
	}
}

// PoolReadings is how each account that was ever read stands, by its id.
func (s *Store) PoolReadings(ctx context.Context) (map[int64]pool.Reading, error) {
	rows, err := allRows[poolStateRow](s.q.Query(ctx, sqlPoolStates))
	if err != nil {
		return nil, wrap(err, "list how pool accounts stand")
	}
	list := make(map[int64]pool.Reading, len(rows))
	for _, r := range rows {
		list[r.AccountID] = r.reading()
	}
	return list, nil
}
