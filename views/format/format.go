// Package format prints numbers, money, dates and durations for people. It is
// the only formatting code on the server; the browser follows the same rules,
// and vectors.json holds both to them.
//
// Minus is U+2212, groups use a comma, decimals a point; a no-break space
// stands before a unit but not before %. What is not a finite number prints as
// Missing.
package format

import (
	"math"
	"strconv"
	"strings"

	"switchyard/econ/units"
)

// Missing stands where a value is not known.
const Missing = "–"

const minus = "−"

// Value is a printed number and its unit, which is set smaller. A unit that
// begins with % or / stands without a space.
type Value struct{ Text, Unit string }

// finite says whether v can be printed.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// fixed prints v with decimals digits, grouped; an exact tie goes to the even
// digit, and what rounds to zero has no sign.
func fixed(v float64, decimals int) string {
	if !finite(v) {
		return Missing
	}
	text := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, frac, _ := strings.Cut(text, ".")
	var b strings.Builder
	if v < 0 && strings.Trim(text, "0.") != "" {
		b.WriteString(minus)
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if frac != "" {
		b.WriteString("." + frac)
	}
	return b.String()
}

// Fixed prints v with a fixed number of decimals.
func Fixed(v float64, decimals int) string { return fixed(v, decimals) }

// Count prints a whole number: "940,512".
func Count(v float64) string { return fixed(v, 0) }

// Plain prints a number of unknown kind for a data table: up to six
// significant decimals, grouped, without trailing zeros.
func Plain(v float64) string {
	if !finite(v) {
		return Missing
	}
	if a := math.Abs(v); a >= 1e15 {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', 4, 64), "e+")
		return strings.Replace(mantissa, "-", minus, 1) + " × 10^" + strings.TrimLeft(exponent, "0")
	}
	text := fixed(v, 6)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// dollars puts the sign before the dollar.
func dollars(v float64, decimals int) string {
	text := fixed(v, decimals)
	if text == Missing {
		return text
	}
	if rest, negative := strings.CutPrefix(text, minus); negative {
		return minus + "$" + rest
	}
	return "$" + text
}

// USD0 prints whole dollars: "$87,420".
func USD0(v float64) Value { return Value{Text: dollars(v, 0)} }

// USD2 prints dollars with cents up to 999.99 and without above: "$38.65",
// "$1,125".
func USD2(v float64) Value {
	if math.Abs(v) >= 999.995 {
		return USD0(v)
	}
	return Value{Text: dollars(v, 2)}
}

// Percent1 prints a fraction as a percentage with one decimal: "30.7" "%".
func Percent1(fraction float64) Value { return percent(fixed(fraction*100, 1)) }

// SignedPercent1 is Percent1 with a sign, which zero has not: "−2.1" "%".
func SignedPercent1(fraction float64) Value {
	text := fixed(fraction*100, 1)
	if fraction > 0 && strings.Trim(text, "0.") != "" && text != Missing {
		text = "+" + text
	}
	return percent(text)
}

func percent(text string) Value {
	if text == Missing {
		return Value{Text: text}
	}
	return Value{Text: text, Unit: "%"}
}

// Change is a change as an arrow and its size.
type Change struct{ Dir, Text string } // Dir is up, down or flat

// Delta prints the size of a fractional change with one decimal; one that
// rounds to nothing is flat.
func Delta(fraction float64) Change {
	text := fixed(math.Abs(fraction)*100, 1)
	switch {
	case text == Missing:
		return Change{Dir: "flat", Text: Missing}
	case strings.Trim(text, "0.") == "":
		return Change{Dir: "flat", Text: text + "%"}
	case fraction < 0:
		return Change{Dir: "down", Text: text + "%"}
	default:
		return Change{Dir: "up", Text: text + "%"}
	}
}

// scaled prints v divided by scale: two decimals below a thousand, none above.
func scaled(v, scale float64, unit string) Value {
	if !finite(v) {
		return Value{Text: Missing}
	}
	decimals := 2
	if math.Abs(v/scale) >= 999.995 {
		decimals = 0
	}
	return Value{Text: fixed(v/scale, decimals), Unit: unit}
}

// Hashrate prints hashes per second as EH/s, or in PH/s or TH/s where that
// would be less than 0.01.
func Hashrate(hs float64) Value {
	switch a := math.Abs(hs); {
	case a != 0 && a < 0.01e15:
		return scaled(hs, 1e12, "TH/s")
	case a != 0 && a < 0.01e18:
		return scaled(hs, 1e15, "PH/s")
	default:
		return scaled(hs, 1e18, "EH/s")
	}
}

// Difficulty prints the difficulty in units of 10^12: "144.04" "T".
func Difficulty(d float64) Value { return scaled(d, 1e12, "T") }

// Sats prints satoshi: "3,000,000" "sat".
func Sats(v float64) Value {
	if !finite(v) {
		return Value{Text: Missing}
	}
	return Value{Text: fixed(v, 0), Unit: "sat"}
}

// BTC prints satoshi as bitcoin with all its digits up to the fourth: "0.0300"
// "BTC".
func BTC(s units.Sats) Value {
	return Value{Text: fixed(float64(s)/units.SatsPerBTC, 4), Unit: "BTC"}
}
