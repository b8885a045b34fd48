package signin_test

import (
	"strings"
	"testing"

	"switchyard/handlers/signin"
)

// canary stands in everything that must never be printed.
const canary = "canaryCANARYcanary"

// hides fails if text holds the canary.
func hides(t testing.TB, what, text string) {
	t.Helper()
	if strings.Contains(strings.ToLower(text), "canary") {
		t.Errorf("%s repeats what must not be printed", what)
	}
}

func TestNoErrorRepeatsWhatItWasGiven(t *testing.T) {
	h, s := signin.NewHasher(), sealer(t, secret)
	errs := make(map[string]error)
	_, errs["hash"] = h.Hash(t.Context(), canary+"\xff")
	_, errs["verify"] = h.Verify(t.Context(), canary, canary)
	_, errs["token"] = signin.ParseToken(signin.API, "swt_"+canary)
	_, errs["recovery code"] = signin.HashRecoveryCode(canary)
	_, errs["open"] = s.Open(signin.ForTOTP, "1", "v1."+canary)
	_, errs["seal"] = s.Seal(signin.ForHook, "1", []byte(strings.Repeat(canary, 1000)))
	_, errs["sealer"] = signin.NewSealer([]byte(canary))
	for what, err := range errs {
		if err == nil {
			t.Errorf("%s: got no error", what)
			continue
		}
		hides(t, what, err.Error())
	}
	for _, sentence := range signin.Violations(canary, signin.Person{Email: canary + "@example.com", Name: canary}) {
		hides(t, "a violation", sentence)
	}
}
