package market_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"switchyard/econ/market"
)

func TestMedianOfVenues(t *testing.T) {
	now := time.Date(2026, 11, 23, 14, 32, 8, 0, time.UTC)
	quote := func(venue string, price float64, age time.Duration) market.Quote {
		return market.Quote{Venue: venue, Price: price, T: now.Add(-age)}
	}
	for _, c := range []struct {
		name   string
		quotes []market.Quote
		want   market.Index // Of is 3, T is now less age
		age    time.Duration
	}{
		{"three", []market.Quote{quote("a", 87_430, 1*time.Second), quote("b", 87_410, 0), quote("c", 87_420, 2*time.Second)},
			market.Index{Price: 87_420, Venues: 3, Spread: 20}, 0},
		{"two: the mean of both", []market.Quote{quote("a", 87_430, 5*time.Second), quote("b", 87_410, 3*time.Second)},
			market.Index{Price: 87_420, Venues: 2, Spread: 20}, 3 * time.Second},
		{"one", []market.Quote{quote("a", 87_430, 0)}, market.Index{Price: 87_430, Venues: 1}, 0},
		{"a minute old still counts", []market.Quote{quote("a", 87_430, time.Minute)}, market.Index{Price: 87_430, Venues: 1}, time.Minute},
		{"older does not", []market.Quote{quote("a", 1, time.Minute+1), quote("b", 87_430, 0)}, market.Index{Price: 87_430, Venues: 1}, 0},
		{"from the future does not", []market.Quote{quote("a", 1, -time.Hour), quote("b", 87_430, 0)}, market.Index{Price: 87_430, Venues: 1}, 0},
		{"no price is no vote", []market.Quote{quote("a", 0, 0), quote("b", -1, 0), quote("c", math.NaN(), 0), quote("d", math.Inf(1), 0), quote("e", 87_430, 0)},
			market.Index{Price: 87_430, Venues: 1}, 0},
		{"a venue votes once, with its newest", []market.Quote{quote("a", 1, 9*time.Second), quote("a", 87_430, 1*time.Second), quote("a", 2, 5*time.Second)},
			market.Index{Price: 87_430, Venues: 1}, time.Second},
	} {
		c.want.Of, c.want.T = 3, now.Add(-c.age)
		got, ok := market.MedianOfVenues(c.quotes, 3, now, market.QuoteMaxAge)
		if !ok || got != c.want {
			t.Errorf("%s: got %+v, %v, want %+v", c.name, got, ok, c.want)
		}
	}
	for _, quotes := range [][]market.Quote{nil, {quote("a", 87_430, time.Hour)}} {
		if got, ok := market.MedianOfVenues(quotes, 3, now, market.QuoteMaxAge); ok {
			t.Errorf("no fresh quote gave %+v", got)
		}
	}
}

// Wherever the venues stand, the median lies between the lowest and the highest
// fresh one, and one venue of three cannot move it past the other two.
func TestMedianLiesBetweenFreshQuotes(t *testing.T) {
	rng := rand.New(rand.NewPCG(60, 3))
	now := time.Unix(1_790_000_000, 0)
	venues := []string{"a", "b", "c", "d", "e"}
	for range 2_000 {
		low, high := math.Inf(1), 0.0
		var quotes []market.Quote
		for _, venue := range venues[:1+rng.IntN(len(venues))] {
			q := market.Quote{Venue: venue, Price: 1 + 1e5*rng.Float64(), T: now.Add(-time.Duration(rng.Int64N(int64(2 * time.Minute))))}
			quotes = append(quotes, q)
			if now.Sub(q.T) <= market.QuoteMaxAge {
				low, high = min(low, q.Price), max(high, q.Price)
			}
		}
		got, ok := market.MedianOfVenues(quotes, len(venues), now, market.QuoteMaxAge)
		if ok != (high > 0) {
			t.Fatalf("%v: got %v", quotes, ok)
		}
		if ok && (got.Price < low || got.Price > high || got.Spread != high-low) {
			t.Errorf("%v: got %+v outside [%g, %g]", quotes, got, low, high)
		}
	}
}

func TestMedianCandle(t *testing.T) {
	at := time.Date(2026, 11, 23, 14, 32, 0, 0, time.UTC)
	got, ok := market.MedianCandle([]market.Candle{
		{T: at, Open: 100, High: 110, Low: 90, Close: 105, Volume: 1},
		{T: at, Open: 102, High: 108, Low: 95, Close: 104, Volume: 2},
		{T: at, Open: 101, High: 500, Low: 1, Close: 107, Volume: 4}, // a spike on one venue
	})
	want := market.Candle{T: at, Open: 101, High: 110, Low: 90, Close: 105, Volume: 7}
	if !ok || got != want {
		t.Errorf("got %+v, %v, want %+v", got, ok, want)
	}
	// The medians of the parts need not fit together: they are widened.
	got, ok = market.MedianCandle([]market.Candle{
		{T: at, Open: 10, High: 10, Low: 1, Close: 1},
		{T: at, Open: 10, High: 10, Low: 1, Close: 1},
		{T: at, Open: 2, High: 3, Low: 2, Close: 3},
		{T: at, Open: 2, High: 3, Low: 2, Close: 3},
	})
	want = market.Candle{T: at, Open: 6, High: 6.5, Low: 1.5, Close: 2}
	if !ok || got != want {
		t.Errorf("got %+v, %v, want %+v", got, ok, want)
	}
	if _, ok := market.MedianCandle(nil); ok {
		t.Error("no candles gave a candle")
	}
}

func TestMedianCandleContainsItsOpenAndClose(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 2_000 {
		candles := make([]market.Candle, 1+rng.IntN(5))
		for i := range candles {
			a, b := 100*rng.Float64(), 100*rng.Float64()
			candles[i] = market.Candle{Open: a, Close: b, High: max(a, b) + rng.Float64(), Low: min(a, b) - rng.Float64()}
		}
		got, ok := market.MedianCandle(candles)
		if !ok || got.Low > min(got.Open, got.Close) || got.High < max(got.Open, got.Close) {
			t.Errorf("%+v: got %+v, %v", candles, got, ok)
		}
	}
}
