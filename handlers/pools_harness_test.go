package handlers_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/record"
	"switchyard/econ/units"
)

// The base case of M7: 5 EH/s over a day under FPPS at 1.5 % is due 240,445,209 sat.
const (
	dayDue     units.Sats = 240_445_209
	eightLess  units.Sats = 221_209_592 // 8 % less, 19,235,617 sat
	poolBlocks            = 927_000     // height of the first block; no multiple of 2016 is near
)

var (
	march3  = time.Date(2026, time.March, 3, 0, 0, 0, 0, time.UTC)
	unknown = mining.Unknown[units.Sats]("the pool did not say")
)

// openPools is open in the afternoon of 10 March: a time that moves by a
// millisecond each time that it is asked for, so that versions follow one another.
func openPools(t testing.TB) *site {
	t.Helper()
	return openPoolsAt(t, march3.Add(7*24*time.Hour+14*time.Hour))
}

func openPoolsAt(t testing.TB, now time.Time) *site {
	t.Helper()
	s := open(t, stepping(now))
	s.as(access.Mining)
	return s
}

func stepping(from time.Time) func() time.Time {
	var steps atomic.Int64
	return func() time.Time { return from.Add(time.Duration(steps.Add(1)) * time.Millisecond) }
}

// chain stores a block every ten minutes from ten minutes before a time on over
// days, at difficulty 130 T and with fees of 3,000,000 sat each, all found by
// somebody.
func (s *site) chain(from time.Time, days int, change func(i int, b *market.Block)) {
	s.t.Helper()
	var blocks []market.Block
	for i := range days*144 + 2 {
		h, fees := int64(poolBlocks+i), units.Sats(3_000_000)
		b := market.Block{
			Height: h, Hash: fmt.Sprintf("%064x", h+1), PrevHash: fmt.Sprintf("%064x", h), Time: from.Add(time.Duration(i-1) * 10 * time.Minute),
			Bits: 0x1d00ffff, Difficulty: 130e12, TotalFees: &fees, PoolName: "Somebody",
		}
		if change != nil {
			change(i, &b)
		}
		blocks = append(blocks, b)
	}
	if _, err := s.db.Jobs().InsertBlocks(s.t.Context(), blocks); err != nil {
		s.t.Fatal(err)
	}
}

func poolRate(t testing.TB, text string) units.Rate {
	t.Helper()
	r, err := units.ParseRate(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// pool adds an account that holds from 3 March on: FPPS at 1.5 %, within 1 %.
func (s *site) pool(name string, change func(*pool.Account)) int64 {
	s.t.Helper()
	v := pool.Account{
		Name: name, Party: pool.Foundry, Account: "co-" + name, Scheme: pool.FPPS, Fee: poolRate(s.t, "1.5"), Tolerance: poolRate(s.t, "1"), Watched: true,
		Version: record.Version{ValidFrom: march3},
	}
	if change != nil {
		change(&v)
	}
	id, err := s.db.As(access.Mining).InsertPoolAccount(s.t.Context(), access.Actor{Name: "Test"}, v)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// credit stores what a pool credited for days from a time on, at 5 EH/s.
func (s *site) credit(id int64, from time.Time, nets ...units.Sats) {
	s.t.Helper()
	var list []pool.Earning
	for i, net := range nets {
		begin := from.AddDate(0, 0, i)
		list = append(list, pool.Earning{
			Ref: "day-" + begin.Format(time.DateOnly), From: begin, To: begin.AddDate(0, 0, 1), Net: net, Fee: unknown, Fees: unknown, Hashrate: mining.Of(5 * units.EH),
		})
	}
	s.earn(id, list...)
}

func (s *site) earn(id int64, list ...pool.Earning) {
	s.t.Helper()
	if _, err := s.db.Jobs().StorePoolEarnings(s.t.Context(), id, list); err != nil {
		s.t.Fatal(err)
	}
}

// readings stores hours of our own readings of an account's hashrate.
func (s *site) readings(id int64, from time.Time, hours int, rate units.Hashrate) {
	s.t.Helper()
	s.hourly(fmt.Sprintf("mining.pool_hashrate_hs.%d", id), from, hours, rate)
}

// hourly writes hours of a series of hashrate.
func (s *site) hourly(key string, from time.Time, hours int, rate units.Hashrate) {
	s.t.Helper()
	if err := s.db.Jobs().EnsureSeries(s.t.Context(), market.SeriesDef{Key: key, Unit: "H/s", Interval: 5 * time.Minute, Source: "test"}); err != nil {
		s.t.Fatal(err)
	}
	var bars []market.Bar
	for i := range hours {
		v := float64(rate)
		bars = append(bars, market.Bar{T: from.Add(time.Duration(i) * time.Hour), N: 12, Sum: 12 * v, Min: v, Max: v, First: v, Last: v})
	}
	if _, err := s.db.Jobs().InsertBars(s.t.Context(), key, market.LevelHour, bars); err != nil {
		s.t.Fatal(err)
	}
}
