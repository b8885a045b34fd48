package jobs

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"switchyard/econ/market"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func quote(venue string, price float64, at time.Time) market.Quote {
	return market.Quote{Venue: venue, Price: price, T: at, Received: at}
}

func TestOutliersTakesOutTheVenueTheOthersContradict(t *testing.T) {
	tests := map[string]struct {
		prices map[string]float64
		want   []string
	}{
		"agreement":          {map[string]float64{"a": 100, "b": 101, "c": 99}, nil},
		"nine per cent":      {map[string]float64{"a": 100, "b": 100, "c": 109}, nil},
		"eleven per cent":    {map[string]float64{"a": 100, "b": 100, "c": 111}, []string{"c"}},
		"double":             {map[string]float64{"a": 100, "b": 100.5, "c": 200}, []string{"c"}},
		"almost nothing":     {map[string]float64{"a": 100, "b": 100.5, "c": 0.01}, []string{"c"}},
		"not a number":       {map[string]float64{"a": 100, "b": 100.5, "c": math.NaN()}, []string{"c"}},
		"two cannot outvote": {map[string]float64{"a": 100, "b": 200}, nil},
		"two of five":        {map[string]float64{"a": 100, "b": 101, "c": 99, "d": 500, "e": 1}, []string{"d", "e"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for venue := range outliers(test.prices) {
				got = append(got, venue)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
				t.Errorf("outliers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJudgeRefusesWhatCannotBeTrue(t *testing.T) {
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	newest := map[string]market.Quote{"a": quote("a", 100, at(-2)), "b": quote("b", 101, at(-3)), "c": quote("c", 99, at(-1))}
	tests := map[string]struct {
		newest     map[string]market.Quote
		arrived    map[string][]market.Quote
		good       map[string]int
		refused    map[string]string
		distrusted []string
	}{
		"all good": {newest, map[string][]market.Quote{"a": {quote("a", 100.5, noon)}}, map[string]int{"a": 1}, map[string]string{}, nil},
		"a glitch between two good ones": {
			newest,
			map[string][]market.Quote{"a": {quote("a", 100, at(-1)), quote("a", 1000, at(0)), quote("a", 100, at(0))}},
			map[string]int{"a": 2},
			map[string]string{"a": "price is 900.0 % away from the median of the other venues, more than 10 %"},
			nil,
		},
		"the newest is absurd": {
			newest, map[string][]market.Quote{"c": {quote("c", 50, noon)}}, map[string]int{},
			map[string]string{"c": "price is 50.2 % away from the median of the other venues, more than 10 %"}, []string{"c"},
		},
		"the others are stale": {
			map[string]market.Quote{"a": quote("a", 100, at(-90)), "b": quote("b", 100, at(-90))},
			map[string][]market.Quote{"c": {quote("c", 150, noon)}}, map[string]int{"c": 1}, map[string]string{}, nil,
		},
		"the bad one came first": {
			map[string]market.Quote{"a": quote("a", 200, at(-2))},
			map[string][]market.Quote{"b": {quote("b", 100, noon)}, "c": {quote("c", 100, noon)}},
			map[string]int{"b": 1, "c": 1}, map[string]string{}, []string{"a"},
		},
		"no price at all": {
			nil, map[string][]market.Quote{"a": {quote("a", 0, noon)}}, map[string]int{},
			map[string]string{"a": "price is not a positive number"}, []string{"a"},
		},
		"a clock that runs ahead": {
			nil, map[string][]market.Quote{"a": {quote("a", 100, at(3600))}}, map[string]int{},
			map[string]string{"a": "time lies ahead of ours"}, nil,
		},
		"yesterday": {
			nil, map[string][]market.Quote{"a": {quote("a", 100, at(-86400))}}, map[string]int{},
			map[string]string{"a": "time is more than an hour ago"}, nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := judge(test.newest, test.arrived, noon)
			good, refused, distrusted := map[string]int{}, map[string]string{}, []string(nil)
			for venue, list := range got.good {
				good[venue] = len(list)
			}
			for venue, r := range got.refused {
				refused[venue] = r.check
			}
			for venue := range got.distrusted {
				distrusted = append(distrusted, venue)
			}
			if diff := cmp.Diff(test.good, good); diff != "" {
				t.Errorf("good quotes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.refused, refused); diff != "" {
				t.Errorf("refused quotes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.distrusted, distrusted); diff != "" {
				t.Errorf("distrusted venues (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDeskKeepsTheFirstOfASecondAndTheNewest(t *testing.T) {
	d := newDesk()
	for i, ms := range []int{0, 300, 600, 999, 1000, 1500, 2100} {
		d.add(quote("a", float64(i+1), noon.Add(time.Duration(ms)*time.Millisecond)))
	}
	taken := d.take()["a"]
	want := []market.Point{{T: noon, V: 1}, {T: noon.Add(time.Second), V: 5}, {T: noon.Add(2 * time.Second), V: 7}}
	if diff := cmp.Diff(want, points(taken)); diff != "" {
		t.Errorf("points of the desk (-want +got):\n%s", diff)
	}
	if got := len(taken); got != 5 {
		t.Errorf("desk kept %d quotes, want 5: first and newest of each of two seconds, and one", got)
	}
	if got := len(d.take()); got != 0 {
		t.Errorf("an emptied desk has quotes of %d venues, want none", got)
	}
	for i := range 10 * maxPending {
		d.add(quote("a", float64(i), noon.Add(time.Duration(i)*time.Second)))
	}
	if got := len(d.take()["a"]); got != maxPending {
		t.Errorf("a desk nobody empties holds %d quotes, want %d", got, maxPending)
	}
}
