package signin

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCommonPasswordsWouldOtherwiseBeTaken(t *testing.T) {
	seen := make(map[string]bool)
	for entry := range strings.FieldsSeq(commonPasswords) {
		if n := utf8.RuneCountInString(entry); n < minPassword || n > maxPassword {
			t.Errorf("%s: the length alone refuses it", entry)
		}
		if strings.ToLower(entry) != entry {
			t.Errorf("%s: not in lower case", entry)
		}
		if seen[entry] {
			t.Errorf("%s: twice", entry)
		}
		seen[entry] = true
	}
	if len(seen) < 100 {
		t.Errorf("got %d entries, want at least 100", len(seen))
	}
}
