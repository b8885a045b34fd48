package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/market"
	"switchyard/econ/ops"
	"switchyard/jobs/upstream"
)

// scene is a runner over scripted venues and a scripted chain.
type scene struct {
	clock  *testClock
	venues *scripted
	chain  *scriptedChain
	db     *db.DB
	store  *db.Store
	cfg    Config

	mu   sync.Mutex // guards told
	told []ops.Progress
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{clock: &testClock{}}
	s.venues = newScripted(s.clock.Now, map[string]float64{"coinbase": 50_000, "kraken": 50_010, "bitstamp": 50_030})
	s.chain = &scriptedChain{now: s.clock.Now}
	s.db, _ = dbtest.NewAt(t, s.clock.Now)
	s.store = s.db.Jobs()
	s.cfg = Config{
		DB: s.db, World: market.Simulated, Venues: scriptedVenues(t, s.venues), Mempool: s.chain.serve(t), Now: s.clock.Now,
		OnProgress: func(p ops.Progress) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.told = append(s.told, p)
		},
	}
	return s
}

func (s *scene) progress() []ops.Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told
}

// awaitRun waits until a job has run since an instant and succeeded.
func (s *scene) awaitRun(t *testing.T, job string, since time.Time, within time.Duration) ops.Run {
	t.Helper()
	var run ops.Run
	eventually(t, within, func() string {
		var ok bool
		run, ok = lastRun(t, s.store, job)
		if !ok || run.StartedAt.Before(since) || run.Status != ops.Succeeded {
			return fmt.Sprintf("%s has not succeeded since %s: %+v", job, since.Format(time.TimeOnly), run)
		}
		return ""
	})
	return run
}

// wantCandle is the median of the scripted candles that begin at a time, with
// or without Kraken, which keeps only so many.
func wantCandle(at time.Time, withKraken bool) market.Bar {
	p := scriptedPrice("coinbase", at) + 15
	if withKraken {
		p = scriptedPrice("kraken", at)
	}
	return market.Bar{T: at, N: 4, Sum: 4 * p, Min: p - 1, Max: p + 1, First: p, Last: p}
}

// wantSat is M3 in sat at an instant, written out.
func wantSat(at time.Time) float64 {
	tip := tipAt(at)
	fees := 0.0
	for h := tip - 143; h <= tip; h++ {
		fees += float64(feesOf(h)) / 144
	}
	return 1e15 * 86400 / (difficultyOf(tip+1) * math.Pow(2, 32)) * (312_500_000 + fees)
}

func near(got, want float64) bool { return math.Abs(got/want-1) < 1e-9 }

func (s *scene) checkMinutes(t *testing.T, from, to time.Time, krakenFrom time.Time) {
	t.Helper()
	bars, err := s.store.Bars(t.Context(), keyIndex, market.LevelMinute, from, to)
	if err != nil {
		t.Fatal(err)
	}
	if want := int(to.Sub(from) / time.Minute); len(bars) != want {
		t.Fatalf("minutes of the index from %s to %s: got %d, want %d", from, to, len(bars), want)
	}
	for _, got := range bars {
		if off := got.T.Sub(krakenFrom).Abs(); off <= time.Minute && krakenFrom.After(from) {
			continue // the venue drops its oldest candle at some instant of these
		}
		if diff := cmp.Diff(wantCandle(got.T, !got.T.Before(krakenFrom)), got); diff != "" {
			t.Fatalf("index of the minute %s (-want +got):\n%s", got.T, diff)
		}
	}
	usd, err := s.store.Bars(t.Context(), keyHashpriceUSD, market.LevelMinute, from, to)
	if err != nil {
		t.Fatal(err)
	}
	sat, err := s.store.Bars(t.Context(), keyHashpriceSat, market.LevelMinute, from, to)
	if err != nil {
		t.Fatal(err)
	}
	if len(usd) != len(bars) || len(sat) != len(bars) {
		t.Fatalf("hashprice: got %d minutes in USD and %d in sat, want %d", len(usd), len(sat), len(bars))
	}
	for i, bar := range bars {
		want := wantSat(bar.T)
		if !near(sat[i].Last, want) || !near(usd[i].Last, want*bar.Last/1e8) || !near(usd[i].Max, want*bar.Max/1e8) {
			t.Fatalf("hashprice of the minute %s: got %v sat, %v USD, want %v sat, %v USD", bar.T, sat[i].Last, usd[i].Last, want, want*bar.Last/1e8)
		}
	}
}

func TestTheFirstStartFillsThePast(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	r := made(t, s.cfg)
	r.table = onlyJobs("market.history")
	began := s.clock.Now()
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	run := s.awaitRun(t, "market.history", began, 90*time.Second)
	t.Logf("the past was filled in %s, %d rows", run.EndedAt.Sub(run.StartedAt).Round(time.Millisecond), run.Rows)
	if run.Note != "complete" {
		t.Errorf("note of the history: got %q, want complete", run.Note)
	}
	stopped(t, r)

	today := began.UTC().Truncate(oneDay)
	end := began.UTC().Add(-minuteSettled).Truncate(time.Minute)
	s.checkMinutes(t, today.Add(-minuteSpan), end, end.Add(-719*time.Minute))
	s.checkDays(t, began)
	s.checkBlocks(t, began)
	s.checkProgress(t)

	hours, err := s.store.Bars(t.Context(), keyHashpriceUSD, market.LevelHour, today.Add(-hourSpan), began.UTC().Truncate(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if want := int(began.UTC().Truncate(time.Hour).Sub(today.Add(-hourSpan)) / time.Hour); len(hours) != want {
		t.Errorf("hashprice by hour: got %d hours, want %d", len(hours), want)
	}
}

func (s *scene) checkDays(t *testing.T, now time.Time) {
	t.Helper()
	today := now.UTC().Truncate(oneDay)
	from := now.UTC().AddDate(-3, 0, 0).Truncate(oneDay)
	for _, key := range []string{keyIndex, keyHashrate, keyDifficulty, keyFeesPerBlock, keyHashpriceUSD, keyHashpriceSat} {
		spans, err := s.store.MissingDays(t.Context(), key, from, today)
		if err != nil {
			t.Fatal(err)
		}
		if len(spans) != 0 {
			t.Errorf("days of %s: %d stretches are missing, the first from %s to %s", key, len(spans), spans[0].From, spans[0].To)
		}
	}
	rates, err := s.store.Bars(t.Context(), keyHashrate, market.LevelDay, from, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, bar := range rates {
		if diff := cmp.Diff(oneValue(bar.T, hashrateOf(bar.T)), bar); diff != "" {
			t.Fatalf("hashrate of %s (-want +got):\n%s", bar.T, diff)
		}
	}
	steps, err := s.store.Bars(t.Context(), keyDifficulty, market.LevelDay, from, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, bar := range steps {
		if first, last := difficultyOf(tipAt(bar.T)), difficultyOf(tipAt(bar.T.Add(oneDay-time.Second))); bar.First != first || bar.Last != last {
			t.Fatalf("difficulty of %s: got %v to %v, want %v to %v", bar.T, bar.First, bar.Last, first, last)
		}
	}
	sat, err := s.store.Bars(t.Context(), keyHashpriceSat, market.LevelDay, from, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, bar := range sat {
		// Within a day the mean over 144 blocks and the mean of the day differ a little.
		if want := wantSat(bar.T.Add(oneDay)); bar.First == bar.Last && math.Abs(bar.Last/want-1) > 0.01 && difficultyOf(tipAt(bar.T)) == difficultyOf(tipAt(bar.T.Add(oneDay))) && tipAt(bar.T) > 840_000 {
			t.Fatalf("hashprice of %s: got %v sat, want about %v", bar.T, bar.Last, want)
		}
	}
}

func (s *scene) checkBlocks(t *testing.T, now time.Time) {
	t.Helper()
	tip := tipAt(now)
	first := tip / market.EpochBlocks * market.EpochBlocks
	for _, span := range []db.HeightSpan{
		{From: tip - trackBlocks + 1, To: tip}, {From: first - 1, To: tip},
		{From: first - market.EpochBlocks, To: first - market.EpochBlocks}, {From: 840_000, To: 840_000},
	} {
		spans, err := s.store.MissingBlocks(t.Context(), span.From, span.To)
		if err != nil || len(spans) != 0 {
			t.Errorf("blocks %d to %d: got the holes %v (%v), want none", span.From, span.To, spans, err)
		}
	}
	blocks, err := s.store.BlocksFrom(t.Context(), tip-trackBlocks+1, tip)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		if b.Hash != s.chain.hash(b.Height) || !b.Time.Equal(timeOf(b.Height)) || int64(*b.TotalFees) != feesOf(b.Height) || b.Bits != bitsOf(b.Height) {
			t.Fatalf("block %d is not the one that was served: %+v", b.Height, b)
		}
	}
}

func (s *scene) checkProgress(t *testing.T) {
	t.Helper()
	var names []string
	for _, p := range s.progress() {
		if n := len(names); n == 0 || names[n-1] != p.Name {
			names = append(names, p.Name)
		}
	}
	want := []string{
		"history.minutes_day", "history.blocks_day", "history.days", "history.hours",
		"history.blocks", "history.minutes_week", "history.blocks_epoch",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("steps as the terminal was told (-want +got):\n%s", diff)
	}
	list, err := s.store.ProgressList(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if p.Total == 0 || p.Done != p.Total || p.Note != "" {
			t.Errorf("progress of %s: got %d of %d, %q, want complete", p.Name, p.Done, p.Total, p.Note)
		}
	}
	if len(list) != len(want) {
		t.Errorf("progress is kept of %d steps, want %d", len(list), len(want))
	}
}

func TestARestartFillsTheGapAndWritesNothingTwice(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	names := []string{"market.index", "market.history", "market.gaps", "market.blocks", "core.rollup"}
	first := made(t, s.cfg)
	first.table = onlyJobs(names...)
	began := s.clock.Now()
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.awaitRun(t, "market.history", began, 90*time.Second)
	awaitPoint(t, s.store, keyVenues, 3, 10*time.Second)
	stopped(t, first)
	from, to := began.Add(-time.Minute), s.clock.Now().Add(time.Minute)
	before, err := s.store.Ticks(t.Context(), keyIndex, from, to, 10_000)
	if err != nil || len(before) == 0 {
		t.Fatalf("ticks before the stop: got %d (%v), want some", len(before), err)
	}
	tip := tipAt(s.clock.Now())

	s.clock.jump(25 * time.Minute)
	second := made(t, s.cfg)
	second.table = onlyJobs(names...)
	again := s.clock.Now()
	if err := second.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	run := s.awaitRun(t, "market.history", again, 60*time.Second)
	stopped(t, second)

	gapFrom, gapTo := to.Add(-time.Minute).UTC().Truncate(time.Minute).Add(time.Minute), again.UTC().Add(-minuteSettled).Truncate(time.Minute)
	s.checkMinutes(t, gapFrom, gapTo, gapFrom)
	after, err := s.store.Ticks(t.Context(), keyIndex, from, to, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("ticks from before the stop changed (-before +after):\n%s", diff)
	}
	if spans, err := s.store.MissingBlocks(t.Context(), tip, tipAt(again)); err != nil || len(spans) != 0 || tipAt(again) < tip+2 {
		t.Errorf("blocks found during the gap: holes %v (%v), want none", spans, err)
	}
	// Twenty-odd minutes of six series, a few blocks and their difficulty.
	if run.Rows > 500 {
		t.Errorf("the second start wrote %d rows, want only those of the gap", run.Rows)
	}
}

func TestAReorganisedChainReplacesTheOldBranch(t *testing.T) {
	t.Parallel()
	for _, depth := range []int64{1, 6, 40} {
		t.Run(fmt.Sprint(depth, " blocks"), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			r := made(t, s.cfg)
			r.table = onlyJobs("market.blocks")
			if err := r.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			tip := tipAt(s.clock.Now())
			complete := func() string {
				tip := tipAt(s.clock.Now())
				blocks, err := s.store.BlocksFrom(t.Context(), tip-143, tip)
				if err != nil {
					return err.Error()
				}
				if n := linked(blocks); n != 144 {
					return fmt.Sprintf("%d of 144 blocks are known and linked", n)
				}
				for _, b := range blocks {
					if b.Hash != s.chain.hash(b.Height) {
						return fmt.Sprintf("block %d is of the old branch", b.Height)
					}
				}
				return ""
			}
			eventually(t, 20*time.Second, complete)
			s.chain.branch(tip - depth + 1)
			s.clock.jump(10 * time.Minute) // the next block, on the other branch, comes over the stream
			eventually(t, 20*time.Second, complete)
		})
	}
}

// deadVenue is a venue that never answers.
type deadVenue struct{ venueCalls }

func (*deadVenue) Candles(context.Context, time.Duration, time.Time, time.Time) ([]market.Candle, []upstream.Refusal, error) {
	return nil, nil, errors.New("no answer")
}

func TestWhatIsNotFilledIsNotCalledFilled(t *testing.T) {
	d, _ := dbtest.New(t)
	store := d.Jobs()
	env := Env{
		Store: store, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		sources: newSources(store, time.Now, slog.New(slog.DiscardHandler)), filler: newFiller(), notes: &notes{},
	}
	for _, name := range []string{"a", "b", "c"} {
		env.Venues = append(env.Venues, &deadVenue{venueCalls{name: name, now: time.Now}})
	}
	if err := store.EnsureSeries(t.Context(), seriesDefs(market.Simulated, env.Venues)...); err != nil {
		t.Fatal(err)
	}
	to := time.Now().UTC().Truncate(time.Hour)
	n, err := env.fillPrices(t.Context(), market.LevelHour, to.Add(-700*time.Hour), to, func(done, total int) {
		t.Errorf("told %d of %d filled", done, total)
	})
	if n != 0 || err == nil {
		t.Errorf("filled %d (%v), want nothing and an error", n, err)
	}
}
