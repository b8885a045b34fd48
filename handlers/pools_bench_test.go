package handlers_test

import (
	"fmt"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// BenchmarkJudgeTwentyAccounts judges 30 days of twenty accounts, half of which
// leave the hashrate to our readings: what the list of pools reads.
func BenchmarkJudgeTwentyAccounts(b *testing.B) {
	s := openPoolsAt(b, march3.AddDate(0, 0, 30).Add(time.Hour))
	s.chain(march3, 30, nil)
	for i := range 20 {
		id := s.pool(fmt.Sprintf("Pool %d", i), nil)
		var list []pool.Earning
		for d := range 30 {
			from := march3.AddDate(0, 0, d)
			e := pool.Earning{Ref: fmt.Sprint("d", d), From: from, To: from.AddDate(0, 0, 1), Net: dayDue, Fee: unknown, Fees: unknown, Hashrate: mining.Of(5 * units.EH)}
			if i%2 == 1 {
				e.Hashrate = mining.Unknown[units.Hashrate]("")
			}
			list = append(list, e)
		}
		s.earn(id, list...)
		s.readings(id, march3, 30*24, 5*units.EH)
	}
	for b.Loop() {
		if n, err := s.app.JudgePools(b.Context(), march3, march3.AddDate(0, 0, 30)); err != nil || n != 20*30 {
			b.Fatal(n, err)
		}
	}
}
