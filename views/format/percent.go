package format

import "math"

// Percent1 prints a fraction as a percentage with one decimal: "30.7" "%".
func Percent1(fraction float64) Value { return percent(Fixed(fraction*100, 1)) }

// Percent2 is Percent1 with two decimals, for small shares: "0.25" "%".
func Percent2(fraction float64) Value { return percent(Fixed(fraction*100, 2)) }

// SignedPercent1 is Percent1 with a sign, which zero has not: "−2.1" "%".
func SignedPercent1(fraction float64) Value {
	text := Fixed(fraction*100, 1)
	if fraction > 0 && text != Missing && !nought(text) {
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

// Delta prints the size of a fractional change with one decimal: "1.2%". One
// that rounds to nothing is flat.
func Delta(fraction float64) Change {
	text := Fixed(math.Abs(fraction)*100, 1)
	switch {
	case text == Missing:
		return Change{Dir: "flat", Text: Missing}
	case nought(text):
		return Change{Dir: "flat", Text: text + "%"}
	case fraction < 0:
		return Change{Dir: "down", Text: text + "%"}
	default:
		return Change{Dir: "up", Text: text + "%"}
	}
}
