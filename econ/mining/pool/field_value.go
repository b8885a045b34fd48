package pool

import (
	"strings"
	"unicode"
)

// comparable is a value of the field without what people and firmware write in
// different ways: case, leading zeros, and the marks that part it. Of serial
// numbers and MACs, zeros count.
func (f Field) comparable(v string) string {
	v = strings.ToLower(v)
	switch f {
	case FieldAddress:
		return numbers(strings.Map(func(c rune) rune {
			if c < '0' || c > '9' {
				return '.'
			}
			return c
		}, v))
	case FieldSite, FieldBuilding, FieldAisle, FieldRack, FieldSlot:
		return numbers(v)
	case FieldSerial, FieldMAC, FieldAny:
	}
	return strings.Map(func(c rune) rune {
		if !unicode.IsLetter(c) && !unicode.IsNumber(c) {
			return -1
		}
		return c
	}, v)
}

// numbers is v with its numbers in their shortest form, without marks but for a
// dash between two numbers: rack 1-1 is not rack 11.
func numbers(v string) string {
	var b strings.Builder
	b.Grow(len(v))
	digits, parted := 0, false // of the number that is written; a mark stands before what follows
	for i, c := range v {
		switch digit := c >= '0' && c <= '9'; {
		case digit && parted && digits > 0:
			b.WriteByte('-')
			digits, parted = 0, false
		case !digit && !unicode.IsLetter(c) && !unicode.IsNumber(c):
			parted = true
			continue
		case !digit:
			digits = 0
		}
		if c == '0' && digits == 0 && zeroLeads(v[i+1:]) {
			continue
		}
		b.WriteRune(c)
		parted = false
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return b.String()
}

// zeroLeads says whether a zero before rest begins a longer number.
func zeroLeads(rest string) bool { return rest != "" && rest[0] >= '0' && rest[0] <= '9' }
