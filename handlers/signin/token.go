package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Kind is the short prefix of a token. It tells people and scanners for leaked
// secrets what they have found, and keeps a token of one kind from being taken
// for another.
type Kind string

// The kinds.
const (
	Link    Kind = "swl_" // in a letter: a first password, a forgotten one
	Session Kind = "sws_" // in a browser's cookie
	Share   Kind = "swh_" // in the address of a shared page
	Visit   Kind = "swv_" // in the cookie of a browser that opened one
	API     Kind = "swt_" // in a program's Authorization header
)

// tokenBytes is the length of a token's random part: 256 bits, so that guessing
// needs no counting.
const tokenBytes = 32

// ErrToken says that a text is no token of the kind asked for.
var ErrToken = errors.New("this is not a token of the kind asked for")

// TokenHash is what is kept of a token: its SHA-256. A token is random, so a
// fast hash is enough, and whoever reads the table holds no token. Rows are
// found by the hash; the time that takes tells nothing about the token.
type TokenHash [sha256.Size]byte

// NewToken draws a token. The text goes to its owner once, the hash is kept.
func NewToken(kind Kind) (string, TokenHash) {
	text := string(kind) + base64.RawURLEncoding.EncodeToString(random(tokenBytes))
	return text, sha256.Sum256([]byte(text))
}

// ParseToken returns the hash to look up for a token that somebody presents, or
// ErrToken, before any look-up, if its kind or form is another.
func ParseToken(kind Kind, text string) (TokenHash, error) {
	refused := fmt.Errorf("token %s: %w", kind, ErrToken)
	rest, ok := strings.CutPrefix(text, string(kind))
	if !ok || len(rest) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return TokenHash{}, refused
	}
	// Strict, because the last letter carries two bits that mean nothing; the
	// length, because the decoder skips line ends.
	b, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil || len(b) != tokenBytes {
		return TokenHash{}, refused
	}
	return sha256.Sum256([]byte(text)), nil
}

// random returns n random bytes.
func random(n int) []byte {
	b := make([]byte, n)
	// rand.Read never fails: it ends the program instead (since Go 1.24).
	if _, err := rand.Read(b); err != nil {
		panic(err)
	}
	return b
}
