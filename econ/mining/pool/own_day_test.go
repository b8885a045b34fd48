package pool_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

func facts(t testing.TB, p pool.Party) pool.Facts {
	t.Helper()
	f, ok := pool.FactsOf(p)
	if !ok {
		t.Fatalf("no pool is named %s", p)
	}
	return f
}

func TestDayOfAPool(t *testing.T) {
	for _, c := range []struct {
		party    pool.Party
		at, from string
	}{
		{pool.Luxor, "2026-03-03T00:00:00Z", "2026-03-03T00:00:00Z"},
		{pool.Luxor, "2026-03-03T23:59:59Z", "2026-03-03T00:00:00Z"},
		{pool.ViaBTC, "2026-03-03T15:59:59Z", "2026-03-02T16:00:00Z"},
		{pool.ViaBTC, "2026-03-03T16:00:00Z", "2026-03-03T16:00:00Z"},
		{pool.Ocean, "2026-03-03T05:00:00+07:00", "2026-03-02T00:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		from, to := pool.DayAt(facts(t, c.party), at)
		same(t, string(c.party)+" at "+c.at, from.Format(time.RFC3339), c.from)
		same(t, "length", to.Sub(from), 24*time.Hour)
	}
	same(t, "shift by block", pool.Shift(pool.Facts{ByBlock: true, Day: time.Hour}), 0)
	same(t, "shift", pool.Shift(facts(t, pool.ViaBTC)), -8*time.Hour)
}

// line is a judged span with amounts, which is all that OwnDays looks at.
func line(from, to time.Time, due, credited mining.Maybe[units.Sats]) pool.Line {
	return pool.Line{Claim: pool.Claim{From: from, To: to}, Due: due, Credited: credited}
}

func TestOwnDays(t *testing.T) {
	first := begin.Add(-8 * time.Hour)
	lines := []pool.Line{
		line(first.AddDate(0, 0, 1), first.AddDate(0, 0, 2), mining.Of(units.Sats(100)), mining.Unknown[units.Sats]("nothing is credited yet")),
		line(first, first.AddDate(0, 0, 1), mining.Of(units.Sats(100)), mining.Of(units.Sats(91))),
	}
	days, err := pool.OwnDays(lines)
	if err != nil {
		t.Fatal(err)
	}
	if len(days) != 3 {
		t.Fatalf("got %d days, want 3", len(days))
	}
	// A third of a shifted day lies before midnight: 33⅓ and 66⅔ of 100.
	for i, want := range []struct {
		due     units.Sats
		covered time.Duration
	}{{33, 8 * time.Hour}, {67 + 33, 24 * time.Hour}, {67, 16 * time.Hour}} {
		same(t, "day", days[i].Day, begin.AddDate(0, 0, i-1))
		same(t, "due", known(t, "due", days[i].Due), want.due)
		same(t, "covered", days[i].Covered, want.covered)
		same(t, "apportioned", days[i].Apportioned, true)
	}
	same(t, "credited", known(t, "credited", days[0].Credited), 30)
	unknown(t, "the middle", days[1].Credited, "nothing is credited yet")

	straight, err := pool.OwnDays([]pool.Line{line(begin, begin.AddDate(0, 0, 1), mining.Of(units.Sats(7)), mining.Of(units.Sats(7)))})
	if err != nil || len(straight) != 1 || straight[0].Apportioned || straight[0].Credited.Value != 7 {
		t.Errorf("a day of UTC: got %+v, %v", straight, err)
	}
	_, err = pool.OwnDays([]pool.Line{lines[0], lines[0]})
	fails(t, "overlap", err, "two spans hold 2026-03-03T16:00:00Z")
	_, err = pool.OwnDays([]pool.Line{line(begin, begin, mining.Of(units.Sats(7)), mining.Of(units.Sats(7)))})
	fails(t, "no time", err, "ends before")
}

// Whatever the shift and the amounts, negative ones too, nothing is lost.
func TestOwnDaysLoseNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 4))
	for range 300 {
		at := begin.Add(time.Duration(rng.Int64N(int64(24 * time.Hour))))
		var lines []pool.Line
		var due, credited units.Sats
		for range 1 + rng.IntN(40) {
			d, c := units.Sats(rng.Int64N(1e12)), units.Sats(rng.Int64N(1e12)-1e11)
			lines = append(lines, line(at, at.AddDate(0, 0, 1), mining.Of(d), mining.Of(c)))
			due, credited, at = due+d, credited+c, at.AddDate(0, 0, 1)
		}
		days, err := pool.OwnDays(lines)
		if err != nil {
			t.Fatal(err)
		}
		var covered time.Duration
		for _, d := range days {
			due, credited, covered = due-d.Due.Value, credited-d.Credited.Value, covered+d.Covered
		}
		if due != 0 || credited != 0 || covered != time.Duration(len(lines))*24*time.Hour {
			t.Fatalf("%d lines: %d due and %d credited are lost, %s covered", len(lines), due, credited, covered)
		}
	}
}

func TestCreditedSumsTheEarningsOfASpan(t *testing.T) {
	to := begin.AddDate(0, 0, 1)
	block := func(ref string, hours int, net units.Sats) pool.Earning {
		at := begin.Add(time.Duration(hours) * time.Hour)
		return pool.Earning{Ref: ref, From: at, To: at, Net: net, Fee: mining.Of(units.Sats(1)), Fees: mining.Unknown[units.Sats]("it does not say")}
	}
	ocean := facts(t, pool.Ocean)
	blocks := []pool.Earning{block("before", -1, 9), block("a", 0, 20), block("b", 23, 30), block("after", 24, 9)}
	sum := known(t, "sum", pool.Credited(ocean, blocks, begin, to))
	same(t, "net", sum.Net, 50)
	same(t, "fee", known(t, "fee", sum.Fee), 2)
	same(t, "name", sum.Ref, "")
	unknown(t, "fees", sum.Fees, "does not say")
	same(t, "no block", known(t, "sum", pool.Credited(ocean, blocks[:1], begin, to)).Net, 0)
	luxor := facts(t, pool.Luxor)
	unknown(t, "no day", pool.Credited(luxor, blocks[:1], begin, to), "nothing is credited")
	one := known(t, "one", pool.Credited(luxor, []pool.Earning{{Ref: "d", From: begin, To: to, Net: 4, Open: true}}, begin, to))
	if one.Ref != "d" || !one.Open || one.Net != 4 {
		t.Errorf("a day: got %+v", one)
	}
}
