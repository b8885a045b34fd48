package mining

import (
	"errors"
	"fmt"
	"math"
)

// Maybe is a value that may be unknown or undefined, with the reason. The zero
// value is unknown: a forgotten input never passes for nothing.
type Maybe[T any] struct {
	Value T // meaningful only if Known
	Known bool
	Why   string // why there is no value; empty if there is one
}

// Of is a known value.
func Of[T any](v T) Maybe[T] { return Maybe[T]{Value: v, Known: true} }

// Unknown is the absence of a value, for a reason a reader understands.
func Unknown[T any](why string) Maybe[T] { return Maybe[T]{Why: why} }

// ratio is a/b, undefined for the reason given unless b is above zero.
func ratio(a, b float64, why string) Maybe[float64] {
	if !(b > 0) {
		return Unknown[float64](why)
	}
	return Of(a / b)
}

// quotient is ratio for figures that may be unknown themselves.
func quotient(a, b Maybe[float64], why string) Maybe[float64] {
	switch {
	case !a.Known:
		return a
	case !b.Known:
		return b
	}
	return ratio(a.Value, b.Value, why)
}

// finite says whether v is a number one can calculate with.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// fraction fails unless v lies between 0 and 1; what names it.
func fraction(what string, v float64) error {
	if !(v >= 0 && v <= 1) {
		return fmt.Errorf("%s is %v; it must lie between 0 and 1", what, v)
	}
	return nil
}

// notNegative fails unless v is finite and at least 0; what names it.
func notNegative(what string, v float64) error {
	if !(v >= 0) || !finite(v) {
		return fmt.Errorf("%s is %v; it must be a number that is not negative", what, v)
	}
	return nil
}

// positive fails unless v is finite and above 0; what names it.
func positive(what string, v float64) error {
	if !(v > 0) || !finite(v) {
		return fmt.Errorf("%s is %v; it must be a number above zero", what, v)
	}
	return nil
}

// named fails if a name is missing; what names the thing that has none.
func named(what, name string) error {
	if name == "" {
		return errors.New(what + " has no name")
	}
	return nil
}

// Reason is why there is no value, in any case a sentence.
func (m Maybe[T]) Reason() string {
	if m.Known || m.Why != "" {
		return m.Why
	}
	return "not known"
}

// mapped is a figure in another unit.
func mapped[A, B any](m Maybe[A], f func(A) B) Maybe[B] {
	if !m.Known {
		return Unknown[B](m.Why)
	}
	return Of(f(m.Value))
}

// both joins two figures, unknown if one is.
func both[T any](a, b Maybe[T], f func(a, b T) T) Maybe[T] {
	switch {
	case !a.Known:
		return a
	case !b.Known:
		return b
	}
	return Of(f(a.Value, b.Value))
}
