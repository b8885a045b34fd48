package signin_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"switchyard/handlers/signin"
)

var kinds = []signin.Kind{signin.Link, signin.Session, signin.Share, signin.Visit, signin.API}

func TestTokenIsFoundByTheHashThatWasKept(t *testing.T) {
	for _, kind := range kinds {
		text, kept := signin.NewToken(kind)
		if !strings.HasPrefix(text, string(kind)) {
			t.Errorf("token of %s: got another prefix", kind)
		}
		got, err := signin.ParseToken(kind, text)
		if err != nil || got != kept {
			t.Errorf("token of %s: got another hash than the one kept, error %v", kind, err)
		}
		if kept != sha256.Sum256([]byte(text)) {
			t.Errorf("token of %s: the hash is not the SHA-256 of its text", kind)
		}
	}
}

func TestTokenOfOneKindIsRefusedForAnother(t *testing.T) {
	for _, kind := range kinds {
		text, _ := signin.NewToken(kind)
		for _, other := range kinds {
			_, err := signin.ParseToken(other, text)
			if got, want := errors.Is(err, signin.ErrToken), other != kind; got != want {
				t.Errorf("token of %s as %s: got refused %v, want %v", kind, other, got, want)
			}
		}
	}
}

func TestTokensDiffer(t *testing.T) {
	seen := make(map[signin.TokenHash]bool)
	for range 1000 {
		_, hash := signin.NewToken(signin.Session)
		seen[hash] = true
	}
	if len(seen) != 1000 {
		t.Errorf("got %d different tokens of 1000", len(seen))
	}
}

func TestTokenOfAnotherFormIsRefusedBeforeALookUp(t *testing.T) {
	const zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	if _, err := signin.ParseToken(signin.Session, "sws_"+zeros); err != nil {
		t.Fatalf("the token the others are made from: %v", err)
	}
	for name, text := range map[string]string{
		"empty":               "",
		"prefix alone":        "sws_",
		"no prefix":           zeros,
		"prefix in capitals":  "SWS_" + zeros,
		"a letter short":      "sws_" + zeros[1:],
		"a letter long":       "sws_A" + zeros,
		"padding":             "sws_" + zeros + "=",
		"standard alphabet":   "sws_+/" + zeros[2:],
		"second spelling":     "sws_" + zeros[1:] + "B",
		"line end inside":     "sws_\n" + zeros[1:],
		"line ends, 32 bytes": "sws_\r\n" + zeros,
		"a space before":      " sws_" + zeros,
		"very long":           "sws_" + strings.Repeat(zeros, 1000),
	} {
		if hash, err := signin.ParseToken(signin.Session, text); !errors.Is(err, signin.ErrToken) || hash != (signin.TokenHash{}) {
			t.Errorf("%s: got error %v, want ErrToken and no hash", name, err)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	text, _ := signin.NewToken(signin.API)
	f.Add(text)
	f.Add("swt_")
	f.Add("sws_\r\nAAAA")
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range kinds {
			hash, err := signin.ParseToken(kind, text)
			if err != nil {
				if want := "token " + string(kind) + ": " + signin.ErrToken.Error(); err.Error() != want {
					t.Errorf("the error is %q, want %q whatever the token", err, want)
				}
				continue
			}
			if len(text) != 47 || !strings.HasPrefix(text, string(kind)) || hash != sha256.Sum256([]byte(text)) {
				t.Errorf("%q is taken for a token of %s", text, kind)
			}
		}
	})
}
