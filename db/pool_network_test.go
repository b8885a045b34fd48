package db_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// chainOf are blocks of every half hour from the height at a time on, each with
// fees of 1 000 sat and found by one of two pools in turn. The difficulty is 100,
// and 110 from a multiple of 2016 on.
func chainOf(height int64, first time.Time, n int) []market.Block {
	list := make([]market.Block, n)
	for i := range list {
		h, fees := height+int64(i), units.Sats(1000)
		b := market.Block{
			Height: h, Hash: fmt.Sprintf("%064x", h), PrevHash: fmt.Sprintf("%064x", h-1), Time: first.Add(time.Duration(i) * 30 * time.Minute),
			Bits: 1, Difficulty: 100, TotalFees: &fees, PoolName: []string{"Ours", "Theirs"}[i%2],
		}
		if h >= (height/market.EpochBlocks+1)*market.EpochBlocks {
			b.Difficulty = 110
		}
		list[i] = b
	}
	return list
}

// The first block of the new epoch is found at 10:30: it is asked for from 10:00
// on, when the last of the old one was.
func TestTheNetworkOfDaysIsReadFromTheirBlocks(t *testing.T) {
	d, _ := dbtest.New(t)
	height := int64(460*market.EpochBlocks - 22) // found at 23:30 the day before
	blocks := chainOf(height, nov22.Add(-30*time.Minute), 98)
	if _, err := d.Jobs().InsertBlocks(t.Context(), blocks); err != nil {
		t.Fatal(err)
	}
	got, err := d.As(access.Mining).PoolNetwork(t.Context(), nov22, nov22.AddDate(0, 0, 2))
	if err != nil {
		t.Fatal(err)
	}
	const subsidy = 312_500_000
	each := map[string]pool.FoundBlocks{
		"Ours": {Blocks: 24, Subsidies: 24 * subsidy, Fees: 24_000}, "Theirs": {Blocks: 24, Subsidies: 24 * subsidy, Fees: 24_000},
	}
	want := pool.Chain{
		Days: []pool.ChainDay{
			{From: nov22, Blocks: 48, Fees: 48_000, Whole: true, Found: each},
			{From: nov22.AddDate(0, 0, 1), Blocks: 48, Fees: 48_000, Whole: true, Found: each},
		},
		Epochs: []pool.Epoch{{Difficulty: 100, Subsidy: subsidy}, {From: nov22.Add(10 * time.Hour), Difficulty: 110, Subsidy: subsidy}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestADayWithAHoleIsNotWhole(t *testing.T) {
	for _, test := range []struct {
		what  string
		spoil func([]market.Block) []market.Block
	}{
		{"a block is missing", func(b []market.Block) []market.Block { return append(b[:20:20], b[21:]...) }},
		{"the fees of one are not known", func(b []market.Block) []market.Block { b[20].TotalFees = nil; return b }},
		{"the block after is not there", func(b []market.Block) []market.Block { return b[:49] }},
		{"the block before is not there", func(b []market.Block) []market.Block { return b[1:] }},
	} {
		d, _ := dbtest.New(t)
		if _, err := d.Jobs().InsertBlocks(t.Context(), test.spoil(chainOf(927_001, nov22.Add(-30*time.Minute), 50))); err != nil {
			t.Fatal(err)
		}
		got, err := d.As(access.Mining).PoolNetwork(t.Context(), nov22, nov22.AddDate(0, 0, 1))
		if err != nil || len(got.Days) != 1 || got.Days[0].Whole {
			t.Errorf("%s: %+v, %v", test.what, got.Days, err)
		}
	}
}

// A day's mean of 107.5 between 100 and 110 says that a quarter was at 100.
func TestTheNetworkOfDaysIsReadFromDailySeries(t *testing.T) {
	d, _ := dbtest.New(t)
	s := d.Jobs()
	if err := s.EnsureSeries(t.Context(), market.SeriesDef{Key: "market.difficulty", Unit: "1", Interval: time.Hour},
		market.SeriesDef{Key: "market.fees_sat_per_block", Unit: "sat", Interval: time.Hour}); err != nil {
		t.Fatal(err)
	}
	day := func(n int, first, last, sum float64, count int64) market.Bar {
		return market.Bar{T: nov22.AddDate(0, 0, n), N: count, Sum: sum, Min: math.Min(first, last), Max: math.Max(first, last), First: first, Last: last}
	}
	for key, bars := range map[string][]market.Bar{
		"market.difficulty":         {day(0, 100, 110, 430, 4), day(1, 110, 110, 110, 1), day(2, 110, 110, 110, 1)},
		"market.fees_sat_per_block": {day(0, 9, 11, 20, 2), day(1, 12, 12, 12, 1)},
	} {
		if _, err := s.InsertBars(t.Context(), key, market.LevelDay, bars); err != nil {
			t.Fatal(err)
		}
	}
	read := func() []pool.Network {
		list, err := d.As(access.Mining).PoolNetworkByDay(t.Context(), nov22, nov22.AddDate(0, 0, 3))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if list := read(); list != nil {
		t.Errorf("without a block the subsidy is known: %+v", list)
	}
	if _, err := s.InsertBlocks(t.Context(), chainOf(927_001, nov22.AddDate(0, 0, 3), 1)); err != nil {
		t.Fatal(err)
	}
	want := []pool.Network{
		{From: nov22, Difficulty: 100, Subsidy: 312_500_000, MeanFees: 10}, {From: nov22.Add(6 * time.Hour), Difficulty: 110, Subsidy: 312_500_000, MeanFees: 10},
		{From: nov22.AddDate(0, 0, 1), Difficulty: 110, Subsidy: 312_500_000, MeanFees: 12},
	}
	if diff := cmp.Diff(want, read()); diff != "" {
		t.Error(diff)
	}
}

// A day that begins at 16:00 takes its hours from two days of UTC, each as much.
func TestMeansOfDaysOfAnyCalendar(t *testing.T) {
	d, _ := dbtest.New(t)
	const key = "mining.pool_hashrate_hs.7"
	if err := d.Jobs().EnsureSeries(t.Context(), market.SeriesDef{Key: key, Unit: "H/s", Interval: time.Minute}); err != nil {
		t.Fatal(err)
	}
	var bars []market.Bar
	for i := range 30 {
		v := float64(i / 24 * 8) // 0 for a day, then 8
		bars = append(bars, market.Bar{T: nov22.Add(time.Duration(i-8) * time.Hour), N: int64(i + 1), Sum: v * float64(i+1), Min: v, Max: v, First: v, Last: v})
	}
	bars[3].Sum, bars[3].N, bars[3].Max = 48, 1, 48 // one reading counts as an hour
	if _, err := d.Jobs().InsertBars(t.Context(), key, market.LevelHour, bars); err != nil {
		t.Fatal(err)
	}
	got, err := d.As(access.Mining).DayMeans(t.Context(), []string{key, "mining.nothing"}, nov22.Add(-8*time.Hour), nov22.AddDate(0, 0, 3))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[int64]db.DayMean{key: {nov22.Add(-8 * time.Hour).Unix(): {Mean: 2, Hours: 24}, nov22.Add(16 * time.Hour).Unix(): {Mean: 8, Hours: 6}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
