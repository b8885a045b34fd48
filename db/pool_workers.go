package db

import (
	"context"
	"fmt"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// workersAStatement is how many workers go into one statement.
const workersAStatement = 5_000

// poolWorkerKept is how many days of a worker's past are kept.
const poolWorkerKept = 35

// What is given of workers, for unnest.
const givenWorkers = `unnest($3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::float8[], $9::float4[], $10::float4[], $11::timestamptz[],
       $12::bigint[], $13::bigint[], $14::text[], $15::float8[], $16::text[])
    AS x(name, pool_id, state, now_hs, hour_hs, day_hs, stale, rejected, share, unit, site, building, nameplate, why)`

const (
	// A day that is over becomes a row of its own, before its sums begin anew.
	sqlEndWorkerDays = `
INSERT INTO mining.pool_worker_day (worker_id, day, mean_hs, readings, online)
SELECT id, day, sum_hs / readings, readings, online FROM mining.pool_worker WHERE account_id = $1 AND day < $2::date AND readings > 0
ON CONFLICT DO NOTHING`
	sqlUpdateWorkers = `
UPDATE mining.pool_worker AS w SET
       pool_id = x.pool_id, state = x.state, now_hs = x.now_hs, hour_hs = x.hour_hs, day_hs = x.day_hs, stale = x.stale, rejected = x.rejected,
       last_share_at = x.share, seen_at = $2, unit_id = x.unit, site_id = x.site, building = x.building, nameplate_hs = x.nameplate, unmatched = x.why,
       dark_since = CASE WHEN x.state = 'offline' THEN coalesce(w.dark_since, x.share, $2) END,
       day = $2::timestamptz AT TIME ZONE 'UTC',
       readings = 1 + CASE WHEN w.day = ($2::timestamptz AT TIME ZONE 'UTC')::date THEN w.readings ELSE 0 END,
       online = (x.state IN ('online', 'low'))::int + CASE WHEN w.day = ($2::timestamptz AT TIME ZONE 'UTC')::date THEN w.online ELSE 0 END,
       sum_hs = coalesce(x.now_hs, x.hour_hs, 0) + CASE WHEN w.day = ($2::timestamptz AT TIME ZONE 'UTC')::date THEN w.sum_hs ELSE 0 END
  FROM ` + givenWorkers + `
 WHERE w.account_id = $1 AND w.name = x.name AND w.seen_at < $2`
	// New ones apart from the others: an upsert would draw a number for each row
	// of each list.
	sqlInsertWorkers = `
INSERT INTO mining.pool_worker (account_id, name, pool_id, state, now_hs, hour_hs, day_hs, stale, rejected, last_share_at, first_at, seen_at, dark_since,
       unit_id, site_id, building, nameplate_hs, unmatched, day, readings, online, sum_hs)
SELECT $1, x.name, x.pool_id, x.state, x.now_hs, x.hour_hs, x.day_hs, x.stale, x.rejected, x.share, $2, $2, CASE WHEN x.state = 'offline' THEN coalesce(x.share, $2) END,
       x.unit, x.site, x.building, x.nameplate, x.why, $2::timestamptz AT TIME ZONE 'UTC', 1, (x.state IN ('online', 'low'))::int, coalesce(x.now_hs, x.hour_hs, 0)
  FROM ` + givenWorkers + `
 WHERE NOT EXISTS (SELECT FROM mining.pool_worker w WHERE w.account_id = $1 AND w.name = x.name)`
	sqlWorkersGone = `
UPDATE mining.pool_worker SET state = 'gone', now_hs = NULL, hour_hs = NULL, dark_since = NULL
 WHERE account_id = $1 AND seen_at < $2 AND state <> 'gone'`
	sqlCountWorkers = `
INSERT INTO mining.pool_worker_count (account_id, site_id, building, state, workers, rated, now_hs, nameplate_hs)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::float8[], $8::float8[])`
	// The median, because a single machine that has been dark for months says
	// nothing of when a hall went dark.
	sqlDarkSince = `
UPDATE mining.pool_worker_count c SET dark_since = d.since
  FROM (SELECT site_id, building, percentile_disc(0.5) WITHIN GROUP (ORDER BY dark_since) AS since
          FROM mining.pool_worker WHERE account_id = $1 AND state = 'offline' AND nameplate_hs IS NOT NULL GROUP BY site_id, building) d
 WHERE c.account_id = $1 AND c.state = 'offline' AND c.site_id = d.site_id AND c.building = d.building`
	sqlClearWorkerCount = `DELETE FROM mining.pool_worker_count WHERE account_id = $1`
	sqlPoolWorkersRead  = `
INSERT INTO mining.pool_state (account_id, workers_at, workers, workers_s, workers_every) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_id) DO UPDATE SET workers_at = EXCLUDED.workers_at, workers = EXCLUDED.workers, workers_s = EXCLUDED.workers_s,
       workers_every = EXCLUDED.workers_every, workers_error = ''`
	sqlPoolWorkersFailed = `
INSERT INTO mining.pool_state (account_id, workers_error, workers_every) VALUES ($1, $2, $3)
ON CONFLICT (account_id) DO UPDATE SET workers_error = EXCLUDED.workers_error, workers_every = EXCLUDED.workers_every`
	sqlForgetWorkerDays = `DELETE FROM mining.pool_worker_day WHERE day < $1::date`
	sqlForgetWorkers    = `DELETE FROM mining.pool_worker WHERE seen_at < $1`
)

// WorkerList is a whole list of an account's workers, with the machine that each
// names.
type WorkerList struct {
	Account     int64
	At          time.Time
	Workers     []pool.Worker
	Places      []pool.Place // of each worker, in their order
	Took, Every time.Duration
}

// StorePoolWorkers stores a whole list of workers: each as it is now, the sums of
// its day, and who is no longer listed. A list no later than one that was stored
// changes nothing. It returns how many workers were written.
func (s *Store) StorePoolWorkers(ctx context.Context, l WorkerList) (int64, error) {
	var written int64
	at := l.At.UTC().Truncate(time.Microsecond)
	err := s.write(ctx, func(s *Store) error {
		if _, err := s.q.Exec(ctx, sqlEndWorkerDays, l.Account, at.Format(time.DateOnly)); err != nil {
			return wrap(err, "end the days of the workers of pool account %d", l.Account)
		}
		for from := 0; from < len(l.Workers); from += workersAStatement {
			to := min(from+workersAStatement, len(l.Workers))
			n, err := s.storeWorkers(ctx, workerColumns(l.Account, at, l.Workers[from:to], l.Places[from:to]), int64(to-from))
			if err != nil {
				return wrap(err, "store %d workers of pool account %d", to-from, l.Account)
			}
			written += n
		}
		if _, err := s.q.Exec(ctx, sqlWorkersGone, l.Account, at); err != nil {
			return wrap(err, "note the workers that pool account %d lists no longer", l.Account)
		}
		if err := s.countWorkers(ctx, l); err != nil {
			return err
		}
		if _, err := s.q.Exec(ctx, sqlPoolWorkersRead, l.Account, at, len(l.Workers), l.Took.Seconds(), l.Every.Seconds()); err != nil {
			return wrap(err, "note the list of workers of pool account %d", l.Account)
		}
		return s.publish(ctx, map[string]string{topicPoolWorkers: fmt.Sprint(l.Account)})
	})
	return written, err
}

// storeWorkers writes n workers and returns how many it wrote.
func (s *Store) storeWorkers(ctx context.Context, columns []any, n int64) (int64, error) {
	known, err := s.q.Exec(ctx, sqlUpdateWorkers, columns...)
	if err != nil || known.RowsAffected() == n {
		return known.RowsAffected(), err
	}
	added, err := s.q.Exec(ctx, sqlInsertWorkers, columns...)
	return known.RowsAffected() + added.RowsAffected(), err
}

// workerColumns are workers turned on their side.
func workerColumns(account int64, at time.Time, workers []pool.Worker, places []pool.Place) []any {
	n := len(workers)
	var (
		names, ids, states, buildings, whys = make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
		now, hour, day, nameplate           = make([]*float64, n), make([]*float64, n), make([]*float64, n), make([]*float64, n)
		stale, rejected                     = make([]*float32, n), make([]*float32, n)
		shares                              = make([]*time.Time, n)
		unit, site                          = make([]*int64, n), make([]*int64, n)
	)
	rate := func(m mining.Maybe[units.Hashrate]) *float64 {
		return nullable(m, func(h units.Hashrate) float64 { return float64(h) })
	}
	share := func(m mining.Maybe[float64]) *float32 {
		return nullable(m, func(v float64) float32 { return float32(v) })
	}
	for i, w := range workers {
		p := places[i]
		names[i], ids[i], states[i], buildings[i], whys[i] = clip(printable(w.Name), 200), clip(printable(w.ID), 200), string(w.State), p.Building, p.Why
		now[i], hour[i], day[i], nameplate[i] = rate(w.Now), rate(w.Hour), rate(w.Day), rate(p.Nameplate)
		stale[i], rejected[i] = share(w.Stale), share(w.Rejected)
		shares[i] = nullable(w.LastShare, func(t time.Time) time.Time { return t })
		if p.Unit != 0 {
			unit[i], site[i] = &p.Unit, &p.Site
		}
	}
	return []any{account, at, names, ids, states, now, hour, day, stale, rejected, shares, unit, site, buildings, nameplate, whys}
}

type workerCountKey struct {
	site     int64
	building string
	state    pool.WorkerState
}

// countWorkers keeps the sums of a list.
func (s *Store) countWorkers(ctx context.Context, l WorkerList) error {
	sums := make(map[workerCountKey]pool.WorkerCount)
	for i, w := range l.Workers {
		p := l.Places[i]
		k := workerCountKey{p.Site, p.Building, w.State}
		c := sums[k]
		c.Workers++
		switch {
		case w.Now.Known:
			c.Now += w.Now.Value
		case w.Hour.Known:
			c.Now += w.Hour.Value
		}
		if p.Nameplate.Known {
			c.Rated++
			c.Nameplate += p.Nameplate.Value
		}
		sums[k] = c
	}
	var sites, workers, rated []int64
	var buildings, states []string
	var now, nameplate []float64
	for k, c := range sums {
		sites, buildings, states = append(sites, k.site), append(buildings, k.building), append(states, string(k.state))
		workers, rated = append(workers, int64(c.Workers)), append(rated, int64(c.Rated))
		now, nameplate = append(now, float64(c.Now)), append(nameplate, float64(c.Nameplate))
	}
	if _, err := s.q.Exec(ctx, sqlClearWorkerCount, l.Account); err != nil {
		return wrap(err, "forget the sums of the workers of pool account %d", l.Account)
	}
	if _, err := s.q.Exec(ctx, sqlCountWorkers, l.Account, sites, buildings, states, workers, rated, now, nameplate); err != nil {
		return wrap(err, "count the workers of pool account %d", l.Account)
	}
	_, err := s.q.Exec(ctx, sqlDarkSince, l.Account)
	return wrap(err, "note since when workers of pool account %d are dark", l.Account)
}

// PoolWorkersFailed notes why a list of workers could not be read, and how often
// it is tried.
func (s *Store) PoolWorkersFailed(ctx context.Context, account int64, why string, every time.Duration) error {
	return s.write(ctx, func(s *Store) error {
		if _, err := s.q.Exec(ctx, sqlPoolWorkersFailed, account, clip(printable(why), 600), every.Seconds()); err != nil {
			return wrap(err, "note the failure of the workers of pool account %d", account)
		}
		return s.publish(ctx, map[string]string{topicPool: fmt.Sprint(account)})
	})
}

// ForgetPoolWorkers drops days of workers that are no longer kept, and workers
// that no pool has listed for as long. It returns how many rows went.
func (s *Store) ForgetPoolWorkers(ctx context.Context) (int64, error) {
	oldest := s.now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -poolWorkerKept)
	days, err := s.q.Exec(ctx, sqlForgetWorkerDays, oldest.Format(time.DateOnly))
	if err != nil {
		return 0, wrap(err, "forget days of workers before %s", oldest.Format(time.DateOnly))
	}
	gone, err := s.q.Exec(ctx, sqlForgetWorkers, oldest)
	return days.RowsAffected() + gone.RowsAffected(), wrap(err, "forget workers before %s", oldest.Format(time.DateOnly))
}

type workerCountRow struct {
	AccountID   int64
	SiteID      int64
	Building    string
	State       string
	Workers     int64
	Rated       int64
	NowHs       float64
	NameplateHs float64
	DarkSince   *time.Time
}

const sqlPoolWorkerCounts = `
SELECT account_id, site_id, building, state, workers, rated, now_hs, nameplate_hs, dark_since FROM mining.pool_worker_count ORDER BY account_id, site_id, building, state`

// PoolWorkerCounts are the sums of the last lists of all accounts.
func (s *Store) PoolWorkerCounts(ctx context.Context) ([]pool.WorkerCount, error) {
	rows, err := allRows[workerCountRow](s.q.Query(ctx, sqlPoolWorkerCounts))
	if err != nil {
		return nil, wrap(err, "count workers")
	}
	list := make([]pool.WorkerCount, len(rows))
	for i, r := range rows {
		list[i] = pool.WorkerCount{
			Account: r.AccountID, Site: r.SiteID, Building: r.Building, State: pool.WorkerState(r.State), Workers: int(r.Workers), Rated: int(r.Rated),
			DarkSince: orZero(r.DarkSince), Now: units.Hashrate(r.NowHs), Nameplate: units.Hashrate(r.NameplateHs),
		}
	}
	return list, nil
}
