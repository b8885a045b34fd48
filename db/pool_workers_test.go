package db_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// listed is a worker of a test at so many TH/s; none: it is offline.
func listed(name string, ths float64) pool.Worker {
	w := pool.Worker{ID: "id-" + name, Name: name, State: pool.Online, Now: mining.Of(units.Hashrate(ths) * units.TH)}
	if ths == 0 {
		w.State = pool.Offline
	}
	return w
}

// placed are the machines of workers: unit 1 for the first and so on, of site 7.
func placed(workers []pool.Worker) []pool.Place {
	places := make([]pool.Place, len(workers))
	for i := range places {
		places[i] = pool.Place{Unit: int64(i + 1), Site: 7, Building: "A", Nameplate: mining.Of(200 * units.TH)}
	}
	return places
}

func storeWorkers(t testing.TB, s *db.Store, at time.Time, workers ...pool.Worker) int64 {
	t.Helper()
	n, err := s.StorePoolWorkers(t.Context(), db.WorkerList{Account: 1, At: at, Workers: workers, Places: placed(workers), Took: 3 * time.Second, Every: 5 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAWorkersDayBecomesOneRowWhenItIsOver(t *testing.T) {
	d, cfg := dbtest.New(t)
	s, conn := d.Jobs(), connect(t, cfg.URL)
	storeWorkers(t, s, tenOClock, listed("a", 100), listed("b", 90))
	storeWorkers(t, s, tenOClock.Add(time.Hour), listed("a", 0), listed("b", 110))
	if n := value[int](t, conn, `SELECT count(*) FROM mining.pool_worker_day`); n != 0 {
		t.Errorf("%d days are over while the first runs", n)
	}
	storeWorkers(t, s, tenOClock.Add(24*time.Hour), listed("a", 80), listed("b", 95))
	got := value[string](t, conn, `SELECT string_agg(concat_ws(' ', w.name, d.day, round(d.mean_hs / 1e12), d.readings, d.online), '; ' ORDER BY w.name)
  FROM mining.pool_worker_day d JOIN mining.pool_worker w ON w.id = d.worker_id`)
	if want := "a 2026-11-23 50 2 1; b 2026-11-23 100 2 2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := value[string](t, conn, `SELECT string_agg(concat_ws(' ', name, day, readings, sum_hs / 1e12), '; ' ORDER BY name) FROM mining.pool_worker`); got != "a 2026-11-24 1 80; b 2026-11-24 1 95" {
		t.Errorf("the day that runs is %s", got)
	}
	w, err := s.PoolWorker(t.Context(), 1, "a")
	if err != nil {
		t.Fatal(err)
	}
	days, err := s.PoolWorkerDays(t.Context(), w)
	if err != nil || len(days) != 1 || days[0].Mean < 49.999*units.TH || days[0].Mean > 50.001*units.TH || days[0].Online != 1 {
		t.Errorf("days of a worker: %+v, %v", days, err)
	}
}

func TestAListThatComesTwiceChangesNothing(t *testing.T) {
	d, cfg := dbtest.New(t)
	s, conn := d.Jobs(), connect(t, cfg.URL)
	storeWorkers(t, s, tenOClock, listed("a", 100), listed("b", 90))
	if n := storeWorkers(t, s, tenOClock, listed("a", 100), listed("b", 90)); n != 0 {
		t.Errorf("%d workers were written again", n)
	}
	if got := value[string](t, conn, `SELECT string_agg(concat_ws(' ', name, readings, state), '; ' ORDER BY name) FROM mining.pool_worker`); got != "a 1 online; b 1 online" {
		t.Errorf("got %s", got)
	}
	// Numbers are drawn for new workers alone.
	for i := range 50 {
		storeWorkers(t, s, tenOClock.Add(time.Duration(i+1)*time.Minute), listed("a", 100), listed("b", 90))
	}
	storeWorkers(t, s, tenOClock.Add(time.Hour), listed("a", 100), listed("b", 90), listed("c", 1))
	if id := value[int](t, conn, `SELECT id FROM mining.pool_worker WHERE name = 'c'`); id != 3 {
		t.Errorf("the third worker has number %d", id)
	}
}

func TestAWorkerThatIsListedNoLongerIsGoneAndComesBack(t *testing.T) {
	d, _ := dbtest.New(t)
	s := d.Jobs()
	storeWorkers(t, s, tenOClock, listed("a", 100), listed("b", 0))
	storeWorkers(t, s, tenOClock.Add(10*time.Minute), listed("b", 0))
	a, err := s.PoolWorker(t.Context(), 1, "a")
	if err != nil || a.State != pool.WorkerGone || a.Now.Known || !a.SeenAt.Equal(tenOClock) {
		t.Errorf("a is %+v, %v", a, err)
	}
	b, err := s.PoolWorker(t.Context(), 1, "b")
	if err != nil || !b.DarkSince.Equal(tenOClock) {
		t.Errorf("b is dark since %s, %v", b.DarkSince, err)
	}
	counts, err := s.PoolWorkerCounts(t.Context())
	if err != nil || len(counts) != 1 || !counts[0].DarkSince.Equal(tenOClock) || counts[0] != (pool.WorkerCount{Account: 1, Site: 7, Building: "A", State: pool.Offline, Workers: 1, Rated: 1, Nameplate: 200 * units.TH, DarkSince: counts[0].DarkSince}) {
		t.Errorf("counts are %+v, %v", counts, err)
	}
	storeWorkers(t, s, tenOClock.Add(20*time.Minute), listed("a", 50), listed("b", 60))
	if a, err = s.PoolWorker(t.Context(), 1, "a"); err != nil || a.State != pool.Online || a.Now.Value != 50*units.TH {
		t.Errorf("a came back as %+v, %v", a, err)
	}
	if b, err = s.PoolWorker(t.Context(), 1, "b"); err != nil || !b.DarkSince.IsZero() {
		t.Errorf("b came back and is dark since %s, %v", b.DarkSince, err)
	}
}

func TestPagesOfWorkersFollowOneAnother(t *testing.T) {
	d, _ := dbtest.New(t)
	s := d.Jobs()
	var workers []pool.Worker
	for i := range 25 {
		workers = append(workers, listed(fmt.Sprintf("w%02d", i), float64(i%5)))
	}
	storeWorkers(t, s, tenOClock, workers...)
	var got []string
	f := db.PoolWorkerFilter{Limit: 10}
	for {
		page, err := s.PoolWorkers(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range page {
			got = append(got, w.Name)
		}
		if len(page) < f.Limit {
			break
		}
		last := page[len(page)-1]
		f.AfterAccount, f.After = last.Account, last.Name
	}
	if len(got) != 25 || got[0] != "w00" || got[24] != "w24" {
		t.Errorf("pages hold %s", strings.Join(got, " "))
	}
	for _, c := range []struct {
		f    db.PoolWorkerFilter
		want int
	}{
		{db.PoolWorkerFilter{State: pool.Offline}, 5}, {db.PoolWorkerFilter{Site: 7, State: pool.Online}, 20}, {db.PoolWorkerFilter{Site: 8}, 0}, {db.PoolWorkerFilter{Search: "w1"}, 10},
		{db.PoolWorkerFilter{Search: "%"}, 0}, {db.PoolWorkerFilter{Account: 2}, 0}, {db.PoolWorkerFilter{Unmatched: true}, 0},
	} {
		c.f.Limit = 100
		if list, err := s.PoolWorkers(t.Context(), c.f); err != nil || len(list) != c.want {
			t.Errorf("%+v: %d workers (%v), want %d", c.f, len(list), err, c.want)
		}
	}
}

func TestDaysOfWorkersAreKeptForFiveWeeks(t *testing.T) {
	now := tenOClock
	d, cfg := dbtest.NewAt(t, func() time.Time { return now })
	s, conn := d.Jobs(), connect(t, cfg.URL)
	for day := range 40 {
		storeWorkers(t, s, tenOClock.AddDate(0, 0, day), listed("a", 100))
	}
	now = tenOClock.AddDate(0, 0, 39)
	if n, err := s.ForgetPoolWorkers(t.Context()); err != nil || n != 4 {
		t.Errorf("%d rows went, %v", n, err)
	}
	if n := value[int](t, conn, `SELECT count(*) FROM mining.pool_worker_day`); n != 35 {
		t.Errorf("%d days are kept", n)
	}
	now = now.AddDate(0, 0, 40)
	if _, err := s.ForgetPoolWorkers(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := value[int](t, conn, `SELECT count(*) FROM mining.pool_worker`); n != 0 {
		t.Error("a worker that nobody listed for five weeks is kept")
	}
}

func TestWhoTypesAKeyCannotReadIt(t *testing.T) {
	d, cfg := dbtest.New(t)
	m := d.As(access.Mining)
	id, err := m.InsertPoolAccount(t.Context(), actor(access.Mining), samplePool(t, "Harbour"))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.SetPoolKey(t.Context(), actor(access.Mining), id, pool.SealedKey{SealID: "k1", Sealed: "sealed text"}); err != nil {
		t.Fatal(err)
	}
	if err := m.SetPoolKey(t.Context(), actor(access.Mining), 99, pool.SealedKey{SealID: "k1", Sealed: "x"}); err == nil {
		t.Error("a key of no account is kept")
	}
	for _, role := range access.Roles() {
		if _, err := d.As(role).SealedPoolKey(t.Context(), id); err == nil {
			t.Errorf("%s reads the sealed key", role)
		}
	}
	keys, err := m.PoolKeys(t.Context())
	if err != nil || keys[id].SealID != "k1" || keys[id].By == "" {
		t.Errorf("keys are %+v, %v", keys, err)
	}
	j := d.Jobs()
	before, err := j.SealedPoolKey(t.Context(), id)
	if err != nil || before.Sealed != "sealed text" {
		t.Fatal(before, err)
	}
	if err := j.ResealPoolKey(t.Context(), id, before, pool.SealedKey{SealID: "k2", Sealed: "sealed anew"}); err != nil {
		t.Fatal(err)
	}
	// A key typed meanwhile is not overwritten by the sealing of the one before.
	if err := j.ResealPoolKey(t.Context(), id, before, pool.SealedKey{SealID: "k3", Sealed: "lost"}); err != nil {
		t.Fatal(err)
	}
	if got := value[string](t, connect(t, cfg.URL), `SELECT seal_id || ' ' || sealed FROM mining.pool_key`); got != "k2 sealed anew" {
		t.Errorf("kept is %s", got)
	}
}
