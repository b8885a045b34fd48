package simulate

import (
	"cmp"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// leastPayout is what a pool pays out at least, where an account sets nothing.
const leastPayout units.Sats = 1_048_576

// PoolAccount is an account at a simulated pool. A world knows it by its
// address in memory: it must not change after it was first asked about.
type PoolAccount struct {
	Party       pool.Party
	Account     string      // as the pool names it; at OCEAN and ckpool the payout address
	Key, Secret pool.Secret // empty where the pool wants none
	Scheme      pool.Scheme
	Fee         float64 // fraction of what is paid that the pool keeps
	FeesFee     float64 // fraction it keeps of transaction fees, where PPS+ pays them apart
	Workers     []PoolWorker
	Climate     Climate    // weather of the place where the workers stand
	Finder      string     // the name under which the pool finds blocks of the chain
	Address     string     // payouts go to
	Least       units.Sats // that is paid out; zero: 0.01048576 BTC
	PayoutFee   units.Sats // that the pool keeps of each payout
	Begin       time.Time  // the hour in which the workers are switched on
	// Short is the fraction of a day's pay that the pool withholds without a
	// word. The day is the date of the pool's own calendar, at midnight UTC. Nil:
	// it never does.
	Short func(day time.Time) float64
}

// PoolWorker is one name under which machines hash.
type PoolWorker struct {
	Name    string
	Nominal units.Hashrate
	Group   int64 // hall: machines that stand together go dark together
	// Since is when its hall was switched on: that of the first of a group counts.
	// Zero: when the account began.
	Since time.Time
}

// facts are what is known of the account's pool.
func (a *PoolAccount) facts() pool.Facts {
	f, _ := pool.FactsOf(a.Party) // of a pool that nobody knows, days are those of UTC
	return f
}

// least is what is paid out at least.
func (a *PoolAccount) least() units.Sats { return cmp.Or(a.Least, leastPayout) }

// dayOf is the beginning of the pool's day that holds an instant.
func (a *PoolAccount) dayOf(t time.Time) time.Time {
	shift := a.facts().Day
	return t.UTC().Add(-shift).Truncate(24 * time.Hour).Add(shift)
}

// short is the fraction withheld of the pool's day that holds an instant.
func (a *PoolAccount) short(t time.Time) float64 {
	if a.Short == nil {
		return 0
	}
	return a.Short(a.dayOf(t).Add(-a.facts().Day))
}

// book is what the world has written down of an account.
func (w *World) book(a *PoolAccount) *poolBook {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.books[a]
	if b == nil {
		b = newPoolBook(w, a)
		w.books[a] = b
	}
	return b
}

// PoolHashrate is what an account hashes at an instant: the nominal hashrate of
// the workers that are online, at the performance of their day.
func (w *World) PoolHashrate(a *PoolAccount, at time.Time) units.Hashrate {
	b := w.book(a)
	return units.Hashrate(b.hour(at) * b.flicker(at))
}

// PoolMean is what an account hashed on average over [from, to).
func (w *World) PoolMean(a *PoolAccount, from, to time.Time) units.Hashrate {
	return units.Hashrate(w.book(a).mean(from, to))
}
