package upstream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"switchyard/econ/market"
)

// Number is a JSON number, or a string that holds one, as venues mix them.
// Null leaves it unknown.
type Number struct {
	V     float64
	Known bool
}

// UnmarshalJSON reads a number in either form; anything else, and what is not
// finite, is an error.
func (n *Number) UnmarshalJSON(data []byte) error {
	*n = Number{}
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	text := string(data)
	if len(data) > 0 && data[0] == '"' {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%.40q is not a number", text)
	}
	*n = Number{V: v, Known: true}
	return nil
}

// Limits of what a price of bitcoin can be, in USD.
const (
	minPrice = 1
	maxPrice = 1e9
)

// CheckPrice says why a price cannot be one, or nil.
func CheckPrice(v float64) error {
	if !(v >= minPrice && v <= maxPrice) {
		return fmt.Errorf("the price %g is not between $%d and $%g", v, minPrice, float64(maxPrice))
	}
	return nil
}

// CheckTime says why a time cannot be one that a party reports now, or nil.
func CheckTime(t, now time.Time) error {
	if t.Year() < 2009 || t.After(now.Add(2*time.Hour)) {
		return fmt.Errorf("the time %s is before 2009 or in the future", t.UTC().Format(time.RFC3339))
	}
	return nil
}

// CheckCandle says why a candle cannot be one, or nil.
func CheckCandle(c market.Candle, now time.Time) error {
	for _, v := range [...]float64{c.Open, c.High, c.Low, c.Close} {
		if err := CheckPrice(v); err != nil {
			return err
		}
	}
	if c.Low > min(c.Open, c.Close) || c.High < max(c.Open, c.Close) {
		return errors.New("low and high do not contain open and close")
	}
	if !(c.Volume >= 0) || math.IsInf(c.Volume, 1) {
		return errors.New("the volume is not a quantity")
	}
	return CheckTime(c.T, now)
}
