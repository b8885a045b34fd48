package pool_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// claim is the base day under FPPS at 1.5 %, due 240,445,209 sat, with what was
// paid.
func claim(t testing.TB, paid units.Sats) pool.Claim {
	return pool.Claim{
		From: begin, To: begin.AddDate(0, 0, 1), Tolerance: 0.01,
		Paid:     mining.Of(pool.Earning{Ref: "d1", From: begin, To: begin.AddDate(0, 0, 1), Net: paid}),
		Expected: mining.Of(expect(t, pool.Terms{Scheme: pool.FPPS, Fee: 0.015}, pool.Found{}, baseWork(1))),
	}
}

// later is when every claim on the base day must be credited.
var later = begin.AddDate(0, 0, 3)

func judge(t testing.TB, c pool.Claim, now time.Time) pool.Line {
	t.Helper()
	l, err := pool.Judge(c, now)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Eight per cent less on one day is short, with the day and the amount.
func TestUnderpaymentIsShort(t *testing.T) {
	l := judge(t, claim(t, 221_209_592), later)
	same(t, "verdict", l.Verdict, pool.Short)
	same(t, "gap", known(t, "gap", l.Gap), -19_235_617)
	near(t, "fraction", known(t, "fraction", l.GapFraction), -0.08, 1e-8)
	same(t, "day", l.From, begin)
}

func TestVerdicts(t *testing.T) {
	none := mining.Unknown[pool.Earning]("")
	for _, c := range []struct {
		what  string
		spoil func(*pool.Claim)
		now   time.Time
		want  pool.Verdict
		why   string
	}{
		{"to the satoshi", func(*pool.Claim) {}, later, pool.Agrees, ""},
		{"at the tolerance", func(c *pool.Claim) { c.Paid.Value.Net = 238_040_757 }, later, pool.Agrees, ""},
		{"beyond the tolerance", func(c *pool.Claim) { c.Paid.Value.Net = 238_040_756 }, later, pool.Short, ""},
		{"a satoshi is rounding", func(c *pool.Claim) { c.Tolerance, c.Paid.Value.Net = 0, 240_445_208 }, later, pool.Agrees, ""},
		{"two are not", func(c *pool.Claim) { c.Tolerance, c.Paid.Value.Net = 0, 240_445_207 }, later, pool.Short, ""},
		{"over", func(c *pool.Claim) { c.Paid.Value.Net = 250_000_000 }, later, pool.Over, ""},
		{"corrected", func(c *pool.Claim) {
			c.Paid.Value.Net, c.Correction, c.Reason = 221_209_592, 19_235_617, "credited on the 5th"
		}, later, pool.Agrees, ""},
		{"taken back", func(c *pool.Claim) { c.Correction, c.Reason = -19_235_617, "stale shares" }, later, pool.Short, ""},
		{"not over", func(*pool.Claim) {}, begin.Add(time.Hour), pool.Open, "not ended"},
		{"the sum grows", func(c *pool.Claim) { c.Paid.Value.Open = true }, later, pool.Open, "still adds"},
		{"just over", func(c *pool.Claim) { c.Paid = none }, begin.Add(48 * time.Hour), pool.Open, "just ended"},
		{"late", func(c *pool.Claim) { c.Paid = none }, begin.Add(48*time.Hour + 1), pool.Late, "nothing is credited"},
		{"late, whatever was due", func(c *pool.Claim) {
			c.Paid, c.Expected = none, mining.Unknown[pool.Expectation]("no hashrate")
		}, later, pool.Late, "nothing is credited"},
		{"no expectation", func(c *pool.Claim) { c.Expected = mining.Unknown[pool.Expectation]("no fees of that day") }, later, pool.Unknown, "no fees of that day"},
		{"nothing earned, nothing paid", func(c *pool.Claim) { c.Paid, c.Expected = none, mining.Of(pool.Expectation{}) }, later, pool.Agrees, ""},
		{"nothing earned, and paid", func(c *pool.Claim) {
			c.Expected = mining.Of(pool.Expectation{Range: mining.Of(pool.Range{})})
		}, later, pool.Over, ""},
	} {
		cl := claim(t, 240_445_209)
		c.spoil(&cl)
		l := judge(t, cl, c.now)
		if l.Verdict != c.want || (l.Why == "") != (c.why == "") || !strings.Contains(l.Why, c.why) {
			t.Errorf("%s: got %s (%s), want %s (%s)", c.what, l.Verdict, l.Why, c.want, c.why)
		}
	}
}

func TestLuckIsNoUnderpayment(t *testing.T) {
	terms := pool.Terms{Scheme: pool.PPLNS, Fee: 0.005}
	blind := baseFound()
	blind.Blocks = mining.Unknown[int]("")
	c := claim(t, 180_000_000)
	c.Expected = mining.Of(expect(t, terms, blind, baseWork(1)))
	same(t, "26 % less, blocks not known", judge(t, c, later).Verdict, pool.WithinLuck)
	c.Paid.Value.Net = 60_000_000
	same(t, "75 % less", judge(t, c, later).Verdict, pool.Short)
	c.Paid.Value.Net = 500_000_000
	same(t, "twice as much", judge(t, c, later).Verdict, pool.Over)

	c.Paid.Value.Net = 180_000_000
	c.Expected = mining.Of(expect(t, terms, baseFound(), baseWork(1)))
	same(t, "the blocks say otherwise", judge(t, c, later).Verdict, pool.Short)

	c.Expected = mining.Of(expect(t, terms, pool.Found{}, baseWork(1)))
	l := judge(t, c, later)
	same(t, "pool's hashrate not known", l.Verdict, pool.Unknown)
	same(t, "why", l.Why, "the pool's hashrate is not known")

	// A solo miner without a block is not late.
	c.Paid = mining.Unknown[pool.Earning]("")
	c.Expected = mining.Of(expect(t, pool.Terms{Scheme: pool.Solo}, pool.Found{}, baseWork(1)))
	l = judge(t, c, later)
	same(t, "solo", l.Verdict, pool.WithinLuck)
	same(t, "credited", known(t, "credited", l.Credited), 0)
	same(t, "solo today", judge(t, c, begin.Add(25*time.Hour)).Verdict, pool.Open)
}

// Of a small pool luck allows a day without pay; blocks that were found do not.
func TestNothingCreditedForBlocksThatWereFoundIsLate(t *testing.T) {
	small := pool.Found{PoolHashrate: mining.Of(5.5 * units.EH)}
	for _, k := range []struct {
		blocks mining.Maybe[int]
		want   pool.Verdict
	}{{mining.Unknown[int](""), pool.WithinLuck}, {mining.Of(0), pool.Agrees}, {mining.Of(2), pool.Late}} {
		small.Blocks, small.Subsidies = k.blocks, units.Sats(k.blocks.Value)*baseSubsidy
		c := claim(t, 0)
		c.Paid = mining.Unknown[pool.Earning]("")
		c.Expected = mining.Of(expect(t, pool.Terms{Scheme: pool.PPLNS}, small, baseWork(1)))
		same(t, "verdict", judge(t, c, later).Verdict, k.want)
	}
}

func TestJudgeRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*pool.Claim){
		"tolerance: NaN": func(c *pool.Claim) { c.Tolerance = math.NaN() },
		"tolerance: 2":   func(c *pool.Claim) { c.Tolerance = 2 },
		"ends before":    func(c *pool.Claim) { c.To = c.From },
		"its reason":     func(c *pool.Claim) { c.Correction = -1 },
	} {
		c := claim(t, 1)
		spoil(&c)
		_, err := pool.Judge(c, later)
		fails(t, want, err, want)
	}
}

// More pay is never a worse verdict.
func TestVerdictIsMonotoneInPay(t *testing.T) {
	rank := map[pool.Verdict]int{pool.Short: 0, pool.WithinLuck: 1, pool.Agrees: 1, pool.Over: 2}
	rng := rand.New(rand.NewPCG(7, 3))
	blind := pool.Found{PoolHashrate: mining.Of(poolHashrate)}
	for _, s := range []pool.Scheme{pool.FPPS, pool.PPSPlus, pool.PPLNS, pool.TIDES, pool.Solo} {
		for range 50 {
			c := claim(t, 0)
			c.Tolerance = rng.Float64() / 10
			c.Expected = mining.Of(expect(t, pool.Terms{Scheme: s, Fee: rng.Float64() / 10}, blind, baseWork(1)))
			due, last := float64(c.Expected.Value.Due()), -1
			for step := range 120 {
				c.Paid.Value.Net = units.Sats(due * float64(step) / 20)
				l := judge(t, c, later)
				r, ok := rank[l.Verdict]
				if !ok || r < last {
					t.Fatalf("%s: %d of %v is %s", s, c.Paid.Value.Net, due, l.Verdict)
				}
				last = r
			}
			same(t, "six times the pay", last, 2)
		}
	}
}

// Where the pool's hashrate is an estimate, our share of its blocks is as well: a gap
// within three of its standard errors is nobody's fault.
func TestAnEstimatedShareLeavesRoom(t *testing.T) {
	from := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	work := []pool.Work{{From: from, To: from.Add(24 * time.Hour), Hashrate: 5 * units.EH, Difficulty: 130e12, Subsidy: 312_500_000, MeanFees: 3_000_000}}
	found := pool.Found{PoolHashrate: mining.Of(90 * units.EH), Error: 0.04, Blocks: mining.Of(15), Subsidies: 15 * 312_500_000, Fees: 52_000_000}
	e, err := pool.Expect(pool.Terms{Scheme: pool.PPLNS, Fee: 0.005}, work, found)
	if err != nil || e.ByBlocks.Value != 261_989_028 || e.ShareError != 0.04 {
		t.Fatal(e, err)
	}
	for paid, want := range map[float64]pool.Verdict{1: pool.Agrees, 0.895: pool.WithinLuck, 0.875: pool.Short, 1.1: pool.WithinLuck, 1.13: pool.Over} {
		l, err := pool.Judge(pool.Claim{From: from, To: from.Add(24 * time.Hour), Paid: mining.Of(pool.Earning{Net: units.Sats(paid * 261_989_028)}), Expected: mining.Of(e), Tolerance: 0.01}, from.AddDate(0, 0, 3))
		if err != nil || l.Verdict != want {
			t.Errorf("%v of what is due is %q (%v), want %q", paid, l.Verdict, err, want)
		}
	}
	// A share that the pool states has no such error.
	found.Share = mining.Of(5.0 / 90)
	if e, err := pool.Expect(pool.Terms{Scheme: pool.PPLNS, Fee: 0.005}, work, found); err != nil || e.ShareError != 0 {
		t.Errorf("a stated share has the error %v, %v", e.ShareError, err)
	}
}

func TestAPoolsHashrateIsToldByItsBlocks(t *testing.T) {
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	c := pool.Chain{Epochs: []pool.Epoch{{From: from.AddDate(0, 0, -1), Difficulty: 130e12, Subsidy: 312_500_000}}}
	for i := range 10 {
		c.Days = append(c.Days, pool.ChainDay{From: from.AddDate(0, 0, i), Blocks: 144, Whole: i != 9, Found: map[string]pool.FoundBlocks{"Ours": {Blocks: 14}, "Rare": {Blocks: 1}}})
	}
	rate, blocks := c.Hashrate("Ours")
	if want := 14 * 130e12 * (1 << 32) / 86_400; blocks != 9*14 || !rate.Known || math.Abs(float64(rate.Value)/want-1) > 1e-12 {
		t.Errorf("%v from %d blocks, want %v from 126", rate, blocks, want)
	}
	if rate, blocks := c.Hashrate("Rare"); rate.Known || blocks != 9 {
		t.Errorf("nine blocks tell %v (%d)", rate, blocks)
	}
}
