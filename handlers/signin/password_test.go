package signin_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"switchyard/handlers/signin"
)

// known was made by another implementation (OpenSSL's) of knownPassword.
const (
	known         = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$/huIpRJ5zKYfT/MaU8E5XOd9gzLyX+q5xwhekEniNwM"
	knownPassword = "correct pony \u00e9"
)

func TestPasswordIsVerifiedByItsHash(t *testing.T) {
	h := signin.NewHasher()
	encoded, err := h.Hash(t.Context(), knownPassword)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(encoded, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(encoded, knownPassword) {
		t.Errorf("the hash has another form: %s", encoded)
	}
	for name, c := range map[string]struct {
		encoded, password string
		want              bool
	}{
		"its own":                    {encoded, knownPassword, true},
		"another implementation's":   {known, knownPassword, true},
		"accent typed apart":         {known, "correct pony e\u0301", true},
		"another password":           {known, "correct pony e", false},
		"empty":                      {known, "", false},
		"not text":                   {known, "correct pony \xc3", false},
		"the password and a billion": {known, knownPassword + strings.Repeat("0", 1<<20), false},
	} {
		got, err := h.Verify(t.Context(), c.encoded, c.password)
		if err != nil || got != c.want {
			t.Errorf("%s: got %v and error %v, want %v", name, got, err, c.want)
		}
	}
	again, err := h.Hash(t.Context(), knownPassword)
	if err != nil || again == encoded {
		t.Errorf("two hashes of one password are equal, or error %v", err)
	}
}

func TestWhatIsNoPasswordIsNotHashed(t *testing.T) {
	h := signin.NewHasher()
	for _, password := range []string{"canary \xff not text", "canary" + strings.Repeat("0", 2048)} {
		encoded, err := h.Hash(t.Context(), password)
		if !errors.Is(err, signin.ErrPassword) || encoded != "" {
			t.Errorf("got %q and error %v, want ErrPassword", encoded, err)
		}
	}
}

func TestWhoeverLeftGetsNoHash(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h := signin.NewHasher()
	if _, err := h.Hash(ctx, knownPassword); !errors.Is(err, context.Canceled) {
		t.Errorf("hash: got %v, want context.Canceled", err)
	}
	if ok, err := h.Verify(ctx, known, knownPassword); ok || !errors.Is(err, context.Canceled) {
		t.Errorf("verify: got %v and %v, want context.Canceled", ok, err)
	}
	if err := h.VerifyNobody(ctx, knownPassword); !errors.Is(err, context.Canceled) {
		t.Errorf("verify nobody: got %v, want context.Canceled", err)
	}
}
