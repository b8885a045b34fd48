// Package format prints numbers, money, dates and durations for people. It is
// the only formatting code on the server; the browser follows the same rules,
// and vectors.json holds both to them.
//
// Minus is U+2212, groups use a comma, decimals a point; a no-break space
// stands before a unit but not before %. What is not a finite number prints as
// Missing.
package format

// Missing stands where a value is not known.
const Missing = "–"

const minus = "−"

// Value is a printed number and its unit, which is set smaller. A unit that
// begins with % or / stands without a space.
type Value struct{ Text, Unit string }
