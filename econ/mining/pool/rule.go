package pool

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Field is a part of a worker's name that says something of its machine.
type Field string

// The fields a rule can name.
const (
	FieldSite     Field = "site"
	FieldBuilding Field = "building"
	FieldAisle    Field = "aisle"
	FieldRack     Field = "rack"
	FieldSlot     Field = "slot"
	FieldSerial   Field = "serial"
	FieldMAC      Field = "mac"
	FieldAddress  Field = "address" // IPv4, its numbers apart by dots, dashes or an x
	FieldAny      Field = "any"     // tells nothing
)

// Fields are all fields, in the order in which they are offered.
func Fields() []Field {
	return []Field{FieldSite, FieldBuilding, FieldAisle, FieldRack, FieldSlot, FieldSerial, FieldMAC, FieldAddress, FieldAny}
}

// pattern is what a field looks like in a worker's name, in small letters.
func (f Field) pattern() string {
	switch f {
	case FieldSite, FieldBuilding, FieldAisle, FieldRack, FieldSlot:
		return `([\pL\pN]+)`
	case FieldMAC:
		return `([0-9a-f]{2}(?:[-:.]?[0-9a-f]{2}){5})`
	case FieldAddress:
		return `(\d{1,3}(?:[-.x]\d{1,3}){3})`
	case FieldSerial:
		return `([\pL\pN](?:[-_\pL\pN]*[\pL\pN])?)`
	case FieldAny:
		return `(.*)`
	}
	return ""
}

// alone says whether the field names one machine without others.
func (f Field) alone() bool {
	return f == FieldSlot || f == FieldSerial || f == FieldMAC || f == FieldAddress
}

// maxRule is the length of a rule's text, in bytes.
const maxRule = 200

// Rule says how the workers of an account are named. The zero value matches no
// worker.
type Rule struct {
	Site int64 // of the machines it may name; 0: all

	text    string
	fields  []Field // in the order of the text
	matcher *regexp.Regexp
}

// String is the rule as it was typed.
func (r Rule) String() string { return r.text }

// ParseRule reads a rule: text with fields in braces, as in
// "{building}-{rack}-{slot}", "r{rack}s{slot}" or "{serial}". Its errors are
// sentences for the person who typed it.
func ParseRule(text string) (Rule, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return Rule{}, errors.New("a rule is missing: write it like r{rack}s{slot}")
	case len(text) > maxRule:
		return Rule{}, fmt.Errorf("the rule is too long: at most %d letters", maxRule)
	case strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }):
		return Rule{}, errors.New("the rule has letters that cannot be seen")
	}
	r := Rule{text: text}
	expression, touching := strings.Builder{}, false
	for rest := text; rest != ""; {
		open := strings.IndexAny(rest, "{}")
		if open < 0 {
			open = len(rest)
		}
		expression.WriteString(regexp.QuoteMeta(strings.ToLower(rest[:open])))
		touching = touching && open == 0
		if rest = rest[open:]; rest == "" {
			break
		}
		field, after, err := cutField(rest)
		if err != nil {
			return Rule{}, err
		}
		if touching {
			return Rule{}, fmt.Errorf("between {%s} and {%s} something must stand that parts them", r.fields[len(r.fields)-1], field)
		}
		if slices.Contains(r.fields, field) {
			return Rule{}, fmt.Errorf("{%s} stands there twice", field)
		}
		r.fields = append(r.fields, field)
		expression.WriteString(field.pattern())
		rest, touching = after, true
	}
	if !slices.ContainsFunc(r.fields, Field.alone) {
		return Rule{}, errors.New("the rule names no machine: it needs {slot}, {serial}, {mac} or {address}")
	}
	var err error
	if r.matcher, err = regexp.Compile(`^` + expression.String() + `$`); err != nil {
		return Rule{}, fmt.Errorf("the rule %q cannot be read: %w", text, err)
	}
	return r, nil
}

// cutField reads the field at the begin of rest.
func cutField(rest string) (field Field, after string, err error) {
	inner, after, closed := strings.Cut(rest[1:], "}")
	switch {
	case rest[0] == '}':
		return "", "", errors.New("a } has no { before it")
	case !closed || strings.Contains(inner, "{"):
		return "", "", errors.New("a { has no } after it")
	}
	field = Field(strings.ToLower(strings.TrimSpace(inner)))
	if !slices.Contains(Fields(), field) {
		names := make([]string, len(Fields()))
		for i, f := range Fields() {
			names[i] = "{" + string(f) + "}"
		}
		return "", "", fmt.Errorf("{%s} is no field: there are %s", inner, strings.Join(names, ", "))
	}
	return field, after, nil
}

// read is the key of the machine that a worker's name tells of; false if the
// name is not of the rule.
func (r Rule) read(worker string) (string, bool) {
	if r.matcher == nil {
		return "", false
	}
	found := r.matcher.FindStringSubmatch(strings.ToLower(strings.TrimSpace(worker)))
	if found == nil {
		return "", false
	}
	return r.key(func(i int) string { return found[i+1] })
}

// key joins the fields' values as they compare; false if one is empty.
func (r Rule) key(value func(i int) string) (string, bool) {
	var b strings.Builder
	for i, f := range r.fields {
		if f == FieldAny {
			continue
		}
		v := f.comparable(value(i))
		if v == "" {
			return "", false
		}
		b.WriteString(v)
		b.WriteByte(0)
	}
	return b.String(), true
}
