package db

import (
	"context"
	"fmt"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/mining/pool"
)

const (
	// What is proposed is named by its parameters: EXCLUDED.sealed would ask for the
	// right to read the column.
	sqlSetPoolKey = `
INSERT INTO mining.pool_key (account_id, seal_id, sealed, set_at, set_by) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_id) DO UPDATE SET seal_id = $2, sealed = $3, set_at = $4, set_by = $5`
	sqlPoolKeys      = `SELECT account_id, seal_id, set_at, set_by FROM mining.pool_key ORDER BY account_id`
	sqlSealedPoolKey = `SELECT seal_id, sealed FROM mining.pool_key WHERE account_id = $1`
	sqlResealPoolKey = `UPDATE mining.pool_key SET seal_id = $2, sealed = $3 WHERE account_id = $1 AND sealed = $4`
)

// SetPoolKey keeps what opens an account, sealed, in place of what was kept.
func (s *Store) SetPoolKey(ctx context.Context, by access.Actor, account int64, key pool.SealedKey) error {
	return s.write(ctx, func(s *Store) error {
		if _, err := s.PoolAccount(ctx, account); err != nil {
			return err
		}
		if _, err := s.q.Exec(ctx, sqlSetPoolKey, account, key.SealID, key.Sealed, s.now(), by.Name); err != nil {
			return wrap(err, "keep the key of pool account %d", account)
		}
		if err := s.record(ctx, by, access.RoomMining, "set pool key", poolObject(account), "key"); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicPool: fmt.Sprint(account)})
	})
}

type poolKeyRow struct {
	AccountID int64
	SealID    string
	SetAt     time.Time
	SetBy     string
}

// PoolKeys says of which accounts a key is kept.
func (s *Store) PoolKeys(ctx context.Context) (map[int64]pool.KeySet, error) {
	rows, err := allRows[poolKeyRow](s.q.Query(ctx, sqlPoolKeys))
	if err != nil {
		return nil, wrap(err, "list the keys of pool accounts")
	}
	keys := make(map[int64]pool.KeySet, len(rows))
	for _, r := range rows {
		keys[r.AccountID] = pool.KeySet{Account: r.AccountID, SealID: r.SealID, At: r.SetAt.UTC(), By: r.SetBy}
	}
	return keys, nil
}

// SealedPoolKey is the key of an account as it is kept; ErrNotFound if none is.
func (s *Store) SealedPoolKey(ctx context.Context, account int64) (pool.SealedKey, error) {
	k, err := onlyRow[pool.SealedKey](s.q.Query(ctx, sqlSealedPoolKey, account))
	return k, wrap(err, "read the key of pool account %d", account)
}

// ResealPoolKey keeps a key under another key of the configuration, unless a new
// one was typed meanwhile.
func (s *Store) ResealPoolKey(ctx context.Context, account int64, before, after pool.SealedKey) error {
	_, err := s.q.Exec(ctx, sqlResealPoolKey, account, after.SealID, after.Sealed, before.Sealed)
	return wrap(err, "seal the key of pool account %d anew", account)
}
