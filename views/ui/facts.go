// Package ui holds the parts that pages are made of: figure frame, freshness,
// tables, marks, deltas, fact lists, controls, forms, dialogs and states. They
// know nothing of any page.
package ui

import (
	"time"

	"switchyard/econ/market"
	"switchyard/views/format"
)

// Unit is a business unit, or none: it selects the colour of marks and text.
type Unit string

// The units. Company is neither unit, and never a mix of both.
const (
	Company Unit = ""
	Mining  Unit = "m"
	AI      Unit = "a"
)

// Num is a number that may be missing. Why says in words why it is.
type Num struct {
	V   float64
	OK  bool
	Why string
}

// Some is a number that is known.
func Some(v float64) Num { return Num{V: v, OK: true} }

// None is a number that is not known, with the reason in words, e.g. "no price
// 30 days ago".
func None(why string) Num { return Num{Why: why} }

// Facts is what every figure must state beside its data: how fresh it is,
// where it comes from, and how it was computed.
type Facts struct {
	Fresh    Fresh
	Source   string       // e.g. "Coinbase, Kraken and Bitstamp, median"
	World    market.World // under every figure if simulated
	DataHref string       // page with the data; empty: no link
	Inputs   []Input      // what went into the figure, for "How this is computed"
	Problem  *Problem     // the figure cannot be shown; nil: it can
}

// Fresh is the freshness of a figure. Topic and Cadence let the browser go on
// judging after the page was rendered.
type Fresh struct {
	market.Freshness
	Topic   string        // live topic that renews it; empty: none
	Cadence time.Duration // expected time between two successful checks
	Label   string        // words instead of the standard text; only for a figure without Topic, which the browser leaves alone
}

// Input is one value that went into a figure.
type Input struct {
	Name   string
	Value  format.Value
	At     time.Time // zero: a constant
	Source string
}

// ProblemKind says why a figure shows no numbers.
type ProblemKind string

// The kinds of problem.
const (
	Loading      ProblemKind = "loading"       // first values are awaited
	Empty        ProblemKind = "empty"         // nothing to show, for a reason
	Broken       ProblemKind = "error"         // this figure failed, the page did not
	NoPermission ProblemKind = "no-permission" // the place stays, the numbers do not
)

// Problem replaces the body of a figure that cannot be shown.
type Problem struct {
	Kind   ProblemKind
	Title  string // what is the matter, e.g. "Kraken did not answer"
	Text   string // why, since when, and when it is tried next
	Href   string // one way out; empty: none
	Action string // words on the way out
}

// Direction is which way a value went.
type Direction string

// The directions.
const (
	Up   Direction = "up"
	Down Direction = "down"
	Flat Direction = "flat"
)

// Judgement says whether a direction is good or bad for the company. Most
// market moves are neither.
type Judgement string

// The judgements.
const (
	Neutral Judgement = ""
	Good    Judgement = "good"
	Bad     Judgement = "bad"
)

// Change is an arrow and the size of a move.
type Change struct {
	ID    string // id of the text; empty: never changes live
	Dir   Direction
	Text  string // size without sign, e.g. "1.2%"
	Why   string // why it is missing; empty if it is not
	Judge Judgement
}
