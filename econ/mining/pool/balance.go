package pool

import (
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Balance is the roll-forward of what a pool holds for an account and has not
// paid out, over a span.
type Balance struct {
	Opening  mining.Maybe[units.Sats] // as the pool stated it at the begin
	Credited mining.Maybe[units.Sats]
	Paid     mining.Maybe[units.Sats] // what arrived, or will
	Fees     mining.Maybe[units.Sats] // of the payments, kept by the pool
	Closing  mining.Maybe[units.Sats] // as it states it at the end
}

// Expected is Opening + Credited − Paid − Fees.
func (b Balance) Expected() mining.Maybe[units.Sats] {
	return minus(minus(joined(b.Opening, b.Credited, plus), b.Paid), b.Fees)
}

// Difference is what the pool states less what it should: below zero, bitcoin
// has left the balance that nobody accounts for.
func (b Balance) Difference() mining.Maybe[units.Sats] { return minus(b.Closing, b.Expected()) }
