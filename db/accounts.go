package db

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/access"
	"switchyard/econ/finance"
	"switchyard/econ/units"
)

const topicBalance = "finance.balance"

type accountRow struct {
	ID          int64
	Name        string
	Kind        string
	Institution string
	Restricted  bool
	versionRow
}

func (r accountRow) account() finance.Account {
	return finance.Account{
		ID: r.ID, Name: r.Name, Kind: finance.Kind(r.Kind), Institution: r.Institution, Restricted: r.Restricted, Version: r.version(),
	}
}

type balanceRow struct {
	AccountID int64
	AsOf      time.Time
	USD       decimal.NullDecimal
	Sats      *int64
	KnownFrom time.Time
	Who       string
}

func (r balanceRow) balance() finance.Balance {
	b := finance.Balance{Account: r.AccountID, AsOf: r.AsOf.UTC(), Who: r.Who, At: r.KnownFrom.UTC()}
	if r.USD.Valid {
		b.USD = units.RoundUSD(r.USD.Decimal, units.HalfEven)
	}
	if r.Sats != nil {
		b.Sats = units.Sats(*r.Sats)
	}
	return b
}

const (
	accountColumns = `id, name, kind, institution, restricted, valid_from, known_from, known_to, who`
	sqlAccounts    = `SELECT ` + accountColumns + ` FROM finance.account
 WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1) ORDER BY kind DESC, restricted, lower(name)`
	sqlAccount         = `SELECT ` + accountColumns + ` FROM finance.account WHERE id = $1 AND known_to IS NULL`
	sqlAccountVersions = `SELECT ` + accountColumns + ` FROM finance.account WHERE id = $1 ORDER BY known_from DESC`
	sqlNewestBalances  = `
SELECT DISTINCT ON (account_id) account_id, as_of, usd, sats, known_from, who FROM finance.balance
 WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1) AND as_of <= $2
 ORDER BY account_id, as_of DESC`
	sqlBalancesOf = `SELECT account_id, as_of, usd, sats, known_from, who FROM finance.balance
 WHERE account_id = $1 AND known_to IS NULL ORDER BY as_of DESC LIMIT $2`
	sqlNewAccount    = `SELECT nextval('finance.account_id')`
	sqlInsertAccount = `
INSERT INTO finance.account (id, name, kind, institution, restricted, valid_from, known_from, who)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlCloseAccount  = `UPDATE finance.account SET known_to = $2 WHERE id = $1 AND known_to IS NULL AND known_from = $3`
	sqlCloseBalance  = `UPDATE finance.balance SET known_to = $3 WHERE account_id = $1 AND as_of = $2 AND known_to IS NULL`
	sqlInsertBalance = `INSERT INTO finance.balance (account_id, as_of, usd, sats, known_from, who) VALUES ($1, $2, $3, $4, $5, $6)`
)

// Holdings lists the accounts with the newest balance of each, as they were
// known at a moment; the zero time is now.
func (s *Store) Holdings(ctx context.Context, known time.Time) ([]finance.Holding, error) {
	known = s.asKnown(known)
	accounts, err := allRows[accountRow](s.q.Query(ctx, sqlAccounts, known))
	if err != nil {
		return nil, wrap(err, "list accounts")
	}
	balances, err := allRows[balanceRow](s.q.Query(ctx, sqlNewestBalances, known, known))
	if err != nil {
		return nil, wrap(err, "list balances")
	}
	newest := make(map[int64]*finance.Balance, len(balances))
	for _, r := range balances {
		b := r.balance()
		newest[r.AccountID] = &b
	}
	list := make([]finance.Holding, len(accounts))
	for i, r := range accounts {
		list[i] = finance.Holding{Account: r.account(), Balance: newest[r.ID]}
	}
	return list, nil
}

// Account is an account as it is known now; ErrNotFound if there is none of
// that id.
func (s *Store) Account(ctx context.Context, id int64) (finance.Account, error) {
	r, err := onlyRow[accountRow](s.q.Query(ctx, sqlAccount, id))
	return r.account(), wrap(err, "read account %d", id)
}

// AccountVersions are all versions of an account, the newest first.
func (s *Store) AccountVersions(ctx context.Context, id int64) ([]finance.Account, error) {
	rows, err := allRows[accountRow](s.q.Query(ctx, sqlAccountVersions, id))
	if err != nil {
		return nil, wrap(err, "read the versions of account %d", id)
	}
	list := make([]finance.Account, len(rows))
	for i, r := range rows {
		list[i] = r.account()
	}
	return list, nil
}

// Balances are the balances of an account, the newest day first.
func (s *Store) Balances(ctx context.Context, account int64, limit int) ([]finance.Balance, error) {
	rows, err := allRows[balanceRow](s.q.Query(ctx, sqlBalancesOf, account, limit))
	if err != nil {
		return nil, wrap(err, "list the balances of account %d", account)
	}
	list := make([]finance.Balance, len(rows))
	for i, r := range rows {
		list[i] = r.balance()
	}
	return list, nil
}

// InsertAccount adds an account and returns its id. A name that is there
// already is ErrTaken.
func (s *Store) InsertAccount(ctx context.Context, by access.Actor, v finance.Account) (int64, error) {
	var id int64
	err := s.write(ctx, func(s *Store) error {
		if err := s.q.QueryRow(ctx, sqlNewAccount).Scan(&id); err != nil {
			return wrap(err, "number an account")
		}
		v.ID = id
		return s.writeAccount(ctx, by, v, "add account", "name", "kind", "institution", "restricted", "valid_from")
	})
	return id, err
}

// UpdateAccount adds a version of an account; see UpdateSite. Its kind stays:
// balances are in its unit.
func (s *Store) UpdateAccount(ctx context.Context, by access.Actor, v finance.Account, fields []string) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.closeVersion(ctx, sqlCloseAccount, v.ID, v.KnownFrom); err != nil {
			return wrap(err, "edit account %d", v.ID)
		}
		return s.writeAccount(ctx, by, v, "edit account", fields...)
	})
}

func (s *Store) writeAccount(ctx context.Context, by access.Actor, v finance.Account, action string, fields ...string) error {
	_, err := s.q.Exec(ctx, sqlInsertAccount, v.ID, v.Name, string(v.Kind), v.Institution, v.Restricted, v.ValidFrom, s.now(), by.Name)
	if err != nil {
		return taken(err, "write account %d", v.ID)
	}
	if err := s.record(ctx, by, access.RoomFinance, action, fmt.Sprintf("account %d", v.ID), fields...); err != nil {
		return err
	}
	return s.publish(ctx, map[string]string{topicBalance: fmt.Sprint(v.ID)})
}

// SetBalance says what an account held at the end of a day. What was said of
// that day before stays as an earlier version.
func (s *Store) SetBalance(ctx context.Context, by access.Actor, b finance.Balance) error {
	return s.write(ctx, func(s *Store) error {
		account, err := s.Account(ctx, b.Account)
		if err != nil {
			return err
		}
		if _, err := s.q.Exec(ctx, sqlCloseBalance, b.Account, b.AsOf, s.now()); err != nil {
			return wrap(err, "close the balance of account %d", b.Account)
		}
		var usd *decimal.Decimal
		var sats *int64
		if account.Kind == finance.Bitcoin {
			n := int64(b.Sats)
			sats = &n
		} else {
			d := b.USD.Decimal()
			usd = &d
		}
		if _, err := s.q.Exec(ctx, sqlInsertBalance, b.Account, b.AsOf, usd, sats, s.now(), by.Name); err != nil {
			return wrap(err, "set the balance of account %d", b.Account)
		}
		if err := s.record(ctx, by, access.RoomFinance, "set balance", fmt.Sprintf("account %d", b.Account), "as_of", "balance"); err != nil {
			return err
		}
		return s.publish(ctx, map[string]string{topicBalance: fmt.Sprint(b.Account)})
	})
}
