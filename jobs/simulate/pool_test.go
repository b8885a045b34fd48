package simulate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/simulate"
)

// began is when the machines of the tests were switched on: in the middle of a
// day, some two months before the present.
var began = origin.Add(-64 * 24 * time.Hour).Truncate(time.Hour)

// account is one of n machines in halls of forty.
func account(party pool.Party, scheme pool.Scheme, n int) *simulate.PoolAccount {
	a := &simulate.PoolAccount{
		Party: party, Account: "north", Key: "key-of-" + pool.Secret(party), Secret: "secret-of-" + pool.Secret(party), Scheme: scheme,
		Fee: 0.015, FeesFee: 0.02, Finder: "Openshare", Address: "bc1qpayouts" + string(party), Begin: began, Climate: simulate.Climate{Site: 3, Heat: 1},
	}
	if party == pool.Ocean || party == pool.CKPool {
		a.Account = a.Address
	}
	for i := range n {
		a.Workers = append(a.Workers, simulate.PoolWorker{Name: fmt.Sprintf("r%05d", i), Nominal: units.Hashrate(180+i%5*10) * units.TH, Group: int64(i / 40)})
	}
	return a
}

// everyAccount is one of each pool, with each scheme in use.
func everyAccount() []*simulate.PoolAccount {
	return []*simulate.PoolAccount{
		account(pool.Luxor, pool.FPPS, 230), account(pool.Foundry, pool.FPPS, 230), account(pool.Braiins, pool.FPPS, 90), account(pool.Ocean, pool.TIDES, 200),
		account(pool.CKPool, pool.Solo, 3), account(pool.F2Pool, pool.PPSPlus, 120), account(pool.ViaBTC, pool.PPLNS, 130), account(pool.Antpool, pool.FPPS, 130),
	}
}

// told is what a world says of an account.
func told(w *simulate.World, a *simulate.PoolAccount, at time.Time) string {
	from, to := at.AddDate(0, 0, -20), at
	return fmt.Sprint(w.PoolHashrate(a, at), w.PoolMean(a, from, to), w.PoolDay(a, at.AddDate(0, 0, -1)), w.PoolCredits(a, from, to), w.PoolPayouts(a, from, to),
		w.PoolUnpaid(a, at), w.PoolCounts(a, at), w.PoolWorkers(a, at, 1, 20))
}

// A restart tells the same of each account, whatever is asked first, and so does
// a world that is a month older.
func TestAnAccountIsItsWorldAndItsTerms(t *testing.T) {
	now, later, again := worldAt(5, origin), worldAt(5, origin.AddDate(0, 1, 0)), worldAt(5, origin)
	first, second, third := everyAccount(), everyAccount(), everyAccount()
	for i, a := range first {
		at := origin.Add(-time.Duration(3+i) * time.Hour * 31)
		again.PoolUnpaid(third[i], at.AddDate(0, 0, -9)) // another order
		want := told(now, a, at)
		if got := told(later, second[i], at); got != want {
			t.Errorf("%s: an older world tells %s, want %s", a.Party, got, want)
		}
		if got := told(again, third[i], at); got != want {
			t.Errorf("%s: a restart tells %s, want %s", a.Party, got, want)
		}
		if got := told(worldAt(6, origin), a, at); got == want {
			t.Errorf("%s: another seed tells the same", a.Party)
		}
	}
}

// What was unpaid, and credited since, and not paid since, is unpaid: between any
// two instants, to the satoshi.
func TestTheBalanceOfAnAccountAddsUp(t *testing.T) {
	w := worldAt(8, origin)
	r := rand.New(rand.NewPCG(8, 1))
	span := int64(origin.Sub(began) / time.Second)
	instant := func() time.Time { return began.Add(time.Duration(r.Int64N(span+7200)-3600) * time.Second) }
	for _, a := range everyAccount() {
		moved := units.Sats(0)
		for range 200 {
			from, to := instant(), instant()
			if to.Before(from) {
				from, to = to, from
			}
			if r.IntN(4) == 0 { // at a day's end, where the credit falls
				from = from.Truncate(24 * time.Hour)
			}
			sum := w.PoolUnpaid(a, from)
			for _, c := range w.PoolCredits(a, from, to) {
				sum += c.Net
				moved += c.Net
				if c.Gross-c.Fee-c.Withheld != c.Net || c.Net <= 0 || c.Fees > c.Gross || c.Fees < 0 {
					t.Fatalf("%s: the parts of %+v do not add up", a.Party, c)
				}
			}
			for _, p := range w.PoolPayouts(a, from, to) {
				sum -= p.Sats
			}
			if got := w.PoolUnpaid(a, to); got != sum || got < 0 {
				t.Fatalf("%s from %s to %s: %d sat are unpaid, want %d", a.Party, from, to, got, sum)
			}
		}
		if moved == 0 && a.Scheme != pool.Solo {
			t.Errorf("%s credited nothing", a.Party)
		}
	}
}

// blocksOf are the blocks of [from, to) and the one after.
func blocksOf(t *testing.T, w *simulate.World, from, to time.Time) (in []market.Block, next market.Block) {
	t.Helper()
	for h := w.Tip().Height; ; h-- {
		b, ok := w.Block(h)
		if !ok {
			t.Fatalf("block %d is missing", h)
		}
		switch {
		case b.Time.Before(from):
			slices.Reverse(in)
			return in, next
		case b.Time.Before(to):
			in = append(in, b)
		default:
			next = b
		}
	}
}

// legsOf recomputes from the chain what 1 H/s earns in a span: blocks, subsidy,
// and the mean of the fees.
func legsOf(t *testing.T, w *simulate.World, from, to time.Time) (blocks, subsidy, meanFees float64) {
	t.Helper()
	in, next := blocksOf(t, w, from, to)
	at := from
	for _, b := range append(in, next) {
		end := b.Time
		if end.After(to) {
			end = to
		}
		mu := end.Sub(at).Seconds() / (b.Difficulty * math.Exp2(32))
		blocks += mu
		subsidy += mu * float64(*b.Reward-*b.TotalFees)
		at = end
	}
	for _, b := range in {
		meanFees += float64(*b.TotalFees) / float64(len(in))
	}
	return blocks, subsidy, meanFees
}

// near holds sums against each other to a satoshi: the order of additions differs.
func near(t *testing.T, what string, got units.Sats, want float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > 1 {
		t.Errorf("%s is %d sat, want %.2f", what, got, want)
	}
}

// hoursOf is the mean of an account's hashrate, hour by hour, from its workers.
func hoursOf(w *simulate.World, a *simulate.PoolAccount, from, to time.Time) float64 {
	sum, n := 0.0, 0
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		for _, m := range w.PoolWorkers(a, at.Add(30*time.Minute), 0, len(a.Workers)) {
			sum += float64(m.Now)
		}
		n++
	}
	return sum / float64(n)
}

// M7, recomputed from the blocks of the chain: FPPS on ordinary days and on one
// on which the difficulty changes.
func TestFPPSPaysExpectedSubsidyAndMeanFees(t *testing.T) {
	w, a := worldAt(9, origin), account(pool.Luxor, pool.FPPS, 230)
	days := []time.Time{origin.AddDate(0, 0, -2), origin.AddDate(0, 0, -40), began}
	steps := w.Steps(began.AddDate(0, 0, 2))
	if len(steps) == 0 {
		t.Fatal("the difficulty did not change")
	}
	for _, day := range append(days, steps[0].Time, steps[1].Time) {
		d := w.PoolDay(a, day)
		if want := day.Truncate(24 * time.Hour); !d.From.Equal(want) || d.To.Sub(d.From) != 24*time.Hour || d.Open {
			t.Fatalf("the day of %s is %+v", day, d)
		}
		blocks, subsidy, fees := legsOf(t, w, d.From, d.To)
		rate := float64(w.PoolMean(a, d.From, d.To))
		near(t, "gross of "+day.String(), d.Gross, rate*(subsidy+blocks*fees))
		near(t, "fees of "+day.String(), d.Fees, rate*blocks*fees)
		near(t, "net of "+day.String(), d.Net, rate*(subsidy+blocks*fees)*(1-0.015))
		if hours := hoursOf(w, a, d.From, d.To); math.Abs(hours/rate-1) > 0.003 {
			t.Errorf("%s: the workers hash %g on average, the account %g", day, hours, rate)
		}
	}
}

// PPS+ pays its part of the fees that the pool's own blocks had, PPLNS its part of
// the blocks, and both more or less than expected.
func TestTheMinerCarriesTheLuckThatItsSchemeLeavesIt(t *testing.T) {
	w := worldAt(9, origin)
	for _, scheme := range []pool.Scheme{pool.PPSPlus, pool.PPLNS} {
		a := account(pool.Antpool, scheme, 230)
		d := w.PoolDay(a, origin.AddDate(0, 0, -3))
		_, subsidy, _ := legsOf(t, w, d.From, d.To)
		in, _ := blocksOf(t, w, d.From, d.To)
		found, fees, rewards := 0, 0.0, 0.0
		for _, b := range in {
			if b.PoolName != a.Finder {
				continue
			}
			found++
			// 11 % of the network is behind the name. What the network hashes the
			// test knows only from the difficulty: to a tenth.
			share := float64(w.PoolMean(a, b.Time.Add(-24*time.Hour), b.Time)) / (0.11 * b.Difficulty * math.Exp2(32) / 600)
			fees, rewards = fees+share*float64(*b.TotalFees), rewards+share*float64(*b.Reward)
		}
		if found < 5 {
			t.Fatalf("the pool found %d blocks", found)
		}
		want := rewards * (1 - 0.015)
		if scheme == pool.PPSPlus {
			near(t, "subsidy of PPS+", d.Gross-d.Fees, float64(d.Hashrate)*subsidy)
			near(t, "net of PPS+", d.Net, float64(d.Gross-d.Fees)*(1-0.015)+float64(d.Fees)*(1-0.02))
			want = fees
			if math.Abs(float64(d.Fees)/want-1) > 0.1 {
				t.Errorf("fees of PPS+ are %d sat, want about %.0f", d.Fees, want)
			}
			continue
		}
		if math.Abs(float64(d.Net)/want-1) > 0.1 {
			t.Errorf("PPLNS pays %d sat, want about %.0f", d.Net, want)
		}
	}
}

// Each block of the pool pays a TIDES account its part; a solo miner finds a
// whole one with the chance of its work, and no more often.
func TestBlocksPayThoseWhoWorkedForThem(t *testing.T) {
	w := worldAt(4, origin)
	a := account(pool.Ocean, pool.TIDES, 200)
	credits := w.PoolCredits(a, began, origin)
	for _, c := range credits {
		b, ok := w.Block(c.Height)
		if !ok || b.Hash != c.Hash || !b.Time.Equal(c.At) || b.PoolName != a.Finder {
			t.Fatalf("%+v is not of a block of the pool", c)
		}
		// The hashrate that the pool tells is the one it shares a block by.
		part := float64(w.PoolMean(a, c.At.Add(-24*time.Hour), c.At) / w.FinderHashrate(a.Finder, c.At))
		near(t, "share of a block", c.Net, part*float64(*b.Reward)*(1-a.Fee))
	}
	if len(credits) < 500 {
		t.Errorf("%d blocks in two months", len(credits))
	}
	for _, p := range w.PoolPayouts(a, began, origin) {
		if !p.Generation || p.Sats < 1_048_576 || p.State != pool.Sent {
			t.Fatalf("payout %+v", p)
		}
	}
	// A fifth of the network alone: it finds about a fifth of the blocks.
	solo := account(pool.CKPool, pool.Solo, 1)
	solo.Workers[0].Nominal, solo.Finder = units.Hashrate(0.2*w.Tip().Difficulty*math.Exp2(32)/600), "Harbour Pool"
	n := float64(len(w.PoolCredits(solo, began, origin)))
	in, _ := blocksOf(t, w, began, origin)
	if want := 0.2 * float64(len(in)); math.Abs(n/want-1) > 0.25 {
		t.Errorf("alone it found %g blocks, want about %g", n, want)
	}
	if got := w.PoolUnpaid(solo, origin); got != 0 {
		t.Errorf("%d sat of a solo miner are unpaid", got)
	}
}

// A pool that keeps eight percent of one day keeps them of no other.
func TestAPoolThatPaysShortPaysShortOnThatDayOnly(t *testing.T) {
	w, honest, short := worldAt(9, origin), account(pool.Foundry, pool.FPPS, 230), account(pool.Foundry, pool.FPPS, 230)
	day := origin.AddDate(0, 0, -5).Truncate(24 * time.Hour)
	short.Short = func(d time.Time) float64 {
		if d.Equal(day) {
			return 0.08
		}
		return 0
	}
	for d := day.AddDate(0, 0, -3); d.Before(day.AddDate(0, 0, 4)); d = d.AddDate(0, 0, 1) {
		full, got := w.PoolDay(honest, d), w.PoolDay(short, d)
		withheld := units.Sats(0)
		if d.Equal(day) {
			withheld = units.Sats(math.RoundToEven(float64(full.Net) * 0.08))
		}
		if got.Net != full.Net-withheld || got.Withheld != withheld || got.Hashrate != full.Hashrate || got.Fee != full.Fee {
			t.Errorf("%s: %+v, want %d sat less than %+v", d, got, withheld, full)
		}
	}
}

// ViaBTC's days are those of Beijing, and so is the day on which it pays short.
func TestADayOfViaBTCBeginsAtMidnightInBeijing(t *testing.T) {
	a := account(pool.ViaBTC, pool.PPSPlus, 130)
	var asked []time.Time
	a.Short = func(day time.Time) float64 { asked = append(asked, day); return 0 }
	at := time.Date(2026, 3, 5, 17, 0, 0, 0, time.UTC) // one in the morning of the 6th in Beijing
	d := worldAt(9, origin).PoolDay(a, at)
	if want := time.Date(2026, 3, 5, 16, 0, 0, 0, time.UTC); !d.From.Equal(want) || !d.To.Equal(want.AddDate(0, 0, 1)) {
		t.Errorf("the day is from %s to %s", d.From, d.To)
	}
	last := asked[len(asked)-1]
	if want := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC); !last.Equal(want) { // the last that has ended
		t.Errorf("the last day that was asked for is %s, want %s", last, want)
	}
}

// Workers add up to their account, count by count, at any instant; some are dark
// and now and then a whole hall.
func TestWorkersAddUpToTheirAccount(t *testing.T) {
	w := worldAt(2, origin)
	for _, n := range []int{1, 7, 230, 3000} {
		a := account(pool.Luxor, pool.FPPS, n)
		dark, hallsDark, seen := 0, 0, 0
		for i := range 150 {
			at := began.Add(time.Duration(i) * 617 * time.Minute)
			var sum float64
			var c simulate.PoolCounts
			byHall := make(map[int64]int)
			for _, m := range w.PoolWorkers(a, at, 0, n) {
				sum += float64(m.Now)
				switch m.State {
				case pool.Online:
					c.Online++
				case pool.Low:
					c.Low++
				default:
					c.Offline++
					byHall[m.Group]++
				}
				if (m.Now == 0) != (m.State == pool.Offline) || m.LastShare.After(at) || m.Hour < 0 || m.Day < 0 {
					t.Fatalf("%s: %+v", at, m)
				}
			}
			if got := w.PoolCounts(a, at); got != c {
				t.Fatalf("%s: counts are %+v, the workers are %+v", at, got, c)
			}
			if got := float64(w.PoolHashrate(a, at)); math.Abs(got-sum) > 0.01*sum {
				t.Fatalf("%s: %d workers hash %g, their account %g", at, n, sum, got)
			}
			for _, k := range byHall {
				if k == 40 {
					hallsDark++
					c.Offline -= 40
				}
			}
			dark, seen = dark+c.Offline, seen+n
		}
		if share := float64(dark) / float64(seen); n == 3000 && (share < 0.004 || share > 0.012) {
			t.Errorf("%.2f %% of single machines are dark", 100*share)
		}
		if n == 3000 && (hallsDark < 10 || hallsDark > 75*150/20) {
			t.Errorf("%d times a hall was dark", hallsDark)
		}
	}
}

// A page of a large account costs no more than one of a small account, and the
// pages together are the list.
func TestAPageCostsWhatIsOnIt(t *testing.T) {
	w := worldAt(2, origin)
	cost := func(n int) float64 {
		a := account(pool.Luxor, pool.FPPS, n)
		w.PoolWorkers(a, origin, 0, 1)
		return testing.AllocsPerRun(5, func() { w.PoolWorkers(a, origin, n-40, 40) })
	}
	if small, large := cost(200), cost(30_000); large > 2*small+10 {
		t.Errorf("a page allocates %g times of 200 workers and %g times of 30,000", small, large)
	}
	a := account(pool.Luxor, pool.FPPS, 230)
	var pages []simulate.PoolWorkerNow
	for from := 0; from < 300; from += 50 {
		pages = append(pages, w.PoolWorkers(a, origin, from, 50)...)
	}
	if diff := cmp.Diff(w.PoolWorkers(a, origin, 0, 230), pages); diff != "" {
		t.Errorf("the pages are not the list (-list +pages):\n%s", diff)
	}
}

// Many ask at once while time passes, and all are told what one alone is told.
func TestManyMayAskOfAnAccountAtOnce(t *testing.T) {
	var passed atomic.Int64
	clock := func() time.Time { return origin.Add(time.Duration(passed.Load()) * time.Hour) }
	w := simulate.NewWorld(simulate.Config{Origin: origin, Seed: 5, Now: clock})
	shared := everyAccount()
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			a := shared[i%len(shared)]
			for n := range 12 {
				passed.Add(1)
				w.PoolPayouts(a, began, clock())
				w.PoolWorkers(a, clock(), n, 5)
				w.PoolDay(a, clock())
				w.PoolTx(shared, "none")
			}
		})
	}
	group.Wait()
	alone := worldAt(5, clock())
	for i, a := range everyAccount() {
		if got, want := told(w, shared[i], clock()), told(alone, a, clock()); got != want {
			t.Errorf("%s: many were told %s, want %s", a.Party, got, want)
		}
	}
}
