package db_test

import (
	"slices"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/market"
)

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
