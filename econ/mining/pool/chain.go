package pool

import (
	"fmt"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Chain is what the network's blocks say of a span, by the days of a pool's
// calendar.
type Chain struct {
	Days   []ChainDay // ascending; a day without a block is not among them
	Epochs []Epoch    // ascending; the first may have begun before the span
}

// ChainDay is a day's blocks. A block belongs to the day that holds its time.
type ChainDay struct {
	From   time.Time
	Blocks int
	Fees   units.Sats // sum of their transaction fees
	// Whole says that none is missing, up to its neighbours on both sides, and
	// that the fees of each are known.
	Whole bool
	Found map[string]FoundBlocks // by the name of who found them
}

// FoundBlocks are the blocks of one finder.
type FoundBlocks struct {
	Blocks          int
	Subsidies, Fees units.Sats
}

// Epoch is what the network asks for a block, and what it issues for one, from a
// moment on: that at which the last block before it was found.
type Epoch struct {
	From       time.Time
	Difficulty float64
	Subsidy    units.Sats
}

// Day is the day of the chain that begins then; false if there is none.
func (c Chain) Day(from time.Time) (ChainDay, bool) {
	for _, d := range c.Days {
		if d.From.Equal(from) {
			return d, true
		}
	}
	return ChainDay{}, false
}

// Network is what the network asked and paid on the day [from, to): a part for
// each epoch, all with the mean fees of the day's own blocks, as pools that pay
// expected fees average them (M7). It is empty if the day is not whole, or if no
// epoch is known at its begin.
func (c Chain) Network(from, to time.Time) []Network {
	d, ok := c.Day(from)
	if !ok || !d.Whole {
		return nil
	}
	fees := float64(d.Fees) / float64(d.Blocks)
	var parts []Network
	for _, e := range c.Epochs {
		n := Network{From: e.From, Difficulty: e.Difficulty, Subsidy: e.Subsidy, MeanFees: fees}
		switch {
		case !e.From.Before(to):
		case !e.From.After(from):
			n.From = from
			parts = []Network{n}
		case len(parts) > 0:
			parts = append(parts, n)
		}
	}
	return parts
}

// leastFound is the fewest blocks from which a pool's hashrate is estimated: with
// so many it is known to about a third.
const leastFound = 10

// Hashrate is that of a pool as its blocks tell over all whole days of the chain
// (M2): D·2^32 for each block, over their time. It also returns how many blocks
// it stands on.
func (c Chain) Hashrate(finder string) (mining.Maybe[units.Hashrate], int) {
	var hashes, seconds float64
	blocks := 0
	for _, d := range c.Days {
		if !d.Whole {
			continue
		}
		seconds += day.Seconds()
		n := d.Found[finder].Blocks
		blocks += n
		if difficulty, ok := c.difficulty(d.From.Add(day / 2)); ok {
			hashes += float64(n) * market.HashesPerBlock(difficulty)
		}
	}
	if blocks < leastFound {
		return mining.Unknown[units.Hashrate](fmt.Sprintf("the chain shows %d blocks of the pool, too few to tell its hashrate", blocks)), blocks
	}
	return mining.Of(units.Hashrate(hashes / seconds)), blocks
}

// difficulty is that in force at a moment.
func (c Chain) difficulty(at time.Time) (float64, bool) {
	for i := len(c.Epochs) - 1; i >= 0; i-- {
		if !c.Epochs[i].From.After(at) {
			return c.Epochs[i].Difficulty, true
		}
	}
	return 0, false
}
