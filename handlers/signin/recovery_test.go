package signin_test

import (
	"crypto/sha256"
	"errors"
	"regexp"
	"strings"
	"testing"

	"switchyard/handlers/signin"
)

func TestRecoveryCodesAreTenAndReadable(t *testing.T) {
	codes, hashes := signin.NewRecoveryCodes()
	if len(codes) != 10 || len(hashes) != 10 {
		t.Fatalf("got %d codes and %d hashes, want 10 of each", len(codes), len(hashes))
	}
	// Four groups of four letters of five bits: 80 bits.
	form := regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$`)
	seen := make(map[signin.RecoveryHash]bool)
	for i, code := range codes {
		if !form.MatchString(code) {
			t.Errorf("code %d has another form", i)
		}
		if hashes[i] != sha256.Sum256([]byte(strings.ReplaceAll(code, "-", ""))) {
			t.Errorf("code %d: the hash is not the SHA-256 of its letters", i)
		}
		seen[hashes[i]] = true
	}
	if len(seen) != 10 {
		t.Errorf("got %d different codes of 10", len(seen))
	}
}

func TestRecoveryCodeIsReadAsPeopleTypeIt(t *testing.T) {
	const letters = "7K2M0W1D93RB1HN0"
	want := signin.RecoveryHash(sha256.Sum256([]byte(letters)))
	for _, text := range []string{
		"7K2M-0W1D-93RB-1HN0", letters, "7k2m-0w1d-93rb-1hn0", " 7K2M 0W1D 93RB 1HN0\r\n", "7K2MOWID93RBLHNo", "--7K2M0W1D93RB1HN0--",
	} {
		if got, err := signin.HashRecoveryCode(text); err != nil || got != want {
			t.Errorf("%q: got another hash, error %v", text, err)
		}
	}
	for _, text := range []string{
		"", "-", "7K2M-0W1D-93RB-1HN", "7K2M-0W1D-93RB-1HN00", "7K2M-0W1D-93RB-1HNU", "7K2M-0W1D-93RB-1HN\x00",
		"7K2M-0W1D-93RB-1HNÖ", "7K2M-0W1D-93RB-1HN٣", letters + strings.Repeat(" ", 64),
	} {
		if got, err := signin.HashRecoveryCode(text); !errors.Is(err, signin.ErrRecoveryCode) || got != (signin.RecoveryHash{}) {
			t.Errorf("%q: got error %v, want ErrRecoveryCode", text, err)
		}
	}
}

func FuzzHashRecoveryCode(f *testing.F) {
	f.Add("7K2M-0W1D-93RB-1HN0")
	f.Add("7k2m owid 93rb lhno")
	f.Fuzz(func(t *testing.T, text string) {
		hash, err := signin.HashRecoveryCode(text)
		if err != nil {
			return
		}
		if again, err := signin.HashRecoveryCode(strings.ToLower(text) + "\n"); len(text) < 60 && (err != nil || again != hash) {
			t.Errorf("%q: lower case with a line end hashes differently, error %v", text, err)
		}
	})
}
