package simulate_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"switchyard/econ/market"
	"switchyard/jobs/simulate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	origin = time.Date(2026, 3, 10, 14, 30, 0, 0, time.UTC)
	venues = []string{"coinbase", "kraken", "bitstamp"}
)

// worldAt is the world of a seed at an instant.
func worldAt(seed uint64, now time.Time) *simulate.World {
	return simulate.NewWorld(simulate.Config{Origin: origin, Seed: seed, Now: func() time.Time { return now }})
}

// instants are n random ones of the world's past, each seed its own.
func instants(w *simulate.World, seed uint64, n int) []time.Time {
	r := rand.New(rand.NewPCG(seed, 1))
	span := int64(origin.Sub(w.Begin()) / time.Second)
	list := make([]time.Time, n)
	for i := range list {
		list[i] = w.Begin().Add(time.Duration(r.Int64N(span)) * time.Second)
	}
	return list
}

// snapshot is what a world tells about an instant.
func snapshot(w *simulate.World, t time.Time) string {
	day := t.Truncate(24 * time.Hour)
	hashrate, _ := w.DailyHashrate(day)
	text := fmt.Sprint(w.Price(t), w.FeeRates(t), hashrate)
	for _, v := range venues {
		text += fmt.Sprint(w.VenuePrice(v, t), w.VenueCandle(v, time.Minute, t), w.VenueCandle(v, time.Hour, t))
	}
	return text
}

// A restart reproduces the past, whatever is asked and in which order, and a
// world that is older agrees on the past they share.
func TestAWorldIsItsOriginAndItsSeed(t *testing.T) {
	for seed := range uint64(4) {
		a, b, later := worldAt(seed, origin), worldAt(seed, origin), worldAt(seed, origin.AddDate(0, 1, 0))
		times := instants(a, seed, 40)
		got := make(map[time.Time]string)
		for _, at := range times {
			got[at] = snapshot(a, at)
		}
		b.Tip() // another order: the chain first, then the times backwards
		for i := len(times) - 1; i >= 0; i-- {
			if text := snapshot(b, times[i]); text != got[times[i]] {
				t.Fatalf("seed %d at %s: %s, then %s", seed, times[i], got[times[i]], text)
			}
			if text := snapshot(later, times[i]); text != got[times[i]] {
				t.Fatalf("seed %d at %s, seen a month later: %s, then %s", seed, times[i], got[times[i]], text)
			}
		}
		for h := a.Tip().Height; h > a.Tip().Height-3000; h -= 137 {
			x, okX := a.Block(h)
			y, okY := later.Block(h)
			if diff := cmp.Diff(x, y); !okX || !okY || diff != "" {
				t.Fatalf("seed %d, block %d (-now +later):\n%s", seed, h, diff)
			}
		}
		if other := worldAt(seed+100, origin); snapshot(other, times[0]) == got[times[0]] {
			t.Errorf("seeds %d and %d make the same world", seed, seed+100)
		}
	}
}

func TestWorldsArePlausible(t *testing.T) {
	for seed := range uint64(12) {
		w := worldAt(seed, origin)
		for _, at := range instants(w, seed, 200) {
			p := w.Price(at)
			if math.IsNaN(p) || p < 3_000 || p > 1_000_000 {
				t.Fatalf("seed %d: bitcoin is $%v at %s", seed, p, at)
			}
			for _, v := range venues {
				if q := w.VenuePrice(v, at); math.Abs(q/p-1) > 0.002 || q != math.Round(q*100)/100 {
					t.Fatalf("seed %d: %s quotes %v where bitcoin is %v", seed, v, q, p)
				}
			}
			rates := w.FeeRates(at)
			for i, r := range rates {
				if r < 1 || r > 1000 || (i > 0 && r > rates[i-1]) {
					t.Fatalf("seed %d: fee rates %v", seed, rates)
				}
			}
		}
		jump := 0.0
		for at := origin.Add(-24 * time.Hour); at.Before(origin); at = at.Add(time.Second) {
			jump = max(jump, math.Abs(w.Price(at.Add(time.Second))/w.Price(at)-1))
		}
		if jump == 0 || jump > 0.01 {
			t.Errorf("seed %d: the price moves by at most %v in a second", seed, jump)
		}
	}
}

// The chain keeps the rules of consensus: links, subsidies, and targets that
// follow from the times of the epoch before.
func TestTheChainKeepsTheRules(t *testing.T) {
	w := worldAt(3, origin)
	tip := w.Tip()
	if tip.Time.After(origin) || origin.Sub(tip.Time) > 3*time.Hour {
		t.Errorf("the tip is of %s", tip.Time)
	}
	start := tip.Height / market.EpochBlocks * market.EpochBlocks
	first, _ := w.Block(start - 3*market.EpochBlocks)
	prev := first
	var fees, blocks float64
	epochFirst := first
	for h := first.Height + 1; h <= tip.Height; h++ {
		b, ok := w.Block(h)
		if !ok || b.PrevHash != prev.Hash || b.Height != h || b.Time.Before(prev.Time) {
			t.Fatalf("block %d does not follow %d: %+v", h, prev.Height, b)
		}
		subsidy, err := market.Subsidy(h)
		if err != nil || b.TotalFees == nil || b.Reward == nil || *b.TotalFees < 0 || *b.Reward != subsidy+*b.TotalFees {
			t.Fatalf("block %d: fees %v and reward %v of subsidy %v", h, b.TotalFees, b.Reward, subsidy)
		}
		fees, blocks = fees+float64(*b.TotalFees), blocks+1
		if h%market.EpochBlocks == 0 {
			want, err := market.NextBits(prev.Bits, epochFirst.Time, prev.Time)
			if err != nil || b.Bits != want {
				t.Fatalf("block %d has target %08x, the rule says %08x (%v)", h, b.Bits, want, err)
			}
			epochFirst = b
		} else if b.Bits != prev.Bits {
			t.Fatalf("the target changes at block %d", h)
		}
		prev = b
	}
	if spacing := tip.Time.Sub(first.Time).Seconds() / blocks; spacing < 540 || spacing > 660 {
		t.Errorf("blocks come every %v s", spacing)
	}
	if mean := fees / blocks; mean < 100_000 || mean > 100_000_000 {
		t.Errorf("a block has %v sat of fees", mean)
	}
	for _, s := range w.Steps(w.Begin()) {
		if s.Height%market.EpochBlocks != 0 || s.Ratio < 0.25 || s.Ratio > 4 {
			t.Errorf("step %+v", s)
		}
	}
	if _, ok := w.Block(tip.Height + 1); ok {
		t.Error("a block that has not come yet is told")
	}
}

func TestCandlesAgreeWithTheQuotesAndWithOneAnother(t *testing.T) {
	w := worldAt(5, origin)
	for _, at := range instants(w, 9, 12) {
		for _, venue := range venues {
			minute := w.VenueCandle(venue, time.Minute, at)
			low, high := math.Inf(1), 0.0
			for s := range 60 {
				q := w.VenuePrice(venue, minute.T.Add(time.Duration(s)*time.Second))
				low, high = min(low, q), max(high, q)
			}
			if minute.Open != w.VenuePrice(venue, minute.T) || minute.Close != w.VenuePrice(venue, minute.T.Add(59*time.Second)) || minute.Low != low || minute.High != high {
				t.Errorf("%s at %s: %+v, quotes from %v to %v", venue, at, minute, low, high)
			}
			day := w.VenueCandle(venue, 24*time.Hour, at)
			want := market.Candle{T: day.T, Low: math.Inf(1), Volume: day.Volume}
			for h := range 24 {
				hour := w.VenueCandle(venue, time.Hour, day.T.Add(time.Duration(h)*time.Hour))
				if hour.Low > min(hour.Open, hour.Close) || hour.High < max(hour.Open, hour.Close) || hour.Volume <= 0 {
					t.Errorf("%s: hour %+v", venue, hour)
				}
				if h == 0 {
					want.Open = hour.Open
				}
				want.Low, want.High, want.Close = min(want.Low, hour.Low), max(want.High, hour.High), hour.Close
			}
			if diff := cmp.Diff(want, day); diff != "" {
				t.Errorf("%s, the day of %s is not its hours (-want +got):\n%s", venue, day.T, diff)
			}
		}
	}
}

func TestAReorganisationReplacesTheEndAlone(t *testing.T) {
	w := worldAt(1, origin)
	tip := w.Tip()
	before := make(map[int64]string)
	for h := tip.Height - 10; h <= tip.Height; h++ {
		b, _ := w.Block(h)
		before[h] = b.Hash
	}
	w.Reorg(3)
	for h := tip.Height - 10; h <= tip.Height; h++ {
		b, ok := w.Block(h)
		if !ok || (b.Hash != before[h]) != (h > tip.Height-3) {
			t.Errorf("block %d: replaced is %v", h, b.Hash != before[h])
		}
	}
}

func BenchmarkWorld(b *testing.B) {
	b.Run("new, with its chain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			worldAt(7, origin).Tip()
		}
	})
	w := worldAt(7, origin)
	b.Run("quote", func(b *testing.B) {
		at := origin
		for b.Loop() {
			at = at.Add(-time.Second)
			w.VenuePrice("kraken", at)
		}
	})
	b.Run("day of minutes", func(b *testing.B) {
		for b.Loop() {
			for m := range 1440 {
				w.VenueCandle("kraken", time.Minute, origin.Add(-time.Duration(m)*time.Minute))
			}
		}
	})
}
