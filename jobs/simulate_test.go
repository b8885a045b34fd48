package jobs

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/market"
	"switchyard/econ/mining/pool"
	"switchyard/econ/ops"
	"switchyard/jobs/simulate"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/bitstamp"
	"switchyard/jobs/upstream/coinbase"
	"switchyard/jobs/upstream/ercot"
	"switchyard/jobs/upstream/kraken"
	"switchyard/jobs/upstream/mempool"
	"switchyard/jobs/upstream/pools"
	"switchyard/jobs/upstream/poolwire"
)

// parties are the outside parties the simulator plays.
func parties() []string { return []string{"coinbase", "kraken", "bitstamp", "mempool", "ercot"} }

// simulated is a runner whose clients talk to the simulator's servers.
type simulated struct {
	clock   *testClock
	world   *simulate.World
	servers *simulate.Servers
	store   *db.Store
	cfg     Config
	began   time.Time
}

// newSimulated lets a party take so long for one answer. Pools know the accounts.
func newSimulated(t *testing.T, timeout time.Duration, accounts ...*simulate.PoolAccount) *simulated {
	t.Helper()
	s := &simulated{clock: &testClock{}}
	s.began = s.clock.Now().UTC()
	s.world = simulate.NewWorld(simulate.Config{Origin: s.began, Seed: 7, Now: s.clock.Now})
	var err error
	if s.servers, err = simulate.Serve(s.world, testLog(t), accounts...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.servers.Close(); err != nil {
			t.Error(err)
		}
	})
	options := func(name string) upstream.Options {
		return upstream.Options{
			BaseURL: s.servers.URL(name), WSURL: s.servers.WSURL(name), Now: s.clock.Now, Rate: 1000, Burst: 1000,
			Timeout: timeout, Retries: -1,
		}
	}
	texas, err := ercot.New(options("ercot"))
	if err != nil {
		t.Fatal(err)
	}
	d, _ := dbtest.NewAt(t, s.clock.Now)
	s.store = d.Jobs()
	s.cfg = Config{
		DB: d, World: market.Simulated, Now: s.clock.Now,
		Venues:  []Venue{coinbase.New(options("coinbase")), kraken.New(options("kraken")), bitstamp.New(options("bitstamp"))},
		Mempool: mempool.New(options("mempool")), Ercot: texas,
		Pools: Pools{
			Client: func(p pool.Party, a pool.Access) (poolwire.Client, error) {
				o := options(string(p))
				o.BaseURL = s.servers.PoolURL(p)
				return pools.New(o, p, a)
			},
			Open: openKept,
		},
	}
	return s
}

// start runs the named jobs.
func (s *simulated) start(t *testing.T, names ...string) *Runner {
	t.Helper()
	r := made(t, s.cfg)
	r.table = onlyJobs(names...)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// ask has a job run now, and waits for a run of it that began after the call to
// end, whichever way.
func (s *simulated) ask(t *testing.T, r *Runner, job string) {
	t.Helper()
	since := s.clock.Now()
	eventually(t, 20*time.Second, func() string {
		run, ok := lastRun(t, s.store, job)
		if ok && run.StartedAt.After(since) && !run.EndedAt.IsZero() {
			return ""
		}
		if !ok || !run.EndedAt.IsZero() {
			if _, err := s.store.RequestJob(t.Context(), ops.Request{Action: "run", Target: job, By: "a test", At: s.clock.Now()}); err != nil {
				return err.Error()
			}
			r.Wake()
		}
		return job + " has not run"
	})
}

// checkTicks compares every tick of every venue with the record, and every
// index that stands on three venues with the median of theirs.
func (s *simulated) checkTicks(t *testing.T, exactIndex bool) (ticks int) {
	t.Helper()
	from, to := s.began.Add(-time.Minute), s.clock.Now().Add(time.Minute)
	for _, venue := range s.cfg.Venues {
		list, err := s.store.Ticks(t.Context(), venueKey(venue.Name()), from, to, 100_000)
		if err != nil {
			t.Fatal(err)
		}
		for _, tick := range list {
			if want := s.world.VenuePrice(venue.Name(), tick.T); tick.V != want {
				t.Errorf("%s at %s: got %v, want %v of the record", venue.Name(), tick.T.Format(time.TimeOnly), tick.V, want)
			}
		}
		ticks += len(list)
	}
	if !exactIndex {
		return ticks
	}
	index, err := s.store.Ticks(t.Context(), keyIndex, from, to, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, tick := range index {
		if p, err := s.store.PointAt(t.Context(), keyVenues, tick.T); err != nil || p.V != 3 {
			continue
		}
		want := median([]float64{s.world.VenuePrice("coinbase", tick.T), s.world.VenuePrice("kraken", tick.T), s.world.VenuePrice("bitstamp", tick.T)})
		if tick.V != want {
			t.Errorf("index at %s: got %v, want %v, the median of the record", tick.T.Format(time.TimeOnly), tick.V, want)
		}
	}
	return ticks
}

// recordedMinute is the median of the record's candles of a minute.
func (s *simulated) recordedMinute(t *testing.T, at time.Time) market.Bar {
	t.Helper()
	var candles []market.Candle
	for _, venue := range s.cfg.Venues {
		candles = append(candles, s.world.VenueCandle(venue.Name(), time.Minute, at))
	}
	candle, ok := market.MedianCandle(candles)
	if !ok {
		t.Fatal("the record has no candles")
	}
	return market.BarOfCandle(candle)
}

// checkGap compares the minutes of a gap and the blocks found in it with the
// record; the text says what is not there yet.
func (s *simulated) checkGap(t *testing.T, from, to time.Time) string {
	t.Helper()
	bars, err := s.store.Bars(t.Context(), keyIndex, market.LevelMinute, from, to)
	if err != nil {
		return err.Error()
	}
	if want := int(to.Sub(from) / time.Minute); len(bars) != want {
		return fmt.Sprintf("the gap from %s to %s: got %d minutes, want %d", from.Format(time.TimeOnly), to.Format(time.TimeOnly), len(bars), want)
	}
	for _, got := range bars {
		if diff := cmp.Diff(s.recordedMinute(t, got.T), got); diff != "" {
			return fmt.Sprintf("index of the minute %s (-record +got):\n%s", got.T.Format(time.TimeOnly), diff)
		}
	}
	tip := s.world.Tip().Height
	blocks, err := s.store.BlocksFrom(t.Context(), tip-market.FeeWindow+1, tip)
	if err != nil {
		return err.Error()
	}
	if len(blocks) != market.FeeWindow {
		return fmt.Sprintf("%d of the last %d blocks are stored", len(blocks), market.FeeWindow)
	}
	return s.checkBlocks(blocks)
}

func (s *simulated) checkBlocks(blocks []market.Block) string {
	for _, got := range blocks {
		want, ok := s.world.Block(got.Height)
		if !ok {
			return fmt.Sprintf("block %d is not in the record", got.Height)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			return fmt.Sprintf("block %d (-record +got):\n%s", got.Height, diff)
		}
	}
	return ""
}

// faulty waits until a party's sources show that it misbehaves.
func (s *simulated) faulty(t *testing.T, names ...string) {
	t.Helper()
	eventually(t, 90*time.Second, func() string {
		list, err := s.store.Sources(t.Context())
		if err != nil {
			return err.Error()
		}
		for _, src := range list {
			for _, name := range names {
				if src.Name == name && src.Failures == 0 {
					return name + " shows no failure"
				}
			}
		}
		return ""
	})
}

func TestEveryFaultIsOvercomeAndTheGapEqualsTheRecord(t *testing.T) {
	t.Parallel()
	faults := []simulate.Fault{
		{Kind: simulate.Refuse},
		{Kind: simulate.Delay, Delay: 9 * time.Second},
		{Kind: simulate.TooManyRequests, RetryAfter: time.Second},
		{Kind: simulate.ServerError},
		{Kind: simulate.HalfBody},
		{Kind: simulate.Malformed},
		{Kind: simulate.Absurd},
		{Kind: simulate.Silent},
	}
	for _, fault := range faults {
		t.Run(string(fault.Kind), func(t *testing.T) {
			t.Parallel()
			s := newSimulated(t, 4*time.Second) // long for an answer, even of a machine that tests for races
			r := s.start(t, "market.index", "market.gaps", "market.blocks")
			awaitVenues(t, s.store, 3, 30*time.Second)
			s.ask(t, r, "market.gaps")

			for _, party := range parties() {
				s.servers.Inject(party, fault)
			}
			s.faulty(t, "coinbase.ticker")
			from := s.clock.Now().UTC().Truncate(time.Minute).Add(time.Minute)
			s.clock.jump(12 * time.Minute)
			s.ask(t, r, "market.gaps")
			s.ask(t, r, "market.blocks")
			if fault.Kind != simulate.Absurd {
				s.faulty(t, "coinbase.candles", "kraken.candles", "bitstamp.candles", "mempool.blocks")
			}
			for _, party := range parties() {
				s.servers.Clear(party)
			}
			to := s.clock.Now().UTC().Add(-minuteSettled).Truncate(time.Minute)
			eventually(t, 150*time.Second, func() string {
				s.ask(t, r, "market.blocks")
				s.ask(t, r, "market.gaps")
				return s.checkGap(t, from, to)
			})
			awaitVenues(t, s.store, 3, 60*time.Second)
			if n := s.checkTicks(t, fault.Kind != simulate.Delay && fault.Kind != simulate.Silent); n < 3 {
				t.Errorf("%d ticks of venues are stored, want some", n)
			}
			stopped(t, r)
		})
	}
}

// awaitVenues waits until the newest index is of the present and stands on so
// many venues.
func awaitVenues(t *testing.T, store *db.Store, want float64, within time.Duration) {
	t.Helper()
	since, err := store.LastPoint(t.Context(), keyVenues)
	if err != nil {
		since = market.Point{}
	}
	eventually(t, within, func() string {
		p, err := store.LastPoint(t.Context(), keyVenues)
		if err != nil {
			return err.Error()
		}
		if p.V != want || !p.T.After(since.T) {
			return fmt.Sprintf("the index stands on %v venues at %s, want %v after %s", p.V, p.T, want, since.T)
		}
		return ""
	})
}

func TestWithoutFaultsEverySecondEqualsTheRecord(t *testing.T) {
	t.Parallel()
	s := newSimulated(t, 4*time.Second)
	r := s.start(t, "market.index", "market.blocks", "core.rollup")
	awaitVenues(t, s.store, 3, 30*time.Second)
	waitFor(t, 6*time.Second)
	stopped(t, r)
	if n := s.checkTicks(t, true); n < 15 {
		t.Errorf("%d ticks of three venues in six seconds, want at least 15", n)
	}
	index, err := s.store.Ticks(t.Context(), keyHashpriceUSD, s.began, s.clock.Now(), 1000)
	if err != nil || len(index) < 3 {
		t.Fatalf("hashprice: got %d values (%v), want some", len(index), err)
	}
	last := index[len(index)-1]
	price, err := s.store.PointAt(t.Context(), keyIndex, last.T)
	if err != nil {
		t.Fatal(err)
	}
	if want := s.hashprice(last.T, price.V); math.Abs(last.V/want-1) > 1e-12 || !price.T.Equal(last.T) {
		t.Errorf("hashprice at %s: got %v, want %v from the index of the same second (%s)", last.T, last.V, want, price.T)
	}
}

// hashprice is M3 from the record.
func (s *simulated) hashprice(_ time.Time, price float64) float64 {
	tip := s.world.Tip()
	fees := 0.0
	for h := tip.Height - 143; h <= tip.Height; h++ {
		fees += float64(s.world.Fees(h)) / 144
	}
	subsidy := 312_500_000.0
	return 1e15 * 86400 / (tip.Difficulty * math.Pow(2, 32)) * (subsidy + fees) * price / 1e8
}

func TestTheFirstStartOfTheDemoEqualsTheRecord(t *testing.T) {
	t.Parallel()
	s := newSimulated(t, time.Minute)
	r := s.start(t, "market.history")
	eventually(t, 300*time.Second, func() string {
		if run, ok := lastRun(t, s.store, "market.history"); !ok || run.Status != ops.Succeeded {
			return fmt.Sprintf("the history is not filled: %+v", run)
		}
		return ""
	})
	run, _ := lastRun(t, s.store, "market.history")
	t.Logf("the past was filled in %s, %d rows", run.EndedAt.Sub(run.StartedAt).Round(time.Millisecond), run.Rows)
	stopped(t, r)

	to := s.began.Add(-2 * time.Minute).Truncate(time.Minute)
	if text := s.checkGap(t, to.Add(-10*time.Hour), to); text != "" { // as far back as Kraken keeps minutes
		t.Error(text)
	}
	tip := s.world.Tip().Height
	blocks, err := s.store.BlocksFrom(t.Context(), tip-3000, tip)
	if err != nil || len(blocks) < trackBlocks {
		t.Fatalf("blocks: got %d (%v), want at least %d", len(blocks), err, trackBlocks)
	}
	if text := s.checkBlocks(blocks); text != "" {
		t.Error(text)
	}
	s.checkDaily(t)
}

func (s *simulated) checkDaily(t *testing.T) {
	t.Helper()
	// A day of fees is over when a block of the next is known, so the day that
	// ended within the last hours is left out.
	today := s.began.Add(-4 * time.Hour).Truncate(oneDay)
	from := s.began.AddDate(-3, 0, 0).Truncate(oneDay)
	days := func(key string) []market.Bar {
		bars, err := s.store.Bars(t.Context(), key, market.LevelDay, from, today)
		if err != nil {
			t.Fatal(err)
		}
		if want := int(today.Sub(from) / oneDay); len(bars) != want {
			t.Errorf("days of %s: got %d, want %d", key, len(bars), want)
		}
		return bars
	}
	for _, bar := range days(keyHashrate) {
		if want, _ := s.world.DailyHashrate(bar.T); bar.Last != want || bar.N != 1 {
			t.Fatalf("hashrate of %s: got %v, want %v", bar.T.Format(time.DateOnly), bar.Last, want)
		}
	}
	steps := s.world.Steps(time.Time{})
	at := func(instant time.Time) (d float64) {
		for _, step := range steps {
			if !step.Time.After(instant) {
				d = step.Difficulty
			}
		}
		return d
	}
	for _, bar := range days(keyDifficulty) {
		if first, last := at(bar.T), at(bar.T.Add(oneDay-time.Second)); bar.First != first || bar.Last != last {
			t.Fatalf("difficulty of %s: got %v to %v, want %v to %v", bar.T.Format(time.DateOnly), bar.First, bar.Last, first, last)
		}
	}
	for _, bar := range days(keyFeesPerBlock) {
		var halves []float64
		for _, bucket := range s.world.FeeBuckets(bar.T, bar.T.Add(oneDay), 12*time.Hour) {
			halves = append(halves, math.Round(bucket.Fees))
		}
		if want := median(halves); len(halves) == 2 && bar.Last != want { // of two, the median is the mean
			t.Fatalf("fees of %s: got %v, want %v", bar.T.Format(time.DateOnly), bar.Last, want)
		}
	}
	for _, bar := range days(keyIndex) {
		var candles []market.Candle
		for _, venue := range s.cfg.Venues {
			if venue.Name() != "kraken" || !bar.T.Before(today.AddDate(0, 0, -715)) {
				candles = append(candles, s.world.VenueCandle(venue.Name(), oneDay, bar.T))
			}
		}
		candle, _ := market.MedianCandle(candles)
		// Of the last month the day is rolled up from hours, and rounded differently.
		if want := market.BarOfCandle(candle); bar.T.Before(today.Add(-hourSpan)) && math.Abs(bar.T.Sub(today.AddDate(0, 0, -718)).Hours()) > 120 {
			if diff := cmp.Diff(want, bar); diff != "" {
				t.Fatalf("index of %s (-record +got):\n%s", bar.T.Format(time.DateOnly), diff)
			}
		}
	}
	days(keyHashpriceUSD)
	days(keyHashpriceSat)
}
