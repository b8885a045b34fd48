package pool

import (
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Credited is what a pool credited for a span, as one Earning: the sum of the
// earnings that begin in it. Where days are credited and none is, it is
// unknown; a pool that credits blocks credits nothing in a span without one.
// What one of them does not say of itself is unknown of the sum.
func Credited(f Facts, earnings []Earning, from, to time.Time) mining.Maybe[Earning] {
	sum := Earning{From: from, To: to, Fee: mining.Of(units.Sats(0)), Fees: mining.Of(units.Sats(0))}
	n := 0
	for _, e := range earnings {
		if e.From.Before(from) || !e.From.Before(to) {
			continue
		}
		n++
		sum.Ref, sum.Hashrate = e.Ref, e.Hashrate
		sum.Net += e.Net
		sum.Fee, sum.Fees = joined(sum.Fee, e.Fee, plus), joined(sum.Fees, e.Fees, plus)
		sum.Open = sum.Open || e.Open
	}
	if n == 0 && !f.ByBlock {
		return mining.Unknown[Earning]("nothing is credited yet")
	}
	if n != 1 { // only a single one has a name and a hashrate to tell
		sum.Ref, sum.Hashrate = "", mining.Unknown[units.Hashrate]("it is the sum of several credits")
	}
	return mining.Of(sum)
}
