package poolwire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"switchyard/econ/units"
)

// maxText is the length of the longest number that is read at all, and maxScale
// the most digits behind or before its point: 1e999999999 has few characters.
const (
	maxText  = 40
	maxScale = 30
)

// maxSats is more than all bitcoin there will be.
const maxSats = 21_000_000 * units.SatsPerBTC

// Sats is a sum of bitcoin in JSON, a number or a string, read exactly: no
// binary fraction lies between the text and the satoshi. Null and a missing key
// leave it unknown.
type Sats struct {
	text  string
	Known bool
}

// UnmarshalJSON keeps the text of a decimal. Anything else is an error.
func (s *Sats) UnmarshalJSON(data []byte) error {
	*s = Sats{}
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	text := string(data)
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(data, &text); err != nil {
			return fmt.Errorf("read a sum from a string: %w", err)
		}
		if text == "" {
			return nil
		}
	}
	if len(text) > maxText || strings.Trim(text, "+-.0123456789eE") != "" {
		return fmt.Errorf("%.40q is not a sum", text)
	}
	*s = Sats{text: text, Known: true}
	return nil
}

// BTC is the sum of a text in bitcoin. Digits below a satoshi are rounded, half
// to even. It fails if the sum is missing or more than all bitcoin there is.
func (s Sats) BTC() (units.Sats, error) { return s.in(8) }

// Whole is the sum of a text in satoshi.
func (s Sats) Whole() (units.Sats, error) { return s.in(0) }

func (s Sats) in(shift int32) (units.Sats, error) {
	if !s.Known {
		return 0, errors.New("a sum is missing")
	}
	d, err := decimal.NewFromString(s.text)
	if err != nil || d.Exponent() > maxScale || d.Exponent() < -maxScale {
		return 0, fmt.Errorf("%.40q is not a sum", s.text)
	}
	d = d.Shift(shift).RoundBank(0)
	if d.Abs().GreaterThan(decimal.NewFromInt(maxSats)) {
		return 0, fmt.Errorf("%s is more than all bitcoin", s.text)
	}
	return units.Sats(d.IntPart()), nil
}
