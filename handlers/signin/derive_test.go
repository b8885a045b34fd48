package signin

import (
	"encoding/hex"
	"testing"
)

// Keys must stay what they are: what is sealed, and every open form, hangs on
// them.
func TestKeyOfALabelIsThatOfTheStandard(t *testing.T) {
	secret := []byte("canary-0123456789abcdef-0123456789abcdef")
	// HMAC-SHA-256 twice, by hand (RFC 5869, 2.2 and 2.3).
	const want = "a99ef507031aaa6eb832a4cebcdb1ef64e2b06aa6f9ff448e6b40b0198620e8c"
	got, err := derive(secret, "csrf")
	if err != nil || hex.EncodeToString(got) != want {
		t.Errorf("got another key, or error %v", err)
	}
	other, err := derive(secret, "seal totp")
	if err != nil || hex.EncodeToString(other) == want {
		t.Errorf("two labels have one key, or error %v", err)
	}
}
