package poolwire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// maxName is the longest text that is a name, in bytes; an invoice of lightning
// is the longest there is.
const maxName = 1 << 10

// maxCount is more workers than any account has.
const maxCount = 10_000_000

// notSaid is why a figure that an answer lacks is unknown.
const notSaid = "the pool did not say"

// Object is a JSON object of an answer, read field by field so that a mistake is
// told with the name of its field and never with what stood in it, which may be
// anything. A field that is missing or null is unknown; one of another type or
// out of its bounds is a mistake. The first is kept, also for the objects within.
type Object struct {
	fields map[string]json.RawMessage
	path   string // of it in the answer, with a point at the end
	err    *error
}

// ReadObject reads an object. What is none has Err.
func ReadObject(data []byte) *Object { return readObject(data, "", new(error)) }

func readObject(data []byte, path string, failed *error) *Object {
	o := &Object{path: path, err: failed}
	if err := json.Unmarshal(data, &o.fields); err != nil || o.fields == nil {
		o.fail(strings.TrimSuffix(path, "."), errors.New("is not an object"))
	}
	return o
}

// Err is the first mistake, or nil.
func (o *Object) Err() error { return *o.err }

// fail keeps a mistake unless there is one already.
func (o *Object) fail(name string, err error) {
	if *o.err == nil {
		*o.err = fmt.Errorf("%s %w", name, err)
		if name == "" {
			*o.err = fmt.Errorf("what should be an object %w", err)
		}
	}
}

// As is the mistake as an Error of a party, Malformed, or nil; what names the
// answer.
func (o *Object) As(options upstream.Options, what string) error {
	if *o.err == nil {
		return nil
	}
	return options.Saying(upstream.Malformed, what+" is not as documented", (*o.err).Error())
}

// Need makes it a mistake that a field is missing. Null is there.
func (o *Object) Need(keys ...string) {
	for _, key := range keys {
		if _, ok := o.fields[key]; !ok {
			o.fail(o.path+key, errors.New("is missing"))
		}
	}
}

// Fail makes a mistake of a field, in words that follow its name.
func (o *Object) Fail(key string, err error) { o.fail(o.path+key, err) }

// Has says whether there is a field that is not null.
func (o *Object) Has(key string) bool {
	raw, ok := o.fields[key]
	return ok && string(raw) != "null"
}

// Written says whether a field is a string, as numbers sometimes are.
func (o *Object) Written(key string) bool { return strings.HasPrefix(string(o.fields[key]), `"`) }

// into decodes a field; false if it is unknown or wrong, which then is a mistake.
func (o *Object) into(key, what string, v any) bool {
	if !o.Has(key) {
		return false
	}
	if err := json.Unmarshal(o.fields[key], v); err != nil {
		o.fail(o.path+key, errors.New("is not "+what))
		return false
	}
	return true
}

// Within is the object in a field. A missing one is a mistake.
func (o *Object) Within(key string) *Object {
	return readObject(o.fields[key], o.path+key+".", o.err)
}

// List is the list in a field; nil if that is missing.
func (o *Object) List(key string) []json.RawMessage {
	var rows []json.RawMessage
	o.into(key, "a list", &rows)
	return rows
}

// NeedList is List of a field that must be there and be a list.
func (o *Object) NeedList(key string) []json.RawMessage {
	rows := o.List(key)
	if rows == nil {
		o.Need(key)
		o.Fail(key, errors.New("is not a list"))
	}
	return rows
}

// NeedMap is Map of a field that must be there and be an object.
func (o *Object) NeedMap(key string) map[string]json.RawMessage {
	rows := o.Map(key)
	if rows == nil {
		o.Need(key)
		o.Fail(key, errors.New("is not an object"))
	}
	return rows
}

// Map is an object whose keys are names, in a field; nil if that is missing.
func (o *Object) Map(key string) map[string]json.RawMessage {
	var rows map[string]json.RawMessage
	o.into(key, "an object", &rows)
	return rows
}

// Text is a text of one line, or a number as it is written; empty if missing.
func (o *Object) Text(key string) string {
	raw := string(o.fields[key])
	if o.Has(key) && strings.Trim(raw, "-0123456789") == "" {
		return raw
	}
	var text string
	if !o.into(key, "a text", &text) {
		return ""
	}
	if text != "" && !IsName(text) {
		o.fail(o.path+key, errors.New("is too long, or has characters that are none"))
		return ""
	}
	return text
}

// IsName says whether a text can be the name of something: one line, not too long.
func IsName(text string) bool {
	return text != "" && len(text) <= maxName && !strings.ContainsFunc(text, unicode.IsControl)
}

// Number is a number, or a string that holds one. An empty string is unknown.
func (o *Object) Number(key string) upstream.Number {
	var n upstream.Number
	if string(o.fields[key]) != `""` {
		o.into(key, "a number", &n)
	}
	return n
}

// Count is a whole number of things.
func (o *Object) Count(key string) mining.Maybe[int] {
	n := o.Number(key)
	if !n.Known {
		return mining.Unknown[int](notSaid)
	}
	v, whole := n.Int()
	if !whole || v < 0 || v > maxCount {
		o.fail(o.path+key, fmt.Errorf("is %g, which is no number of things", n.V))
		return mining.Unknown[int]("not sensible")
	}
	return mining.Of(int(v))
}

// Hashrate is a hashrate in a unit of so many H/s.
func (o *Object) Hashrate(key string, scale float64) mining.Maybe[units.Hashrate] {
	h, err := Hashrate(o.Number(key), scale)
	if err != nil {
		o.fail(o.path+key+":", err)
	}
	return h
}

// Share is a fraction of shares; scale is 1, or 0.01 for what is told in percent.
func (o *Object) Share(key string, scale float64) mining.Maybe[float64] {
	n := o.Number(key)
	n.V *= scale
	s, err := Share(n)
	if err != nil {
		o.fail(o.path+key+":", err)
	}
	return s
}

// BTC is a sum told in bitcoin that is not negative.
func (o *Object) BTC(key string) mining.Maybe[units.Sats] {
	return o.notNegative(key, o.SignedBTC(key))
}

// SignedBTC is a sum told in bitcoin.
func (o *Object) SignedBTC(key string) mining.Maybe[units.Sats] { return o.sum(key, Sats.BTC) }

// Satoshi is a sum told in satoshi that is not negative.
func (o *Object) Satoshi(key string) mining.Maybe[units.Sats] {
	return o.notNegative(key, o.sum(key, Sats.Whole))
}

func (o *Object) sum(key string, read func(Sats) (units.Sats, error)) mining.Maybe[units.Sats] {
	var s Sats
	if !o.into(key, "a sum", &s) || !s.Known {
		return mining.Unknown[units.Sats](notSaid)
	}
	v, err := read(s)
	if err != nil {
		o.fail(o.path+key, errors.New("is not a sum, or more than all bitcoin"))
		return mining.Unknown[units.Sats]("not sensible")
	}
	return mining.Of(v)
}

func (o *Object) notNegative(key string, s mining.Maybe[units.Sats]) mining.Maybe[units.Sats] {
	if s.Known && s.Value < 0 {
		o.fail(o.path+key, errors.New("is negative"))
		return mining.Unknown[units.Sats]("not sensible")
	}
	return s
}

// ISO is a time as ISO 8601 writes it, checked against now. One without a zone
// is UTC; an empty one is unknown.
func (o *Object) ISO(key string, now time.Time) mining.Maybe[time.Time] {
	var text string
	if !o.into(key, "a time", &text) || text == "" {
		return mining.Unknown[time.Time](notSaid)
	}
	t, err := parseISO(text)
	return o.checked(key, t, err, now)
}

// Unix is a time in Unix seconds, checked against now; 0 and -1 are unknown.
func (o *Object) Unix(key string, now time.Time) mining.Maybe[time.Time] {
	n := o.Number(key)
	if !n.Given() {
		return mining.Unknown[time.Time](notSaid)
	}
	t, err := upstream.UnixTime(n, now)
	return o.checked(key, t, err, now)
}

func (o *Object) checked(key string, t time.Time, err error, now time.Time) mining.Maybe[time.Time] {
	if err == nil {
		err = upstream.CheckTime(t, now)
	}
	if err != nil {
		o.fail(o.path+key+":", err)
		return mining.Unknown[time.Time]("not sensible")
	}
	return mining.Of(t)
}

// parseISO reads the forms of a time that pools write.
func parseISO(text string) (time.Time, error) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("it is not a time")
}
