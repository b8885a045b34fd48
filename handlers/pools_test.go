package handlers_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// squeezed is the text of a page without line breaks and no-break spaces.
func squeezed(d *document) string { return strings.ReplaceAll(textOf(d.root), "\u00a0", " ") }

func (s *site) says(path string, wants ...string) {
	s.t.Helper()
	text := squeezed(s.page(path))
	for _, want := range wants {
		if !contains(text, want) {
			s.t.Errorf("%s does not say %q", path, want)
		}
	}
}

// One day of seven is paid 8 % short: it is named with day and amount in the
// sentence, in the table, on its own page and in the files.
func TestAnUnderpaidDayIsNamedWithItsAmount(t *testing.T) {
	s := openPools(t)
	s.chain(march3, 7, nil)
	id := s.pool("Harbour Pool", nil)
	s.credit(id, march3, dayDue, dayDue, dayDue, eightLess, dayDue, dayDue, dayDue)
	v := 100_000.0
	if _, err := s.db.Jobs().InsertBars(t.Context(), "market.btc_usd", market.LevelDay, []market.Bar{{T: march3.AddDate(0, 0, 3), N: 1, Sum: v, Min: v, Max: v, First: v, Last: v}}); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/mining/pools/%d", id)
	s.says(path+"/payouts",
		"Harbour Pool credited 16.6388 BTC of 16.8312 due in 7 days ; it paid 8.0% short on 6 Mar , 0.1924 BTC .",
		"240,445,209 sat", "221,209,592 sat", "−19,235,617 sat", "−8.00", "−19,236", "5.00 EH/s", "as the pool says", "Short", "7 days judged", "as the pool says 2.4045 240,445,209 sat 2.4045 240,445,209 sat 0.0000 0 sat 0.00", "−1.14% of what was due",
		"10 Mar 2026", "it has not ended")
	s.says(path+"/days/2026-03-06",
		"Foundry USA credited 8.0% short : 2.2121 BTC of 2.4045 BTC due, 0.1924 BTC are missing", "240445209", "130000000000000", "M7: gross × (1 − fee)", "day-2026-03-06", "terms as typed by Test", "Foundry USA, with its credit", "144 blocks", "blocks of the chain")
	_, days := s.get(fmt.Sprintf("/data/pool-days.csv?account=%d", id))
	if !contains(days, "2026-03-06") || !contains(days, ",240445209,221209592,0,-19235617,-0.0800000") || !contains(days, ",short,") {
		t.Errorf("the file of days: %.2000s", days)
	}
	_, file := s.get(fmt.Sprintf("/data/pool-dispute.csv?account=%d&day=2026-03-06", id))
	for _, want := range []string{"due,240445209,sat,", "credited,221209592,sat,", "gap,-19235617,sat,", "verdict,short,", "As of,", "co-Harbour Pool"} {
		if !contains(file, want) {
			t.Errorf("the dispute file does not say %q: %s", want, file)
		}
	}
	if res, _ := s.get(fmt.Sprintf("/data/pool-dispute.xlsx?account=%d&day=2026-03-06", id)); res.StatusCode != http.StatusOK {
		t.Errorf("the dispute workbook: %s", res.Status)
	}
}

// From noon on a block is asked for with a tenth more work: the second half of the
// day earns 1/1.1 of the first.
func TestARetargetWithinADayCutsIt(t *testing.T) {
	s := openPools(t)
	const first = 460 * market.EpochBlocks
	s.chain(march3, 1, func(i int, b *market.Block) {
		// The block of noon is the 73rd after the one before the day: the last of its epoch.
		b.Height = int64(first + i - 74)
		b.Hash, b.PrevHash = fmt.Sprintf("%064x", b.Height+1), fmt.Sprintf("%064x", b.Height)
		if b.Height >= first {
			b.Difficulty = 143e12
		}
	})
	id := s.pool("Harbour Pool", nil)
	s.credit(id, march3, dayDue)
	s.says(fmt.Sprintf("/mining/pools/%d/days/2026-03-03", id), "229515881", "2026-03-03T12:00:00Z", "143000000000000", "over")
}

// Where the blocks are not stored, the daily series tell the day.
func TestWithoutBlocksTheDailySeriesTellTheNetwork(t *testing.T) {
	s := openPools(t)
	s.chain(march3.AddDate(0, 0, 6), 1, nil)
	bar := func(v float64) []market.Bar {
		return []market.Bar{{T: march3, N: 1, Sum: v, Min: v, Max: v, First: v, Last: v}}
	}
	for key, v := range map[string]float64{"market.difficulty": 130e12, "market.fees_sat_per_block": 3_000_000} {
		if _, err := s.db.Jobs().InsertBars(t.Context(), key, market.LevelDay, bar(v)); err != nil {
			t.Fatal(err)
		}
	}
	id := s.pool("Harbour Pool", nil)
	s.credit(id, march3, dayDue, dayDue)
	path := fmt.Sprintf("/mining/pools/%d/days/", id)
	s.says(path+"2026-03-03", "240445209", "daily series, a retarget by the day's mean", "agrees")
	s.says(path+"2026-03-04", "The day is not known : difficulty and fees of the day are not known")
}

// The pool's day begins at 16:00 UTC. PPS+ keeps 2 % of the subsidy and nothing of
// the fees; two thirds of a day of the pool lie in the day of UTC of its name.
func TestADayInBeijingStandsBesideOurs(t *testing.T) {
	s := openPools(t)
	begin := march3.Add(-8 * time.Hour)
	s.chain(begin, 2, nil)
	id := s.pool("Longshore", func(v *pool.Account) {
		v.Party, v.Scheme, v.Fee = pool.ViaBTC, pool.PPSPlus, poolRate(t, "2")
	})
	const due units.Sats = 239_271_097
	s.credit(id, begin, due, due)
	path := fmt.Sprintf("/mining/pools/%d", id)
	s.says(path+"/payouts", "3 Mar 2026 2 Mar 16:00 to 3 Mar 16:00 UTC", "239,271,097 sat", "2.3927 of 2.3927 apportioned by time", "Agrees", "due in 2 days ; nothing is credited for 5 Mar and 3 more days .", "no day has both the pool's hashrate, as it was read")
	s.says(path+"/days/2026-03-03", "2026-03-02T16:00:00Z", "2026-03-03T16:00:00Z")
	if res, _ := s.get(path + "/days/2026-03-02"); res.StatusCode != http.StatusNotFound {
		t.Errorf("the day before the account held: %s", res.Status)
	}
}

// An unknown hashrate leaves what is due unknown, not zero; our own readings tell
// it where they cover the day.
func TestAHashrateThatNobodyKnowsIsNotZero(t *testing.T) {
	s := openPools(t)
	s.chain(march3, 3, nil)
	id := s.pool("Harbour Pool", nil)
	var list []pool.Earning
	for i := range 3 {
		from := march3.AddDate(0, 0, i)
		list = append(list, pool.Earning{Ref: fmt.Sprint("d", i), From: from, To: from.AddDate(0, 0, 1), Net: dayDue, Fee: unknown, Fees: unknown, Hashrate: mining.Unknown[units.Hashrate]("")})
	}
	s.earn(id, list...)
	s.readings(id, march3.AddDate(0, 0, 1), 24+20, 5*units.EH)
	path := fmt.Sprintf("/mining/pools/%d", id)
	s.says(path+"/payouts", "Harbour Pool credited 2.4045 BTC of 2.4045 due in 1 day ", "2 days cannot be judged")
	s.says(path+"/days/2026-03-03", "The day is not known : neither the pool nor our readings tell the hashrate")
	s.says(path+"/days/2026-03-04", "agrees", "mean of 24 hours")
	s.says(path+"/days/2026-03-05", "our readings cover 20 of the day's 24 hours")
	_, file := s.get(fmt.Sprintf("/data/pool-days.csv?account=%d", id))
	line := between(file, "2026-03-03,", "\r\n")
	if !contains(line, "Z,,,,240445209,0,,,,,unknown,") {
		t.Errorf("the day without a hashrate: %s", line)
	}
}

// A day without a credit is open until its time of grace is over, then late.
func TestDaysWithoutACreditAreOpenThenLate(t *testing.T) {
	s := openPools(t)
	s.chain(march3, 7, nil)
	id := s.pool("Harbour Pool", nil)
	s.credit(id, march3, dayDue, dayDue, dayDue, dayDue, dayDue)
	s.readings(id, march3, 7*24, 5*units.EH)
	path := fmt.Sprintf("/mining/pools/%d", id)
	s.says(path+"/payouts", "nothing is credited for 8 Mar .", "Late", "it has just ended")
	s.says(path+"/days/2026-03-08", "The day is late : nothing is credited yet")
	s.says(path+"/days/2026-03-09", "The day is open : it has just ended")
	s.says(path+"/days/2026-03-10", "The day is open : it has not ended")
	if res, _ := s.get(path + "/days/2026-03-11"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a day that has not begun: %s", res.Status)
	}
}

// The solo miner's luck is by its own blocks: one where 0.7737 were expected.
func TestASoloMinerHasLuck(t *testing.T) {
	s := openPools(t)
	s.chain(march3, 1, func(i int, b *market.Block) {
		if i == 10 {
			b.PoolName = "House node"
		}
	})
	id := s.pool("House node", func(v *pool.Account) {
		v.Party, v.Scheme, v.Fee, v.Finder = pool.CKPool, pool.Solo, units.Rate{}, "House node"
	})
	s.readings(id, march3, 24, 5*units.EH)
	at := march3.Add(90 * time.Minute)
	s.earn(id, pool.Earning{Ref: "b", From: at, To: at, Net: 315_500_000, Fee: unknown, Fees: unknown})
	low, high := -math.Log(0.975)/0.7737141389, 5.5716433909/0.7737141389 // Garwood for one block
	s.says(fmt.Sprintf("/mining/pools/%d/payouts", id), "1.29", "1 block where 0.77 were to be expected", fmt.Sprintf("95%% interval %.2f to %.2f", low, high), "Agrees")
	s.says(fmt.Sprintf("/mining/pools/%d/days/2026-03-03", id), "315500000", `blocks of the chain found by "House node"`)
}

// A fee that holds from a day on judges the days from then.
func TestAFeeJudgesTheDaysFromItsOwnOn(t *testing.T) {
	s := openPools(t)
	s.chain(march3, 2, nil)
	id := s.pool("Harbour Pool", nil)
	s.credit(id, march3, dayDue, dayDue)
	v, err := s.db.As(access.Mining).PoolAccount(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	v.Fee, v.ValidFrom = units.Rate{}, march3.AddDate(0, 0, 1)
	if err := s.db.As(access.Mining).UpdatePoolAccount(t.Context(), access.Actor{Name: "Test"}, v, []string{"fee"}); err != nil {
		t.Fatal(err)
	}
	s.says(fmt.Sprintf("/mining/pools/%d/days/2026-03-03", id), "240445209", "agrees")
	s.says(fmt.Sprintf("/mining/pools/%d/days/2026-03-04", id), "244106811", "short")
}

// Luck with a pool's blocks is told where its hashrate was read through the day; an
// estimate from the same blocks would find none. The numbers are those of M7: 5
// EH/s of 90, and 15 blocks.
func TestLuckNeedsAHashrateThatWasRead(t *testing.T) {
	s := openPools(t)
	s.chain(march3, 1, func(i int, b *market.Block) {
		if i > 0 && i <= 15 {
			b.PoolName = "Openshare"
		}
	})
	id := s.pool("Openshare", func(v *pool.Account) {
		v.Party, v.Scheme, v.Fee, v.Finder = pool.Ocean, pool.TIDES, poolRate(t, "0.5"), "Openshare"
	})
	s.readings(id, march3, 24, 5*units.EH)
	at := march3.Add(90 * time.Minute)
	s.earn(id, pool.Earning{Ref: "b", From: at, To: at, Net: 261_500_000, Fee: unknown, Fees: unknown})
	payouts := fmt.Sprintf("/mining/pools/%d/payouts", id)
	s.says(payouts, "no day has both the pool's hashrate, as it was read, and all blocks")
	s.says(fmt.Sprintf("/mining/pools/%d/days/2026-03-03", id), "is estimated from 15 blocks")
	s.hourly(fmt.Sprintf("mining.pool_whole_hs.%d", id), march3, 24, 90*units.EH)
	s.says(payouts, "1.08", "15 blocks where 13.93 were to be expected in 1 day; 95% interval 0.60 to 1.78", "Agrees")
	// 5 of 90 of 15 × 312,500,000 + 15 × 3,000,000 sat, less 0.5 %.
	s.says(fmt.Sprintf("/mining/pools/%d/days/2026-03-03", id), "261602083", fmt.Sprintf("mining.pool_whole_hs.%d, mean of 24 hours", id))
}
