package pool

import (
	"fmt"
	"math"

	"switchyard/econ/mining"
)

// finite says whether v is a number one can calculate with.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// positive fails unless v is finite and above 0; what names it.
func positive(what string, v float64) error {
	if !(v > 0) || !finite(v) {
		return fmt.Errorf("%s: %v is not above zero", what, v)
	}
	return nil
}

// notNegative fails unless v is finite and at least 0; what names it.
func notNegative(what string, v float64) error {
	if !(v >= 0) || !finite(v) {
		return fmt.Errorf("%s: %v is not zero or more", what, v)
	}
	return nil
}

// fraction fails unless v lies between 0 and 1; what names it.
func fraction(what string, v float64) error {
	if !(v >= 0 && v <= 1) {
		return fmt.Errorf("%s: %v does not lie between 0 and 1", what, v)
	}
	return nil
}

// count fails unless n is at least 0; what names it.
func count(what string, n int) error {
	if n < 0 {
		return fmt.Errorf("%s: %d is below zero", what, n)
	}
	return nil
}

// joined is f of two figures, unknown if one of them is.
func joined[T any](a, b mining.Maybe[T], f func(a, b T) T) mining.Maybe[T] {
	switch {
	case !a.Known:
		return mining.Unknown[T](a.Reason())
	case !b.Known:
		return mining.Unknown[T](b.Reason())
	}
	return mining.Of(f(a.Value, b.Value))
}
