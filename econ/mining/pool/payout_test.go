package pool_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

func TestM7Payout(t *testing.T) {
	for _, c := range []struct {
		terms    pool.Terms
		expected units.Sats
		due      units.Sats // by the blocks the pool found
		sd       float64    // %
	}{
		{pool.Terms{Scheme: pool.FPPS, Fee: 0.015}, 240_445_209, 240_445_209, 0},
		{pool.Terms{Scheme: pool.PPSPlus, Fee: 0.015, FeesFee: 0.015}, 240_445_209, 241_004_439, 0.254802},
		{pool.Terms{Scheme: pool.PPLNS, Fee: 0.005}, 242_886_277, 261_989_028, 26.796},
		{pool.Terms{Scheme: pool.TIDES, Fee: 0.005}, 242_886_277, 261_989_028, 26.796},
	} {
		e := expect(t, c.terms, baseFound(), baseWork(1))
		name := string(c.terms.Scheme)
		near(t, name+" μ", e.Blocks, 0.7737141389, 5e-11)
		same(t, name+" gross", e.Gross, 244_106_811)
		same(t, name+" expected", e.Expected, c.expected)
		same(t, name+" due", e.Due(), c.due)
		near(t, name+" relative sd, %", known(t, name, e.RelativeSD)*100, c.sd, 5e-4)
	}
}

func TestFeesOfTheExpectation(t *testing.T) {
	fpps := expect(t, pool.Terms{Scheme: pool.FPPS, Fee: 0.015}, pool.Found{}, baseWork(1))
	same(t, "of FPPS", fpps.DueFees(), 2_286_325) // 0.7737141389 × 3,000,000 × 0.985
	unknown(t, "FPPS by blocks", fpps.ByBlocks, "does not pay by the blocks")
	plus := expect(t, pool.Terms{Scheme: pool.PPSPlus, Fee: 0.015, FeesFee: 0.015}, baseFound(), baseWork(1))
	same(t, "of PPS+, as found", plus.DueFees(), 2_845_556) // 5/90 × 52,000,000 × 0.985
	same(t, "of PPS+, expected", plus.Fees, 2_286_325)
}

func TestSoloIsPaidItsOwnBlocks(t *testing.T) {
	terms := pool.Terms{Scheme: pool.Solo, Fee: 0.02}
	e := expect(t, terms, pool.Found{Blocks: mining.Of(2), Subsidies: 2 * baseSubsidy, Fees: 7_000_000}, baseWork(1))
	same(t, "by blocks", e.Due(), 619_360_000)
	r := known(t, "range", e.Range)
	// P(K≤2) = 0.956 and P(K≤3) = 0.990: three blocks of 309,190,000 each.
	same(t, "range", r, pool.Range{Low: 0, High: 3 * 309_190_000})
}

func TestWhatThePoolDoesNotTellIsUnknown(t *testing.T) {
	e := expect(t, pool.Terms{Scheme: pool.PPLNS}, pool.Found{}, baseWork(1))
	unknown(t, "by blocks", e.ByBlocks, "blocks that were found")
	unknown(t, "range", e.Range, "hashrate is not known")
	unknown(t, "sd", e.RelativeSD, "hashrate is not known")
	same(t, "due", e.Due(), e.Expected)

	found := baseFound()
	found.PoolHashrate = mining.Unknown[units.Hashrate]("")
	unknown(t, "share", expect(t, pool.Terms{Scheme: pool.PPLNS}, found, baseWork(1)).ByBlocks, "hashrate is not known")
	found.Share = mining.Of(1.0 / 18)
	same(t, "stated share", expect(t, pool.Terms{Scheme: pool.PPLNS, Fee: 0.005}, found, baseWork(1)).Due(), 261_989_028)

	// PPS+ needs no pool hashrate to say what it must pay at least: the subsidy.
	r := known(t, "range", expect(t, pool.Terms{Scheme: pool.PPSPlus}, pool.Found{}, baseWork(1)).Range)
	same(t, "least of PPS+", r.Low, 241_785_668)
}

// A pool's figure of its hashrate may lag behind ours; nobody has more than all.
func TestShareIsAtMostAll(t *testing.T) {
	found := baseFound()
	found.PoolHashrate = mining.Of(4 * units.EH)
	same(t, "due", expect(t, pool.Terms{Scheme: pool.PPLNS}, found, baseWork(1)).Due(), 15*baseSubsidy+52_000_000)
}

func TestHalvingWithinASpan(t *testing.T) {
	before, after := baseWork(1), baseWork(1)
	noon := begin.Add(12 * time.Hour)
	before.To, after.From = noon, noon
	after.Subsidy = baseSubsidy / 2
	e := expect(t, pool.Terms{Scheme: pool.FPPS}, baseFound(), before, after)
	near(t, "μ", e.Blocks, 0.7737141389, 5e-11)
	near(t, "gross", float64(e.Gross), 0.7737141389*(0.75*float64(baseSubsidy)+baseFees), 1)
}

func TestEdgesOfExpect(t *testing.T) {
	free := expect(t, pool.Terms{Scheme: pool.FPPS}, pool.Found{}, baseWork(1))
	same(t, "fee 0", free.Expected, free.Gross)
	same(t, "fee 1", expect(t, pool.Terms{Scheme: pool.FPPS, Fee: 1}, pool.Found{}, baseWork(1)).Expected, 0)
	same(t, "no work", expect(t, pool.Terms{Scheme: pool.FPPS}, pool.Found{}).Expected, 0)
	unknown(t, "share of no work", expect(t, pool.Terms{Scheme: pool.PPLNS}, baseFound()).ByBlocks, "there was no work")

	idle := baseWork(1)
	idle.Hashrate = 0
	for _, s := range []pool.Scheme{pool.FPPS, pool.PPSPlus, pool.PPLNS, pool.TIDES, pool.Solo} {
		e := expect(t, pool.Terms{Scheme: s}, pool.Found{}, idle)
		same(t, "pay without hashrate", e.Due(), 0)
		same(t, "range without hashrate", known(t, "range", e.Range), pool.Range{})
	}
	small := baseWork(1)
	small.Hashrate = 1e-300
	same(t, "tiny μ", expect(t, pool.Terms{Scheme: pool.Solo}, pool.Found{}, small).Expected, 0)
	// 10^15·86,400·(S+F̄) is beyond 64 bits (M3).
	ph := baseWork(1)
	ph.Hashrate = units.PH
	same(t, "a petahash", expect(t, pool.Terms{Scheme: pool.FPPS}, pool.Found{}, ph).Gross, 48_821)
	network := baseWork(365)
	network.Hashrate = 1_000 * units.EH
	near(t, "the network's year", float64(expect(t, pool.Terms{Scheme: pool.FPPS}, pool.Found{}, network).Gross), 1e6*365*48_821.3621653, 1e6)
}

func TestExpectRefuses(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for what, spoil := range map[string]func(*pool.Work){
		"difficulty: 0":        func(w *pool.Work) { w.Difficulty = 0 },
		"difficulty: NaN":      func(w *pool.Work) { w.Difficulty = nan },
		"difficulty: +Inf":     func(w *pool.Work) { w.Difficulty = inf },
		"hashrate: NaN":        func(w *pool.Work) { w.Hashrate = units.Hashrate(nan) },
		"hashrate: -1":         func(w *pool.Work) { w.Hashrate = -1 },
		"mean fees: NaN":       func(w *pool.Work) { w.MeanFees = nan },
		"subsidy: -1":          func(w *pool.Work) { w.Subsidy = -1 },
		"ends before":          func(w *pool.Work) { w.To = w.From },
		"more work than there": func(w *pool.Work) { w.Hashrate = 1e40 },
	} {
		w := baseWork(1)
		spoil(&w)
		_, err := pool.Expect(pool.Terms{Scheme: pool.FPPS}, []pool.Work{baseWork(1), w}, pool.Found{})
		fails(t, what, err, what)
	}
	for want, terms := range map[string]pool.Terms{
		"pool fee: NaN":                      {Scheme: pool.FPPS, Fee: nan},
		"pool fee: -0.1":                     {Scheme: pool.FPPS, Fee: -0.1},
		"pool fee: 1.5":                      {Scheme: pool.FPPS, Fee: 1.5},
		"transaction fees: NaN":              {Scheme: pool.PPSPlus, FeesFee: nan},
		"\"PPS\" is not a way":               {Scheme: "PPS"},
		"\"\" is not a way in which pools p": {},
	} {
		_, err := pool.Expect(terms, []pool.Work{baseWork(1)}, pool.Found{})
		fails(t, want, err, want)
	}
	for want, spoil := range map[string]func(*pool.Found){
		"the pool's hashrate: 0":     func(f *pool.Found) { f.PoolHashrate = mining.Of(units.Hashrate(0)) },
		"the pool's hashrate: NaN":   func(f *pool.Found) { f.PoolHashrate = mining.Of(units.Hashrate(nan)) },
		"blocks of the pool":         func(f *pool.Found) { f.PoolHashrate = mining.Of(units.Hashrate(1e40)) },
		"blocks found: -1":           func(f *pool.Found) { f.Blocks = mining.Of(-1) },
		"their fees: -1":             func(f *pool.Found) { f.Fees = -1 },
		"share of the blocks: 2":     func(f *pool.Found) { f.Share = mining.Of(2.0) },
		"their subsidies: -1":        func(f *pool.Found) { f.Subsidies = -1 },
		"share of the blocks: NaN d": func(f *pool.Found) { f.Share = mining.Of(nan) },
	} {
		f := baseFound()
		spoil(&f)
		_, err := pool.Expect(pool.Terms{Scheme: pool.PPLNS}, []pool.Work{baseWork(1)}, f)
		fails(t, want, err, want)
	}
}

// Cutting a stretch into parts changes nothing but a satoshi of rounding each.
func TestExpectAddsUpOverStretches(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	for range 500 {
		terms := pool.Terms{Scheme: pool.PPSPlus, Fee: rng.Float64() / 10, FeesFee: rng.Float64() / 10}
		whole := baseWork(1 + rng.IntN(30))
		whole.Hashrate = units.Hashrate(rng.Float64()*100) * units.EH
		cut := whole.From.Add(time.Duration(1 + rng.Int64N(int64(whole.To.Sub(whole.From))-1)))
		first, second := whole, whole
		first.To, second.From = cut, cut
		a, b := expect(t, terms, pool.Found{}, first), expect(t, terms, pool.Found{}, second)
		both, all := expect(t, terms, pool.Found{}, first, second), expect(t, terms, pool.Found{}, whole)
		near(t, "in one", float64(both.Expected), float64(all.Expected), 1)
		near(t, "sum of two", float64(a.Expected+b.Expected), float64(all.Expected), 1)
		near(t, "μ", a.Blocks+b.Blocks, all.Blocks, 1e-9*all.Blocks)
	}
}

// The range holds the count of blocks with at least 95 %, and its ends are the
// nearest that do.
func TestRangeHoldsNinetyFivePercent(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 2))
	for range 200 {
		w := baseWork(1)
		w.Hashrate = units.Hashrate(math.Pow(10, 4*rng.Float64()-2)) * units.EH
		e := expect(t, pool.Terms{Scheme: pool.Solo}, pool.Found{}, w)
		r := known(t, "range", e.Range)
		reward := float64(baseSubsidy) + baseFees
		low, high := int(math.Round(float64(r.Low)/reward)), int(math.Round(float64(r.High)/reward))
		at := func(k int) float64 {
			if k < 0 {
				return 0
			}
			p, err := pool.ChanceAtMost(k, e.Blocks)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		if at(low-1) >= 0.025 || at(low) < 0.025 || at(high-1) >= 0.975 || at(high) < 0.975 {
			t.Errorf("μ %v: %d to %d blocks is not the range", e.Blocks, low, high)
		}
	}
}
