package signin

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// Purpose says what a sealed text is for. What was sealed for one purpose
// cannot be opened for another.
type Purpose string

// The purposes.
const (
	ForTOTP    Purpose = "totp"    // secrets of one-time codes
	ForHook    Purpose = "hook"    // addresses that alerts are sent to
	ForAttempt Purpose = "attempt" // OpenID Connect sign-ins under way
)

const (
	// sealVersion stands before every sealed text, so that another cipher or
	// key can follow without guessing what a row holds.
	sealVersion = "v1."
	// maxSealed bounds what is decoded at all. The longest text that is sealed
	// is an address; the longest place to keep one, a cookie, ends at 4 kB.
	maxSealed = 8 << 10
)

// ErrSealed says that a sealed text cannot be opened: it is damaged, was sealed
// for something else, or under another secret.
var ErrSealed = errors.New("the sealed text cannot be opened")

// Sealer encrypts what must be read again, under the server's secret. It may
// be used by several goroutines.
type Sealer struct{ secret []byte }

// NewSealer returns a sealer under the server's secret, or ErrShortSecret.
func NewSealer(secret []byte) (*Sealer, error) {
	if len(secret) < minSecret {
		return nil, ErrShortSecret
	}
	return &Sealer{secret: bytes.Clone(secret)}, nil
}

// Seal encrypts plain for one purpose and one row. It fails for a text that is
// too long to be opened again.
//
// The cipher is XChaCha20-Poly1305: its nonce of 192 bits may be drawn at
// random for ever under one key, where that of AES-GCM may not.
func (s *Sealer) Seal(purpose Purpose, id string, plain []byte) (string, error) {
	key, err := derive(s.secret, "seal "+string(purpose))
	if err != nil {
		return "", err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return "", err
	}
	nonce := random(aead.NonceSize())
	box := aead.Seal(nonce, nonce, plain, bound(purpose, id))
	text := sealVersion + base64.RawURLEncoding.EncodeToString(box)
	if len(text) > maxSealed {
		return "", fmt.Errorf("seal for %s %q: %d bytes are too long", purpose, id, len(plain))
	}
	return text, nil
}

// Open decrypts what Seal made for the same purpose and row, or fails with
// ErrSealed.
func (s *Sealer) Open(purpose Purpose, id, sealed string) ([]byte, error) {
	refused := fmt.Errorf("open %s %q: %w", purpose, id, ErrSealed)
	text, ok := strings.CutPrefix(sealed, sealVersion)
	if !ok || len(sealed) > maxSealed {
		return nil, refused
	}
	// The decoder skips line ends; a sealed text has one spelling only.
	if strings.ContainsAny(text, "\r\n") {
		return nil, refused
	}
	box, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, refused
	}
	key, err := derive(s.secret, "seal "+string(purpose))
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	if len(box) < aead.NonceSize()+aead.Overhead() {
		return nil, refused
	}
	nonce, box := box[:aead.NonceSize()], box[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, box, bound(purpose, id))
	if err != nil {
		return nil, refused
	}
	return plain, nil
}

// bound is the associated data: a text moved to another row or column does not
// open there. The length keeps ("a", "bc") apart from ("ab", "c").
func bound(purpose Purpose, id string) []byte {
	b := []byte(sealVersion)
	b = binary.AppendUvarint(b, uint64(len(purpose)))
	b = append(b, purpose...)
	return append(b, id...)
}
