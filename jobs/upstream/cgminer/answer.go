package cgminer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"switchyard/jobs/upstream"
)

// name of the party in errors.
const name = "miner"

// Command is a question that changes nothing. There is no other way to name
// one.
type Command struct{ word string }

// The commands, all of them reads.
var (
	Summary = Command{"summary"}
	Stats   = Command{"stats"}
	Pools   = Command{"pools"}
	Devs    = Command{"devs"}
	Version = Command{"version"}
)

// String is the command's word.
func (c Command) String() string { return c.word }

// request is the command as it is sent.
func (c Command) request() []byte { return []byte(`{"command":"` + c.word + `"}`) }

// row is an object of an answer: a key given twice counts as it was last given.
type row map[string]json.RawMessage

// rows parses an answer and returns the objects under a key; an error for an
// answer that is none, or that says no.
func rows(raw []byte, key string) ([]row, error) {
	var top row
	if err := json.Unmarshal(Repair(raw), &top); err != nil {
		return nil, malformed("its answer to %s is not JSON: %v", strings.ToLower(key), err)
	}
	if err := refusal(top); err != nil {
		return nil, err
	}
	body, ok := top[key]
	if !ok {
		return nil, malformed("its answer has no %s", key)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		list = []json.RawMessage{body} // one object without a list around it
	}
	if len(list) > maxRows {
		return nil, malformed("%d rows of %s are more than %d", len(list), key, maxRows)
	}
	found := make([]row, 0, len(list))
	for _, item := range list {
		var r row
		if err := json.Unmarshal(item, &r); err != nil || r == nil {
			return nil, malformed("a row of %s is not an object: %.80s", key, item)
		}
		found = append(found, r)
	}
	return found, nil
}

// maxRows bounds a list: pools, boards and devices are few.
const maxRows = 64

func malformed(format string, args ...any) *upstream.Error {
	return upstream.Errorf(name, upstream.Malformed, format, args...)
}

// refusal is the miner's no, nil if it said yes. The status comes as a list of
// one object, as an object, or as the letter alone.
func refusal(top row) error {
	body := top["STATUS"]
	var list []row
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		return judged(list[0])
	}
	var one row
	if json.Unmarshal(body, &one) == nil && one != nil {
		return judged(one)
	}
	if letter := text(body); letter != "" {
		return judged(top)
	}
	return malformed("its answer has no status")
}

func judged(status row) error {
	letter := strings.TrimSpace(text(status["STATUS"]))
	if letter == "S" || letter == "I" {
		return nil
	}
	if !slices.Contains([]string{"W", "E", "F"}, letter) {
		return malformed("its status is %.20q", letter)
	}
	said := text(status["Msg"])
	if said == "" {
		said = "no reason given"
	}
	return upstream.Errorf(name, upstream.Refused, "it says: %.120s", said)
}

// text is a JSON string, trimmed and cut; anything else is empty.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.TrimSpace(s), ""))
	if r := []rune(s); len(r) > maxText {
		s = string(r[:maxText])
	}
	return s
}

// maxText is how long a text of a machine may be, in characters.
const maxText = 120

// number is a number or a string that holds one; unknown for anything else.
func (r row) number(key string) upstream.Number {
	var n upstream.Number
	if raw, ok := r[key]; ok && n.UnmarshalJSON(raw) != nil {
		return upstream.Number{}
	}
	return n
}

// within is a number between two bounds. A number outside is an error, since a
// machine that says one cannot be believed in the rest.
func (r row) within(key string, low, high float64) (upstream.Number, error) {
	n := r.number(key)
	if n.Known && (n.V < low || n.V > high) {
		return upstream.Number{}, malformed("its %q is %v, which is not between %v and %v", key, n.V, low, high)
	}
	return n, nil
}

// errorfRow names the row an error is about.
func errorfRow(key string, err error) error { return fmt.Errorf("%s: %w", strings.ToLower(key), err) }
