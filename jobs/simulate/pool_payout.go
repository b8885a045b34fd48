package simulate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"sort"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

const (
	payoutAfter = 2 * time.Hour // a pool pays out so long after its day has ended
	queuedFor   = time.Hour     // before the transaction is sent
)

// PoolCredit is what a pool credited: for a day, or for a block.
type PoolCredit struct {
	At       time.Time // UTC; of a block its time
	From     time.Time // the day's beginning; of a block its time
	Height   int64     // of the block; 0 for a day
	Hash     string    // of the block; empty for a day
	Hashrate units.Hashrate
	PoolPay
}

// PoolPayout is a payment of a pool.
type PoolPayout struct {
	At         time.Time  // UTC; the balance falls
	Sats       units.Sats // by this
	Fee        units.Sats // the pool kept of it; the rest arrives
	State      pool.PayoutState
	TxID       string // of the chain; empty until it is sent
	Address    string
	Generation bool // paid by the transaction that makes a block's coins
	Height     int64
}

// poolLedger is what an account was credited and paid, in the order of time.
type poolLedger struct {
	next     time.Time // first day that is not in it
	height   int64     // first block that is not in it
	first    time.Time // first day
	credits  []PoolCredit
	payouts  []PoolPayout // as they are when they are sent
	credited []units.Sats // sums up to and with each
	paid     []units.Sats
	byTx     map[string][]int // payouts by transaction
}

func (l *poolLedger) begin(b *poolBook) {
	l.next = b.account.dayOf(b.begin)
	l.first = l.next
	l.height, _ = b.world.heightsIn(b.begin, b.begin)
	l.byTx = make(map[string][]int)
}

// day is the pay of a day that is in the ledger.
func (l *poolLedger) day(from, to time.Time) (PoolPay, bool) {
	since := from.Sub(l.first)
	i := int(since / (24 * time.Hour))
	if since < 0 || since%(24*time.Hour) != 0 || to.Sub(from) != 24*time.Hour || i >= len(l.credits) || !l.credits[i].From.Equal(from) {
		return PoolPay{}, false
	}
	return l.credits[i].PoolPay, true
}

func (l *poolLedger) unpaid() units.Sats { return last(l.credited) - last(l.paid) }

func last(sums []units.Sats) units.Sats {
	if len(sums) == 0 {
		return 0
	}
	return sums[len(sums)-1]
}

func (l *poolLedger) credit(c PoolCredit) {
	l.credits, l.credited = append(l.credits, c), append(l.credited, last(l.credited)+c.Net)
}

func (l *poolLedger) payOut(p PoolPayout) {
	l.byTx[p.TxID] = append(l.byTx[p.TxID], len(l.payouts))
	l.payouts, l.paid = append(l.payouts, p), append(l.paid, last(l.paid)+p.Sats)
}

// upToNow returns the ledger with what has happened since it was last asked
// for. Its slices only grow: what was returned stays true.
func (b *poolBook) upToNow() poolLedger {
	if b.account.facts().ByBlock {
		b.addBlocks()
	} else {
		b.addDays()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ledger
}

// addDays credits the days that have ended and pays out what they make due.
func (b *poolBook) addDays() {
	for now := b.world.Now(); ; {
		b.mu.Lock()
		from := b.ledger.next
		b.mu.Unlock()
		to := from.Add(24 * time.Hour)
		if to.After(now) {
			return
		}
		c := PoolCredit{At: to, From: from, Hashrate: b.meanRate(from, to), PoolPay: b.pay(from, to)}
		b.mu.Lock()
		if b.ledger.next.Equal(from) { // nobody else was faster
			b.ledger.next = to
			b.ledger.credit(c)
			if due := b.ledger.unpaid(); due >= b.account.least() {
				at := to.Add(payoutAfter)
				b.ledger.payOut(PoolPayout{At: at, Sats: due, Fee: b.account.PayoutFee, State: pool.Sent, TxID: b.txID(at), Address: b.account.Address})
			}
		}
		b.mu.Unlock()
	}
}

// addBlocks credits the account's part of each block of its pool. What is due is
// paid by the block itself.
func (b *poolBook) addBlocks() {
	b.mu.Lock()
	next := b.ledger.height
	b.mu.Unlock()
	found, end := b.world.foundSince(next, b.account.Finder)
	for _, f := range found {
		share := b.blockShare(f)
		l := legs{subsidy: share * f.subsidy, fees: share * f.fees, keep: b.account.Fee, keepFees: b.account.Fee}
		block, _ := b.world.Block(f.height)
		c := PoolCredit{At: f.at, From: f.at, Height: f.height, Hash: block.Hash, Hashrate: b.meanRate(f.at.Add(-24*time.Hour), f.at), PoolPay: l.pay(b.account.short(f.at))}
		b.mu.Lock()
		if f.height >= b.ledger.height { // nobody else was faster
			b.ledger.height = f.height + 1
			b.addBlock(c)
		}
		b.mu.Unlock()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ledger.height = max(b.ledger.height, end)
}

// addBlock enters a block of which the account has a part. The caller holds mu.
func (b *poolBook) addBlock(c PoolCredit) {
	if c.Gross == 0 {
		return
	}
	b.ledger.credit(c)
	if due := b.ledger.unpaid(); due > 0 && (b.account.Scheme == pool.Solo || due >= b.account.least()) {
		b.ledger.payOut(PoolPayout{At: c.At, Sats: due, State: pool.Sent, TxID: coinbaseID(c.Hash), Address: b.account.Address, Generation: true, Height: c.Height})
	}
}

// foundSince are the blocks of a name from a height on, and the height of the
// block that is looked for now.
func (w *World) foundSince(height int64, finder string) (list []foundBlock, end int64) {
	c := w.chain
	c.mu.Lock()
	defer c.mu.Unlock()
	c.grow(w.Now().Unix())
	end = c.first + int64(len(c.times))
	for h := max(height, c.first); h < end; h++ {
		if c.pool(h) == finder {
			list = append(list, c.found(h))
		}
	}
	return list, end
}

// txID names the transaction of a payout.
func (b *poolBook) txID(at time.Time) string {
	var text [16]byte
	binary.BigEndian.PutUint64(text[:], b.world.noise.bits(streamPoolTx, b.id, at.Unix()))
	binary.BigEndian.PutUint64(text[8:], b.world.noise.bits(streamPoolTx, b.id, at.Unix(), 1))
	sum := sha256.Sum256(text[:])
	return hex.EncodeToString(sum[:])
}

// coinbaseID names the transaction that makes a block's coins.
func coinbaseID(hash string) string {
	sum := sha256.Sum256([]byte("coinbase " + hash))
	return hex.EncodeToString(sum[:])
}

// PoolCredits are what was credited in [from, to), ascending.
func (w *World) PoolCredits(a *PoolAccount, from, to time.Time) []PoolCredit {
	l := w.book(a).upToNow()
	i, j := l.creditsBefore(from), l.creditsBefore(earlier(to, w.Now()))
	return l.credits[min(i, j):j:j]
}

// PoolPayouts are the payouts made in [from, to), ascending, as they stand now.
func (w *World) PoolPayouts(a *PoolAccount, from, to time.Time) []PoolPayout {
	l, now := w.book(a).upToNow(), w.Now()
	i, j := l.payoutsBefore(from), l.payoutsBefore(earlier(to, now))
	list := append([]PoolPayout(nil), l.payouts[min(i, j):j]...)
	for k := range list {
		if p := &list[k]; !p.Generation && now.Sub(p.At) < queuedFor {
			p.State, p.TxID = pool.Queued, ""
		}
	}
	return list
}

// PoolUnpaid is what was credited before an instant and not paid out before it.
func (w *World) PoolUnpaid(a *PoolAccount, at time.Time) units.Sats {
	credited, paid := w.PoolTotals(a, at)
	return credited - paid
}

// PoolTotals are all that was credited and all that was paid out before an
// instant.
func (w *World) PoolTotals(a *PoolAccount, at time.Time) (credited, paid units.Sats) {
	l := w.book(a).upToNow()
	at = earlier(at, w.Now())
	return last(l.credited[:l.creditsBefore(at)]), last(l.paid[:l.payoutsBefore(at)])
}

func (l *poolLedger) creditsBefore(t time.Time) int {
	return sort.Search(len(l.credits), func(i int) bool { return !l.credits[i].At.Before(t) })
}

func (l *poolLedger) payoutsBefore(t time.Time) int {
	return sort.Search(len(l.payouts), func(i int) bool { return !l.payouts[i].At.Before(t) })
}
