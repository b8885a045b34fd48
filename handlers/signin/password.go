package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

const (
	// hashesAtOnce bounds the memory of all hashing together; whoever comes
	// third waits. Without it a few hundred wrong passwords a second would
	// end the server.
	hashesAtOnce = 2
	// maxPasswordBytes is the longest password that is looked at: 128
	// characters of up to nine bytes, which is a Korean syllable before NFC
	// joins its three letters, and some room.
	maxPasswordBytes = 2048
)

// ErrPassword says that a password cannot be hashed: it is not text, or far
// longer than the rules allow.
var ErrPassword = errors.New("the password is not text or too long")

// Hasher hashes and verifies passwords, at most two at once. It may be used by
// several goroutines, and one is enough for the program.
type Hasher struct {
	slots  chan struct{} // full while two hashes are being made
	argon2 func(password string, salt []byte) []byte
}

// NewHasher returns a hasher.
func NewHasher() *Hasher {
	return &Hasher{
		slots: make(chan struct{}, hashesAtOnce),
		argon2: func(password string, salt []byte) []byte {
			return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, hashBytes)
		},
	}
}

// Hash returns what is kept of a password: a PHC string with a salt of its
// own. It fails with ErrPassword, or when ctx ends before its turn comes. It
// does not check the rules: that is Violations.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	text, ok := normalise(password)
	if !ok {
		return "", ErrPassword
	}
	salt := random(saltBytes)
	hash, err := h.run(ctx, text, salt)
	if err != nil {
		return "", err
	}
	return encodePHC(salt, hash), nil
}

// Verify says whether password is the one whose hash is kept. A wrong password
// is no error, and takes as long as the right one. Verify fails with
// ErrEncoding, or when ctx ends before its turn comes.
func (h *Hasher) Verify(ctx context.Context, encoded, password string) (bool, error) {
	salt, want, err := decodePHC(encoded)
	if err != nil {
		return false, err
	}
	return h.compare(ctx, salt, want, password)
}

// VerifyNobody takes the time of Verify for an account that does not exist or
// has no password, so that the answer's time does not say which accounts do.
// It fails when ctx ends before its turn comes.
func (h *Hasher) VerifyNobody(ctx context.Context, password string) error {
	_, err := h.compare(ctx, make([]byte, saltBytes), make([]byte, hashBytes), password)
	return err
}

func (h *Hasher) compare(ctx context.Context, salt, want []byte, password string) (bool, error) {
	// What cannot be a password is hashed as the empty one, to take as long.
	text, ok := normalise(password)
	got, err := h.run(ctx, text, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && ok, nil
}

// run makes one hash when its turn comes.
func (h *Hasher) run(ctx context.Context, text string, salt []byte) ([]byte, error) {
	// Of two ready cases select takes either; who has left gets no hash.
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("hash a password: %w", err)
	}
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("hash a password: %w", ctx.Err())
	}
	defer func() { <-h.slots }()
	return h.argon2(text, salt), nil
}

// normalise returns the one spelling of a password (NFC, as in RFC 8265), since
// keyboards differ in how they send an accent. It is false, with no text, for
// what cannot be a password.
func normalise(password string) (string, bool) {
	if len(password) > maxPasswordBytes || !utf8.ValidString(password) {
		return "", false
	}
	return norm.NFC.String(password), true
}
