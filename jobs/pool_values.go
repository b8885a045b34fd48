package jobs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/mempool"
	"switchyard/jobs/upstream/poolwire"
)

const (
	poolEvery   = 5 * time.Minute
	poolTimeout = 4 * time.Minute
	// How far back earnings and payouts are asked for: where none is known, and
	// before the newest known one, because a day may come late and be told
	// differently later.
	poolPast  = 400 * 24 * time.Hour
	poolAgain = 8 * 24 * time.Hour
	// Payouts are looked for on the chain, so many a run, until they are in a block.
	payoutsARun  = 60
	lookAgain    = 10 * time.Minute
	seriesPoolHs = "mining.pool_hashrate_hs"
	// The whole pool's, of which the account is a part.
	seriesPoolWhole = "mining.pool_whole_hs"
)

// Names of the source of an account and of its jobs.
const (
	poolSourcePrefix = "pool."
	poolJobPrefix    = "mining.pool."
)

func poolSource(id int64) string { return poolSourcePrefix + strconv.FormatInt(id, 10) }
func poolJob(id int64) string    { return poolJobPrefix + strconv.FormatInt(id, 10) }
func workersJob(id int64) string { return fmt.Sprintf("mining.pool_workers.%d", id) }

// poolRun is one reading of an account.
type poolRun struct {
	env     *Env
	client  poolwire.Client
	account pool.Account
	at      time.Time
}

// pollAccount reads how an account stands, what it was credited and what it was
// paid, and looks for payments on the chain. What one question brings is kept even
// if another fails; the account then stands as failing.
func pollAccount(ctx context.Context, env *Env, id int64) (int64, error) {
	a, f, err := env.account(ctx, id)
	if err != nil {
		return 0, err
	}
	at := env.Now().UTC()
	client, err := env.pools.of(ctx, env.Store, a, f)
	if err != nil {
		return 0, env.poolFailed(ctx, a, f, at, err)
	}
	r := poolRun{env: env, client: client, account: a, at: at}
	var rows int64
	var said []string
	var errs []error
	for _, ask := range []func(context.Context) (int64, string, error){r.standing, r.whole, r.earnings, r.payouts} {
		n, text, err := ask(ctx)
		rows += n
		errs = append(errs, err)
		if text != "" {
			said = append(said, text)
		}
		if ctx.Err() != nil {
			return rows, context.Cause(ctx)
		}
		if stops(err) {
			break
		}
	}
	env.Note(ctx, strings.Join(said, "; "), rows)
	if err := errors.Join(errs...); err != nil {
		return rows, env.poolFailed(ctx, a, f, at, err)
	}
	env.sources.checked(ctx, poolSource(id), rows > 0, nil)
	if err := env.Store.PoolAnswered(ctx, id, at); err != nil {
		return rows, err
	}
	n, err := env.lookOnChain(ctx, a, at)
	return rows + n, err
}

// stops says whether asking the same pool for something else makes no sense.
func stops(err error) bool {
	var refused *upstream.Error
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Kind {
	case upstream.Denied, upstream.Blocked, upstream.Clock, upstream.NoAccount, upstream.RateLimited:
		return true
	default:
		return false
	}
}

// account is a watched account with what is known of its pool.
func (e *Env) account(ctx context.Context, id int64) (pool.Account, pool.Facts, error) {
	a, err := e.Store.PoolAccount(ctx, id)
	if err != nil {
		return a, pool.Facts{}, fmt.Errorf("read what is typed of the account: %w", err)
	}
	f, ok := pool.FactsOf(a.Party)
	if !ok {
		return a, f, fmt.Errorf("nobody knows the pool %q", a.Party)
	}
	return a, f, nil
}

// poolFailed notes why an account could not be read, in the words that its pages
// say, and returns the error.
func (e *Env) poolFailed(ctx context.Context, a pool.Account, f pool.Facts, at time.Time, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	kind, retry := string(upstream.Refused), time.Time{}
	var refused *upstream.Error
	if errors.As(err, &refused) {
		kind = string(refused.Kind)
		if refused.RetryAfter > 0 {
			retry = at.Add(refused.RetryAfter)
		}
	}
	if stored := e.Store.PoolFailed(ctx, a.ID, at, kind, sentence(err), retry); stored != nil {
		return errors.Join(err, stored)
	}
	readings, stored := e.Store.PoolReadings(ctx)
	if stored != nil {
		return errors.Join(err, stored)
	}
	r := readings[a.ID]
	c := pool.ConditionOf(f, pool.Reads{Keyed: kind != kindNoKey, Kind: kind, Since: r.FailingSince, Retry: retry, Last: r.AnsweredAt}, func(t time.Time) string {
		return t.UTC().Format("2 Jan 15:04 UTC")
	})
	e.sources.report(ctx, db.SourceReport{Name: poolSource(a.ID), Err: strings.TrimSpace(c.What + " " + c.Do), NextTryAt: retry, At: at})
	return err
}

// standing stores how the account stands, and its figures as series.
func (r poolRun) standing(ctx context.Context) (int64, string, error) {
	v, err := r.client.Standing(ctx)
	if err != nil {
		return 0, "", err
	}
	if err := r.env.Store.StorePoolStanding(ctx, r.account.ID, v); err != nil {
		return 0, "", err
	}
	values := map[string]float64{}
	switch {
	case v.Now.Known:
		values[seriesPoolHs] = float64(v.Now.Value)
	case v.Hour.Known:
		values[seriesPoolHs] = float64(v.Hour.Value)
	}
	if v.Active.Known {
		values["mining.pool_workers_online_count"] = float64(v.Active.Value)
	}
	if v.Unpaid.Known {
		values["mining.pool_unpaid_sats"] = float64(v.Unpaid.Value)
	}
	n, err := r.env.storePoolTicks(ctx, r.account, secondOf(r.at), poolEvery, values)
	return int64(n), "standing", err
}

// whole stores the hashrate of the whole pool, where luck with its blocks is a
// matter of the account and the pool tells it.
func (r poolRun) whole(ctx context.Context) (int64, string, error) {
	teller, ok := r.client.(poolwire.WholePool)
	if !ok || !r.account.Scheme.Lucky() || r.account.Scheme == pool.Solo {
		return 0, "", nil
	}
	rate, err := teller.PoolHashrate(ctx)
	if err != nil {
		return 0, "", err
	}
	n, err := r.env.storePoolTicks(ctx, r.account, secondOf(r.at), poolEvery, map[string]float64{seriesPoolWhole: float64(rate)})
	return int64(n), "", err
}

// unitsOfPool are the units of the series of accounts.
var unitsOfPool = map[string]string{
	seriesPoolHs: "H/s", seriesPoolWhole: "H/s", "mining.pool_workers_online_count": "count", "mining.pool_unpaid_sats": "sat", seriesPoolExpected: "H/s", seriesPoolDark: "H/s",
}

// storePoolTicks stores one value of each series of an account; a key is a metric,
// perhaps with a place behind a blank.
func (e *Env) storePoolTicks(ctx context.Context, a pool.Account, at time.Time, every time.Duration, values map[string]float64) (int, error) {
	points := make(map[string][]market.Point, len(values))
	defs := make([]market.SeriesDef, 0, len(values))
	for metric, v := range values {
		metric, place, _ := strings.Cut(metric, " ")
		key := fmt.Sprintf("%s.%d", metric, a.ID)
		if place != "" {
			key += "." + place
		}
		points[key] = []market.Point{{T: at, V: v}}
		defs = append(defs, market.SeriesDef{Key: key, Unit: unitsOfPool[metric], Interval: every, Source: poolSource(a.ID), Licence: "the company's own account"})
	}
	if err := e.Store.EnsureSeries(ctx, defs...); err != nil {
		return 0, fmt.Errorf("declare the series of %s: %w", a.Name, err)
	}
	n, err := e.Store.InsertTicks(ctx, points)
	if err != nil {
		return 0, fmt.Errorf("store the figures of %s: %w", a.Name, err)
	}
	return n, nil
}

// earnings stores what was credited.
func (r poolRun) earnings(ctx context.Context) (int64, string, error) {
	newest, err := r.env.Store.NewestPoolEarning(ctx, r.account.ID)
	if err != nil {
		return 0, "", err
	}
	list, refused, err := r.client.Earnings(ctx, since(r.at, newest), r.at)
	if errors.Is(err, poolwire.ErrNotTold) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", err
	}
	r.env.quarantine(ctx, roomMining, poolSource(r.account.ID), refused)
	n, err := r.env.Store.StorePoolEarnings(ctx, r.account.ID, list)
	return n, fmt.Sprintf("%d credits, %d of them new or changed", len(list), n), err
}

// payouts stores what was paid.
func (r poolRun) payouts(ctx context.Context) (int64, string, error) {
	newest, err := r.env.Store.NewestPoolPayout(ctx, r.account.ID)
	if err != nil {
		return 0, "", err
	}
	list, refused, err := r.client.Payouts(ctx, since(r.at, newest), r.at)
	if errors.Is(err, poolwire.ErrNotTold) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", err
	}
	r.env.quarantine(ctx, roomMining, poolSource(r.account.ID), refused)
	n, err := r.env.Store.StorePoolPayouts(ctx, r.account.ID, list)
	return n, fmt.Sprintf("%d payments, %d of them new or changed", len(list), n), err
}

// since is from when on a pool is asked for more, by the newest that is known of it;
// zero: nothing is.
func since(at, newest time.Time) time.Time {
	from := at.Add(-poolPast)
	if again := newest.Add(-poolAgain); again.After(from) {
		from = again
	}
	if last := at.Add(-poolAgain); from.After(last) {
		from = last
	}
	return from.Truncate(24 * time.Hour)
}

// lookOnChain looks for the transactions of payments that no block has shown yet.
func (e *Env) lookOnChain(ctx context.Context, a pool.Account, at time.Time) (int64, error) {
	list, err := e.Store.PayoutsToSee(ctx, a.ID, at.Add(-lookAgain), payoutsARun)
	if err != nil {
		return 0, err
	}
	var seen int64
	for _, p := range list {
		tx, err := e.Mempool.Tx(ctx, p.TxID)
		sight := pool.ChainSight{Ref: p.Ref, CheckedAt: at}
		switch {
		case errors.Is(err, mempool.ErrNoTx):
		case err != nil: // the chain's trouble, which its own source tells; the payment is looked for again
			return seen, fmt.Errorf("look for a payment of %s on the chain: %w", a.Name, err)
		default:
			sight.Found, sight.Height = true, tx.Height
			for _, out := range tx.Outputs {
				if p.Address == "" && out.Sats == p.Sats || p.Address != "" && out.Address == p.Address {
					sight.Sats += out.Sats
				}
			}
		}
		if err := e.Store.StoreChainSight(ctx, a.ID, sight); err != nil {
			return seen, err
		}
		seen++
	}
	return seen, nil
}
