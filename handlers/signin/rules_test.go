package signin_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"switchyard/handlers/signin"
)

func TestViolations(t *testing.T) {
	jane := signin.Person{Email: "jane.doe@example.com", Name: "Jane van der Doe-Smith"}
	const (
		email  = "The password contains your email address."
		name   = "The password contains your name."
		common = "The password is one of the most common; choose one of your own."
	)
	for _, c := range []struct {
		name, password string
		who            signin.Person
		want           []string
	}{
		{"good", "violet tram at noon", jane, nil},
		{"twelve characters", "v1olet tram!", jane, nil},
		{"eleven characters", "v1olet tram", jane, []string{"The password needs at least 12 characters; this one has 11."}},
		{"twelve characters of many bytes", "žluťoučkýkůň", jane, nil},
		{"an accent typed apart is no character", "v1olet tram\u0301", jane, []string{"The password needs at least 12 characters; this one has 11."}},
		{"empty", "", jane, []string{"The password needs at least 12 characters; this one has 0."}},
		{"128 characters", strings.Repeat("tram4you", 16), jane, nil},
		{"128 syllables typed apart", strings.Repeat("\u1112\u1161\u11ab", 128), jane, nil},
		{"129 characters", strings.Repeat("tram4you", 16) + "!", jane, []string{"The password may have at most 128 characters; this one has 129."}},
		{"a megabyte", strings.Repeat("t", 1<<20), jane, []string{"The password may have at most 128 characters."}},
		{"not text", "violet \xff tram at noon", jane, []string{"The password contains bytes that are not text; type it anew."}},
		{"the address", "jane.doe@example.com", jane, []string{email, name}},
		{"before the @", "my-JANE_DOE-2031!", jane, []string{email, name}},
		{"a word of the name", "xx-smith-doe-xx-4", signin.Person{Email: "j@example.com", Name: "Jane Smith"}, []string{name}},
		{"the whole name", "go jane van der doe smith", signin.Person{Name: jane.Name}, []string{name}},
		{"a short word of the name", "vander tram at noon", jane, nil},
		{"a name with an accent typed apart", "tram of Rene\u0301e at 9", signin.Person{Name: "Ren\u00e9e"}, []string{name}},
		{"a name in another script", "трамвай Иван 2031", signin.Person{Name: "иван"}, []string{name}},
		{"nobody in particular", "violet tram at noon", signin.Person{}, nil},
		{"an address of signs", "violet tram at noon", signin.Person{Email: "...@...", Name: " - "}, nil},
		{"common", "password1234", jane, []string{common}},
		{"common in capitals", "PassWord1234", jane, []string{common}},
		{"common with signs", "p-a-s-s-word 1234!", jane, []string{common}},
		{"common with its own signs", "!QAZ2wsx3edc", jane, []string{common}},
		{"this trade", "Satoshi-Nakamoto", jane, []string{common}},
		{"two at once", "jane.doe", jane, []string{"The password needs at least 12 characters; this one has 8.", email, name}},
	} {
		if diff := cmp.Diff(c.want, signin.Violations(c.password, c.who)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func FuzzViolations(f *testing.F) {
	f.Add("violet tram at noon", "jane.doe@example.com", "Jane Doe")
	f.Add("\xff", "@", "\xff")
	f.Fuzz(func(t *testing.T, password, email, name string) {
		found := signin.Violations(password, signin.Person{Email: email, Name: name})
		if len(found) == 0 && (!utf8.ValidString(password) || len(password) < 12) {
			t.Errorf("%q may be used", password)
		}
	})
}
