package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"switchyard/db"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// Series of what machines should hash at a pool, and of what is dark by site.
const (
	seriesPoolExpected = "mining.pool_expected_hs"
	seriesPoolDark     = "mining.pool_dark_hs"
)

// longestName is the longest name of a worker that is stored.
const longestName = 200

// yard remembers the machines that workers may name, for as long as the register
// stays as it is.
type yard struct {
	mu       sync.Mutex // guards all below; held while they are read, so that they are read once
	seq      int64
	machines []pool.Machine
	states   map[int64]mining.State
	byID     map[int64]pool.Machine
}

// read returns the machines that stand in their place, and each by its id.
func (y *yard) read(ctx context.Context, s *db.Store) ([]pool.Machine, func(int64) (pool.Machine, mining.State), error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	seq, err := s.MachinesSeq(ctx)
	if err != nil {
		return nil, nil, err
	}
	if y.byID == nil || seq != y.seq {
		list, err := s.StandingMachines(ctx)
		if err != nil {
			return nil, nil, err
		}
		machines := make([]pool.Machine, len(list))
		states, byID := make(map[int64]mining.State, len(list)), make(map[int64]pool.Machine, len(list))
		for i, m := range list {
			machines[i], states[m.UnitID], byID[m.UnitID] = m.Machine, m.State, m.Machine
		}
		y.seq, y.machines, y.states, y.byID = seq, machines, states, byID
	}
	states, byID := y.states, y.byID // replaced as a whole, never changed
	return y.machines, func(id int64) (pool.Machine, mining.State) { return byID[id], states[id] }, nil
}

// pollWorkers reads the whole list of an account's workers, finds the machine that
// each names and stores both. It is read as often as the pool's pages and spacing
// allow, which changes with the number of workers.
func pollWorkers(ctx context.Context, env *Env, id int64) (int64, error) {
	a, f, err := env.account(ctx, id)
	if err != nil {
		return 0, err
	}
	at := env.Now().UTC()
	client, err := env.pools.of(ctx, env.Store, a, f)
	if err != nil {
		return 0, err // the job of the account's values says so on its pages
	}
	workers, refused, err := client.Workers(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return 0, joinStored(err, env.Store.PoolWorkersFailed(ctx, id, sentence(err), env.cadence(ctx, a, f)))
	}
	workers, refused = withoutLongNames(workers, refused)
	env.quarantine(ctx, roomMining, poolSource(id), refused)
	places, unmatched, err := env.places(ctx, a, workers)
	if err != nil {
		return 0, err
	}
	cadence, err := pool.CadenceOf(f, len(workers))
	if err != nil {
		return 0, err
	}
	list := db.WorkerList{Account: id, At: at, Workers: workers, Places: places, Took: env.Now().Sub(at), Every: cadence.Every}
	rows, err := env.Store.StorePoolWorkers(ctx, list)
	if err != nil {
		return rows, err
	}
	n, err := env.storePoolTicks(ctx, a, secondOf(at), cadence.Every, sumsOfWorkers(workers, places))
	env.Note(ctx, fmt.Sprintf("%d workers on %d pages, %d of them without a machine; read again every %s", len(workers), cadence.Pages, unmatched, inMinutes(cadence.Every)), rows)
	return rows + int64(n), err
}

// joinStored is an error, and that of noting it.
func joinStored(err, stored error) error {
	if stored != nil {
		return fmt.Errorf("%w; and it could not be noted: %w", err, stored)
	}
	return err
}

// cadence is how often workers are read that could not be read now.
func (e *Env) cadence(ctx context.Context, a pool.Account, f pool.Facts) time.Duration {
	readings, err := e.Store.PoolReadings(ctx)
	if err != nil {
		return poolEvery
	}
	r := readings[a.ID]
	c, err := pool.CadenceOf(f, max(r.Workers.Count, r.Standing.Active.Value+r.Standing.Inactive.Value))
	if err != nil {
		return poolEvery
	}
	return c.Every
}

// inMinutes is a duration of whole minutes in words.
func inMinutes(d time.Duration) string {
	if m := int(d.Minutes()); m != 1 {
		return fmt.Sprintf("%d minutes", m)
	}
	return "minute"
}

// withoutLongNames refuses workers whose name is longer than any machine's.
func withoutLongNames(workers []pool.Worker, refused []upstream.Refusal) ([]pool.Worker, []upstream.Refusal) {
	kept := slices.DeleteFunc(workers, func(w pool.Worker) bool {
		if len(w.Name) > 0 && len(w.Name) <= longestName && !strings.ContainsRune(w.Name, 0) {
			return false
		}
		refused = append(refused, upstream.Refuse(fmt.Errorf("the name of a worker has 1 to %d characters", longestName), []byte(w.Name)))
		return true
	})
	return kept, refused
}

// places are the machines of workers, by the account's rules. A machine that is
// not to hash has no nameplate here: nothing is expected of it. It also returns how
// many workers name none.
func (e *Env) places(ctx context.Context, a pool.Account, workers []pool.Worker) ([]pool.Place, int, error) {
	places := make([]pool.Place, len(workers))
	var rules []pool.Rule
	for _, line := range a.RuleLines() {
		rule, err := pool.ParseRule(line)
		if err != nil {
			return nil, 0, fmt.Errorf("read the rules of %s: %w", a.Name, err)
		}
		rules = append(rules, rule)
	}
	machines, machine, err := e.yard.read(ctx, e.Store)
	if err != nil {
		return nil, 0, err
	}
	names := make([]string, len(workers))
	for i, w := range workers {
		names[i] = w.Name
	}
	matches := pool.Match(rules, names, machines)
	why := make(map[string]pool.Why, len(matches.Unmatched))
	for _, u := range matches.Unmatched {
		why[u.Worker] = u.Why
	}
	for i, name := range names {
		id, ok := matches.Units[name]
		if !ok {
			places[i] = pool.Place{Why: string(why[name]), Nameplate: mining.Unknown[units.Hashrate]("no machine is named")}
			continue
		}
		m, state := machine(id)
		places[i] = pool.Place{Unit: id, Site: m.SiteID, Building: m.Building, Nameplate: mining.Unknown[units.Hashrate]("it is not to hash: " + string(state))}
		if state == mining.Running {
			places[i].Nameplate = mining.Of(m.Nameplate)
		}
	}
	return places, len(matches.Unmatched), nil
}

// sumsOfWorkers are the nameplate of all machines that should hash at the pool,
// and of those it does not see, by site.
func sumsOfWorkers(workers []pool.Worker, places []pool.Place) map[string]float64 {
	values := map[string]float64{seriesPoolExpected: 0}
	for i, p := range places {
		if !p.Nameplate.Known {
			continue
		}
		values[seriesPoolExpected] += float64(p.Nameplate.Value)
		key := fmt.Sprintf("%s %d", seriesPoolDark, p.Site)
		if workers[i].State == pool.Offline {
			values[key] += float64(p.Nameplate.Value)
		} else {
			values[key] += 0 // a site without darkness says so
		}
	}
	return values
}
