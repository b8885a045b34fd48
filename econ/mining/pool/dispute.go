package pool

import (
	"strconv"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Evidence is one row of a dispute file. Values are exact and plain, for a
// machine to read: no groups, a point before decimals, times in RFC 3339.
type Evidence struct {
	Name    string
	Value   string // empty if it is not known; Source says why
	Unit    string
	Formula string // id and rule; empty of what was read
	Source  string
	At      time.Time // of the source; zero of what was computed
}

// Seen says where a figure comes from.
type Seen struct {
	Source string
	At     time.Time
}

// Stretch is work with where its figures come from.
type Stretch struct {
	Work
	Hashed    Seen
	Mined     Seen // difficulty, subsidy and fees: the chain
	FeeBlocks int  // over how many blocks the fees are the mean; 0: not known
}

// Case is all that a dispute over a span rests on.
type Case struct {
	Facts   Facts
	Account string // the pool's name of it
	Terms   Terms
	Agreed  Seen // where the terms are written
	Line    Line
	Work    []Stretch
	Found   Found // of the pool; FPPS has no use for it
	Counted Seen  // where Found was read
	Paid    Seen  // where the credit was read
}

// Rows are the rows of the dispute file, in the order in which they are
// computed one from the other.
func (c Case) Rows() []Evidence {
	l := c.Line
	read := func(name, value, unit string, s Seen) Evidence {
		return Evidence{Name: name, Value: value, Unit: unit, Source: s.Source, At: s.At}
	}
	rows := []Evidence{
		read("pool", c.Facts.Title, "", Seen{}),
		read("account", c.Account, "", Seen{}),
		read("span from", rfc(l.From), "UTC", c.Paid),
		read("span to", rfc(l.To), "UTC", c.Paid),
		read("scheme", string(c.Terms.Scheme), "", c.Agreed),
		read("pool fee", plain(c.Terms.Fee), "fraction", c.Agreed),
	}
	if c.Terms.Scheme == PPSPlus {
		rows = append(rows, read("pool fee on transaction fees", plain(c.Terms.FeesFee), "fraction", c.Agreed))
	}
	for i, s := range c.Work {
		rows = append(rows, s.rows(strconv.Itoa(i+1))...)
	}
	return append(append(rows, c.expected()...), c.judged()...)
}

// rows are those of one stretch of constant difficulty.
func (s Stretch) rows(n string) []Evidence {
	row := func(name, value, unit string, seen Seen) Evidence {
		return Evidence{Name: "stretch " + n + " " + name, Value: value, Unit: unit, Source: seen.Source, At: seen.At}
	}
	mu := row("expected blocks", plain(ExpectedBlocks(s.Work)), "blocks", Seen{Source: "computed"})
	mu.Formula = "M7: hashrate × seconds / (difficulty × 2^32)"
	over := row("mean fees over", strconv.Itoa(s.FeeBlocks), "blocks", s.Mined)
	if s.FeeBlocks == 0 {
		over.Value = ""
	}
	return []Evidence{
		row("from", rfc(s.From), "UTC", s.Mined),
		row("to", rfc(s.To), "UTC", s.Mined),
		row("hashrate", plain(float64(s.Hashrate)), "H/s", s.Hashed),
		row("seconds", plain(s.Seconds()), "s", Seen{Source: "computed"}),
		row("difficulty", plain(s.Difficulty), "", s.Mined),
		row("subsidy", whole(s.Subsidy), "sat per block", s.Mined),
		row("mean fees", plain(s.MeanFees), "sat per block", s.Mined),
		over,
		mu,
	}
}

// judged are the rows of what was credited, and how far it is off.
func (c Case) judged() []Evidence {
	l := c.Line
	paid := Evidence{Name: "credited", Unit: "sat", Source: l.Paid.Reason()}
	if l.Paid.Known {
		paid.Value, paid.Source, paid.At = whole(l.Paid.Value.Net), c.Paid.Source, c.Paid.At
		if l.Paid.Value.Ref != "" {
			paid.Source += ", " + l.Paid.Value.Ref
		}
	}
	share := Evidence{Name: "gap as a fraction", Unit: "fraction of due", Formula: "gap / due", Source: l.GapFraction.Reason()}
	if l.GapFraction.Known {
		share.Value, share.Source = plain(l.GapFraction.Value), "computed"
	}
	return []Evidence{
		paid,
		{Name: "correction", Value: whole(l.Correction), Unit: "sat", Source: l.Reason},
		satsRow("due", l.Due, "expected by the blocks found where known, or else expected"),
		satsRow("gap", l.Gap, "credited + correction − due"),
		share,
		{Name: "tolerance", Value: plain(l.Tolerance), Unit: "fraction of due", Source: "our rule"},
		{Name: "verdict", Value: string(l.Verdict), Source: "computed"},
	}
}

// satsRow is a computed amount, or why there is none.
func satsRow(name string, v mining.Maybe[units.Sats], formula string) Evidence {
	e := Evidence{Name: name, Unit: "sat", Formula: formula, Source: v.Reason()}
	if v.Known {
		e.Value, e.Source = whole(v.Value), "computed"
	}
	return e
}

func rfc(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// plain is the shortest decimal that reads back as v, without an exponent.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func whole(s units.Sats) string { return strconv.FormatInt(int64(s), 10) }
