package db_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/market"
)

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

// A chart may leave values out, but never the lowest, the highest or the
// newest, and never shows one that was not there.
func TestChartKeepsTheExtremesOfAnyTicks(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	rng := rand.New(rand.NewPCG(3, 4))
	now := time.Now().UTC().Truncate(time.Second)
	var all []market.Point
	for round := range 8 {
		var points []market.Point
		for range 300 {
			back := 3600 + rng.IntN(5*3600)
			if round > 5 {
				back = rng.IntN(3600)
			}
			p := market.Point{T: now.Add(-time.Duration(back) * time.Second), V: rng.NormFloat64()}
			if slices.ContainsFunc(all, func(q market.Point) bool { return q.T.Equal(p.T) }) {
				continue
			}
			points, all = append(points, p), append(all, p)
		}
		insert(t, s, points...)
		if round == 5 { // what follows is not rolled up yet
			if _, err := s.RollUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	slices.SortFunc(all, func(a, b market.Point) int { return a.T.Compare(b.T) })
	newest := all[len(all)-1]
	for _, span := range []time.Duration{5 * time.Minute, 40 * time.Minute, 6 * time.Hour, 48 * time.Hour} {
		for _, columns := range []int{2, 7, 100, 476} {
			from := now.Add(-span)
			c, err := d.As(access.Executive).Chart(t.Context(), key, from, now, columns)
			if err != nil {
				t.Fatal(err)
			}
			within := slices.DeleteFunc(slices.Clone(all), func(p market.Point) bool { return p.T.Before(from) })
			checkChart(t, fmt.Sprintf("%s in %d columns (%s)", span, columns, c.Level), c, within, columns)
			if last := c.Points[len(c.Points)-1]; last != newest {
				t.Errorf("%s in %d columns: ends with %v, want %v", span, columns, last, newest)
			}
		}
	}
}

// checkChart compares a chart with the ticks in its span.
func checkChart(t *testing.T, what string, c market.Chart, ticks []market.Point, columns int) {
	t.Helper()
	if len(c.Points) > 2*columns {
		t.Errorf("%s: got %d points", what, len(c.Points))
	}
	if !slices.IsSortedFunc(c.Points, func(a, b market.Point) int { return a.T.Compare(b.T) }) {
		t.Errorf("%s: points out of order", what)
	}
	values := make(map[float64]bool, len(ticks))
	low, high := ticks[0].V, ticks[0].V
	for _, p := range ticks {
		values[p.V], low, high = true, min(low, p.V), max(high, p.V)
	}
	gotLow, gotHigh := c.Points[0].V, c.Points[0].V
	for _, p := range c.Points {
		if !values[p.V] {
			t.Errorf("%s: %v is not a value of the series", what, p)
		}
		gotLow, gotHigh = min(gotLow, p.V), max(gotHigh, p.V)
	}
	if gotLow != low || gotHigh != high {
		t.Errorf("%s: reaches from %v to %v, want %v to %v", what, gotLow, gotHigh, low, high)
	}
}

func TestChartFallsBackToTheLevelThatHoldsSomething(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	now := time.Now().UTC()
	day := now.Truncate(24 * time.Hour)
	var days []market.Bar
	for i := 20; i > 0; i-- {
		v := float64(i)
		days = append(days, market.Bar{T: day.AddDate(0, 0, -i), N: 1, Sum: v, Min: v, Max: v, First: v, Last: v})
	}
	for _, k := range []string{key, dailyKey} {
		if _, err := s.UpsertBars(t.Context(), k, market.LevelDay, days); err != nil {
			t.Fatal(err)
		}
		c, err := s.Chart(t.Context(), k, day.AddDate(0, 0, -10), now, 400)
		if err != nil {
			t.Fatal(err)
		}
		if c.Level != market.LevelDay || len(c.Points) != 10 || c.Points[9].V != 1 {
			t.Errorf("%s: got %d points of level %s: %v", k, len(c.Points), c.Level, c.Points)
		}
	}
	c, err := s.Chart(t.Context(), otherKey, day, now, 100)
	if err != nil || len(c.Points) != 0 {
		t.Errorf("a series without values: %v, %v", c.Points, err)
	}
	if _, err := s.Chart(t.Context(), "market.nothing", day, now, 100); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a series that is not declared: %v", err)
	}
	if _, err := s.Chart(t.Context(), "attic.nothing", day, now, 100); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("a room that is not there: %v", err)
	}
}

// A candle of the hour before recording began, whose minutes are not known, is
// shown beside the minutes that are.
func TestChartKeepsABarThatFinerOnesDoNotCover(t *testing.T) {
	d, _ := dbtest.New(t)
	s := declare(t, d)
	hour := time.Now().UTC().Truncate(time.Hour).Add(-2 * time.Hour)
	if _, err := s.InsertBars(t.Context(), key, market.LevelHour, []market.Bar{{T: hour, N: 4, Sum: 400, Min: 50, Max: 150, First: 100, Last: 100}}); err != nil {
		t.Fatal(err)
	}
	insert(t, s, market.Point{T: hour.Add(50 * time.Minute), V: 101}, market.Point{T: hour.Add(51 * time.Minute), V: 102})
	for _, span := range []time.Duration{3 * time.Hour, 30 * 24 * time.Hour} {
		c, err := s.Chart(t.Context(), key, hour.Add(time.Hour-span), hour.Add(time.Hour), 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []float64
		for _, p := range c.Points {
			got = append(got, p.V)
		}
		if !slices.Contains(got, 50) || !slices.Contains(got, 150) || got[len(got)-1] != 102 {
			t.Errorf("%s: got %v", span, c.Points)
		}
	}
}
