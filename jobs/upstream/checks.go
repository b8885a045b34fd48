package upstream

import (
	"errors"
	"fmt"
	"time"
)

// Limits of what a price of bitcoin can be, in USD.
const (
	minPrice = 1
	maxPrice = 1e9
)

// maxAhead is how far ahead of ours a party's time may be. The network itself
// accepts blocks up to two hours ahead.
const maxAhead = 2 * time.Hour

// errShape is the check of a row that cannot be read at all.
var errShape = errors.New("the row does not have the documented shape")

// genesis is when the chain began, 2009-01-03 18:15:05 UTC: nothing told here
// is older.
func genesis() time.Time { return time.Unix(1_231_006_505, 0).UTC() }

// CheckPrice says why a price of bitcoin in USD cannot be true, or nil.
func CheckPrice(n Number) error {
	switch {
	case !n.Known:
		return errors.New("a price is missing")
	case !(n.V >= minPrice && n.V <= maxPrice):
		return fmt.Errorf("the price %g is not between %d and %g USD", n.V, minPrice, float64(maxPrice))
	}
	return nil
}

// CheckTime says why a time cannot be true, or nil: it must lie between the
// first block and two hours from now.
func CheckTime(t, now time.Time) error {
	switch {
	case t.Before(genesis()):
		return fmt.Errorf("the time %s is before the first block", t.UTC().Format(time.RFC3339))
	case t.After(now.Add(maxAhead)):
		return fmt.Errorf("the time %s is in the future", t.UTC().Format(time.RFC3339))
	}
	return nil
}

// UnixTime reads whole Unix seconds and checks them as CheckTime does.
func UnixTime(n Number, now time.Time) (time.Time, error) {
	seconds, ok := n.Int()
	if !ok {
		return time.Time{}, errors.New("the time is missing or not in whole seconds")
	}
	const far = 1e11 // the year 5138; keeps the conversion from overflowing
	if n.V > far || n.V < -far {
		return time.Time{}, fmt.Errorf("the time %g is not in seconds", n.V)
	}
	t := time.Unix(seconds, 0).UTC()
	return t, CheckTime(t, now)
}
