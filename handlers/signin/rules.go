package signin

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The length of a password in characters (NIST SP 800-63B: length is what
// counts, and rules about digits and signs are not made).
const (
	minPassword = 12
	maxPassword = 128
)

const (
	// minWhole is the shortest address or name that a password may not
	// contain, in letters; minPart the shortest word of a name. Shorter ones
	// stand in too many other words.
	minWhole = 3
	minPart  = 4
)

// Person is what a password may not contain.
type Person struct {
	Email string
	Name  string
}

// Violations returns what is wrong with a password that somebody chooses, as
// sentences; none if it may be used. None of them repeats the password.
func Violations(password string, who Person) []string {
	if !utf8.ValidString(password) {
		return []string{"The password contains bytes that are not text; type it anew."}
	}
	text, ok := normalise(password)
	if !ok {
		return []string{fmt.Sprintf("The password may have at most %d characters.", maxPassword)}
	}
	var found []string
	switch n := utf8.RuneCountInString(text); {
	case n < minPassword:
		found = append(found, fmt.Sprintf("The password needs at least %d characters; this one has %d.", minPassword, n))
	case n > maxPassword:
		found = append(found, fmt.Sprintf("The password may have at most %d characters; this one has %d.", maxPassword, n))
	}
	plain := letters(text)
	if local, _, _ := strings.Cut(who.Email, "@"); contains(plain, who.Email, minWhole) || contains(plain, local, minWhole) {
		found = append(found, "The password contains your email address.")
	}
	if containsName(plain, who.Name) {
		found = append(found, "The password contains your name.")
	}
	if common(text, plain) {
		found = append(found, "The password is one of the most common; choose one of your own.")
	}
	return found
}

// contains says whether plain contains the letters of part, if those are at
// least n.
func contains(plain, part string, n int) bool {
	part = letters(part)
	return utf8.RuneCountInString(part) >= n && strings.Contains(plain, part)
}

func containsName(plain, name string) bool {
	if contains(plain, name, minWhole) {
		return true
	}
	for word := range strings.FieldsSeq(name) {
		if contains(plain, word, minPart) {
			return true
		}
	}
	return false
}

// letters leaves only letters and digits, in lower case: "Jane.Doe" and
// "jane doe" are the same name.
func letters(text string) string {
	// Normalised again, since a name comes from elsewhere; if it is no text,
	// what is left of it is compared.
	if n, ok := normalise(text); ok {
		text = n
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// common says whether a password is on the list, either as it stands or once
// the signs between its letters are taken away.
func common(text, plain string) bool {
	for entry := range strings.Lines(commonPasswords) {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		if strings.EqualFold(entry, text) || entry == plain {
			return true
		}
	}
	return false
}
