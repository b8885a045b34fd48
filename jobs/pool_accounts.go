package jobs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"

	"switchyard/econ/mining/pool"
	"switchyard/econ/ops"
)

// accountsEvery is how often the accounts at pools are looked at: one that was
// added, changed, or given a key is read within it.
const accountsEvery = 5 * time.Second

// workersTimeout is how long one reading of workers may take beyond what its pages
// need.
const workersTimeout = 5 * time.Minute

// accountJobs keeps two jobs for each watched account: one reads its values, one
// its workers. Only its own goroutine touches it.
type accountJobs struct {
	term      *term
	scheduler gocron.Scheduler
	known     map[int64]scheduledAccount
	declared  bool // once since the term began
}

// accountState is what decides how an account is read.
type accountState struct {
	version, key time.Time // of what is typed, and of its key; zero: none is kept
	workersEvery time.Duration
}

type scheduledAccount struct {
	accountState
	values, workers gocron.Job
}

func newAccountJobs(t *term, scheduler gocron.Scheduler) *accountJobs {
	return &accountJobs{term: t, scheduler: scheduler, known: make(map[int64]scheduledAccount)}
}

// run follows the accounts until ctx ends.
func (j *accountJobs) run(ctx context.Context) {
	tick := time.NewTicker(accountsEvery)
	defer tick.Stop()
	for {
		if err := j.follow(ctx); err != nil && ctx.Err() == nil {
			j.term.log.Warn("accounts at pools not followed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// follow schedules what is new or has changed, and ends what is no longer watched.
func (j *accountJobs) follow(ctx context.Context) error {
	accounts, want, err := j.watched(ctx)
	if err != nil {
		return err
	}
	if !j.declared || !maps.EqualFunc(want, j.known, func(a accountState, b scheduledAccount) bool { return a == b.accountState }) {
		if err := j.declare(ctx, accounts, want); err != nil {
			return err
		}
		j.declared = true
	}
	keep := make(map[int64]bool, len(accounts))
	var errs []error
	for _, a := range accounts {
		keep[a.ID] = true
		if before, ok := j.known[a.ID]; !ok || before.accountState != want[a.ID] {
			errs = append(errs, j.schedule(ctx, a, want[a.ID]))
		}
	}
	for id, known := range j.known {
		if !keep[id] {
			j.remove(known.values, known.workers)
			j.term.jobs.drop(poolJob(id), workersJob(id))
			delete(j.known, id)
		}
	}
	j.term.env.pools.close(keep)
	return errors.Join(errs...)
}

// watched are the accounts that are to be read, and how.
func (j *accountJobs) watched(ctx context.Context) ([]pool.Account, map[int64]accountState, error) {
	s := j.term.env.Store
	accounts, err := s.PoolAccounts(ctx, time.Time{})
	if err != nil {
		return nil, nil, err
	}
	keys, err := s.PoolKeys(ctx)
	if err != nil {
		return nil, nil, err
	}
	readings, err := s.PoolReadings(ctx)
	if err != nil {
		return nil, nil, err
	}
	want := make(map[int64]accountState)
	accounts = slices.DeleteFunc(accounts, func(a pool.Account) bool { return !a.Watched })
	for _, a := range accounts {
		want[a.ID] = accountState{version: a.KnownFrom, key: keys[a.ID].At, workersEvery: max(poolEvery, readings[a.ID].Workers.Every)}
	}
	return accounts, want, nil
}

// schedule gives an account its jobs in place of those it had. They begin at once,
// but for that of the workers where only its cadence has changed.
func (j *accountJobs) schedule(ctx context.Context, a pool.Account, now accountState) error {
	id := a.ID
	before, known := j.known[id]
	same := known && before.version.Equal(now.version) && before.key.Equal(now.key)
	after := scheduledAccount{accountState: now, values: before.values}
	var err error
	if !same {
		j.remove(before.values)
		if after.values, err = j.add(ctx, Job{
			Name: poolJob(id), Title: valuesTitle(a), Room: roomMining, Every: poolEvery, Timeout: poolTimeout,
			Run: func(ctx context.Context, env *Env) (int64, error) { return pollAccount(ctx, env, id) },
		}, true); err != nil {
			return err
		}
	}
	j.remove(before.workers)
	if after.workers, err = j.add(ctx, Job{
		Name: workersJob(id), Title: workersTitle(a), Room: roomMining, Every: now.workersEvery, Timeout: workersTimeout + now.workersEvery,
		Run: func(ctx context.Context, env *Env) (int64, error) { return pollWorkers(ctx, env, id) },
	}, !same); err != nil {
		return err
	}
	j.known[id] = after
	return nil
}

// add puts a job into the scheduler and among those that people ask for.
func (j *accountJobs) add(ctx context.Context, job Job, atOnce bool) (gocron.Job, error) {
	j.term.jobs.put(job)
	start := gocron.WithStartDateTime(j.term.env.Now().Add(job.Every))
	if atOnce {
		start = gocron.WithStartImmediately()
	}
	scheduled, err := j.scheduler.NewJob(gocron.DurationJob(job.Every), gocron.NewTask(func() { j.term.inTurn(ctx, job) }),
		gocron.WithName(job.Name), gocron.WithSingletonMode(gocron.LimitModeReschedule), gocron.WithStartAt(start))
	if err != nil {
		return nil, fmt.Errorf("schedule %s: %w", job.Name, err)
	}
	return scheduled, nil
}

// remove takes jobs out of the scheduler; nil is none. A run that has begun is
// left to its end.
func (j *accountJobs) remove(list ...gocron.Job) {
	for _, job := range list {
		if job == nil {
			continue
		}
		if err := j.scheduler.RemoveJob(job.ID()); err != nil && !errors.Is(err, gocron.ErrJobNotFound) {
			j.term.log.Warn("job not removed", "job", job.Name(), "error", err)
		}
	}
}

func valuesTitle(a pool.Account) string  { return "Read the account " + a.Name }
func workersTitle(a pool.Account) string { return "Read the workers of " + a.Name }

// declare makes the jobs and sources of the accounts known to people, before they
// begin to tell of themselves.
func (j *accountJobs) declare(ctx context.Context, accounts []pool.Account, want map[int64]accountState) error {
	var jobs []ops.Job
	var sources []ops.Source
	var names []string
	for _, a := range accounts {
		f, _ := pool.FactsOf(a.Party)
		jobs = append(jobs,
			ops.Job{Name: poolJob(a.ID), Room: roomMining, Title: valuesTitle(a), Schedule: schedule(poolEvery)},
			ops.Job{Name: workersJob(a.ID), Room: roomMining, Title: workersTitle(a), Schedule: schedule(want[a.ID].workersEvery)})
		sources = append(sources, ops.Source{
			Name: poolSource(a.ID), Room: roomMining, Title: a.Name + ", " + f.Title, Feeds: "hashrate, workers, credits and payments of the account", Cadence: poolEvery,
		})
		names = append(names, poolSource(a.ID))
	}
	s := j.term.env.Store
	return errors.Join(s.DeclareAccountJobs(ctx, jobs), s.DropSources(ctx, poolSourcePrefix, names), s.DeclareSources(ctx, sources))
}

// jobTable is the jobs by name; those of accounts come and go while pages ask for
// them.
type jobTable struct {
	mu   sync.RWMutex // guards jobs
	jobs map[string]Job
}

func newJobTable(list []Job) *jobTable {
	t := &jobTable{jobs: make(map[string]Job, len(list))}
	for _, job := range list {
		t.jobs[job.Name] = job
	}
	return t
}

func (t *jobTable) get(name string) (Job, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	job, ok := t.jobs[name]
	return job, ok
}

func (t *jobTable) list() []Job {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.Collect(maps.Values(t.jobs))
}

func (t *jobTable) put(job Job) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.jobs[job.Name] = job
}

func (t *jobTable) drop(names ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		delete(t.jobs, name)
	}
}
