package db_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"switchyard/db/dbtest"
	"switchyard/econ/market"
)

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

// Twenty hours of three series are more than one batch, so two roll-ups share
// the day of the third: each must see the hours of the other.
func TestRollUpsAtOnceShareADay(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	day := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -2)
	keys := []string{key, otherKey, dailyKey}
	for round := range 5 {
		ticks := make(map[string][]market.Point)
		for _, k := range keys {
			for h := range 20 {
				at := day.Add(time.Duration(h)*time.Hour + time.Duration(round)*time.Minute)
				ticks[k] = append(ticks[k], market.Point{T: at, V: 1})
			}
		}
		if _, err := s.InsertTicks(t.Context(), ticks); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := s.RollUp(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, k := range keys {
			bars, err := s.Bars(t.Context(), k, market.LevelDay, day, day.AddDate(0, 0, 1))
			if err != nil {
				t.Fatal(err)
			}
			if want := int64(20 * (round + 1)); len(bars) != 1 || bars[0].N != want {
				t.Fatalf("round %d: the day of %s is %+v, want %d values", round, k, bars, want)
			}
		}
	}
}

func TestRebuildingNeverReachesBehindTheFinerLevel(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	hour := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -3).Add(9 * time.Hour)
	given := market.Bar{T: hour, N: 4, Sum: 400, Min: 80, Max: 120, First: 90, Last: 110}
	write := func(level market.Level, bars ...market.Bar) {
		t.Helper()
		if _, err := s.UpsertBars(t.Context(), key, level, bars); err != nil {
			t.Fatal(err)
		}
		if _, err := s.RollUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string, level market.Level, want market.Bar) {
		t.Helper()
		got, err := s.Bars(t.Context(), key, level, want.T, want.T.Add(level.Width()))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, []market.Bar{want}) {
			t.Errorf("%s: got %+v, want %+v", what, got, want)
		}
	}
	write(market.LevelHour, given)
	check("a given hour with nothing finer", market.LevelHour, given)
	// One minute in the middle of the hour is not the hour.
	minute := market.Bar{T: hour.Add(30 * time.Minute), N: 1, Sum: 100, Min: 100, Max: 100, First: 100, Last: 100}
	write(market.LevelMinute, minute)
	check("a part within what was given", market.LevelHour, given)
	minute.Max, minute.Last = 130, 130
	write(market.LevelMinute, minute)
	widened := given
	widened.Max = 130
	check("a part that reaches further", market.LevelHour, widened)
	check("the day follows", market.LevelDay, market.Bar{T: hour.Truncate(24 * time.Hour), N: 4, Sum: 400, Min: 80, Max: 130, First: 90, Last: 110})
	// From its beginning on, the minutes are the hour.
	first := market.Bar{T: hour, N: 1, Sum: 99, Min: 99, Max: 99, First: 99, Last: 99}
	write(market.LevelMinute, first)
	check("the whole", market.LevelHour, market.Bar{T: hour, N: 2, Sum: 199, Min: 99, Max: 130, First: 99, Last: 130})
}
