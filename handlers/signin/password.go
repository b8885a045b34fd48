package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The one set of parameters of argon2id: 46 MiB in one pass, which OWASP names
// first. Fixed, so that a stored hash cannot ask for more.
const (
	memoryKiB = 47_104
	passes    = 1
	lanes     = 1
	saltBytes = 16
	keyBytes  = 32
)

// hashesAtOnce bounds the memory of sign-in: the next one waits.
const hashesAtOnce = 2

// Hasher hashes passwords, at most two at once.
type Hasher struct {
	slots chan struct{} // capacity hashesAtOnce: a hash that is being computed
}

// NewHasher returns a hasher.
func NewHasher() *Hasher { return &Hasher{slots: make(chan struct{}, hashesAtOnce)} }

// key derives the key, once a slot is free. It fails if ctx ends before.
func (h *Hasher) key(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a password to be hashed: %w", context.Cause(ctx))
	}
	return argon2.IDKey([]byte(password), salt, passes, memoryKiB, lanes, keyBytes), nil
}

// prefix is what every stored hash begins with.
func prefix() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, memoryKiB, passes, lanes)
}

// Hash is what is stored in place of a password. It fails if ctx ends before.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) //nolint:errcheck // it never fails
	key, err := h.key(ctx, password, salt)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return prefix() + enc.EncodeToString(salt) + "$" + enc.EncodeToString(key), nil
}

// Verify says whether the password is the one that was hashed. A stored text
// that this package did not write is an error.
func (h *Hasher) Verify(ctx context.Context, stored, password string) (bool, error) {
	salt, want, err := parseHash(stored)
	if err != nil {
		return false, err
	}
	got, err := h.key(ctx, password, salt)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// VerifyNobody takes as long as Verify, for an account that is not there.
func (h *Hasher) VerifyNobody(ctx context.Context, password string) error {
	_, err := h.key(ctx, password, make([]byte, saltBytes))
	return err
}

// errHash is all that is said of a hash that cannot be read: the text itself is
// a secret.
var errHash = errors.New("the stored password hash is not one of this server's")

func parseHash(stored string) (salt, key []byte, err error) {
	rest, ok := strings.CutPrefix(stored, prefix())
	saltText, keyText, both := strings.Cut(rest, "$")
	if !ok || !both {
		return nil, nil, errHash
	}
	enc := base64.RawStdEncoding.Strict()
	if salt, err = enc.DecodeString(saltText); err != nil || len(salt) != saltBytes {
		return nil, nil, errHash
	}
	if key, err = enc.DecodeString(keyText); err != nil || len(key) != keyBytes {
		return nil, nil, errHash
	}
	return salt, key, nil
}

// Lengths of a password, in characters.
const (
	shortest = 12
	longest  = 128
)

// CheckPassword says what is wrong with a new password, in a sentence; nil if
// nothing is. Length is what counts; what is about the person, repeats itself
// or heads the lists of stolen passwords does not count as long.
func CheckPassword(password, email, name string) error {
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password):
		return errors.New("this is not text")
	case n < shortest:
		return fmt.Errorf("at least %d characters; these are %d", shortest, n)
	case n > longest:
		return fmt.Errorf("at most %d characters; these are %d", longest, n)
	case about(lower, email, name):
		return errors.New("not your name or address: others know them")
	case common(lower):
		return errors.New("this is among the first that are tried; take a few words that do not belong together")
	}
	return nil
}

// about says whether a password is mostly the person's name or address.
func about(lower, email, name string) bool {
	user, _, _ := strings.Cut(strings.ToLower(email), "@")
	for _, part := range append(strings.Fields(strings.ToLower(name)), user) {
		if utf8.RuneCountInString(part) >= 4 && strings.Contains(lower, part) &&
			utf8.RuneCountInString(strings.ReplaceAll(lower, part, "")) < shortest/2 {
			return true
		}
	}
	return false
}

// common says whether a password repeats one piece, counts along the keyboard,
// or is one of the usual words with digits around.
func common(lower string) bool {
	for size := 1; size <= 4; size++ {
		piece := lower[:min(size, len(lower))]
		if strings.Repeat(piece, len(lower)/len(piece)+1)[:len(lower)] == lower {
			return true
		}
	}
	core := strings.Trim(lower, "0123456789!?.,-_ *#@$")
	if core == "" {
		return true
	}
	for _, row := range []string{"qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp"} {
		if strings.Contains(row, core) {
			return true
		}
	}
	for _, word := range []string{
		"password", "passwort", "passw0rd", "p@ssw0rd", "letmein", "iloveyou", "welcome", "administrator", "admin", "changeme",
		"bitcoin", "satoshi", "satoshinakamoto", "switchyard", "trustno1", "superman", "football", "baseball", "dragon", "monkey", "sunshine", "princess",
	} {
		if strings.Trim(strings.ReplaceAll(core, word, ""), "0123456789!?.,-_ *#@$") == "" {
			return true
		}
	}
	return false
}
