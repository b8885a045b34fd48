package simulate

import (
	"math"
	"sort"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// PoolPay is what a pool pays for some work. Gross less Fee and Withheld is Net,
// to the satoshi.
type PoolPay struct {
	Gross    units.Sats // before the pool keeps anything
	Fees     units.Sats // part of Gross that stands for transaction fees
	Fee      units.Sats // the pool keeps
	Withheld units.Sats // the pool keeps and does not say so
	Net      units.Sats // credited
}

// Told is the gross pay as the pool tells it: without what it withholds.
func (p PoolPay) Told() units.Sats { return p.Gross - p.Withheld }

func (p PoolPay) add(q PoolPay) PoolPay {
	return PoolPay{Gross: p.Gross + q.Gross, Fees: p.Fees + q.Fees, Fee: p.Fee + q.Fee, Withheld: p.Withheld + q.Withheld, Net: p.Net + q.Net}
}

// PoolDay is a day of a pool's own calendar.
type PoolDay struct {
	From, To time.Time      // UTC
	Hashrate units.Hashrate // mean of the day, or of what has passed of it
	Open     bool           // it has not ended: the pay still grows
	PoolPay
}

// PoolDay is what an account hashed and earned on the pool's day that holds an
// instant. Of a day that lies ahead nothing is known yet.
func (w *World) PoolDay(a *PoolAccount, at time.Time) PoolDay {
	from := a.dayOf(at)
	return w.PoolSpan(a, from, from.Add(24*time.Hour))
}

// PoolSpan is PoolDay for days that begin elsewhere than the pool's own.
func (w *World) PoolSpan(a *PoolAccount, from, to time.Time) PoolDay {
	b, now := w.book(a), w.Now()
	d := PoolDay{From: from, To: to, Open: to.After(now)}
	end := earlier(to, now)
	if !end.After(from) {
		return d
	}
	d.Hashrate = b.meanRate(from, end)
	if a.facts().ByBlock {
		for _, c := range w.PoolCredits(a, from, end) {
			d.PoolPay = d.add(c.PoolPay)
		}
		return d
	}
	if l := b.upToNow(); !d.Open {
		if kept, ok := l.day(from, to); ok {
			d.PoolPay = kept
			return d
		}
	}
	d.PoolPay = b.pay(from, end)
	return d
}

// pay is what the pool's scheme gives for the work in [from, to) (M7): the sums
// are made first, and rounded once.
func (b *poolBook) pay(from, to time.Time) PoolPay {
	a, rate := b.account, b.mean(from, to)
	m := b.world.mined(from, to, a.Finder)
	blocks := rate * m.perHash
	var l legs
	switch a.Scheme {
	case pool.FPPS:
		l = legs{subsidy: rate * m.subsidy, fees: blocks * b.world.meanFees(from, m), keep: a.Fee, keepFees: a.Fee}
	case pool.PPSPlus:
		l = legs{subsidy: rate * m.subsidy, keep: a.Fee, keepFees: a.FeesFee}
		for _, f := range m.found {
			l.fees += b.share(f, 24*time.Hour) * f.fees
		}
	default:
		l = legs{keep: a.Fee, keepFees: a.Fee}
		for _, f := range m.found {
			share := b.blockShare(f)
			l.subsidy, l.fees = l.subsidy+share*f.subsidy, l.fees+share*f.fees
		}
	}
	return l.pay(a.short(from))
}

// legs are the two parts of a pay in satoshi, and the fractions of them that the
// pool keeps.
type legs struct{ subsidy, fees, keep, keepFees float64 }

func (l legs) pay(short float64) PoolPay {
	due := whole(l.subsidy*(1-l.keep) + l.fees*(1-l.keepFees))
	p := PoolPay{Gross: whole(l.subsidy + l.fees), Fees: whole(l.fees), Withheld: whole(float64(due) * short)}
	p.Fee, p.Net = p.Gross-due, due-p.Withheld
	return p
}

func whole(v float64) units.Sats { return units.Sats(math.RoundToEven(v)) }

// share is the account's part of the work of its pool in a span before a block.
func (b *poolBook) share(f foundBlock, span time.Duration) float64 {
	if f.poolRate == 0 {
		return 0
	}
	return min(1, b.mean(f.at.Add(-span), f.at)/f.poolRate)
}

// blockShare is the account's part of a block of its pool. The shares that count
// for PPLNS and TIDES are those of about a day; alone, the account has found the
// whole block or nothing, with the chance of its part of the work.
func (b *poolBook) blockShare(f foundBlock) float64 {
	if b.account.Scheme != pool.Solo {
		return b.share(f, 24*time.Hour)
	}
	if b.world.noise.uniform(streamPoolBlock, b.id, f.height) < b.share(f, time.Hour) {
		return 1
	}
	return 0
}

// mined is what the chain did in a span, for those who are paid by it.
type mined struct {
	perHash float64 // blocks that 1 H/s finds in expectation: Σ Δ/(D·2^32)
	subsidy float64 // the same in subsidy, satoshi
	blocks  int
	fees    float64 // of all blocks, satoshi
	found   []foundBlock
}

// foundBlock is a block that a certain name found.
type foundBlock struct {
	height        int64
	at            time.Time
	subsidy, fees float64 // satoshi
	poolRate      float64 // hashrate behind the name, H/s
}

// mined is the chain's work in [from, to): each moment counts at the difficulty
// and the subsidy of the block that was then looked for.
func (w *World) mined(from, to time.Time, finder string) mined {
	c := w.chain
	c.mu.Lock()
	defer c.mu.Unlock()
	c.grow(w.Now().Unix())
	var m mined
	at := from
	add := func(height int64, until time.Time) {
		perHash := until.Sub(at).Seconds() / market.HashesPerBlock(c.difficulties[(height-c.first)/market.EpochBlocks])
		m.perHash += perHash
		m.subsidy += perHash * subsidyOf(height)
		at = until
	}
	i := sort.Search(len(c.times), func(i int) bool { return c.times[i] >= from.Unix() })
	for ; i < len(c.times) && c.times[i] < to.Unix(); i++ {
		height := c.first + int64(i)
		add(height, time.Unix(c.times[i], 0).UTC())
		m.blocks++
		m.fees += float64(c.fees(height))
		if c.pool(height) == finder {
			m.found = append(m.found, c.found(height))
		}
	}
	add(c.first+int64(i), to)
	return m
}

// meanFees is the mean of the fees of a span's blocks; of the day before while
// it has none.
func (w *World) meanFees(from time.Time, m mined) float64 {
	if m.blocks == 0 {
		m = w.mined(from.Add(-24*time.Hour), from, "")
	}
	return m.fees / float64(max(1, m.blocks))
}

func subsidyOf(height int64) float64 {
	s, err := market.Subsidy(height)
	if err != nil {
		return 0
	}
	return float64(s)
}

// found describes a block for the pool that found it. The caller holds mu.
func (c *chain) found(height int64) foundBlock {
	at := c.times[height-c.first]
	return foundBlock{
		height: height, at: time.Unix(at, 0).UTC(), subsidy: subsidyOf(height), fees: float64(c.fees(height)),
		poolRate: c.finderRate(c.pool(height), at),
	}
}

// finderRate is the hashrate behind a name on the day of a Unix time, H/s. The
// caller holds mu.
func (c *chain) finderRate(name string, at int64) float64 {
	return finderShare(name) * c.hashrate(max(0, (at-c.begin)/secondsPerDay))
}

// finderShare is the fraction of the network behind a name.
func finderShare(name string) float64 {
	for _, p := range pools {
		if p.name == name {
			return p.share / 100
		}
	}
	return 0
}
