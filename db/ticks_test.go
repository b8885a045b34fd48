package db_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"switchyard/db/dbtest"
	"switchyard/econ/market"
)

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
