package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

type seenWorkerRow struct {
	AccountID   int64
	ID          int32
	Name        string
	PoolID      string
	State       string
	NowHs       *float64
	HourHs      *float64
	DayHs       *float64
	Stale       *float32
	Rejected    *float32
	LastShareAt *time.Time
	FirstAt     time.Time
	SeenAt      time.Time
	DarkSince   *time.Time
	UnitID      *int64
	SiteID      *int64
	Building    string
	NameplateHs *float64
	Unmatched   string
	Serial      *string
	Day         time.Time
	Readings    int16
	Online      int16
	SumHs       float64
}

func (r seenWorkerRow) worker() pool.SeenWorker {
	share := func(v float32) float64 { return float64(v) }
	w := pool.SeenWorker{
		Account: r.AccountID, RowID: r.ID, FirstAt: r.FirstAt.UTC(), SeenAt: r.SeenAt.UTC(), DarkSince: orZero(r.DarkSince),
		Worker: pool.Worker{
			ID: r.PoolID, Name: r.Name, State: pool.WorkerState(r.State), Now: maybe(r.NowHs, rateOf), Hour: maybe(r.HourHs, rateOf), Day: maybe(r.DayHs, rateOf),
			Stale: maybe(r.Stale, share), Rejected: maybe(r.Rejected, share), LastShare: maybe(r.LastShareAt, time.Time.UTC),
		},
		Place: pool.Place{Building: r.Building, Nameplate: maybe(r.NameplateHs, rateOf), Why: r.Unmatched},
		Today: pool.WorkerDay{Day: r.Day.UTC(), Readings: int(r.Readings), Online: int(r.Online)},
	}
	if r.Readings > 0 {
		w.Today.Mean = units.Hashrate(r.SumHs / float64(r.Readings))
	}
	if r.Serial != nil {
		w.Serial = *r.Serial
	}
	if r.UnitID != nil && r.SiteID != nil {
		w.Place.Unit, w.Place.Site = *r.UnitID, *r.SiteID
	}
	return w
}

// PoolWorkerFilter narrows the list of workers. Zero fields narrow nothing.
type PoolWorkerFilter struct {
	Account   int64
	State     pool.WorkerState
	Site      int64
	Unmatched bool   // those that name no machine
	Search    string // beginning of a name
	// The page begins behind this worker.
	AfterAccount int64
	After        string
	Limit        int
}

const seenWorkerColumns = `account_id, id, name, pool_id, state, now_hs, hour_hs, day_hs, stale, rejected, last_share_at, first_at, seen_at, dark_since, unit_id, site_id,
 building, nameplate_hs, unmatched, (SELECT u.serial FROM mining.unit u WHERE u.id = unit_id) AS serial, day, readings, online, sum_hs`

const (
	poolWorkersWhere = `
 WHERE ($1::bigint = 0 OR account_id = $1) AND ($2::text = '' OR state = $2) AND ($3::bigint = 0 OR site_id = $3) AND (NOT $4::boolean OR unmatched <> '')
   AND ($5::text = '' OR name >= $5 AND name < $5 || '~')`
	sqlPoolWorkers = `
SELECT ` + seenWorkerColumns + ` FROM mining.pool_worker` + poolWorkersWhere + ` AND (account_id, name) > ($6, $7)
 ORDER BY account_id, name LIMIT $8`
	sqlCountPoolWorkers = `SELECT count(*) FROM mining.pool_worker` + poolWorkersWhere
)

// where are the arguments of poolWorkersWhere: planned with what is asked for, as
// for the register.
func (f PoolWorkerFilter) where() []any {
	return []any{pgx.QueryExecModeCacheDescribe, f.Account, string(f.State), f.Site, f.Unmatched, f.Search}
}

// PoolWorkers is a page of workers, by account and name. It begins behind a
// worker, so that what it costs does not depend on how far down it is.
func (s *Store) PoolWorkers(ctx context.Context, f PoolWorkerFilter) ([]pool.SeenWorker, error) {
	rows, err := allRows[seenWorkerRow](s.q.Query(ctx, sqlPoolWorkers, append(f.where(), f.AfterAccount, f.After, f.Limit)...))
	if err != nil {
		return nil, wrap(err, "list workers")
	}
	list := make([]pool.SeenWorker, len(rows))
	for i, r := range rows {
		list[i] = r.worker()
	}
	return list, nil
}

// CountPoolWorkers is how many workers pass the filter, wherever a page begins and
// however long it is.
func (s *Store) CountPoolWorkers(ctx context.Context, f PoolWorkerFilter) (int, error) {
	rows, err := s.q.Query(ctx, sqlCountPoolWorkers, f.where()...)
	if err != nil {
		return 0, wrap(err, "count workers")
	}
	n, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
	return n, wrap(err, "count workers")
}

const (
	sqlPoolWorker     = `SELECT ` + seenWorkerColumns + ` FROM mining.pool_worker WHERE account_id = $1 AND name = $2`
	sqlPoolWorkerDays = `SELECT day, mean_hs, readings, online FROM mining.pool_worker_day WHERE worker_id = $1 ORDER BY day DESC`
)

// PoolWorker is one worker; ErrNotFound if the account never listed it.
func (s *Store) PoolWorker(ctx context.Context, account int64, name string) (pool.SeenWorker, error) {
	r, err := onlyRow[seenWorkerRow](s.q.Query(ctx, sqlPoolWorker, account, name))
	return r.worker(), wrap(err, "read worker %.40q of pool account %d", name, account)
}

type workerDayRow struct {
	Day      time.Time
	MeanHs   float32
	Readings int16
	Online   int16
}

// PoolWorkerDays are the days of a worker that are kept, the newest first.
func (s *Store) PoolWorkerDays(ctx context.Context, w pool.SeenWorker) ([]pool.WorkerDay, error) {
	rows, err := allRows[workerDayRow](s.q.Query(ctx, sqlPoolWorkerDays, w.RowID))
	if err != nil {
		return nil, wrap(err, "read the days of a worker of pool account %d", w.Account)
	}
	list := make([]pool.WorkerDay, len(rows))
	for i, r := range rows {
		list[i] = pool.WorkerDay{Day: r.Day.UTC(), Mean: units.Hashrate(r.MeanHs), Readings: int(r.Readings), Online: int(r.Online)}
	}
	return list, nil
}
