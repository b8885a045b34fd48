package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/record"
	"switchyard/econ/units"
)

// poolAccount adds an account and returns its number.
func (s *site) poolAccount(name string, party pool.Party, scheme pool.Scheme, fee string) int64 {
	s.t.Helper()
	id, err := s.db.As(access.Mining).InsertPoolAccount(s.t.Context(), access.Actor{Name: "Test"}, pool.Account{
		Name: name, Party: party, Account: "acct-" + name, Scheme: scheme, Fee: rateOf(s.t, fee), Tolerance: rateOf(s.t, "0.5"), Rules: "{serial}", Watched: true,
		Version: record.Version{ValidFrom: time.Now().UTC()},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// standing stores what a pool says of an account at a moment.
func (s *site) standing(account int64, at time.Time, v pool.Standing) {
	s.t.Helper()
	v.At = at
	ctx, j := s.t.Context(), s.db.Jobs()
	if err := j.StorePoolStanding(ctx, account, at, v); err != nil {
		s.t.Fatal(err)
	}
	if err := j.PoolAnswered(ctx, account, at); err != nil {
		s.t.Fatal(err)
	}
}

// worker is one that hashes so many TH/s; none: it is offline since a moment.
func worker(name string, ths float64, since time.Time) pool.Worker {
	w := pool.Worker{
		ID: name, Name: name, State: pool.Online, Now: mining.Of(units.Hashrate(ths) * units.TH), Hour: mining.Of(units.Hashrate(ths) * units.TH), Day: mining.Of(190 * units.TH),
		Stale: mining.Of(0.0010), Rejected: mining.Of(0.0002), LastShare: mining.Of(since),
	}
	if ths == 0 {
		w.State = pool.Offline
	}
	return w
}

// stands is the place of a machine of the register; no nameplate: it is not to hash.
func stands(unit int64, building string, ths float64) pool.Place {
	p := pool.Place{Unit: unit, Site: 1, Building: building, Nameplate: mining.Unknown[units.Hashrate]("it is not to hash")}
	if ths > 0 {
		p.Nameplate = mining.Of(units.Hashrate(ths) * units.TH)
	}
	return p
}

func (s *site) workers(account int64, at time.Time, list []pool.Worker, places []pool.Place) {
	s.t.Helper()
	l := db.WorkerList{Account: account, At: at, Workers: list, Places: places, Took: 302 * time.Second, Every: 11 * time.Minute}
	if _, err := s.db.Jobs().StorePoolWorkers(s.t.Context(), l); err != nil {
		s.t.Fatal(err)
	}
}

// hashing declares a series of an account and stores a value.
func (s *site) hashing(key string, points ...market.Point) {
	s.t.Helper()
	if err := s.db.Jobs().EnsureSeries(s.t.Context(), market.SeriesDef{Key: key, Unit: "H/s", Interval: 5 * time.Minute, Source: "test"}); err != nil {
		s.t.Fatal(err)
	}
	s.ticks(key, points...)
}

// twoPools is the fleet of M8 at two pools: of Harbour's six workers two are dark, one
// is dark and not to hash and one names no machine and is dark; of Openshare only its
// own count is known. It returns their numbers.
func (s *site) twoPools(now time.Time) (harbour, open int64) {
	s.t.Helper()
	s.fleetOfM8("48")
	harbour, open = s.poolAccount("Harbour", pool.Luxor, pool.FPPS, "2"), s.poolAccount("Openshare", pool.Ocean, pool.TIDES, "1")
	s.standing(harbour, now, pool.Standing{
		Now: mining.Of(390 * units.TH), Hour: mining.Of(400 * units.TH), Day: mining.Of(760 * units.TH), Active: mining.Of(2), Inactive: mining.Of(4), Unpaid: mining.Of[units.Sats](194_000_000),
		Stale: mining.Of(0.0010), Rejected: mining.Of(0.0002),
	})
	since := now.Add(-2 * time.Hour)
	list := []pool.Worker{worker("A-0000", 200, now), worker("A-0001", 190, now), worker("A-0002", 0, since), worker("A-0003", 0, since), worker("A-0004", 0, since), worker("stray", 0, since)}
	places := []pool.Place{stands(1, "B1", 200), stands(2, "B1", 200), stands(3, "B1", 200), stands(4, "B2", 200), stands(5, "B2", 0), {Why: string(pool.NoRule), Nameplate: mining.Unknown[units.Hashrate]("no machine is named")}}
	s.workers(harbour, now, list, places)
	s.hashing(fmt.Sprintf("mining.pool_expected_hs.%d", harbour), market.Point{T: now, V: 800e12})
	s.hashing(fmt.Sprintf("mining.pool_dark_hs.%d.1", harbour), market.Point{T: now, V: 400e12})
	s.standing(open, now, pool.Standing{
		Now: mining.Of(100 * units.TH), Hour: mining.Of(100 * units.TH), Day: mining.Of(90 * units.TH), Active: mining.Of(1), Inactive: mining.Of(0),
		Stale: mining.Unknown[float64]("the pool did not say"), Rejected: mining.Of(0.004), Unpaid: mining.Unknown[units.Sats]("the pool did not say"),
	})
	return harbour, open
}

func TestACompanyWithoutPoolsIsToldWhatToDo(t *testing.T) {
	s := open(t, nil)
	for role, action := range map[access.Role]bool{access.Mining: true, access.Executive: false} {
		s.as(role)
		p := s.page("/mining/pools")
		if text := p.text("main"); !contains(text, "No account at a pool is known yet.") || !contains(text, "with a key that may only read") || contains(text, "0.00") {
			t.Errorf("%s reads %s", role, text)
		}
		if contains(p.body, `href="/mining/pools/new"`) != action {
			t.Errorf("%s may add an account: want %v", role, action)
		}
	}
}

func TestThePoolsPageSaysWhatIsDarkAndWhatItCosts(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	now := time.Now().UTC()
	harbour, _ := s.twoPools(now)
	p := s.page("/mining/pools")
	// 400 TH/s dark at $39.0569 a PH/s and day, 2 % of it the pool's: $0.64 an hour. Harbour
	// hashes 760 of 800 TH/s; what Openshare should hash nobody knows.
	for _, want := range []string{
		"95.0% of what should hash where workers are read ; 3 workers are dark , which costs $0.64 an hour .",
		"2 / 6", "1 / 1", "95.0%", "0.12", "rejected only", "1.94", "FPPS, 2%", "$0.64 lost an hour",
		"6 workers on 1 page, read in 5\u00a0min 2\u00a0s at", "every 11 minutes", "1 worker more is dark and names no machine",
	} {
		if !contains(p.text("main"), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("the page does not say %q:\n%s", want, p.text("main"))
		}
	}
	if text := textOf(p.find("#pool-dark")); !contains(text, "Pecos, B1 1 0.2 33.3%") || !contains(text, "Pecos, B2 1 0.2 100.0%") {
		t.Errorf("what is dark: %s", text)
	}
	if !contains(p.body, fmt.Sprintf(`href="/mining/pools/%d"`, harbour)) {
		t.Error("an account has no link")
	}
	_, csv := s.get("/data/pool-dark.csv")
	if !contains(csv, "Pecos,B1,1,200000000000000,0.333") {
		t.Errorf("file: %s", csv)
	}
	if _, csv = s.get("/data/pools.csv?window=1h"); !contains(csv, "Harbour,Luxor,FPPS,2,working,400000000000000,800000000000000,0.5,2,6,0.001,0.0002,194000000") || !contains(csv, ",302,660") {
		t.Errorf("file: %s", csv)
	}
	if res, _ := s.get("/mining/pools?window=2h"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("another window: %s", res.Status)
	}
}
