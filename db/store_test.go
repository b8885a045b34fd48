package db_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/market"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const key = "market.btc_usd"

func declare(t testing.TB, d *db.DB) *db.Store {
	t.Helper()
	s := d.Jobs()
	err := s.EnsureSeries(t.Context(), market.SeriesDef{Key: key, Unit: "USD", Interval: time.Second, Source: "venues"},
		market.SeriesDef{Key: "market.hashrate_hs", Unit: "H/s", Interval: 24 * time.Hour, Source: "mempool"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func insert(t testing.TB, s *db.Store, points ...market.Point) int {
	t.Helper()
	n, err := s.InsertTicks(t.Context(), map[string][]market.Point{key: points})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func seq(t testing.TB, s *db.Store, topic string) int64 {
	t.Helper()
	seqs, err := s.TopicSeqs(t.Context(), []string{topic})
	if err != nil {
		t.Fatal(err)
	}
	return seqs[topic]
}

func TestTicksAreKeptOncePerSecondAndPublishedOnce(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	base := time.Now().UTC().Truncate(time.Minute).Add(-time.Hour)
	points := []market.Point{{T: base, V: 1}, {T: base.Add(300 * time.Millisecond), V: 2}, {T: base.Add(time.Second), V: 3}}
	if n := insert(t, s, points...); n != 2 {
		t.Errorf("got %d new ticks, want 2", n)
	}
	if got := seq(t, s, key); got != 1 {
		t.Errorf("got number %d, want 1", got)
	}
	if n := insert(t, s, points...); n != 0 {
		t.Errorf("got %d new ticks the second time, want 0", n)
	}
	if got := seq(t, s, key); got != 1 {
		t.Errorf("nothing new was published: number %d", got)
	}
	got, err := s.Ticks(t.Context(), key, base, base.Add(time.Minute), 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []market.Point{{T: base, V: 1}, {T: base.Add(time.Second), V: 3}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := s.InsertTicks(t.Context(), map[string][]market.Point{key: {{T: base.Add(-8 * 24 * time.Hour), V: 1}}}); err == nil {
		t.Error("a tick older than what is kept was taken")
	}
}

func TestRollUpsEqualARecomputation(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	rng := rand.New(rand.NewPCG(1, 2))
	start := time.Now().UTC().Truncate(24 * time.Hour).Add(-48 * time.Hour)
	all := map[int64]float64{}
	for round := range 6 {
		var points []market.Point
		for range 400 {
			// Late, repeated and out of order, over a day and a half.
			at := start.Add(time.Duration(rng.IntN(36*3600)) * time.Second)
			v := float64(rng.IntN(1000)) // whole numbers add up exactly in any order
			points = append(points, market.Point{T: at, V: v})
			if _, there := all[at.Unix()]; !there {
				all[at.Unix()] = v
			}
		}
		insert(t, s, points...)
		if round%2 == 1 {
			if _, err := s.RollUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	var points []market.Point
	for at, v := range all {
		points = append(points, market.Point{T: time.Unix(at, 0).UTC(), V: v})
	}
	for _, level := range []market.Level{market.LevelMinute, market.LevelHour, market.LevelDay} {
		got, err := s.Bars(t.Context(), key, level, start, start.Add(72*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		want := market.RollUp(points, level.Width())
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %d bars, want %d, or they differ", level, len(got), len(want))
		}
	}
	if n, err := s.RollUp(t.Context()); err != nil || n != 0 {
		t.Errorf("a second roll-up changed %d bars, %v", n, err)
	}
}

func TestASpikeOfAMinuteIsSeenInAYear(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	now := time.Now().UTC()
	from := now.Add(-365 * 24 * time.Hour).Truncate(24 * time.Hour)
	var hours []market.Bar
	for at := from; at.Before(now.Add(-time.Hour)); at = at.Add(time.Hour) {
		hours = append(hours, market.Bar{T: at, N: 60, Sum: 6000, Min: 99, Max: 101, First: 100, Last: 100})
	}
	if _, err := s.InsertBars(t.Context(), key, market.LevelHour, hours); err != nil {
		t.Fatal(err)
	}
	// The spike comes in as minutes of an hour two months ago.
	hour := now.Add(-60 * 24 * time.Hour).Truncate(time.Hour)
	var minutes []market.Bar
	for i := range 60 {
		b := market.Bar{T: hour.Add(time.Duration(i) * time.Minute), N: 1, Sum: 100, Min: 100, Max: 100, First: 100, Last: 100}
		if i == 31 {
			b = market.Bar{T: b.T, N: 1, Sum: 177, Min: 177, Max: 177, First: 177, Last: 177}
		}
		minutes = append(minutes, b)
	}
	if _, err := s.InsertBars(t.Context(), key, market.LevelMinute, minutes); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RollUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := d.As(access.Executive).Chart(t.Context(), key, from, now, 240)
	if err != nil {
		t.Fatal(err)
	}
	if c.Level != market.LevelDay || len(c.Points) > 481 {
		t.Errorf("got %d points of level %s", len(c.Points), c.Level)
	}
	if !slices.ContainsFunc(c.Points, func(p market.Point) bool { return p.V == 177 }) {
		t.Error("the spike is not on the chart")
	}
}

func TestChartEndsWithTheNewestTickAndBeginsWithCoarserBars(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	now := time.Now().UTC().Truncate(time.Second)
	day := now.Truncate(24 * time.Hour)
	var days []market.Bar
	for i := 40; i > 0; i-- {
		days = append(days, market.Bar{T: day.AddDate(0, 0, -i), N: 4, Sum: 40, Min: 5, Max: 15, First: 10, Last: 10})
	}
	if _, err := s.UpsertBars(t.Context(), key, market.LevelDay, days); err != nil {
		t.Fatal(err)
	}
	insert(t, s, market.Point{T: now.Add(-90 * time.Second), V: 20}, market.Point{T: now.Add(-2 * time.Second), V: 21}, market.Point{T: now, V: 22})
	if _, err := s.RollUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	insert(t, s, market.Point{T: now.Add(-time.Second), V: 21.5}) // not rolled up yet
	for _, span := range []time.Duration{10 * time.Minute, 24 * time.Hour, 30 * 24 * time.Hour} {
		c, err := s.Chart(t.Context(), key, now.Add(-span), now, 100)
		if err != nil {
			t.Fatal(err)
		}
		last := c.Points[len(c.Points)-1]
		if last.V != 22 {
			t.Errorf("%s: the chart ends with %v, want the newest tick", span, last)
		}
		if !slices.IsSortedFunc(c.Points, func(a, b market.Point) int { return a.T.Compare(b.T) }) {
			t.Errorf("%s: points out of order", span)
		}
		if span > 24*time.Hour && c.Points[0].V > 15 {
			t.Errorf("%s: no days before the ticks: %v", span, c.Points[0])
		}
	}
	if _, err := s.Chart(t.Context(), "market.nothing", now.Add(-time.Hour), now, 10); err == nil {
		t.Error("a chart of a series that is not there")
	}
}

func TestNumbersAreGaplessUnderConcurrentWriters(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	base := time.Now().UTC().Truncate(time.Second).Add(-time.Hour)
	var wg sync.WaitGroup
	for w := range 20 {
		wg.Go(func() {
			for i := range 10 {
				at := base.Add(time.Duration(w*10+i) * time.Second)
				if _, err := s.InsertTicks(context.Background(), map[string][]market.Point{key: {{T: at, V: 1}}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := seq(t, s, key); got != 200 {
		t.Errorf("got number %d after 200 writes", got)
	}
}

func TestRollUpBesideWritersLosesNothing(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	base := time.Now().UTC().Truncate(time.Hour).Add(-2 * time.Hour)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				if _, err := s.RollUp(context.Background()); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	for i := range 300 {
		insert(t, s, market.Point{T: base.Add(time.Duration(i*7) * time.Second), V: 1})
	}
	close(done)
	wg.Wait()
	if _, err := s.RollUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	bars, err := s.Bars(t.Context(), key, market.LevelHour, base, base.Add(2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	for _, b := range bars {
		n += b.N
	}
	if n != 300 {
		t.Errorf("the hours count %d values, want 300", n)
	}
}

func TestSnapshotDoesNotMove(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	base := time.Now().UTC().Truncate(time.Second).Add(-time.Minute)
	insert(t, s, market.Point{T: base, V: 1})
	err := d.As(access.Executive).Snapshot(t.Context(), func(snap *db.Store) error {
		if _, err := snap.LastPoint(t.Context(), key); err != nil {
			return err
		}
		insert(t, s, market.Point{T: base.Add(time.Second), V: 2})
		p, err := snap.LastPoint(t.Context(), key)
		if err == nil && p.V != 1 {
			err = fmt.Errorf("the snapshot moved to %v", p)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestGapsAreFoundAndFilledOnce(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	base := time.Now().UTC().Truncate(time.Hour).Add(-2 * time.Hour)
	insert(t, s, market.Point{T: base, V: 1}, market.Point{T: base.Add(5*time.Minute + 3*time.Second), V: 1})
	spans, err := s.MissingMinutes(t.Context(), key, base, base.Add(7*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	want := []db.Span{{From: base.Add(time.Minute), To: base.Add(5 * time.Minute)}, {From: base.Add(6 * time.Minute), To: base.Add(7 * time.Minute)}}
	if !slices.Equal(spans, want) {
		t.Fatalf("got %v, want %v", spans, want)
	}
	var bars []market.Bar
	for i := range 7 {
		bars = append(bars, market.BarOfCandle(market.Candle{T: base.Add(time.Duration(i) * time.Minute), Open: 2, High: 4, Low: 1, Close: 3}))
	}
	if n, err := s.InsertBars(t.Context(), key, market.LevelMinute, bars); err != nil || n != 7 {
		t.Fatalf("got %d bars, %v", n, err)
	}
	if n, err := s.InsertBars(t.Context(), key, market.LevelMinute, bars); err != nil || n != 0 {
		t.Fatalf("the second time: got %d bars, %v", n, err)
	}
	if _, err := s.RollUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := s.Bars(t.Context(), key, market.LevelMinute, base, base.Add(7*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	// A minute with ticks is theirs, one without keeps its candle.
	if got[0].N != 1 || got[1].N != 4 || got[5].N != 1 {
		t.Errorf("got %+v", got)
	}
	if spans, err := s.MissingMinutes(t.Context(), key, base, base.Add(7*time.Minute)); err != nil || len(spans) != 0 {
		t.Errorf("gaps left: %v, %v", spans, err)
	}
}
