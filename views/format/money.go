package format

import (
	"strings"

	"switchyard/econ/units"
)

// dollars puts the sign before the dollar.
func dollars(v float64, decimals int) string {
	text := Fixed(v, decimals)
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
func USD2(v float64) Value { return Value{Text: dollars(v, cents(v))} }

// SignedUSD2 is USD2 with a sign, which zero has not: "+$0.83".
func SignedUSD2(v float64) Value {
	text := dollars(v, cents(v))
	if v > 0 && text != Missing && !nought(strings.TrimPrefix(text, "$")) {
		text = "+" + text
	}
	return Value{Text: text}
}

// ExactUSD prints an exact amount to the cent, grouped: "$1,234,567.89".
func ExactUSD(u units.USD) string {
	text, negative := strings.CutPrefix(u.String(), "-")
	whole, cents, _ := strings.Cut(text, ".")
	var b strings.Builder
	if negative {
		b.WriteString(minus)
	}
	b.WriteByte('$')
	group(&b, whole)
	b.WriteString("." + cents)
	return b.String()
}

// Sats prints satoshi: "3,000,000" "sat".
func Sats(v float64) Value {
	if !finite(v) {
		return Value{Text: Missing}
	}
	return Value{Text: Fixed(v, 0), Unit: "sat"}
}

// BTC prints satoshi as bitcoin with all its digits up to the fourth: "0.0300"
// "BTC".
func BTC(s units.Sats) Value {
	return Value{Text: Fixed(float64(s)/units.SatsPerBTC, 4), Unit: "BTC"}
}
