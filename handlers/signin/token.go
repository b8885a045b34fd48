package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// tokenBytes is how much chance is in a token.
const tokenBytes = 32

// NewToken makes what a browser or a link holds, and the hash that is stored in
// its place.
func NewToken() (token string, hash []byte) {
	var b [tokenBytes]byte
	rand.Read(b[:]) //nolint:errcheck // it never fails
	token = base64.RawURLEncoding.EncodeToString(b[:])
	sum := sha256.Sum256([]byte(token))
	return token, sum[:]
}

// TokenHash is the stored form of a token; false for text that is none, so that
// no look-up is made for it.
func TokenHash(token string) ([]byte, bool) {
	if b, err := base64.RawURLEncoding.Strict().DecodeString(token); err != nil || len(b) != tokenBytes {
		return nil, false
	}
	sum := sha256.Sum256([]byte(token))
	return sum[:], true
}
