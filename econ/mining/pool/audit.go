package pool

import (
	"errors"
	"fmt"
	"math"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Grace is how long after the end of a span a pool may take to credit it.
const Grace = 24 * time.Hour

// Verdict is what came of holding what was credited against what was earned.
type Verdict string

// The verdicts.
const (
	Agrees     Verdict = "agrees"      // within the tolerance
	Short      Verdict = "short"       // less than was earned
	Over       Verdict = "over"        // more than was earned
	WithinLuck Verdict = "within luck" // off, and no more than luck explains with 95 %, or the error of our share
	Open       Verdict = "open"        // the span has not ended, or less than Grace ago and without credit
	Late       Verdict = "late"        // ended more than Grace ago, and nothing is credited
	Unknown    Verdict = "unknown"     // it cannot be judged
)

// Claim is one span to judge: a day of the pool's calendar.
type Claim struct {
	From, To   time.Time
	Paid       mining.Maybe[Earning] // unknown: nothing is credited
	Correction units.Sats            // credited or taken back afterwards for this span
	Reason     string                // of the correction
	Expected   mining.Maybe[Expectation]
	Tolerance  float64 // fraction of what is due that nobody argues about
	Disputed   bool    // the pool was asked about it
}

// Line is a Claim that is judged. Amounts keep the sign of inflow: a gap below
// zero is missing.
type Line struct {
	Claim

	Verdict Verdict
	Why     string                   // why it is open, late or unknown
	Due     mining.Maybe[units.Sats] // what should have been credited
	// Credited is what was, with the correction. A pool that pays by blocks and
	// credits nothing for a span in which luck allows that has credited zero.
	Credited    mining.Maybe[units.Sats]
	Gap         mining.Maybe[units.Sats] // Credited − Due
	GapFraction mining.Maybe[float64]    // the gap as a fraction of what was due
}

// Judge holds what was credited against what was earned, as known at now. It
// fails if the claim contradicts itself: a span that does not advance, a
// tolerance that is no fraction, a correction without its reason.
func Judge(c Claim, now time.Time) (Line, error) {
	if err := c.validate(); err != nil {
		return Line{}, fmt.Errorf("audit of the span from %s: %w", c.From.UTC().Format(time.RFC3339), err)
	}
	l := Line{Claim: c, Due: mining.Unknown[units.Sats](c.Expected.Reason())}
	if c.Expected.Known {
		l.Due = mining.Of(c.Expected.Value.Due())
	}
	l.Credited = c.credited(now)
	l.Gap = joined(l.Credited, l.Due, func(a, b units.Sats) units.Sats { return a - b })
	l.GapFraction = mining.Unknown[float64](l.Gap.Why)
	switch {
	case !l.Gap.Known:
	case l.Due.Value == 0:
		l.GapFraction = mining.Unknown[float64]("nothing was due")
	default:
		l.GapFraction = mining.Of(float64(l.Gap.Value) / float64(l.Due.Value))
	}
	l.Verdict, l.Why = l.verdict(now)
	return l, nil
}

func (c Claim) validate() error {
	err := fraction("tolerance", c.Tolerance)
	if !c.To.After(c.From) {
		err = errors.Join(err, errors.New("it ends before it has begun"))
	}
	if c.Correction != 0 && c.Reason == "" {
		err = errors.Join(err, errors.New("a correction needs its reason"))
	}
	return err
}

// credited is what was credited for the span, with its correction. After the
// time of grace no credit means zero where that is within what is due.
func (c Claim) credited(now time.Time) mining.Maybe[units.Sats] {
	switch {
	case c.Paid.Known:
		return mining.Of(c.Paid.Value.Net + c.Correction)
	case c.Correction != 0 || c.lapsed(now) && c.mayBeNothing():
		return mining.Of(c.Correction)
	}
	return mining.Unknown[units.Sats]("nothing is credited yet")
}

// lapsed says whether a credit should have come by now.
func (c Claim) lapsed(now time.Time) bool { return now.After(c.To.Add(Grace)) }

// mayBeNothing says whether the span can have earned nothing: no work, or no
// block to share in.
func (c Claim) mayBeNothing() bool {
	e := c.Expected.Value
	if !c.Expected.Known {
		return false
	}
	return e.Due() == 0 || !e.ByBlocks.Known && e.Range.Known && e.Range.Value.Low == 0
}

func (l Line) verdict(now time.Time) (verdict Verdict, why string) {
	switch {
	case now.Before(l.To):
		return Open, "it has not ended"
	case l.Paid.Value.Open:
		return Open, "the pool still adds to it"
	case !l.Credited.Known && !l.lapsed(now):
		return Open, "it has just ended"
	case !l.Credited.Known:
		return Late, l.Credited.Reason()
	case !l.Due.Known:
		return Unknown, l.Due.Reason()
	case math.Abs(float64(l.Gap.Value)) <= max(1, l.Tolerance*float64(l.Due.Value)): // a satoshi is rounding
		return Agrees, ""
	}
	return l.off()
}

// shareErrors is how many standard errors of an estimated share a gap may be before
// anybody is asked about it. All days share one estimate, so that more days do not
// make a false alarm more likely.
const shareErrors = 3

// off is the verdict on a gap beyond the tolerance. Where the blocks are known,
// luck has had its say, and what is left is how well our share of them is known.
func (l Line) off() (verdict Verdict, why string) {
	e := l.Expected.Value
	switch {
	case e.ByBlocks.Known && math.Abs(float64(l.Gap.Value)) <= shareErrors*e.ShareError*float64(e.ByBlocks.Value):
		return WithinLuck, ""
	case e.ByBlocks.Known:
	case !e.Range.Known:
		return Unknown, e.Range.Reason()
	case l.Credited.Value >= e.Range.Value.Low && l.Credited.Value <= e.Range.Value.High:
		return WithinLuck, ""
	}
	if l.Gap.Value < 0 {
		return Short, ""
	}
	return Over, ""
}
