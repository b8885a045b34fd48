package pool

import (
	"errors"
	"fmt"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Terms are how an account is paid.
type Terms struct {
	Scheme  Scheme
	Fee     float64 // fraction the pool keeps; under PPS+ of the subsidy's leg
	FeesFee float64 // fraction it keeps of the leg of transaction fees, PPS+ alone
}

// Validate says what is wrong with the terms.
func (t Terms) Validate() error {
	err := errors.Join(fraction("pool fee", t.Fee), fraction("pool fee on transaction fees", t.FeesFee))
	switch t.Scheme {
	case FPPS, PPSPlus, PPLNS, TIDES, Solo:
		return err
	}
	return errors.Join(err, fmt.Errorf("%q is not a way in which pools pay", t.Scheme))
}

// byBlocks says whether all of the pay hangs on the blocks that are found.
func (s Scheme) byBlocks() bool { return s == PPLNS || s == TIDES || s == Solo }

// Lucky says whether a part of the pay hangs on them.
func (s Scheme) Lucky() bool { return s.byBlocks() || s == PPSPlus }

// Found is what a pool did beside our work: its own hashrate and its blocks;
// of a solo miner its own blocks. The zero value says that nothing is known.
type Found struct {
	PoolHashrate mining.Maybe[units.Hashrate] // mean over the span
	// Error is the relative standard error of PoolHashrate where it is estimated, as
	// from the pool's blocks; 0: it is exact.
	Error     float64
	Blocks    mining.Maybe[int]     // without them the next three say nothing
	Subsidies units.Sats            // sum over the blocks
	Fees      units.Sats            // sum of their transaction fees
	Share     mining.Maybe[float64] // of them, as the pool states it; unknown: hashrate over PoolHashrate
}

func (f Found) validate() error {
	var err error
	if f.PoolHashrate.Known {
		err = positive("the pool's hashrate", float64(f.PoolHashrate.Value))
	}
	err = errors.Join(err, fraction("error of the pool's hashrate", f.Error))
	if f.Blocks.Known {
		err = errors.Join(err, count("blocks found", f.Blocks.Value),
			notNegative("their subsidies", float64(f.Subsidies)), notNegative("their fees", float64(f.Fees)))
	}
	if f.Share.Known {
		err = errors.Join(err, fraction("share of the blocks", f.Share.Value))
	}
	return err
}
