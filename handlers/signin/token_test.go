package signin_test

import (
	"bytes"
	"strings"
	"testing"

	"switchyard/handlers/signin"
)

func TestTokensDifferAndAreKnownByTheirHash(t *testing.T) {
	a, hashA := signin.NewToken()
	b, hashB := signin.NewToken()
	if a == b || bytes.Equal(hashA, hashB) || len(hashA) != 32 {
		t.Errorf("tokens %q and %q", a, b)
	}
	if got, ok := signin.TokenHash(a); !ok || !bytes.Equal(got, hashA) {
		t.Errorf("the hash of %q is not the one it was made with", a)
	}
}

func FuzzTokenHash(f *testing.F) {
	good, _ := signin.NewToken()
	for _, text := range []string{good, "", good + "A", good[1:], strings.ToUpper(good), "../../etc/passwd", good + "=", good[:42] + "_"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hash, ok := signin.TokenHash(text)
		if ok != (hash != nil) || (ok && len(text) != 43) {
			t.Errorf("%q: %x, %v", text, hash, ok)
		}
	})
}
