package upstream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Number is a JSON number, or a string that holds one: parties mix them. Null
// and a missing key leave it unknown.
type Number struct {
	V     float64
	Known bool
}

// UnmarshalJSON reads a decimal in either form. Anything else is an error, and
// so is a value that is not finite.
func (n *Number) UnmarshalJSON(data []byte) error {
	*n = Number{}
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	text := string(data)
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(data, &text); err != nil {
			return fmt.Errorf("read a number from a string: %w", err)
		}
	}
	// ParseFloat knows hexadecimal, infinities and underscores; parties do not.
	if strings.Trim(text, "+-.0123456789eE") != "" {
		return fmt.Errorf("%.40q is not a number", text)
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) {
		return fmt.Errorf("%.40q is not a number", text)
	}
	*n = Number{V: v, Known: true}
	return nil
}

// Int is the number as an integer; false if it is unknown, has a fraction or
// is too large to be exact.
func (n Number) Int() (int64, bool) {
	const exact = 1 << 53
	if !n.Known || n.V != math.Trunc(n.V) || math.Abs(n.V) > exact {
		return 0, false
	}
	return int64(n.V), true
}

// Given says whether there is a value: parties say null, 0 or -1 where they
// have none.
func (n Number) Given() bool { return n.Known && n.V != 0 && n.V != -1 }
