package market

import (
	"math"
	"slices"
	"time"
)

// QuoteMaxAge is the age beyond which a venue's quote no longer counts.
const QuoteMaxAge = 60 * time.Second

// Index is the price of bitcoin as the median of venues.
type Index struct {
	Price  float64 // USD
	Venues int     // fresh venues
	Of     int     // venues asked
	Spread float64 // highest minus lowest fresh quote in USD; means something from two venues on
	T      time.Time
}

// MedianOfVenues is the median of the newest quote of each venue that is not
// older than maxAge; one from as far in the future is no better, it would never
// grow old. The median of an even number is the mean of the middle two. It
// returns false when no quote is fresh.
func MedianOfVenues(quotes []Quote, of int, now time.Time, maxAge time.Duration) (Index, bool) {
	newest := make(map[string]Quote)
	for _, q := range quotes {
		if now.Sub(q.T).Abs() > maxAge || !(q.Price > 0) || math.IsInf(q.Price, 1) {
			continue
		}
		if old, ok := newest[q.Venue]; !ok || q.T.After(old.T) {
			newest[q.Venue] = q
		}
	}
	if len(newest) == 0 {
		return Index{}, false
	}
	prices := make([]float64, 0, len(newest))
	index := Index{Venues: len(newest), Of: of}
	for _, q := range newest {
		prices = append(prices, q.Price)
		if q.T.After(index.T) {
			index.T = q.T
		}
	}
	slices.Sort(prices)
	index.Price = middle(prices)
	index.Spread = prices[len(prices)-1] - prices[0]
	return index, true
}

// MedianCandle joins the venues' candles of one interval: the median of each
// part, widened so that low and high contain open and close. Volume is the
// sum. It returns false without candles.
func MedianCandle(candles []Candle) (Candle, bool) {
	if len(candles) == 0 {
		return Candle{}, false
	}
	part := func(of func(Candle) float64) float64 {
		values := make([]float64, len(candles))
		for i, c := range candles {
			values[i] = of(c)
		}
		slices.Sort(values)
		return middle(values)
	}
	m := Candle{
		T:    candles[0].T,
		Open: part(func(c Candle) float64 { return c.Open }), High: part(func(c Candle) float64 { return c.High }),
		Low: part(func(c Candle) float64 { return c.Low }), Close: part(func(c Candle) float64 { return c.Close }),
	}
	m.High, m.Low = max(m.High, m.Open, m.Close), min(m.Low, m.Open, m.Close)
	for _, c := range candles {
		m.Volume += c.Volume
	}
	return m, true
}

// middle is the median of sorted values.
func middle(sorted []float64) float64 {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return sorted[n/2-1]/2 + sorted[n/2]/2
}
