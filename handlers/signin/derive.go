package signin

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
)

// minSecret is the length that the settings demand of the server's secret, in
// bytes.
const minSecret = 32

// ErrShortSecret says that the server's secret is too short to make keys from.
var ErrShortSecret = errors.New("the server's secret has fewer than 32 bytes")

// derive makes the key for one use out of the server's secret (HKDF, RFC 5869).
// Keys of different labels tell nothing about each other, so that a mistake in
// one use does not open the others.
func derive(secret []byte, label string) ([]byte, error) {
	if len(secret) < minSecret {
		return nil, ErrShortSecret
	}
	// The salt is empty: the secret is of this server alone and random.
	return hkdf.Key(sha256.New, secret, nil, "switchyard/signin "+label, 32)
}
