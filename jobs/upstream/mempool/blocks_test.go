package mempool

import (
	"math"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

func TestBlocksAreReadAsServed(t *testing.T) {
	blocks, refused, err := decodeBlocks(upstreamtest.Answer(t, "blocks.json"), upstreamtest.Now())
	if err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, error %v", upstreamtest.Checks(refused), err)
	}
	if len(blocks) != 15 {
		t.Fatalf("%d blocks, want 15", len(blocks))
	}
	for i, b := range blocks {
		if want := int64(976412 - i); b.Height != want {
			t.Errorf("block %d has height %d, want %d", i, b.Height, want)
		}
		if i > 0 && blocks[i-1].PrevHash != b.Hash {
			t.Errorf("block %d does not follow from block %d", blocks[i-1].Height, b.Height)
		}
	}
	count, weight := int64(3389), int64(3993412)
	fees, reward, rate := units.Sats(2_400_000), units.Sats(314_900_000), 2.04
	want := market.Block{
		Height: 976412, Hash: blocks[0].Hash, PrevHash: blocks[1].Hash, Time: time.Unix(1_795_409_530, 0).UTC(),
		Bits: 0x1701ebd5, Difficulty: 146506306925897.6, TxCount: &count, Weight: &weight,
		TotalFees: &fees, Reward: &reward, MedianFee: &rate, PoolName: "Foundry USA",
	}
	if diff := cmp.Diff(want, blocks[0]); diff != "" {
		t.Errorf("the newest block differs (want -, got +):\n%s", diff)
	}
}

func TestWhatABlockDoesNotTellIsAbsent(t *testing.T) {
	blocks, _, err := decodeBlocks(upstreamtest.Answer(t, "blocks.json"), upstreamtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{3, 5} { // empty extras, none at all
		if b := blocks[i]; b.TotalFees != nil || b.Reward != nil || b.MedianFee != nil || b.PoolName != "" {
			t.Errorf("block %d tells %v", b.Height, b)
		}
	}
	if b := blocks[4]; b.TxCount != nil || b.MedianFee != nil || b.PoolName != "" || b.TotalFees == nil {
		t.Errorf("block %d tells %v", b.Height, b)
	}
}

func TestBadBlocksDoNotCostTheOthers(t *testing.T) {
	blocks, refused, err := decodeBlocks(upstreamtest.Answer(t, "blocks_bad_rows.json"), upstreamtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	const (
		height, hash = "the height is missing or not that of a block", "a hash is not 64 hexadecimal digits"
		stale, shape = "the block is not on the best chain", "the row does not have the documented shape"
	)
	want := []string{
		height, height, hash, hash, hash, hash,
		"the time 2026-11-23T07:52:10Z is in the future", "the time 1.79540953e+12 is not in seconds",
		"the difficulty 1.465063069258976e+14 does not agree with the compact target 1701efbd, which gives 1.453518867750344e+14",
		"the compact target is not one: compact target 00000000 is zero",
		shape,
		"the difficulty 1.4650777198896688e+14 does not agree with the compact target 1701ebd5, which gives 1.465063069258976e+14",
		"the difficulty 0.5 is not between 1 and 1e+20", "the difficulty is missing",
		stale, stale,
		"the number of transactions -7 is not between 1 and 2147483647", "the weight 4.000001e+06 is not between 1 and 4000000",
		"the fees -5 sat are not an amount of bitcoin", "the fees 2.2e+15 sat are not an amount of bitcoin", "the fees 1.5 sat are not an amount of bitcoin",
		"the median fee rate -3 sat/vB is not one",
		"reward less fees is 312500001 sat at height 976412, but the subsidy is 312500000",
		"reward less fees is 312499999 sat at height 976412, but the subsidy is 312500000",
		shape, shape,
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
	if len(blocks) != 2 {
		t.Fatalf("%d blocks, want the good one and the one whose reward falls short", len(blocks))
	}
	if b := blocks[1]; b.TotalFees != nil || b.Reward != nil || b.Height != 976412 {
		t.Errorf("the block whose reward falls short tells fees %v and reward %v", b.TotalFees, b.Reward)
	}
}

func TestGenesisHasNoPrevious(t *testing.T) {
	const genesis = `[{"id":"000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f","height":0,"timestamp":1231006505,"bits":486604799,"difficulty":1,"tx_count":1,"weight":1140,"previousblockhash":null,"extras":{"totalFees":0,"reward":5000000000}}]`
	blocks, refused, err := decodeBlocks([]byte(genesis), upstreamtest.Now())
	if err != nil || len(refused) > 0 || len(blocks) != 1 {
		t.Fatalf("refused %v, error %v", refused, err)
	}
	if b := blocks[0]; b.PrevHash != "" || *b.TotalFees != 0 || *b.Reward != 50*units.SatsPerBTC {
		t.Errorf("genesis is %+v", b)
	}
}

func TestRecordedBlocks(t *testing.T) {
	for _, name := range []string{"mempool_space/doc_v1_blocks_startHeight.json", "mempool_space/doc_blocks_startHeight.json"} {
		blocks, refused, err := decodeBlocks(upstreamtest.Recorded(t, name), upstreamtest.Now())
		if err != nil || len(refused) > 0 || len(blocks) == 0 || blocks[0].Height != 730000 {
			t.Errorf("%s gave %d blocks, refused %v, error %v", name, len(blocks), upstreamtest.Checks(refused), err)
		}
	}
	for name, n := range map[string]int{"mempool_space/fixture_tx01_ws_blocks_01.json": 0, "mempool_space/fixture_tx02_ws_block.json": 1} {
		f, refused, err := decodeFrame(upstreamtest.Recorded(t, name), upstreamtest.Now())
		if err != nil || len(refused) > 0 || (f.block != nil) != (n == 1) || (len(f.blocks) > 0) != (n == 0) {
			t.Errorf("%s gave %+v, refused %v, error %v", name, f, upstreamtest.Checks(refused), err)
		}
	}
}

var lowerHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// checkBlock fails the test unless a block is sensible.
func checkBlock(t *testing.T, b market.Block) {
	t.Helper()
	upstreamtest.CheckT(t, b.Time)
	if b.Height < 0 || !lowerHash.MatchString(b.Hash) || (b.Height > 0) != lowerHash.MatchString(b.PrevHash) {
		t.Errorf("block %+v is not one", b)
	}
	if d, err := market.DifficultyFromBits(b.Bits); err != nil || b.Difficulty < 1 || math.Abs(b.Difficulty/d-1) > 1e-6 {
		t.Errorf("difficulty %g does not agree with %08x (%v)", b.Difficulty, b.Bits, err)
	}
	for _, v := range []*units.Sats{b.TotalFees, b.Reward} {
		if v != nil && (*v < 0 || *v > 21e14) {
			t.Errorf("amount %d is not one", *v)
		}
	}
	if b.TotalFees != nil && b.Reward != nil {
		if s, err := market.Subsidy(b.Height); err != nil || *b.Reward-*b.TotalFees != s {
			t.Errorf("reward %d less fees %d is not the subsidy %d", *b.Reward, *b.TotalFees, s)
		}
	}
	if (b.TxCount != nil && *b.TxCount < 1) || (b.Weight != nil && *b.Weight < 1) || (b.MedianFee != nil && !(*b.MedianFee >= 0)) {
		t.Errorf("block %+v counts wrongly", b)
	}
}

func FuzzBlocks(f *testing.F) {
	for _, name := range []string{"blocks.json", "blocks_bad_rows.json"} {
		upstreamtest.Seeds(f, name)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		blocks, refused, err := decodeBlocks(body, upstreamtest.Now())
		upstreamtest.CheckRefused(t, refused)
		if err != nil && (len(blocks) > 0 || upstreamtest.Kind(err) != upstream.Malformed) {
			t.Errorf("%d blocks come with the error %v", len(blocks), err)
		}
		for _, b := range blocks {
			checkBlock(t, b)
		}
	})
}
