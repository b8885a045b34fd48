package pool

import (
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// OnChain is what the chain knows of a payment's transaction: the sum of its
// outputs to the company's address.
type OnChain struct {
	Found         bool
	Sats          units.Sats
	Confirmations int
	Height        int64 // of its block; 0 while it has none
	CheckedAt     time.Time
}

// Booking is what our ledger says was received.
type Booking struct {
	Sats units.Sats
	On   time.Time
	Who  string
	Note string
}

// TieState says how far pool, chain and ledger agree on a payment.
type TieState string

// The states of a tie.
const (
	Ties          TieState = "ties"           // all three say the same
	OffNet        TieState = "off-net"        // pool and ledger say the same; it has no transaction of its own
	Pending       TieState = "pending"        // queued, or without a confirmation yet
	NotOnChain    TieState = "not on chain"   // the pool says it is sent, the chain does not know it
	ChainDiffers  TieState = "chain differs"  // another sum arrived
	NotBooked     TieState = "not booked"     // it arrived and is not in our ledger
	BookedDiffers TieState = "booked differs" // our ledger has another sum
	Unchecked     TieState = "unchecked"      // nobody has looked at the chain, or there is nothing to look for
	Returned      TieState = "returned"       // the pool says that it failed, and nobody says otherwise
)

// Tie is a payment seen from three sides. Payout.Sats is what arrives; the fee
// that the pool kept has left the balance beside it.
type Tie struct {
	State       TieState
	PoolChain   mining.Maybe[units.Sats] // pool − chain
	PoolLedger  mining.Maybe[units.Sats] // pool − ledger
	ChainLedger mining.Maybe[units.Sats] // chain − ledger
}

// TieOf compares what the pool says with the chain and with our ledger. An
// unknown chain was not asked; an unknown booking is none.
func TieOf(p Payout, chain mining.Maybe[OnChain], booking mining.Maybe[Booking]) Tie {
	pool := mining.Of(p.Sats)
	if p.State == Failed {
		pool.Value = 0
	}
	arrived, booked := arrived(chain), booked(booking)
	t := Tie{
		PoolChain: minus(pool, arrived), PoolLedger: minus(pool, booked), ChainLedger: minus(arrived, booked),
	}
	t.State = t.state(p, chain)
	return t
}

func arrived(chain mining.Maybe[OnChain]) mining.Maybe[units.Sats] {
	switch {
	case !chain.Known:
		return mining.Unknown[units.Sats](chain.Reason())
	case !chain.Value.Found:
		return mining.Of(units.Sats(0))
	}
	return mining.Of(chain.Value.Sats)
}

func booked(b mining.Maybe[Booking]) mining.Maybe[units.Sats] {
	if !b.Known {
		return mining.Unknown[units.Sats]("it is not booked")
	}
	return mining.Of(b.Value.Sats)
}

func minus(a, b mining.Maybe[units.Sats]) mining.Maybe[units.Sats] {
	return joined(a, b, func(a, b units.Sats) units.Sats { return a - b })
}

// differs says whether a difference is known and not zero.
func differs(d mining.Maybe[units.Sats]) bool { return d.Known && d.Value != 0 }

// state is what to say first: of the chain before the ledger, because the
// ledger can only book what came.
func (t Tie) state(p Payout, chain mining.Maybe[OnChain]) TieState {
	found := chain.Known && chain.Value.Found
	switch {
	case p.State == Failed && differs(t.PoolChain):
		return ChainDiffers
	case p.State == Failed && differs(t.PoolLedger):
		return BookedDiffers
	case p.State == Failed:
		return Returned
	case p.OffNet:
		return t.booked(OffNet)
	case p.State == Queued && !found, found && chain.Value.Confirmations < 1:
		return Pending
	case chain.Known && !found:
		return NotOnChain
	case differs(t.PoolChain):
		return ChainDiffers
	case !chain.Known && differs(t.PoolLedger):
		return BookedDiffers
	case !chain.Known:
		return Unchecked
	}
	return t.booked(Ties)
}

// booked is the state of a payment that arrived, by our ledger.
func (t Tie) booked(agreed TieState) TieState {
	switch {
	case !t.PoolLedger.Known:
		return NotBooked
	case differs(t.PoolLedger):
		return BookedDiffers
	}
	return agreed
}
