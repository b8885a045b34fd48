package format

import (
	"math"
	"strconv"
	"strings"
)

// finite says whether v can be printed.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Fixed prints v with that many decimals, grouped: "1,234.50". An exact tie goes
// to the even digit, and what rounds to zero has no sign.
func Fixed(v float64, decimals int) string {
	if !finite(v) {
		return Missing
	}
	text := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, frac, _ := strings.Cut(text, ".")
	var b strings.Builder
	if v < 0 && !nought(text) {
		b.WriteString(minus)
	}
	group(&b, whole)
	if frac != "" {
		b.WriteString("." + frac)
	}
	return b.String()
}

// group writes digits with a comma between groups of three.
func group(b *strings.Builder, digits string) {
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
}

// nought says whether printed digits are all zero.
func nought(digits string) bool { return strings.Trim(digits, "0.") == "" }

// cents is two decimals for what prints below a thousand, none above.
func cents(v float64) int {
	if math.Abs(v) >= 999.995 {
		return 0
	}
	return 2
}

// Signed prints a number like Fixed, with a plus before one above zero.
func Signed(v float64, decimals int) string {
	text := Fixed(v, decimals)
	if v > 0 && !nought(text) {
		return "+" + text
	}
	return text
}

// Count prints a whole number: "940,512".
func Count(v float64) string { return Fixed(v, 0) }

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
	text := Fixed(v, 6)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// scaled prints v divided by scale: two decimals below a thousand, none above.
func scaled(v, scale float64, unit string) Value {
	if !finite(v) {
		return Value{Text: Missing}
	}
	return Value{Text: Fixed(v/scale, cents(v/scale)), Unit: unit}
}
