package pool_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
)

// shortCase is the base day paid 8 % less, in two stretches.
func shortCase(t testing.TB) pool.Case {
	read := pool.Seen{Source: "Luxor, hashrate of the subaccount", At: later}
	chain := pool.Seen{Source: "our node", At: later}
	morning, evening := baseWork(1), baseWork(1)
	noon := begin.Add(12 * time.Hour)
	morning.To, evening.From = noon, noon
	c := claim(t, 221_209_592)
	c.Expected = mining.Of(expect(t, pool.Terms{Scheme: pool.FPPS, Fee: 0.015}, pool.Found{}, morning, evening))
	return pool.Case{
		Facts: facts(t, pool.Luxor), Account: "site-a", Terms: pool.Terms{Scheme: pool.FPPS, Fee: 0.015},
		Agreed: pool.Seen{Source: "terms of the account", At: begin}, Line: judge(t, c, later), Paid: read,
		Work: []pool.Stretch{
			{Work: morning, Hashed: read, Mined: chain, FeeBlocks: 144}, {Work: evening, Hashed: read, Mined: chain, FeeBlocks: 144},
		},
	}
}

func TestDisputeFile(t *testing.T) {
	rows := shortCase(t).Rows()
	got := map[string]pool.Evidence{}
	for _, r := range rows {
		if _, twice := got[r.Name]; twice {
			t.Errorf("%s stands there twice", r.Name)
		}
		got[r.Name] = r
	}
	for name, want := range map[string]string{
		"pool": "Luxor", "account": "site-a", "span from": "2026-03-03T00:00:00Z", "span to": "2026-03-04T00:00:00Z",
		"scheme": "FPPS", "pool fee": "0.015", "stretch 1 hashrate": "5000000000000000000", "stretch 1 seconds": "43200",
		"stretch 1 to": "2026-03-03T12:00:00Z", "stretch 2 difficulty": "130000000000000", "stretch 2 subsidy": "312500000",
		"stretch 2 mean fees": "3000000", "stretch 2 mean fees over": "144", "gross": "244106811", "fee": "3661602",
		"expected": "240445209", "credited": "221209592", "correction": "0", "due": "240445209", "gap": "-19235617",
		"tolerance": "0.01", "verdict": "short",
	} {
		same(t, name, got[name].Value, want)
	}
	same(t, "source", got["stretch 1 hashrate"].Source, "Luxor, hashrate of the subaccount")
	same(t, "time", got["stretch 1 difficulty"].At, later)
	same(t, "credit", got["credited"].Source, "Luxor, hashrate of the subaccount, d1")
	same(t, "formula", got["stretch 1 expected blocks"].Formula, "M7: hashrate × seconds / (difficulty × 2^32)")

	// Whoever reads the file can compute the sum again from its rows.
	value := func(name string) float64 {
		v, err := strconv.ParseFloat(got[name].Value, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	mu := value("stretch 1 expected blocks") + value("stretch 2 expected blocks")
	near(t, "μ", mu, value("expected blocks"), 1e-15)
	near(t, "gross", mu*(value("stretch 1 subsidy")+value("stretch 1 mean fees")), value("gross"), 0.5)
	near(t, "expected", value("gross")*(1-value("pool fee")), value("expected"), 1)
	same(t, "gap", value("credited")+value("correction")-value("due"), value("gap"))
	for _, r := range rows {
		if strings.Contains(r.Value, "e+") || r.Name == "" || r.Value == "" {
			t.Errorf("row %+v is not plain", r)
		}
	}
}

func TestDisputeFileSaysWhatIsNotKnown(t *testing.T) {
	c := shortCase(t)
	c.Line.Paid, c.Line.Expected = mining.Unknown[pool.Earning]("nothing is credited yet"), mining.Unknown[pool.Expectation]("no fees of that day")
	c.Line = judge(t, c.Line.Claim, later)
	for _, r := range c.Rows() {
		switch r.Name {
		case "expected", "gross", "due":
			same(t, r.Name, r.Value+r.Source, "no fees of that day")
		case "credited", "gap":
			same(t, r.Name, r.Value+r.Source, "nothing is credited yet")
		}
	}
}

func TestDisputeOfPPSPlusNamesBothFeesAndTheBlocks(t *testing.T) {
	c := shortCase(t)
	c.Terms = pool.Terms{Scheme: pool.PPSPlus, Fee: 0.015, FeesFee: 0.02}
	c.Line.Expected = mining.Of(expect(t, c.Terms, baseFound(), baseWork(1)))
	c.Line = judge(t, c.Line.Claim, later)
	c.Found, c.Counted = baseFound(), pool.Seen{Source: "the chain", At: later}
	seen := 0
	for _, r := range c.Rows() {
		switch r.Name {
		case "pool fee on transaction fees":
			same(t, r.Name, r.Value, "0.02")
			seen++
		case "blocks found":
			same(t, r.Name, r, pool.Evidence{Name: "blocks found", Value: "15", Unit: "blocks", Source: "the chain", At: later})
			seen++
		case "share as stated":
			same(t, r.Name, r.Value+r.Source, "the pool states none")
			seen++
		case "expected by the blocks found":
			same(t, r.Name, r.Value, strconv.FormatInt(int64(c.Line.Due.Value), 10))
			seen++
		}
	}
	same(t, "rows", seen, 4)
}
