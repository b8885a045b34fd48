package pool_test

import (
	"math/rand/v2"
	"testing"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

func chain(sats units.Sats, confirmations int) mining.Maybe[pool.OnChain] {
	return mining.Of(pool.OnChain{Found: true, Sats: sats, Confirmations: confirmations, CheckedAt: begin})
}

func booking(sats units.Sats) mining.Maybe[pool.Booking] {
	return mining.Of(pool.Booking{Sats: sats, On: begin, Who: "treasury"})
}

func TestTies(t *testing.T) {
	const sats units.Sats = 1_700_000
	unasked := mining.Unknown[pool.OnChain]("nobody has looked")
	absent := mining.Of(pool.OnChain{CheckedAt: begin})
	unbooked := mining.Unknown[pool.Booking]("")
	for _, c := range []struct {
		what    string
		state   pool.PayoutState
		offNet  bool
		chain   mining.Maybe[pool.OnChain]
		booking mining.Maybe[pool.Booking]
		want    pool.TieState
	}{
		{"all three", pool.Sent, false, chain(sats, 1), booking(sats), pool.Ties},
		{"queued", pool.Queued, false, unasked, unbooked, pool.Pending},
		{"queued, the chain has nothing", pool.Queued, false, absent, unbooked, pool.Pending},
		{"queued, and it came", pool.Queued, false, chain(sats, 3), booking(sats), pool.Ties},
		{"unconfirmed", pool.Sent, false, chain(sats, 0), booking(sats), pool.Pending},
		{"sent, the chain has nothing", pool.Sent, false, absent, booking(sats), pool.NotOnChain},
		{"less came", pool.Sent, false, chain(sats-1, 6), booking(sats), pool.ChainDiffers},
		{"not booked", pool.Sent, false, chain(sats, 6), unbooked, pool.NotBooked},
		{"more is booked", pool.Sent, false, chain(sats, 6), booking(sats + 1), pool.BookedDiffers},
		{"nobody looked", pool.Sent, false, unasked, booking(sats), pool.Unchecked},
		{"nobody looked, and the booking is off", pool.Sent, false, unasked, booking(1), pool.BookedDiffers},
		{"off the chain", pool.Sent, true, unasked, booking(sats), pool.OffNet},
		{"off the chain, not booked", pool.Sent, true, unasked, unbooked, pool.NotBooked},
		{"off the chain, booked otherwise", pool.Sent, true, unasked, booking(1), pool.BookedDiffers},
		{"failed", pool.Failed, false, unasked, unbooked, pool.Returned},
		{"failed, and it came", pool.Failed, false, chain(sats, 6), unbooked, pool.ChainDiffers},
		{"failed, and booked", pool.Failed, false, absent, booking(sats), pool.BookedDiffers},
	} {
		p := pool.Payout{Ref: "p1", Sats: sats, State: c.state, OffNet: c.offNet}
		same(t, c.what, pool.TieOf(p, c.chain, c.booking).State, c.want)
	}
}

func TestDifferencesOfATie(t *testing.T) {
	tie := pool.TieOf(pool.Payout{Sats: 100, State: pool.Sent}, chain(90, 6), booking(95))
	same(t, "pool − chain", known(t, "", tie.PoolChain), 10)
	same(t, "pool − ledger", known(t, "", tie.PoolLedger), 5)
	same(t, "chain − ledger", known(t, "", tie.ChainLedger), -5)
	tie = pool.TieOf(pool.Payout{Sats: 100, State: pool.Sent}, mining.Unknown[pool.OnChain]("no node answers"), mining.Unknown[pool.Booking](""))
	unknown(t, "chain", tie.PoolChain, "no node answers")
	unknown(t, "ledger", tie.PoolLedger, "not booked")
}

// Seen from the other side, a difference has the other sign; and the three
// differences close.
func TestTieIsAntisymmetric(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 5))
	for range 1_000 {
		a, b, c := units.Sats(rng.Int64N(5)), units.Sats(rng.Int64N(5)), units.Sats(rng.Int64N(5))
		one := pool.TieOf(pool.Payout{Sats: a, State: pool.Sent}, chain(b, 1), booking(c))
		other := pool.TieOf(pool.Payout{Sats: b, State: pool.Sent}, chain(a, 1), booking(c))
		if one.PoolChain.Value != -other.PoolChain.Value || one.PoolLedger.Value != other.ChainLedger.Value {
			t.Fatalf("%d %d %d: got %+v and %+v", a, b, c, one, other)
		}
		if one.PoolChain.Value+one.ChainLedger.Value != one.PoolLedger.Value {
			t.Fatalf("%d %d %d do not close: %+v", a, b, c, one)
		}
		same(t, "ties", one.State == pool.Ties, a == b && b == c)
	}
}
