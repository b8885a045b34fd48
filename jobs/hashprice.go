package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"switchyard/db"
	"switchyard/econ/market"
	"switchyard/econ/units"
)

// minFeeBlocks is how many of the last market.FeeWindow blocks must have known
// fees for their mean to stand for all: nine in ten.
const minFeeBlocks = market.FeeWindow * 9 / 10

// basis is what M3 needs beside the price. Where missing says why it is not
// known, nothing else is set.
type basis struct {
	difficulty float64    // in force for the next block
	subsidy    units.Sats // of the next block
	fees       float64    // mean of the last market.FeeWindow blocks, sat
	missing    string
}

// satPerPHDay is the BTC leg of M3.
func (b basis) satPerPHDay() (float64, error) {
	hp, err := market.ComputeHashprice(b.difficulty, b.subsidy, b.fees, 1)
	if err != nil {
		return 0, fmt.Errorf("hashprice in sat: %w", err)
	}
	return hp.SatPerPHDay, nil
}

// chain keeps the basis of the tip until a block changes it.
type chain struct {
	mu      sync.Mutex // guards the rest; held while the basis is read
	version int64      // counts changes; the basis read is of version read
	read    int64
	last    basis
}

func newChain() *chain { return &chain{version: 1} }

// changed makes the next basis be read afresh.
func (c *chain) changed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version++
}

// basis is the basis of the stored tip, and the version it belongs to.
func (c *chain) basis(ctx context.Context, store *db.Store) (basis, int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.read != c.version {
		b, err := readBasis(ctx, store)
		if err != nil {
			return basis{}, 0, err
		}
		c.last, c.read = b, c.version
	}
	return c.last, c.version, nil
}

// readBasis computes the basis of the stored tip.
func readBasis(ctx context.Context, store *db.Store) (basis, error) {
	blocks, err := store.LatestBlocks(ctx, market.FeeWindow)
	if err != nil {
		return basis{}, fmt.Errorf("read the last %d blocks: %w", market.FeeWindow, err)
	}
	if len(blocks) == 0 {
		return basis{missing: "no block is known"}, nil
	}
	first, err := epochStart(ctx, store, blocks[len(blocks)-1].Height)
	if err != nil {
		return basis{}, err
	}
	bits, err := nextBits(blocks[len(blocks)-1], first)
	if err != nil {
		return basis{missing: err.Error()}, nil //nolint:nilerr // the basis says why
	}
	return basisAfter(blocks, bits), nil
}

// epochStart is the first block of an epoch that ends at height; nil if none
// ends there, or the block is not stored.
func epochStart(ctx context.Context, store *db.Store, height int64) (*market.Block, error) {
	if !endsEpoch(height) {
		return nil, nil
	}
	return blockAt(ctx, store, height-market.EpochBlocks+1)
}

// blockAt is the stored block at a height, nil if there is none.
func blockAt(ctx context.Context, store *db.Store, height int64) (*market.Block, error) {
	blocks, err := store.BlocksFrom(ctx, height, height)
	if err != nil {
		return nil, fmt.Errorf("read block %d: %w", height, err)
	}
	if len(blocks) == 0 {
		return nil, nil
	}
	return &blocks[0], nil
}

// endsEpoch says whether the block after height has a new difficulty.
func endsEpoch(height int64) bool { return (height+1)%market.EpochBlocks == 0 }

// basisAfter computes the basis that holds once the last of blocks is the tip
// and the block after it must meet the target bits. blocks are the last
// market.FeeWindow of the chain, ascending.
func basisAfter(blocks []market.Block, bits uint32) basis {
	if n := linked(blocks); n < market.FeeWindow {
		return basis{missing: fmt.Sprintf("%d of the last %d blocks are known", n, market.FeeWindow)}
	}
	fees, counted := market.MeanFees(blocks)
	if counted < minFeeBlocks {
		return basis{missing: fmt.Sprintf("the fees of %d of the last %d blocks are known", counted, market.FeeWindow)}
	}
	difficulty, err := market.DifficultyFromBits(bits)
	if err != nil {
		return basis{missing: err.Error()}
	}
	subsidy, err := market.Subsidy(blocks[len(blocks)-1].Height + 1)
	if err != nil {
		return basis{missing: err.Error()}
	}
	return basis{difficulty: difficulty, subsidy: subsidy, fees: fees}
}

// linked counts the blocks at the end of an ascending list that follow one
// another without a gap.
func linked(blocks []market.Block) int {
	n := min(len(blocks), 1)
	for i := len(blocks) - 1; i > 0; i-- {
		if blocks[i-1].Height != blocks[i].Height-1 || blocks[i].PrevHash != blocks[i-1].Hash {
			break
		}
		n++
	}
	return n
}

// nextBits is the compact target the block after tip must meet (M4). first is
// the first block of tip's epoch, needed only where tip ends it: nil is an
// error then.
func nextBits(tip market.Block, first *market.Block) (uint32, error) {
	if !endsEpoch(tip.Height) {
		return tip.Bits, nil
	}
	if first == nil {
		return 0, errors.New("the first block of the epoch that ended is not known, so neither is the next difficulty")
	}
	bits, err := market.NextBits(tip.Bits, first.Time, tip.Time)
	if err != nil {
		return 0, fmt.Errorf("next difficulty after block %d: %w", tip.Height, err)
	}
	return bits, nil
}

// payStep is the pay of one PH/s for a day, in sat, from an instant on.
type payStep struct {
	from, until time.Time // until zero: until the next step
	sat         float64
}

// payTrack is the BTC leg of hashprice over time, ascending.
type payTrack []payStep

// at is the pay in force at t.
func (p payTrack) at(t time.Time) (float64, bool) {
	lo, hi := 0, len(p)
	for lo < hi { // first step that begins after t
		if mid := (lo + hi) / 2; p[mid].from.After(t) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	if lo == 0 {
		return 0, false
	}
	step := p[lo-1]
	if !step.until.IsZero() && !t.Before(step.until) {
		return 0, false
	}
	return step.sat, true
}

// trackOfBlocks is the pay after each of the blocks that has a full window of
// known ones before it; bits is the target of the block to come after the last.
// A header's time may lie before its parent's; a step begins no earlier than
// the one before it.
func trackOfBlocks(blocks []market.Block, bits uint32) payTrack {
	var track payTrack
	var latest time.Time
	for i := range blocks {
		if blocks[i].Time.After(latest) {
			latest = blocks[i].Time
		}
		if i+1 < market.FeeWindow {
			continue
		}
		next := bits
		if i+1 < len(blocks) {
			next = blocks[i+1].Bits
		}
		b := basisAfter(blocks[i+1-market.FeeWindow:i+1], next)
		if b.missing != "" {
			continue
		}
		if sat, err := b.satPerPHDay(); err == nil {
			track = append(track, payStep{from: latest, sat: sat})
		}
	}
	return track
}

// scale turns bars of a price into bars of the USD and sat hashprice (M3 is
// linear in the price), for the instants the track knows.
func scale(prices []market.Bar, track payTrack) (usd, sat []market.Bar) {
	for _, p := range prices {
		pay, ok := track.at(p.T)
		if !ok {
			continue
		}
		k := pay / units.SatsPerBTC
		usd = append(usd, market.Bar{
			T: p.T, N: p.N, Sum: p.Sum * k, Min: p.Min * k, Max: p.Max * k, First: p.First * k, Last: p.Last * k,
		})
		sat = append(sat, market.Bar{
			T: p.T, N: p.N, Sum: pay * float64(p.N), Min: pay, Max: pay, First: pay, Last: pay,
		})
	}
	return usd, sat
}
