package jobs

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/mining/pool"
	"switchyard/econ/record"
	"switchyard/econ/units"
	"switchyard/jobs/simulate"
	"switchyard/jobs/upstream"
)

var operator = access.Actor{Name: "J. Okonjo", Role: access.Mining}

// In the tests a key is kept as it is, under the id "old" or "new"; "lost" is one
// that nobody has any more.
func openKept(_ int64, kept pool.SealedKey) (pool.Opening, *pool.SealedKey, error) {
	if kept.SealID == "lost" {
		return pool.Opening{}, nil, errors.New("no such key")
	}
	o, err := pool.Unpack([]byte(kept.Sealed))
	if err != nil || kept.SealID == "new" {
		return o, nil, err
	}
	return o, &pool.SealedKey{SealID: "new", Sealed: kept.Sealed}, nil
}

// hashing is an account at a simulated pool with so many workers in two halls,
// since 40 days ago.
func hashing(p pool.Party, scheme pool.Scheme, workers int) *simulate.PoolAccount {
	f, _ := pool.FactsOf(p)
	a := &simulate.PoolAccount{
		Party: p, Account: "acme" + string(p), Scheme: scheme, Fee: 0.01, FeesFee: 0.01, Finder: "Harbour Pool", Address: "bc1qacme00000000000000000000000000000000",
		Begin: time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -40),
	}
	if f.ByBlock {
		a.Account = a.Address
	}
	if f.Key != "" {
		a.Key = pool.Secret("key-of-" + p)
	}
	if f.Secret != "" {
		a.Secret = pool.Secret("secret-of-" + p)
	}
	for i := range workers {
		a.Workers = append(a.Workers, simulate.PoolWorker{Name: fmt.Sprintf("r%02ds%02d", i/20, i%20), Nominal: 200 * units.TH, Group: int64(i % 2)})
	}
	return a
}

// enter writes an account into the store, with its key, and returns its id.
func (s *simulated) enter(t *testing.T, a *simulate.PoolAccount, sealID string) int64 {
	t.Helper()
	m := s.cfg.DB.As(access.Mining)
	id, err := m.InsertPoolAccount(t.Context(), operator, pool.Account{
		Name: "At " + string(a.Party), Party: a.Party, Account: a.Account, Scheme: a.Scheme, Finder: a.Finder, Rules: "r{rack}s{slot}", Watched: true,
		Version: record.Version{ValidFrom: a.Begin},
	})
	if err != nil {
		t.Fatal(err)
	}
	if a.Key != "" {
		s.key(t, id, pool.Opening{Key: a.Key, Secret: a.Secret}, sealID)
	}
	return id
}

func (s *simulated) key(t *testing.T, id int64, o pool.Opening, sealID string) {
	t.Helper()
	packed, err := o.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cfg.DB.As(access.Mining).SetPoolKey(t.Context(), operator, id, pool.SealedKey{SealID: sealID, Sealed: string(packed)}); err != nil {
		t.Fatal(err)
	}
}

// reads waits until an account stands as wanted, and returns how it stands.
func (s *simulated) reads(t *testing.T, id int64, what string, ok func(pool.Reading) bool) pool.Reading {
	t.Helper()
	var r pool.Reading
	eventually(t, 60*time.Second, func() string {
		readings, err := s.store.PoolReadings(t.Context())
		if err != nil {
			return err.Error()
		}
		if r = readings[id]; !ok(r) {
			return fmt.Sprintf("account %d is not %s: %+v", id, what, r)
		}
		return ""
	})
	return r
}

func answered(r pool.Reading) bool { return r.Kind == "" && !r.AnsweredAt.IsZero() }

// Every pool's account comes in through its own protocol, and what is stored is
// what the simulated pool has written down, to the satoshi.
func TestEveryPoolIsStoredAsItIs(t *testing.T) {
	schemes := map[pool.Party]pool.Scheme{pool.Ocean: pool.TIDES, pool.CKPool: pool.Solo, pool.ViaBTC: pool.PPSPlus, pool.F2Pool: pool.PPSPlus}
	var accounts []*simulate.PoolAccount
	for _, f := range pool.Parties() {
		scheme := schemes[f.Party]
		if scheme == "" {
			scheme = pool.FPPS
		}
		accounts = append(accounts, hashing(f.Party, scheme, 130))
	}
	s := newSimulated(t, 20*time.Second, accounts...)
	ids := make([]int64, len(accounts))
	for i, a := range accounts {
		ids[i] = s.enter(t, a, "new")
	}
	s.start(t)
	for i, a := range accounts {
		t.Run(string(a.Party), func(t *testing.T) {
			r := s.reads(t, ids[i], "read", func(r pool.Reading) bool { return answered(r) && r.Workers.Count > 0 })
			if r.Workers.Count != len(a.Workers) {
				t.Errorf("%d workers are listed, want %d", r.Workers.Count, len(a.Workers))
			}
			if want := s.world.PoolHashrate(a, r.CheckedAt); !r.Standing.Now.Known && !r.Standing.Hour.Known || math.Abs(float64(r.Standing.Now.Value/want-1)) > 0.05 {
				t.Errorf("hashrate is %v (of the hour %v), want about %v", r.Standing.Now, r.Standing.Hour, want)
			}
			s.checkPay(t, ids[i], a, r.CheckedAt)
		})
	}
}

// checkPay compares credits and payments of the last weeks with the simulator's.
func (s *simulated) checkPay(t *testing.T, id int64, a *simulate.PoolAccount, at time.Time) {
	t.Helper()
	if a.Party == pool.CKPool {
		return // it tells neither
	}
	f, _ := pool.FactsOf(a.Party)
	_, today := pool.DayAt(f, at)
	from, to := today.AddDate(0, 0, -30), today.AddDate(0, 0, -1)
	earned, err := s.store.PoolEarnings(t.Context(), []int64{id}, time.Time{}, from, to)
	if err != nil {
		t.Fatal(err)
	}
	var got, want units.Sats
	for _, e := range earned[id] {
		got += e.Net
	}
	for _, c := range s.world.PoolCredits(a, from.Add(time.Second), to.Add(time.Second)) { // a day is credited when it ends
		want += c.Net
	}
	if got != want || want == 0 {
		t.Errorf("%d sat are stored as credited in 29 days, the pool has %d", got, want)
	}
	paid, err := s.store.PoolPayouts(t.Context(), id, time.Time{}, from, to)
	if err != nil {
		t.Fatal(err)
	}
	known := s.world.PoolPayouts(a, from, to)
	if len(paid) != len(known) || len(paid) == 0 {
		t.Fatalf("%d payments are stored, the pool has made %d", len(paid), len(known))
	}
	for i, p := range paid {
		if p.Sats != known[i].Sats || p.State != pool.Sent || p.TxID != known[i].TxID && a.Party != pool.Luxor {
			t.Errorf("payment %d is %+v, the pool has %+v", i, p, known[i])
		}
	}
	if a.Party == pool.Luxor {
		return // it names no transaction
	}
	eventually(t, 20*time.Second, func() string {
		sights, err := s.store.ChainSights(t.Context(), id, from, to)
		if err != nil {
			return err.Error()
		}
		if sight, ok := sights[paid[len(paid)-1].Ref]; !ok || !sight.Found || sight.Sats != paid[len(paid)-1].Sats || sight.Height == 0 {
			return fmt.Sprintf("the newest payment on the chain is %+v", sight)
		}
		return ""
	})
}

// Whatever a pool does wrong, the account says what it is in words to act on, no
// number changes meanwhile, and afterwards all is as the pool has it.
func TestAnAccountOutlivesEveryFault(t *testing.T) {
	a := hashing(pool.Foundry, pool.FPPS, 40)
	s := newSimulated(t, 2*time.Second, a)
	id := s.enter(t, a, "new")
	r := s.start(t)
	first := s.reads(t, id, "read", answered)
	job := poolJob(id)
	for _, c := range []struct {
		fault simulate.Fault
		kind  upstream.Kind
		says  string
	}{
		{simulate.Fault{Kind: simulate.Refuse}, upstream.Refused, "no usable answer"},
		{simulate.Fault{Kind: simulate.Silent}, upstream.Timeout, "no usable answer"},
		{simulate.Fault{Kind: simulate.Delay, Delay: 5 * time.Second}, upstream.Timeout, "no usable answer"},
		{simulate.Fault{Kind: simulate.ServerError}, upstream.Status, "no usable answer"},
		{simulate.Fault{Kind: simulate.HalfBody}, upstream.Refused, "no usable answer"},
		{simulate.Fault{Kind: simulate.Malformed}, upstream.Malformed, "another form"},
		{simulate.Fault{Kind: simulate.Absurd}, upstream.Malformed, "another form"},
		{simulate.Fault{Kind: simulate.TooManyRequests, RetryAfter: time.Second}, upstream.RateLimited, "less often"},
	} {
		t.Run(string(c.fault.Kind), func(t *testing.T) {
			s.servers.Inject("foundry", c.fault)
			s.clock.jump(time.Minute)
			s.ask(t, r, job)
			bad := s.reads(t, id, "failing", func(r pool.Reading) bool { return r.Kind == string(c.kind) })
			if !bad.AnsweredAt.Before(bad.CheckedAt) || bad.FailingSince.IsZero() || bad.Standing.Active != first.Standing.Active {
				t.Errorf("it stands as %+v", bad)
			}
			s.sourceSays(t, poolSource(id), c.says)
			s.servers.Clear("foundry")
			s.clock.jump(time.Minute)
			s.ask(t, r, job)
			first = s.reads(t, id, "well again", answered)
			s.sourceSays(t, poolSource(id), "")
			s.checkPay(t, id, a, first.CheckedAt)
		})
	}
}

// What was credited and paid while nobody asked is asked for afterwards, however
// long that was.
func TestAPauseOfWeeksIsFilled(t *testing.T) {
	t.Parallel()
	a := hashing(pool.Foundry, pool.FPPS, 10)
	s := newSimulated(t, 20*time.Second, a)
	id := s.enter(t, a, "new")
	r := s.start(t)
	before := s.reads(t, id, "read", answered)
	s.clock.jump(25 * 24 * time.Hour)
	s.ask(t, r, poolJob(id))
	after := s.reads(t, id, "read again", func(now pool.Reading) bool {
		return answered(now) && now.AnsweredAt.Sub(before.AnsweredAt) > 24*24*time.Hour
	})
	s.checkPay(t, id, a, after.CheckedAt)
}

// sourceSays waits until the error of a source holds a text; empty: until there is
// none. It is told after the state of the account.
func (s *simulated) sourceSays(t *testing.T, name, want string) {
	t.Helper()
	eventually(t, 20*time.Second, func() string {
		sources, err := s.store.Sources(t.Context())
		if err != nil {
			return err.Error()
		}
		for _, src := range sources {
			if src.Name == name && (want == "" && src.LastError == "" || want != "" && strings.Contains(src.LastError, want)) {
				return ""
			}
		}
		return fmt.Sprintf("the source %s does not say %q: %+v", name, want, sources)
	})
}

// A key that is missing, wrong or sealed under a key that is gone is said so; one
// that is typed works within seconds, and is kept under the key that seals now.
func TestAKeyThatIsTypedIsTakenUp(t *testing.T) {
	a := hashing(pool.Luxor, pool.FPPS, 30)
	s := newSimulated(t, 5*time.Second, a)
	key := a.Key
	a.Key = "" // none is kept yet
	id := s.enter(t, a, "new")
	a.Key = key
	s.start(t)
	s.reads(t, id, "without a key", func(r pool.Reading) bool { return r.Kind == kindNoKey })
	s.sourceSays(t, poolSource(id), "There is no API key for Luxor")
	s.key(t, id, pool.Opening{Key: "wrong"}, "new")
	bad := s.reads(t, id, "refused", func(r pool.Reading) bool { return r.Kind == string(upstream.Denied) })
	if strings.Contains(bad.Error, "wrong") {
		t.Errorf("the error repeats the key: %s", bad.Error)
	}
	s.key(t, id, pool.Opening{Key: key}, "lost")
	s.reads(t, id, "unopened", func(r pool.Reading) bool { return r.Kind == kindNoKey && strings.Contains(r.Error, `"lost"`) })
	s.key(t, id, pool.Opening{Key: key}, "old")
	s.reads(t, id, "read", answered)
	kept, err := s.store.SealedPoolKey(t.Context(), id)
	if err != nil || kept.SealID != "new" {
		t.Errorf("the key is kept under %q, %v", kept.SealID, err)
	}
}

// The jobs and the source of an account end when it is no longer watched, and the
// table's own jobs stay.
func TestAnAccountThatIsNotWatchedHasNoJobs(t *testing.T) {
	a := hashing(pool.Ocean, pool.TIDES, 10)
	s := newSimulated(t, 5*time.Second, a)
	id := s.enter(t, a, "")
	s.start(t, "market.fees")
	s.reads(t, id, "read", answered)
	jobNames := func() string {
		jobs, err := s.store.Jobs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, job := range jobs {
			names = append(names, job.Name)
		}
		return strings.Join(names, " ")
	}
	if got, want := jobNames(), "market.fees "+poolJob(id)+" "+workersJob(id); got != want {
		t.Errorf("jobs are %s, want %s", got, want)
	}
	m := s.cfg.DB.As(access.Mining)
	v, err := m.PoolAccount(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	v.Watched = false
	if err := m.UpdatePoolAccount(t.Context(), operator, v, []string{"watched"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, func() string {
		if got := jobNames(); got != "market.fees" {
			return "jobs are " + got
		}
		sources, err := s.store.Sources(t.Context())
		if err != nil {
			return err.Error()
		}
		for _, src := range sources {
			if strings.HasPrefix(src.Name, poolSourcePrefix) {
				return "the source " + src.Name + " is there"
			}
		}
		return ""
	})
}
