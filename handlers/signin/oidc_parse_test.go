package signin

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestGroupsAreAListOrOneText(t *testing.T) {
	for raw, want := range map[string][]string{
		``: nil, `null`: nil, `[]`: {}, `"root"`: {"root"}, `["a","b"]`: {"a", "b"}, `""`: {""},
	} {
		got, err := parseGroups(json.RawMessage(raw))
		if err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", raw, diff)
		}
	}
	for _, raw := range []string{`1`, `{}`, `[1]`, `[["root"]]`, `true`, `{"root":true}`} {
		if got, err := parseGroups(json.RawMessage(raw)); err == nil || got != nil {
			t.Errorf("%s: got %v and no error", raw, got)
		}
	}
}

func FuzzParseGroups(f *testing.F) {
	f.Add([]byte(`["root"]`))
	f.Add([]byte(`"root"`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		groups, err := parseGroups(raw)
		if err != nil && groups != nil {
			t.Errorf("%q: groups come with an error", raw)
		}
	})
}

// What a provider says reaches the log as one short line.
func FuzzForeignErrorIsOneShortLine(f *testing.F) {
	f.Add("invalid_grant")
	f.Add("two\nlines\x1b[31m")
	f.Fuzz(func(t *testing.T, text string) {
		for _, got := range []string{code(text), brief(errors.New(text)).Error()} {
			if utf8.RuneCountInString(got) > 201 || strings.ContainsAny(got, "\r\n\x1b\x00") || !utf8.ValidString(got) {
				t.Errorf("%q becomes %q", text, got)
			}
		}
	})
}
