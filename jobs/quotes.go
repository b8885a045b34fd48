package jobs

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"switchyard/econ/market"
)

// absurdShare is how far one venue's price may lie from the median of the
// others before it is refused. Venues that trade the same thing for the same
// money differ by less than one part in a thousand; ten per cent is a fault.
const absurdShare = 0.10

// How far a venue's time may lie from ours.
const (
	maxAhead  = time.Minute
	maxBehind = time.Hour
)

// outliers names the venues whose price cannot be true, and by which fraction
// it is off: prices that are no positive number, and then, as long as three or
// more remain, the one farthest from the median of the others. Fewer than three
// cannot outvote one another.
func outliers(prices map[string]float64) map[string]float64 {
	rest := maps.Clone(prices)
	out := map[string]float64{}
	for venue, price := range prices {
		if off := deviation(price, 1); math.IsInf(off, 1) {
			out[venue] = off
			delete(rest, venue)
		}
	}
	for len(rest) >= 3 {
		venue, off := farthest(rest)
		if off <= absurdShare {
			break
		}
		out[venue] = off
		delete(rest, venue)
	}
	return out
}

// farthest is the venue whose price is the farthest from the median of the
// others, and by which fraction of it. Distance is measured as a ratio: a price
// near zero pulls the others' median down, yet is the one to blame.
func farthest(prices map[string]float64) (venue string, off float64) {
	most := -1.0
	for _, name := range slices.Sorted(maps.Keys(prices)) {
		reference := medianOfOthers(prices, name)
		if ratio := math.Abs(math.Log(prices[name] / reference)); ratio > most {
			most, venue, off = ratio, name, deviation(prices[name], reference)
		}
	}
	return venue, off
}

// deviation is how far price lies from reference, as a fraction of it; a price
// that is not a positive number is infinitely far from everything.
func deviation(price, reference float64) float64 {
	if !(price > 0) || math.IsInf(price, 0) || !(reference > 0) {
		return math.Inf(1)
	}
	return math.Abs(price/reference - 1)
}

// medianOfOthers is the median price of all venues but one; zero if there are
// no others.
func medianOfOthers(prices map[string]float64, without string) float64 {
	others := make([]float64, 0, len(prices))
	for venue, price := range prices {
		if venue != without {
			others = append(others, price)
		}
	}
	return median(others)
}

// median of values; zero if there are none. values is sorted in place.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	slices.SortFunc(values, cmp.Compare)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// absurdCheck is the sentence a refused price is kept with.
func absurdCheck(off float64) string {
	if math.IsInf(off, 1) {
		return "price is not a positive number"
	}
	return fmt.Sprintf("price is %.1f %% away from the median of the other venues, more than %.0f %%",
		off*100, absurdShare*100)
}

// refusedQuote is a quote that failed a check.
type refusedQuote struct {
	quote market.Quote
	check string
}

// judgement is what became of a sample's quotes.
type judgement struct {
	good       map[string][]market.Quote
	refused    map[string]refusedQuote // the newest per venue
	distrusted map[string]float64      // venues whose newest price is absurd, and by how much
}

// judge tells good quotes from bad: each is held against the newest fresh
// prices of the other venues, as long as at least two of those can be trusted.
func judge(newest map[string]market.Quote, arrived map[string][]market.Quote, now time.Time) judgement {
	prices := map[string]float64{}
	for venue, q := range newest {
		if now.Sub(q.T) <= market.QuoteMaxAge {
			prices[venue] = q.Price
		}
	}
	for venue, list := range arrived {
		if q := list[len(list)-1]; now.Sub(q.T) <= market.QuoteMaxAge {
			prices[venue] = q.Price
		}
	}
	out := judgement{
		good: map[string][]market.Quote{}, refused: map[string]refusedQuote{}, distrusted: outliers(prices),
	}
	for venue := range out.distrusted {
		delete(prices, venue)
	}
	for venue, list := range arrived {
		others := maps.Clone(prices)
		delete(others, venue)
		for _, q := range list {
			if check := checkQuote(q, others, now); check != "" {
				out.refused[venue] = refusedQuote{quote: q, check: check}
				continue
			}
			out.good[venue] = append(out.good[venue], q)
		}
	}
	return out
}

// checkQuote is the check a quote fails; empty if it is good.
func checkQuote(q market.Quote, others map[string]float64, now time.Time) string {
	switch {
	case !(q.Price > 0) || math.IsInf(q.Price, 0):
		return absurdCheck(math.Inf(1))
	case q.T.Sub(now) > maxAhead:
		return "time lies ahead of ours"
	case now.Sub(q.T) > maxBehind:
		return "time is more than an hour ago"
	case len(others) < 2:
		return ""
	}
	if off := deviation(q.Price, medianOfOthers(others, "")); off > absurdShare {
		return absurdCheck(off)
	}
	return ""
}

// points turns a venue's quotes into points at the second it reported, the
// first of a second standing for it.
func points(quotes []market.Quote) []market.Point {
	out := make([]market.Point, 0, len(quotes))
	for _, q := range quotes {
		t := secondOf(q.T)
		if n := len(out); n > 0 && !t.After(out[n-1].T) {
			continue
		}
		out = append(out, market.Point{T: t, V: q.Price})
	}
	return out
}

// secondOf is the full second t lies in, under which a tick is stored.
func secondOf(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
