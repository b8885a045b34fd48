package antpool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

const notSaid = "the pool did not say"

// fold is an object with its keys in lower case, for their case differs between
// sources: "hsLast1H" and "hsLast1h" are one field. Where a row has both and
// they differ, it tells neither. What is no object stays as it is.
func fold(raw []byte) []byte {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return raw
	}
	folded := make(map[string]json.RawMessage, len(fields))
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		lower, value := strings.ToLower(key), fields[key]
		if have, ok := folded[lower]; ok && !bytes.Equal(have, value) {
			value = json.RawMessage("null")
		}
		folded[lower] = value
	}
	out, err := json.Marshal(folded)
	if err != nil { // what was read can be written
		return raw
	}
	return out
}

// first is the first of several names that one field may have; empty if it has
// none of them.
func first(o *poolwire.Object, keys ...string) string {
	for _, key := range keys {
		if o.Has(key) {
			return key
		}
	}
	return ""
}

// readRate is a hashrate under the first of several names: digits, in H/s, or a
// text with a unit.
func readRate(o *poolwire.Object, keys ...string) (mining.Maybe[units.Hashrate], error) {
	key := first(o, keys...)
	if !o.Written(key) {
		return o.Hashrate(key, 1), nil
	}
	text := strings.TrimSpace(o.Text(key))
	if text == "" {
		return mining.Unknown[units.Hashrate](notSaid), nil
	}
	h, err := parseRate(text)
	if err != nil {
		return h, fmt.Errorf("%s: %w", key, err)
	}
	return h, nil
}

// parseRate reads "127603936523714" or "306.23 TH/s".
func parseRate(text string) (mining.Maybe[units.Hashrate], error) {
	digits, scale := text, 1.0
	if i := strings.IndexFunc(text, unicode.IsLetter); i > 0 && strings.HasSuffix(strings.ToLower(text), "h/s") {
		var err error
		if scale, err = poolwire.Scale(text[i:]); err != nil {
			return mining.Unknown[units.Hashrate]("not sensible"), err
		}
		digits = strings.TrimSpace(text[:i])
	}
	var n upstream.Number
	if err := n.UnmarshalJSON([]byte(digits)); err != nil || !n.Known {
		return mining.Unknown[units.Hashrate]("not sensible"), errors.New("it is not a hashrate")
	}
	return poolwire.Hashrate(n, scale)
}

// readPart is a part of shares and the form it was told in: "0.12%", or a number
// that is a fraction unless it is above 1.
func readPart(o *poolwire.Object, key string) (part upstream.Number, form string, err error) {
	digits, percent := "", false
	if o.Written(key) {
		digits, percent = strings.CutSuffix(strings.TrimSpace(o.Text(key)), "%")
	}
	if !percent {
		part = o.Number(key)
	} else if err := part.UnmarshalJSON([]byte(strings.TrimSpace(digits))); err != nil {
		return upstream.Number{}, "", fmt.Errorf("%s is not a part of shares", key)
	}
	switch {
	case percent:
		form = "text in percent"
	case part.V > 1:
		form = "a number in percent"
	default:
		return part, "a fraction", nil
	}
	part.V /= 100
	return part, form, nil
}

// readTime is a time under the first of several names and the form it was told
// in: Unix seconds or milliseconds, as number or text, or ISO 8601.
func readTime(o *poolwire.Object, now time.Time, keys ...string) (at mining.Maybe[time.Time], form string, err error) {
	key := first(o, keys...)
	if o.Written(key) && strings.Trim(o.Text(key), "0123456789") != "" {
		return o.ISO(key, now), "text, UTC unless it says otherwise", nil
	}
	const ms = 1e11 // more seconds than there have been, fewer milliseconds
	n := o.Number(key)
	if whole, ok := n.Int(); ok && n.V > ms {
		at := time.UnixMilli(whole).UTC()
		if err := upstream.CheckTime(at, now); err != nil {
			return mining.Unknown[time.Time]("not sensible"), "", fmt.Errorf("%s: %w", key, err)
		}
		return mining.Of(at), "Unix milliseconds", nil
	}
	return o.Unix(key, now), "Unix seconds", nil
}
