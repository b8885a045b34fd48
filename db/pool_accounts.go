package db

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/access"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// Topics of accounts at pools. Each key is the id of an account.
const (
	topicPool        = "mining.pool"         // what is typed of accounts, and how they stand
	topicPoolWorkers = "mining.pool_workers" // a whole list of workers was read
	topicPoolPay     = "mining.pool_pay"     // what was credited, paid, booked, remarked or closed
)

type poolAccountRow struct {
	ID           int64
	Name         string
	Party        string
	Account      string
	Scheme       string
	FeePct       decimal.Decimal
	FeesFeePct   decimal.Decimal
	TolerancePct decimal.Decimal
	Finder       string
	Rules        string
	Watched      bool
	versionRow
}

func (r poolAccountRow) account() pool.Account {
	return pool.Account{
		ID: r.ID, Name: r.Name, Party: pool.Party(r.Party), Account: r.Account, Scheme: pool.Scheme(r.Scheme),
		Fee: units.RoundRate(r.FeePct), FeesFee: units.RoundRate(r.FeesFeePct), Tolerance: units.RoundRate(r.TolerancePct),
		Finder: r.Finder, Rules: r.Rules, Watched: r.Watched, Version: r.version(),
	}
}

const (
	poolAccountColumns = `id, name, party, account, scheme, fee_pct, fees_fee_pct, tolerance_pct, finder, rules, watched, valid_from, known_from, known_to, who`
	sqlPoolAccounts    = `SELECT ` + poolAccountColumns + ` FROM mining.pool_account
 WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1) ORDER BY lower(name)`
	sqlPoolAccount         = `SELECT ` + poolAccountColumns + ` FROM mining.pool_account WHERE id = $1 AND known_to IS NULL`
	sqlPoolAccountVersions = `SELECT ` + poolAccountColumns + ` FROM mining.pool_account WHERE id = ANY($1) ORDER BY known_from DESC`
	sqlNewPoolAccount      = `SELECT nextval('mining.pool_account_id')`
	sqlInsertPoolAccount   = `
INSERT INTO mining.pool_account (id, name, party, account, scheme, fee_pct, fees_fee_pct, tolerance_pct, finder, rules, watched, valid_from, known_from, who)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	sqlClosePoolAccount = `UPDATE mining.pool_account SET known_to = $2 WHERE id = $1 AND known_to IS NULL AND known_from = $3`
)

func (s *Store) poolAccounts(ctx context.Context, what, sql string, args ...any) ([]pool.Account, error) {
	rows, err := allRows[poolAccountRow](s.q.Query(ctx, sql, args...))
	if err != nil {
		return nil, wrap(err, "%s", what)
	}
	list := make([]pool.Account, len(rows))
	for i, r := range rows {
		list[i] = r.account()
	}
	return list, nil
}

// PoolAccounts lists the accounts at pools as they were known at a moment, by
// name; the zero time is now.
func (s *Store) PoolAccounts(ctx context.Context, known time.Time) ([]pool.Account, error) {
	return s.poolAccounts(ctx, "list accounts at pools", sqlPoolAccounts, s.asKnown(known))
}

// PoolAccountVersions are all versions of an account, the newest first.
func (s *Store) PoolAccountVersions(ctx context.Context, id int64) ([]pool.Account, error) {
	list, err := s.PoolAccountsVersions(ctx, []int64{id})
	return list[id], err
}

// PoolAccountsVersions are all versions of accounts by id, the newest first.
func (s *Store) PoolAccountsVersions(ctx context.Context, ids []int64) (map[int64][]pool.Account, error) {
	all, err := s.poolAccounts(ctx, fmt.Sprintf("read the versions of pool accounts %v", ids), sqlPoolAccountVersions, ids)
	list := make(map[int64][]pool.Account, len(ids))
	for _, v := range all {
		list[v.ID] = append(list[v.ID], v)
	}
	return list, err
}

// PoolAccount is an account as it is known now; ErrNotFound if there is none.
func (s *Store) PoolAccount(ctx context.Context, id int64) (pool.Account, error) {
	r, err := onlyRow[poolAccountRow](s.q.Query(ctx, sqlPoolAccount, id))
	return r.account(), wrap(err, "read pool account %d", id)
}

// InsertPoolAccount adds an account and returns its id. A name, or an account of
// the pool, that is there already is ErrTaken.
func (s *Store) InsertPoolAccount(ctx context.Context, by access.Actor, v pool.Account) (int64, error) {
	err := s.write(ctx, func(s *Store) error {
		if err := s.q.QueryRow(ctx, sqlNewPoolAccount).Scan(&v.ID); err != nil {
			return wrap(err, "number a pool account")
		}
		return s.writePoolAccount(ctx, by, v, "add pool account", "name", "party", "account", "scheme", "fee", "tolerance", "rules", "watched")
	})
	return v.ID, err
}

// UpdatePoolAccount adds a version of an account, like UpdateSite.
func (s *Store) UpdatePoolAccount(ctx context.Context, by access.Actor, v pool.Account, fields []string) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.closeVersion(ctx, sqlClosePoolAccount, v.ID, v.KnownFrom); err != nil {
			return wrap(err, "edit pool account %d", v.ID)
		}
		return s.writePoolAccount(ctx, by, v, "edit pool account", fields...)
	})
}

func (s *Store) writePoolAccount(ctx context.Context, by access.Actor, v pool.Account, action string, fields ...string) error {
	_, err := s.q.Exec(ctx, sqlInsertPoolAccount, v.ID, v.Name, string(v.Party), v.Account, string(v.Scheme), v.Fee.Decimal(), v.FeesFee.Decimal(),
		v.Tolerance.Decimal(), v.Finder, v.Rules, v.Watched, v.ValidFrom, s.now(), by.Name)
	if err != nil {
		return taken(err, "write pool account %d", v.ID)
	}
	if err := s.record(ctx, by, access.RoomMining, action, poolObject(v.ID), fields...); err != nil {
		return err
	}
	return s.publish(ctx, map[string]string{topicPool: fmt.Sprint(v.ID)})
}

func poolObject(id int64) string { return fmt.Sprintf("pool account %d", id) }
