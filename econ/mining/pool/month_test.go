package pool_test

import (
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// monthLines are the days of March, each judged: due 240,445,209 sat and paid so.
func monthLines(t testing.TB) []pool.Line {
	var lines []pool.Line
	for d := range 31 {
		c := claim(t, 240_445_209)
		c.From = begin.AddDate(0, 0, d-2)
		c.To = c.From.AddDate(0, 0, 1)
		lines = append(lines, judge(t, c, later.AddDate(0, 1, 0)))
	}
	return lines
}

func march(t testing.TB, lines []pool.Line) pool.Month {
	t.Helper()
	from, to := pool.MonthSpan(facts(t, pool.Luxor), 2026, time.March)
	m, err := pool.SumMonth(from, to, lines)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMonthThatAgreesIsClosed(t *testing.T) {
	m := march(t, monthLines(t))
	same(t, "due", known(t, "due", m.Due), 31*240_445_209)
	same(t, "gap", known(t, "gap", m.Gap), 0)
	same(t, "can close", m.CanClose(), true)
	c, err := m.Close()
	if err != nil {
		t.Fatal(err)
	}
	same(t, "closed", c, pool.MonthClose{From: m.From, To: m.To, Due: 31 * 240_445_209, Paid: 31 * 240_445_209, Days: 31})
}

func TestWhatStandsInTheWayOfClosing(t *testing.T) {
	rejudge := func(lines []pool.Line, day int, now time.Time, spoil func(*pool.Claim)) {
		c := lines[day].Claim
		spoil(&c)
		lines[day] = judge(t, c, now)
	}
	end := later.AddDate(0, 1, 0)
	lines := monthLines(t)
	rejudge(lines, 3, end, func(c *pool.Claim) { c.Paid.Value.Net = 221_209_592 })
	rejudge(lines, 5, end, func(c *pool.Claim) { c.Paid = mining.Unknown[pool.Earning]("") })
	rejudge(lines, 7, end, func(c *pool.Claim) { c.Expected = mining.Unknown[pool.Expectation]("no fees") })
	rejudge(lines, 9, end, func(c *pool.Claim) { c.Paid.Value.Open = true })
	m := march(t, append(lines[:11:11], lines[12:]...))
	want := []struct {
		kind pool.ObstacleKind
		day  int
	}{{pool.Unchallenged, 3}, {pool.NotCredited, 5}, {pool.NotJudged, 7}, {pool.StillOpen, 9}, {pool.NotCovered, 11}}
	if len(m.Obstacles) != len(want) {
		t.Fatalf("got %+v", m.Obstacles)
	}
	for i, w := range want {
		same(t, "kind", m.Obstacles[i].Kind, w.kind)
		same(t, "day", m.Obstacles[i].From, lines[w.day].From)
	}
	same(t, "gap of the short day", known(t, "gap", m.Obstacles[0].Gap), -19_235_617)
	same(t, "short days", m.Days[pool.Short], 1)
	unknown(t, "due", m.Due, "no fees")
	_, err := m.Close()
	fails(t, "close", err, "5 spans stand in the way, the first from 2026-03-04T00:00:00Z: short")
}

// A short day is no obstacle once people have dealt with it.
func TestShortDayThatIsDisputedOrCorrectedCanBeClosed(t *testing.T) {
	for what, deal := range map[string]func(*pool.Claim){
		"disputed":  func(c *pool.Claim) { c.Disputed = true },
		"corrected": func(c *pool.Claim) { c.Correction, c.Reason = 1_000, "a part came back" },
	} {
		lines := monthLines(t)
		c := lines[3].Claim
		c.Paid.Value.Net = 221_209_592
		deal(&c)
		lines[3] = judge(t, c, later.AddDate(0, 1, 0))
		m := march(t, lines)
		closed, err := m.Close()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		same(t, what, closed.Short, 1)
		same(t, what, closed.Gap(), -19_235_617+c.Correction)
		same(t, what, closed.Corrections, c.Correction)
		same(t, what, closed.Paid, 30*240_445_209+221_209_592)
	}
}

func TestMonthRefusesForeignDays(t *testing.T) {
	lines := monthLines(t)
	from, to := pool.MonthSpan(facts(t, pool.ViaBTC), 2026, time.March)
	same(t, "shifted month", from, time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC))
	_, err := pool.SumMonth(from, to, lines)
	fails(t, "last day", err, "not of the month")
	_, err = pool.SumMonth(from, to, append(lines, lines[4]))
	fails(t, "twice", err, "two spans hold")
}

func TestMonthOfNothingIsNotClosed(t *testing.T) {
	_, err := pool.Month{}.Close()
	fails(t, "zero value", err, "not known")
	_, err = march(t, nil).Close()
	fails(t, "no days", err, "1 spans stand in the way, the first from 2026-03-01T00:00:00Z: missing")
}

func TestRestatement(t *testing.T) {
	closed, err := march(t, monthLines(t)).Close()
	if err != nil {
		t.Fatal(err)
	}
	today := closed
	today.Paid -= 500
	got, err := closed.Restate(today, "the pool took 500 sat back")
	if err != nil || got.Paid != closed.Paid-500 || got.Reason == "" {
		t.Errorf("got %+v, %v", got, err)
	}
	want := []pool.Difference{{Name: "paid", Was: closed.Paid, Now: today.Paid}, {Name: "gap", Was: 0, Now: -500}}
	diff := closed.Differences(today)
	if len(diff) != 2 || diff[0] != want[0] || diff[1] != want[1] {
		t.Errorf("got %+v, want %+v", diff, want)
	}
	_, err = closed.Restate(today, "")
	fails(t, "no reason", err, "its reason")
	_, err = closed.Restate(closed, "why not")
	fails(t, "nothing new", err, "nothing differs")
	today.To = today.To.AddDate(0, 0, 1)
	_, err = closed.Restate(today, "why not")
	fails(t, "another", err, "another month")
}

func TestBalanceRollsForward(t *testing.T) {
	sats := mining.Of[units.Sats]
	b := pool.Balance{Opening: sats(1_000), Credited: sats(500), Paid: sats(1_200), Fees: sats(10), Closing: sats(290)}
	same(t, "expected", known(t, "expected", b.Expected()), 290)
	same(t, "difference", known(t, "difference", b.Difference()), 0)
	b.Closing = sats(250)
	same(t, "missing", known(t, "difference", b.Difference()), -40)
	b.Fees = mining.Unknown[units.Sats]("the pool does not state its fees")
	unknown(t, "without fees", b.Difference(), "does not state its fees")
}
