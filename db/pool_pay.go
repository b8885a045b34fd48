package db

import (
	"context"
	"fmt"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

const (
	// What is told as before writes nothing; what is told differently closes the
	// version that is known.
	sqlGivenEarnings = `
SELECT * FROM unnest($3::text[], $4::timestamptz[], $5::timestamptz[], $6::bigint[], $7::bigint[], $8::bigint[], $9::float8[], $10::boolean[])
    AS x(ref, from_at, to_at, net_sats, fee_sats, fees_sats, hashrate_hs, open)`
	sqlCloseEarnings = `
UPDATE mining.pool_earning AS e SET known_to = $2 FROM (` + sqlGivenEarnings + `) AS x
 WHERE e.account_id = $1 AND e.ref = x.ref AND e.known_to IS NULL AND e.known_from < $2
   AND (e.from_at, e.to_at, e.net_sats, e.fee_sats, e.fees_sats, e.hashrate_hs, e.open)
       IS DISTINCT FROM (x.from_at, x.to_at, x.net_sats, x.fee_sats, x.fees_sats, x.hashrate_hs, x.open)`
	sqlInsertEarnings = `
INSERT INTO mining.pool_earning (account_id, ref, from_at, to_at, net_sats, fee_sats, fees_sats, hashrate_hs, open, known_from)
SELECT $1, x.ref, x.from_at, x.to_at, x.net_sats, x.fee_sats, x.fees_sats, x.hashrate_hs, x.open, $2 FROM (` + sqlGivenEarnings + `) AS x
ON CONFLICT DO NOTHING`

	sqlGivenPayouts = `
SELECT * FROM unnest($3::text[], $4::timestamptz[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::boolean[])
    AS x(ref, at, sats, fee_sats, state, txid, address, off_net)`
	sqlClosePayouts = `
UPDATE mining.pool_payout AS e SET known_to = $2 FROM (` + sqlGivenPayouts + `) AS x
 WHERE e.account_id = $1 AND e.ref = x.ref AND e.known_to IS NULL AND e.known_from < $2
   AND (e.at, e.sats, e.fee_sats, e.state, e.txid, e.address, e.off_net) IS DISTINCT FROM (x.at, x.sats, x.fee_sats, x.state, x.txid, x.address, x.off_net)`
	sqlInsertPayouts = `
INSERT INTO mining.pool_payout (account_id, ref, at, sats, fee_sats, state, txid, address, off_net, known_from)
SELECT $1, x.ref, x.at, x.sats, x.fee_sats, x.state, x.txid, x.address, x.off_net, $2 FROM (` + sqlGivenPayouts + `) AS x
ON CONFLICT DO NOTHING`

	earningColumns  = `account_id, ref, from_at, to_at, net_sats, fee_sats, fees_sats, hashrate_hs, open`
	sqlPoolEarnings = `SELECT ` + earningColumns + ` FROM mining.pool_earning
 WHERE account_id = ANY($1) AND known_from <= $2 AND (known_to IS NULL OR known_to > $2) AND from_at < $4 AND (to_at > $3 OR from_at >= $3)
 ORDER BY account_id, from_at, ref`
	payoutColumns  = `ref, at, sats, fee_sats, state, txid, address, off_net`
	sqlPoolPayouts = `SELECT ` + payoutColumns + ` FROM mining.pool_payout
 WHERE account_id = $1 AND known_from <= $2 AND (known_to IS NULL OR known_to > $2) AND at >= $3 AND at < $4 ORDER BY at, ref`
	// Of what is known now, the newest.
	sqlNewestEarning = `SELECT max(from_at) FROM mining.pool_earning WHERE account_id = $1 AND known_to IS NULL`
	sqlNewestPayout  = `SELECT max(at) FROM mining.pool_payout WHERE account_id = $1 AND known_to IS NULL`
	sqlLastPayouts   = `
SELECT DISTINCT ON (account_id) account_id, at FROM mining.pool_payout WHERE known_to IS NULL AND state = 'sent' ORDER BY account_id, at DESC`
	// What the chain has not shown for good: not found, or in no block yet.
	sqlPayoutsToSee = `SELECT ` + payoutColumns + ` FROM mining.pool_payout p
 WHERE account_id = $1 AND known_to IS NULL AND state = 'sent' AND txid <> ''
   AND NOT EXISTS (SELECT FROM mining.pool_chain c WHERE c.account_id = p.account_id AND c.ref = p.ref AND (c.height IS NOT NULL OR c.checked_at > $2))
 ORDER BY at DESC LIMIT $3`
	sqlStoreSight = `
INSERT INTO mining.pool_chain (account_id, ref, found, sats, height, checked_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (account_id, ref) DO UPDATE SET found = EXCLUDED.found, sats = EXCLUDED.sats, height = EXCLUDED.height, checked_at = EXCLUDED.checked_at`
	sqlSights = `
SELECT c.ref, c.found, c.sats, coalesce(c.height, 0) AS height, c.checked_at FROM mining.pool_chain c
  JOIN mining.pool_payout p ON p.account_id = c.account_id AND p.ref = c.ref AND p.known_to IS NULL
 WHERE c.account_id = $1 AND p.at >= $2 AND p.at < $3`
)

// StorePoolEarnings stores what a pool credited. What it tells differently than
// before is a new version. It returns how many versions were added.
func (s *Store) StorePoolEarnings(ctx context.Context, account int64, list []pool.Earning) (int64, error) {
	n := len(list)
	refs, from, to, net := make([]string, n), make([]time.Time, n), make([]time.Time, n), make([]int64, n)
	fee, fees, rate, open := make([]*int64, n), make([]*int64, n), make([]*float64, n), make([]bool, n)
	for i, e := range list {
		refs[i], from[i], to[i], net[i], open[i] = clip(printable(e.Ref), 200), e.From, e.To, int64(e.Net), e.Open
		fee[i], fees[i] = nullable(e.Fee, satsParam), nullable(e.Fees, satsParam)
		rate[i] = nullable(e.Hashrate, func(h units.Hashrate) float64 { return float64(h) })
	}
	return s.storePay(ctx, account, n, "earnings", sqlCloseEarnings, sqlInsertEarnings, refs, from, to, net, fee, fees, rate, open)
}

// StorePoolPayouts stores what a pool paid, like StorePoolEarnings.
func (s *Store) StorePoolPayouts(ctx context.Context, account int64, list []pool.Payout) (int64, error) {
	n := len(list)
	refs, at, sats, fee := make([]string, n), make([]time.Time, n), make([]int64, n), make([]*int64, n)
	states, txids, addresses, off := make([]string, n), make([]string, n), make([]string, n), make([]bool, n)
	for i, p := range list {
		refs[i], at[i], sats[i], fee[i] = clip(printable(p.Ref), 200), p.At, int64(p.Sats), nullable(p.Fee, satsParam)
		states[i], txids[i], addresses[i], off[i] = string(p.State), clip(printable(p.TxID), 80), clip(printable(p.Address), 120), p.OffNet
	}
	return s.storePay(ctx, account, n, "payouts", sqlClosePayouts, sqlInsertPayouts, refs, at, sats, fee, states, txids, addresses, off)
}

func (s *Store) storePay(ctx context.Context, account int64, n int, what, closing, inserting string, columns ...any) (int64, error) {
	if n == 0 {
		return 0, nil
	}
	var added int64
	err := s.write(ctx, func(s *Store) error {
		args := append([]any{account, s.now()}, columns...)
		if _, err := s.q.Exec(ctx, closing, args...); err != nil {
			return wrap(err, "close %s of pool account %d", what, account)
		}
		tag, err := s.q.Exec(ctx, inserting, args...)
		if err != nil {
			return wrap(err, "store %d %s of pool account %d", n, what, account)
		}
		if added = tag.RowsAffected(); added == 0 {
			return nil
		}
		return s.publish(ctx, map[string]string{topicPoolPay: fmt.Sprint(account)})
	})
	return added, err
}

type earningRow struct {
	AccountID  int64
	Ref        string
	FromAt     time.Time
	ToAt       time.Time
	NetSats    int64
	FeeSats    *int64
	FeesSats   *int64
	HashrateHs *float64
	Open       bool
}

func satsOf(v int64) units.Sats { return units.Sats(v) }

// PoolEarnings are what pools credited accounts for spans that reach into
// [from, to), as it was known at a moment, by account, ascending; the zero moment
// is now.
func (s *Store) PoolEarnings(ctx context.Context, accounts []int64, known, from, to time.Time) (map[int64][]pool.Earning, error) {
	rows, err := allRows[earningRow](s.q.Query(ctx, sqlPoolEarnings, accounts, s.asKnown(known), from, to))
	if err != nil {
		return nil, wrap(err, "list the earnings of pool accounts %v", accounts)
	}
	list := make(map[int64][]pool.Earning, len(accounts))
	for _, r := range rows {
		list[r.AccountID] = append(list[r.AccountID], pool.Earning{
			Ref: r.Ref, From: r.FromAt.UTC(), To: r.ToAt.UTC(), Net: units.Sats(r.NetSats), Open: r.Open,
			Fee: maybe(r.FeeSats, satsOf), Fees: maybe(r.FeesSats, satsOf), Hashrate: maybe(r.HashrateHs, rateOf),
		})
	}
	return list, nil
}

type payoutRow struct {
	Ref     string
	At      time.Time
	Sats    int64
	FeeSats *int64
	State   string
	Txid    string
	Address string
	OffNet  bool
}

func payoutsOf(rows []payoutRow) []pool.Payout {
	list := make([]pool.Payout, len(rows))
	for i, r := range rows {
		list[i] = pool.Payout{
			Ref: r.Ref, At: r.At.UTC(), Sats: units.Sats(r.Sats), Fee: maybe(r.FeeSats, satsOf), State: pool.PayoutState(r.State),
			TxID: r.Txid, Address: r.Address, OffNet: r.OffNet,
		}
	}
	return list
}

// PoolPayouts are what a pool paid in [from, to), as PoolEarnings.
func (s *Store) PoolPayouts(ctx context.Context, account int64, known, from, to time.Time) ([]pool.Payout, error) {
	rows, err := allRows[payoutRow](s.q.Query(ctx, sqlPoolPayouts, account, s.asKnown(known), from, to))
	return payoutsOf(rows), wrap(err, "list the payouts of pool account %d", account)
}

// NewestPoolEarning is when the newest known credit of an account began; zero if
// none is known.
func (s *Store) NewestPoolEarning(ctx context.Context, account int64) (time.Time, error) {
	return s.newestOfPool(ctx, sqlNewestEarning, account)
}

// NewestPoolPayout is the time of the newest known payment to an account; zero if
// none is known.
func (s *Store) NewestPoolPayout(ctx context.Context, account int64) (time.Time, error) {
	return s.newestOfPool(ctx, sqlNewestPayout, account)
}

func (s *Store) newestOfPool(ctx context.Context, query string, account int64) (time.Time, error) {
	var at *time.Time
	err := s.q.QueryRow(ctx, query, account).Scan(&at)
	return orZero(at), wrap(err, "read how far pool account %d is known", account)
}

// PayoutsToSee are payouts that the chain has not shown in a block, and that
// nobody has looked for since a moment; the newest first, at most so many.
func (s *Store) PayoutsToSee(ctx context.Context, account int64, since time.Time, limit int) ([]pool.Payout, error) {
	rows, err := allRows[payoutRow](s.q.Query(ctx, sqlPayoutsToSee, account, since, limit))
	return payoutsOf(rows), wrap(err, "list the payouts of pool account %d to look for", account)
}

type lastPayoutRow struct {
	AccountID int64
	At        time.Time
}

// LastPoolPayouts is when each account was last paid.
func (s *Store) LastPoolPayouts(ctx context.Context) (map[int64]time.Time, error) {
	rows, err := allRows[lastPayoutRow](s.q.Query(ctx, sqlLastPayouts))
	if err != nil {
		return nil, wrap(err, "list the last payouts")
	}
	last := make(map[int64]time.Time, len(rows))
	for _, r := range rows {
		last[r.AccountID] = r.At.UTC()
	}
	return last, nil
}

// StoreChainSight stores what the chain shows of a payout.
func (s *Store) StoreChainSight(ctx context.Context, account int64, v pool.ChainSight) error {
	var height *int64
	if v.Height > 0 {
		height = &v.Height
	}
	return s.write(ctx, func(s *Store) error {
		if _, err := s.q.Exec(ctx, sqlStoreSight, account, v.Ref, v.Found, int64(v.Sats), height, v.CheckedAt); err != nil {
			return wrap(err, "store what the chain shows of payout %s of pool account %d", v.Ref, account)
		}
		return s.publish(ctx, map[string]string{topicPoolPay: fmt.Sprint(account)})
	})
}

type sightRow struct {
	Ref       string
	Found     bool
	Sats      int64
	Height    int64
	CheckedAt time.Time
}

// ChainSights are what the chain shows of the payouts of [from, to), by the
// pool's own name of each.
func (s *Store) ChainSights(ctx context.Context, account int64, from, to time.Time) (map[string]pool.ChainSight, error) {
	rows, err := allRows[sightRow](s.q.Query(ctx, sqlSights, account, from, to))
	if err != nil {
		return nil, wrap(err, "list what the chain shows of pool account %d", account)
	}
	sights := make(map[string]pool.ChainSight, len(rows))
	for _, r := range rows {
		sights[r.Ref] = pool.ChainSight{Ref: r.Ref, Found: r.Found, Sats: units.Sats(r.Sats), Height: r.Height, CheckedAt: r.CheckedAt.UTC()}
	}
	return sights, nil
}
