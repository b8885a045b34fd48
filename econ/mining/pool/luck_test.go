package pool_test

import (
	"math"
	"testing"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

func TestM7Luck(t *testing.T) {
	w := baseWork(1)
	w.Hashrate = poolHashrate
	mu := pool.ExpectedBlocks(w)
	near(t, "μ of the pool", mu, 13.9268545, 5e-8)
	l, err := pool.ComputeLuck(15, mu)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "luck, %", l.Ratio*100, 107.7056, 5e-5)
	near(t, "low, %", l.Interval.Low*100, 60.2820, 5e-5)
	near(t, "high, %", l.Interval.High*100, 177.6440, 5e-5)
	near(t, "P(K≤15)", l.AtMost, 0.676576, 5e-7)

	none, err := pool.ComputeLuck(0, mu)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "low without a block", none.Interval.Low, 0)
	near(t, "high without a block", none.Interval.High*mu, -math.Log(0.025), 1e-9)
}

func TestM7Solo(t *testing.T) {
	day := pool.ExpectedBlocks(baseWork(1))
	near(t, "μ", day, 0.7737141389, 5e-11)
	c, err := pool.ComputeChances(day)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "no block today", c.None, 0.461297, 5e-7)
	near(t, "relative sd", c.RelativeSD, 1/math.Sqrt(day), 0)
	near(t, "mean wait, days", known(t, "mean wait", pool.MeanWait(baseWork(1))), 1.292467, 5e-7)

	month := pool.ExpectedBlocks(baseWork(30))
	near(t, "μ of 30 days", month, 23.2114, 5e-5)
	p, err := pool.ChanceAtMost(10, month)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "P(K≤10)", p, 0.00174410, 5e-9)
}

// A single terahash waits longer than a time.Duration can tell.
func TestMeanWaitOfASmallMiner(t *testing.T) {
	w := baseWork(1)
	w.Hashrate = units.TH
	near(t, "years", known(t, "mean wait", pool.MeanWait(w))/365.25, 17_693, 1)
	w.Hashrate = 0
	unknown(t, "without hashrate", pool.MeanWait(w), "no block is found")
}

// The distribution against its definition, term by term.
func TestChanceAtMostIsTheSumOfItsTerms(t *testing.T) {
	for _, mu := range []float64{1e-9, 0.3, 1, 13.9268545, 120} {
		term, sum := math.Exp(-mu), 0.0
		for k := range 200 {
			sum += term
			got, err := pool.ChanceAtMost(k, mu)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "chance", got, sum, 1e-12)
			term *= mu / float64(k+1)
		}
	}
	got, err := pool.ChanceAtMost(0, 0)
	if err != nil || got != 1 {
		t.Errorf("none of none: got %v, %v, want 1", got, err)
	}
}

func TestInverseLuckIsConverted(t *testing.T) {
	for effort, want := range map[float64]float64{1: 1, 0.5: 2, 4: 0.25} {
		got, err := pool.LuckFromInverse(effort)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "luck", got, want, 1e-15)
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1), 5e-324} {
		if got, err := pool.LuckFromInverse(bad); err == nil {
			t.Errorf("effort %v gave %v without error", bad, got)
		}
	}
}

func TestLuckRefusesWhatIsNoCount(t *testing.T) {
	_, err := pool.ComputeLuck(-1, 1)
	fails(t, "negative", err, "blocks found: -1 is below zero")
	for _, mu := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		_, err = pool.ComputeLuck(1, mu)
		fails(t, "expectation", err, "expected blocks")
		_, err = pool.ComputeChances(mu)
		fails(t, "chances", err, "expected blocks")
	}
	_, err = pool.ComputeLuck(1, 1e10)
	fails(t, "too many", err, "more than there can be")
	_, err = pool.ChanceAtMost(1, math.NaN())
	fails(t, "chance", err, "expected blocks")
	_, err = pool.ChanceAtMost(-1, 1)
	fails(t, "chance", err, "below zero")
}
