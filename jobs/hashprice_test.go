package jobs

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/econ/units"
)

// testChain is n linked blocks from height on, ten minutes apart, whose fees
// are 1,000 sat times the place in the list.
func testChain(height int64, n int, bits uint32) []market.Block {
	blocks := make([]market.Block, n)
	for i := range blocks {
		fees := units.Sats(1000 * i)
		h := height + int64(i)
		blocks[i] = market.Block{
			Height: h, Hash: fmt.Sprintf("%064x", h), PrevHash: fmt.Sprintf("%064x", h-1),
			Time: noon.Add(time.Duration(i) * 10 * time.Minute), Bits: bits, TotalFees: &fees,
		}
	}
	return blocks
}

const testBits = 0x1701f303

func TestBasisAfterSaysWhatIsMissing(t *testing.T) {
	full := testChain(900_000, market.FeeWindow, testBits)
	holed := testChain(900_000, market.FeeWindow, testBits)
	holed[100].Height++
	forked := testChain(900_000, market.FeeWindow, testBits)
	forked[143].PrevHash = strings.Repeat("f", 64)
	noFees := testChain(900_000, market.FeeWindow, testBits)
	for i := range 20 {
		noFees[i].TotalFees = nil
	}
	someFees := testChain(900_000, market.FeeWindow, testBits)
	someFees[0].TotalFees = nil

	tests := map[string]struct {
		blocks []market.Block
		want   string
	}{
		"complete":         {full, ""},
		"too few":          {full[1:], "143 of the last 144 blocks are known"},
		"a hole":           {holed, "43 of the last 144 blocks are known"},
		"a branch":         {forked, "1 of the last 144 blocks are known"},
		"fees not told":    {noFees, "the fees of 124 of the last 144 blocks are known"},
		"one fee not told": {someFees, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := basisAfter(test.blocks, testBits).missing; got != test.want {
				t.Errorf("missing: got %q, want %q", got, test.want)
			}
		})
	}
}

// The vector is one of docs/economics.md, M4.
func TestTheBlockAfterAnEpochMeetsTheNextDifficulty(t *testing.T) {
	tip := market.Block{Height: 2016*400 - 1, Bits: 0x1c05a3f4, Time: time.Unix(1279297671, 0)}
	first := market.Block{Height: 2016 * 399, Time: time.Unix(1279008237, 0)}
	if got, err := nextBits(tip, &first); err != nil || got != 0x1c0168fd {
		t.Errorf("target after the last block of an epoch: got %08x (%v), want 1c0168fd", got, err)
	}
	if _, err := nextBits(tip, nil); err == nil {
		t.Error("target after an epoch whose first block is not known: got no error")
	}
	for _, height := range []int64{tip.Height - 1, tip.Height + 1} {
		tip.Height = height
		if got, err := nextBits(tip, nil); err != nil || got != tip.Bits {
			t.Errorf("target after block %d, within an epoch: got %08x (%v), want %08x", height, got, err, tip.Bits)
		}
	}
}

func TestTheFirstBlockAfterAHalvingPaysHalf(t *testing.T) {
	before := basisAfter(testChain(840_000-market.FeeWindow-1, market.FeeWindow, testBits), testBits)
	after := basisAfter(testChain(840_000-market.FeeWindow, market.FeeWindow, testBits), testBits)
	if before.subsidy != 625_000_000 || after.subsidy != 312_500_000 {
		t.Errorf("subsidy of blocks 839,999 and 840,000: got %d and %d", before.subsidy, after.subsidy)
	}
}

func TestTrackOfBlocksFollowsFeesAndNeverRunsBackwards(t *testing.T) {
	blocks := testChain(900_000, market.FeeWindow+3, testBits)
	blocks[market.FeeWindow].Time = blocks[market.FeeWindow-1].Time.Add(-time.Hour)
	track := trackOfBlocks(blocks, testBits)
	if got, want := len(track), 4; got != want {
		t.Fatalf("track has %d steps, want %d", got, want)
	}
	for i, step := range track {
		mean := 1000 * (float64(market.FeeWindow-1)/2 + float64(i))
		difficulty, err := market.DifficultyFromBits(testBits)
		if err != nil {
			t.Fatal(err)
		}
		hp, err := market.ComputeHashprice(difficulty, 312_500_000, mean, 1)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(step.sat/hp.SatPerPHDay-1) > 1e-12 {
			t.Errorf("step %d: got %v sat, want %v", i, step.sat, hp.SatPerPHDay)
		}
		if i > 0 && step.from.Before(track[i-1].from) {
			t.Errorf("step %d begins at %s, before the one it follows", i, step.from)
		}
	}
	if _, ok := track.at(track[0].from.Add(-time.Second)); ok {
		t.Error("pay is known before the first step")
	}
	if got, ok := track.at(track[3].from.Add(time.Hour)); !ok || got != track[3].sat {
		t.Errorf("pay an hour after the last step: got %v, %v, want %v", got, ok, track[3].sat)
	}
}

func TestScaleKeepsTheShapeOfThePrice(t *testing.T) {
	track := payTrack{{from: noon, until: noon.Add(time.Hour), sat: 50_000}}
	prices := []market.Bar{
		{T: noon.Add(-time.Minute), N: 4, Sum: 4, Min: 1, Max: 1, First: 1, Last: 1},
		{T: noon, N: 4, Sum: 320_000, Min: 79_000, Max: 81_000, First: 79_500, Last: 80_500},
		{T: noon.Add(time.Hour), N: 4, Sum: 4, Min: 1, Max: 1, First: 1, Last: 1},
	}
	usd, sat := scale(prices, track)
	wantUSD := []market.Bar{{T: noon, N: 4, Sum: 160, Min: 39.5, Max: 40.5, First: 39.75, Last: 40.25}}
	wantSat := []market.Bar{{T: noon, N: 4, Sum: 200_000, Min: 50_000, Max: 50_000, First: 50_000, Last: 50_000}}
	if diff := cmp.Diff(wantUSD, usd); diff != "" {
		t.Errorf("hashprice in USD (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantSat, sat); diff != "" {
		t.Errorf("hashprice in sat (-want +got):\n%s", diff)
	}
}
