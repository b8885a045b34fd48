package market_test

import (
	"math"
	"testing"
	"time"

	"switchyard/econ/market"
)

// BenchmarkFormulas is what a page computes after it has read.
func BenchmarkFormulas(b *testing.B) {
	first := time.Unix(1_790_000_000, 0)
	latest := first.Add(590_000 * time.Second)
	state := market.EpochState{
		Height: 484*market.EpochBlocks + 1000, First: first, Latest: latest, Now: latest.Add(400 * time.Second), Difficulty: baseDifficulty,
	}
	quotes := []market.Quote{{Venue: "a", Price: 1, T: latest}, {Venue: "b", Price: 2, T: latest}, {Venue: "c", Price: 3, T: latest}}
	for _, c := range []struct {
		name    string
		compute func() error
	}{
		{"NextAdjustment", func() error { _, err := market.NextAdjustment(state); return err }},
		{"NextHalving", func() error { _, err := market.NextHalving(state.Height, latest, 0.01); return err }},
		{"ObservedHashrate", func() error { _, err := market.ObservedHashrate(baseDifficulty, 1000, 590_000*time.Second); return err }},
		{"Hashprice", func() error {
			_, err := market.ComputeHashprice(baseDifficulty, baseSubsidy, baseFees, basePrice)
			return err
		}},
		{"NextBits", func() error { _, err := market.NextBits(0x1702a7e9, first, latest); return err }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := c.compute(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("MedianOfVenues", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if i, ok := market.MedianOfVenues(quotes, 3, latest, time.Minute); !ok || i.Price != 2 {
				b.Fatal(i, ok)
			}
		}
	})
}

// BenchmarkDownsample cuts a day of seconds to the points of a page's chart.
func BenchmarkDownsample(b *testing.B) {
	const columns = 240
	bars := make([]market.Bar, 86_400)
	for i := range bars {
		v := math.Sin(float64(i) / 900)
		bars[i] = market.Bar{T: time.Unix(int64(i), 0), N: 1, Sum: v, Min: v, Max: v, First: v, Last: v}
	}
	b.ReportAllocs()
	for b.Loop() {
		if got := market.Downsample(bars, columns); len(got) != 2*columns {
			b.Fatal(len(got))
		}
	}
}
