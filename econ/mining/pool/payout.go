package pool

import (
	"errors"
	"fmt"
	"math"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Expect is what an account should be paid for its work (M7). What is not known
// of the pool leaves the figures that need it unknown. It fails if a stretch or
// the terms cannot be computed with.
func Expect(terms Terms, work []Work, found Found) (Expectation, error) {
	err := errors.Join(terms.Validate(), found.validate())
	for _, w := range work {
		err = errors.Join(err, w.Validate())
	}
	if err != nil {
		return Expectation{}, err
	}
	l := legsOf(terms, work)
	l.luck(terms.Scheme, work, found)
	if l.mean.Value > maxBlocks {
		return Expectation{}, fmt.Errorf("%v expected blocks of the pool are more than there can be", l.mean.Value)
	}
	return l.round(terms, found)
}

// legs are the sums of an expectation before they are rounded, in satoshi.
type legs struct {
	blocks        float64 // μ
	subsidy, fees float64 // before the pool's fee
	keptSubsidy   float64 // fraction left of the subsidy after the pool's fee
	keptFees      float64 // and of the transaction fees
	mean          mining.Maybe[float64]
	share         mining.Maybe[float64]
}

func legsOf(terms Terms, work []Work) legs {
	l := legs{keptSubsidy: 1 - terms.Fee, keptFees: 1 - terms.Fee}
	if terms.Scheme == PPSPlus {
		l.keptFees = 1 - terms.FeesFee
	}
	for _, w := range work {
		mu := ExpectedBlocks(w)
		l.blocks += mu
		l.subsidy += mu * float64(w.Subsidy)
		l.fees += mu * w.MeanFees
	}
	return l
}

// luck fills in the mean of the blocks that luck is about, μ_p or a solo
// miner's μ, and the share of them that is ours.
func (l *legs) luck(s Scheme, work []Work, found Found) {
	if s == Solo {
		l.mean, l.share = mining.Of(l.blocks), mining.Of(1.0)
		return
	}
	if !found.PoolHashrate.Known {
		l.mean = mining.Unknown[float64]("the pool's hashrate is not known")
		l.share = found.Share
		if !l.share.Known {
			l.share = l.mean
		}
		return
	}
	mean := blocksOf(work, func(Work) units.Hashrate { return found.PoolHashrate.Value })
	l.mean, l.share = mining.Of(mean), found.Share
	switch {
	case l.share.Known:
	case mean > 0:
		l.share = mining.Of(math.Min(l.blocks/mean, 1))
	default:
		l.share = mining.Unknown[float64]("there was no work")
	}
}

// lucky is the part of the pay that luck moves, and the part that it does not.
func (l legs) lucky(s Scheme) (lucky, firm float64) {
	subsidy, fees := l.subsidy*l.keptSubsidy, l.fees*l.keptFees
	switch {
	case s.byBlocks():
		return subsidy + fees, 0
	case s == PPSPlus:
		return fees, subsidy
	}
	return 0, subsidy + fees
}

// round is the step from computed figures to amounts: each is rounded once.
func (l legs) round(terms Terms, found Found) (Expectation, error) {
	var failed error
	sats := func(v float64) units.Sats {
		s, err := units.SatsFromFloat(v)
		failed = errors.Join(failed, err)
		return s
	}
	e := Expectation{
		Scheme: terms.Scheme, Blocks: l.blocks, Gross: sats(l.subsidy + l.fees),
		Expected: sats(l.subsidy*l.keptSubsidy + l.fees*l.keptFees), Fees: sats(l.fees * l.keptFees),
	}
	e.RelativeSD, e.Range = l.spread(terms.Scheme, sats)
	e.ByBlocks, e.FeesByBlocks = l.found(terms.Scheme, found, sats)
	if !found.Share.Known {
		e.ShareError = found.Error
	}
	return e, failed
}

// found is the pay by the blocks that were found, and its part of fees.
func (l legs) found(s Scheme, found Found, sats func(float64) units.Sats) (pay, fees mining.Maybe[units.Sats]) {
	unknown := func(why string) (pay, fees mining.Maybe[units.Sats]) {
		return mining.Unknown[units.Sats](why), mining.Unknown[units.Sats](why)
	}
	switch {
	case s == FPPS:
		return unknown("FPPS does not pay by the blocks that are found")
	case !found.Blocks.Known:
		return unknown("the blocks that were found are not known")
	case !l.share.Known:
		return unknown(l.share.Reason())
	}
	subsidy := l.subsidy * l.keptSubsidy // PPS+ pays it as expected
	if s.byBlocks() {
		subsidy = l.share.Value * float64(found.Subsidies) * l.keptSubsidy
	}
	ours := l.share.Value * float64(found.Fees) * l.keptFees
	return mining.Of(sats(subsidy + ours)), mining.Of(sats(ours))
}

// spread is the relative standard deviation of the pay, and its range by the
// 95 % interval of the count of blocks. The fees' leg of PPS+ has at least the
// luck of the pool's count; where the pool's hashrate is not known it is taken
// to be no more than ours, which gives the widest range there can be.
func (l legs) spread(s Scheme, sats func(float64) units.Sats) (mining.Maybe[float64], mining.Maybe[Range]) {
	lucky, firm := l.lucky(s)
	mean := l.mean
	if s == PPSPlus && !mean.Known {
		mean = mining.Of(l.blocks)
	}
	switch {
	case lucky == 0:
		pay := sats(firm)
		return mining.Of(0.0), mining.Of(Range{Low: pay, High: pay})
	case !mean.Known:
		return mining.Unknown[float64](mean.Reason()), mining.Unknown[Range](mean.Reason())
	}
	at := func(p float64) units.Sats {
		return sats(firm + lucky/mean.Value*float64(poissonQuantile(p, mean.Value)))
	}
	sd := lucky / (lucky + firm) / math.Sqrt(mean.Value)
	return mining.Of(sd), mining.Of(Range{Low: at(lowTail), High: at(highTail)})
}
