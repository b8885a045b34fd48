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
	"switchyard/econ/units"
)

// poolAccount adds an account and returns its number.
func (s *site) poolAccount(name string, party pool.Party, scheme pool.Scheme, fee string) int64 {
	s.t.Helper()
	return s.pool(name, func(v *pool.Account) {
		v.Party, v.Account, v.Scheme, v.Fee, v.Rules, v.ValidFrom = party, "acct-"+name, scheme, rateOf(s.t, fee), "{serial}", time.Now().UTC()
	})
}

// standing stores what a pool says of an account at a moment.
func (s *site) standing(account int64, at time.Time, v pool.Standing) {
	s.t.Helper()
	v.At = at
	ctx, j := s.t.Context(), s.db.Jobs()
	if err := j.StorePoolStanding(ctx, account, v); err != nil {
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
		"2 / 6", "1 / 1", "95.0%", "0.12", "0.40 rejected", "1.9400", "FPPS, 2%", "$0.64 lost an hour",
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

// An account that stopped answering keeps its figures with their age; they are in no
// sum, and the row says what to do.
func TestAnAccountThatFailsIsShownAndNotSummed(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	harbour, open := s.twoPools(clock.now().UTC())
	clock.add(30 * time.Minute)
	s.as(access.Mining)
	now := clock.now().UTC()
	if err := s.db.Jobs().PoolFailed(t.Context(), harbour, now, "denied", "Luxor answered 401.", time.Time{}); err != nil {
		t.Fatal(err)
	}
	s.standing(open, now, pool.Standing{Day: mining.Of(90 * units.TH), Active: mining.Of(1), Inactive: mining.Of(0)})
	text := s.page("/mining/pools").text("main")
	for _, want := range []string{
		"The pools count at least 0.09 PH/s", "1 of 2 accounts answer", "Luxor has refused the API key since", "It has expired or was withdrawn, or lacks a right. Type a new one.", "0.76",
	} {
		if !contains(text, want) && !contains(text, strings.ReplaceAll(want, "at least 0.09 PH/s", "at least 90.00 TH/s")) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
	clock.add(25 * time.Hour)
	s.as(access.Mining)
	if text = s.page("/mining/pools").text("main"); contains(text, "0.76") || !contains(text, "no pool has said it in the last 20 minutes") {
		t.Errorf("a day later: %s", text)
	}
}

// What an hour lost is the dark nameplate of the hour at the hour's hashprice; what
// nobody read is not zero.
func TestEachHourLostAtItsOwnHashprice(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	now := time.Now().UTC()
	harbour, _ := s.twoPools(now)
	hour := now.Truncate(time.Hour)
	two, three := hour.Add(-2*time.Hour), hour.Add(-3*time.Hour)
	// 3 PH/s and 1 PH/s dark in readings of one hour, 2 in the mean; 1.2 in the hour before.
	s.hashing(fmt.Sprintf("mining.pool_expected_hs.%d", harbour), market.Point{T: two.Add(5 * time.Minute), V: 5e15}, market.Point{T: two.Add(50 * time.Minute), V: 5e15}, market.Point{T: three.Add(time.Minute), V: 5e15})
	s.hashing(fmt.Sprintf("mining.pool_dark_hs.%d.1", harbour), market.Point{T: two.Add(5 * time.Minute), V: 3e15}, market.Point{T: two.Add(50 * time.Minute), V: 1e15}, market.Point{T: three.Add(time.Minute), V: 1.2e15})
	var bars []market.Bar
	for at, v := range map[time.Time]float64{two: 48, three: 40, hour.Add(-time.Hour): 50} {
		bars = append(bars, market.Bar{T: at, N: 1, Sum: v, Min: v, Max: v, First: v, Last: v})
	}
	if _, err := s.db.Jobs().InsertBars(t.Context(), "market.hashprice_usd_per_ph_day", market.LevelHour, bars); err != nil {
		t.Fatal(err)
	}
	_, csv := s.get("/data/pool-dark-hours.csv")
	stamp := func(at time.Time) string { return at.Format(time.RFC3339) }
	// 2 × 48 ÷ 24 × 0.98 and 1.2 × 40 ÷ 24 × 0.98; the hour between was not read.
	for _, want := range []string{stamp(two) + ",2000000000000000,3.92,0", stamp(three) + ",1200000000000000,1.96,0", stamp(hour.Add(-time.Hour)) + ",,,1", stamp(hour.Add(-4*time.Hour)) + ",,,0"} {
		if !contains(csv, want) {
			t.Errorf("the file does not hold %q:\n%s", want, csv)
		}
	}
	figure := s.page("/mining/pools").find("#pool-dark-hours")
	if text := textOf(figure); !contains(text, "21 of 24 are not known") || !contains(text, "At least $5.") && !contains(text, "At least $6.") {
		t.Errorf("the figure says %s", text)
	}
	hatched, bars24 := 0, 0
	for n := range figure.Descendants() {
		switch get(n, "class") {
		case "hatch-n":
			hatched++
		case "fl m":
			bars24++
		}
	}
	if hatched != 21 || bars24 != 3 {
		t.Errorf("%d hours are hatched and %d drawn", hatched, bars24)
	}
	if _, csv = s.get("/data/pool-dark-hours.csv?window=7d"); strings.Count(csv, "\n") < 168 {
		t.Errorf("a week holds %d lines", strings.Count(csv, "\n"))
	}
}

// An open page is told of each list that is stored, and fetches what it names.
func TestAStoredListMovesTheOpenPools(t *testing.T) {
	s := open(t, nil)
	now := time.Now().UTC()
	harbour, _ := s.twoPools(now.Add(-time.Minute))
	s.as(access.Mining)
	for _, path := range []string{"/mining/pools", "/mining", "/mining/pools/workers"} {
		p := s.page(path)
		if got := p.attr("main", "data-topics"); !contains(got, "mining.pool_workers:1") || !contains(got, "mining.pool:") || contains(got, "mining.pool:0") {
			t.Errorf("%s follows %q", path, got)
		}
	}
	p := s.page("/mining/pools")
	for id, topic := range map[string]string{"#pools-now": "mining.pool_workers", "#pools": "mining.pool", "#pool-dark": "mining.pool_workers", "#pool-dark-hours": "mining.pool_workers"} {
		if got := p.attr(id, "data-refetch"); !contains(got, topic) {
			t.Errorf("%s is fetched again after %q", id, got)
		}
	}
	ws := s.follow(map[string]int64{"mining.pool_workers": 1})
	until(t, ws, "the feed's state", func(e event) bool { return e.Op == "feed" })
	s.workers(harbour, now, []pool.Worker{worker("A-0000", 200, now)}, []pool.Place{stands(1, "B1", 200)})
	e := until(t, ws, "the list", func(e event) bool { return e.Topic == "mining.pool_workers" })
	if e.Seq != 2 || len(e.Text) != 0 {
		t.Errorf("got %+v", e)
	}
	if text := textOf(s.page("/mining/pools").find("#pools-now")); !contains(text, "no worker is dark") {
		t.Errorf("fetched again: %s", text)
	}
}

func TestTheLivePageHasThePools(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	if text := s.page("/mining").text("main"); !contains(text, "No account at a pool is known yet") || contains(text, "Effective hashrate") {
		t.Error("without pools the page does not say what to do")
	}
	s.twoPools(time.Now().UTC())
	p := s.page("/mining")
	if text := textOf(p.find("#fleet-kpis")); !contains(text, "Effective hashrate 0.85 PH/s 95.0% of expected") || !contains(text, "Workers online 3 of 7; 3 dark") {
		t.Errorf("headline figures: %s", text)
	}
	if text := textOf(p.find("#pools")); !contains(text, "PH/s over 24 h") || !contains(text, "Openshare TIDES, 1% 0.09") {
		t.Errorf("pools: %s", text)
	}
	for _, part := range []string{"#pools", "#fleet-kpis"} {
		if got := p.attr(part, "data-refetch"); !contains(got, "mining.pool mining.pool_workers") {
			t.Errorf("%s is fetched again after %q", part, got)
		}
	}
	s.as(access.Finance)
	if p = s.page("/mining"); contains(p.body, "Openshare") || contains(p.body, "at a pool") {
		t.Error("who may not read the unit sees its pools")
	}
}

// The sentence names the account that was paid short, and the sums are those of the
// days that can be judged.
func TestThePoolsPageSaysWhichAccountWasPaidShort(t *testing.T) {
	s := openPools(t)
	s.chain(march3, 7, nil)
	short, right := s.pool("Harbour", nil), s.pool("Anvil", func(v *pool.Account) { v.Account = "another" })
	s.credit(short, march3, dayDue, dayDue, dayDue, eightLess, dayDue, dayDue, dayDue)
	s.credit(right, march3, dayDue, dayDue, dayDue, dayDue, dayDue, dayDue, dayDue)
	text := s.page("/mining/pools").text("#pools-now")
	// 13 × 240,445,209 and 221,209,592 credited of 14 × 240,445,209.
	for _, want := range []string{"Harbour paid short on 1 day of the last 30.", "Paid against due, 30 d 99.43 % −0.1924 BTC of 33.6623 BTC; 14 of 14 days judged"} {
		if !contains(text, want) {
			t.Errorf("the page does not say %q: %s", want, text)
		}
	}
	if contains(text, "Anvil paid short") {
		t.Error("who paid what was due is said to have paid short")
	}
}
