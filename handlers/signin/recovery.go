package signin

import (
	"crypto/sha256"
	"errors"
	"strings"
)

const (
	// recoveryCount is how many codes a person is given at once.
	recoveryCount = 10
	// recoveryLen is the length of a code in letters of five bits: 80 bits,
	// far too many to guess even with the hash in hand.
	recoveryLen = 16
	// recoveryGroup is how many letters stand together.
	recoveryGroup = 4
	// maxRecoveryText bounds what is read of a typed code.
	maxRecoveryText = 64
	// crockford is Crockford's base 32: no I, L, O or U to be misread.
	crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// ErrRecoveryCode says that a text has not the form of a recovery code.
var ErrRecoveryCode = errors.New("this is not a recovery code")

// RecoveryHash is what is kept of a recovery code: the SHA-256 of its letters
// without the dashes.
type RecoveryHash [sha256.Size]byte

// NewRecoveryCodes draws ten codes such as 7K2M-XW0D-93RB-QHNE and their
// hashes, in the same order. Each code is good for one sign-in without the
// device; the caller deletes its hash in the transaction that signs in.
func NewRecoveryCodes() ([]string, []RecoveryHash) {
	codes := make([]string, recoveryCount)
	hashes := make([]RecoveryHash, recoveryCount)
	for i := range codes {
		var text strings.Builder
		letters := make([]byte, recoveryLen)
		for j, b := range random(recoveryLen) {
			// 32 divides 256, so that every letter is as likely as the others.
			letters[j] = crockford[b%32]
			if j > 0 && j%recoveryGroup == 0 {
				text.WriteByte('-')
			}
			text.WriteByte(letters[j])
		}
		codes[i], hashes[i] = text.String(), sha256.Sum256(letters)
	}
	return codes, hashes
}

// HashRecoveryCode returns the hash to look up for a code as somebody types it,
// or ErrRecoveryCode. Case, spaces and dashes do not matter, and O, I and L are
// read as the digits they were meant to be.
func HashRecoveryCode(text string) (RecoveryHash, error) {
	if len(text) > maxRecoveryText {
		return RecoveryHash{}, ErrRecoveryCode
	}
	letters := make([]byte, 0, recoveryLen)
	for i := range len(text) {
		c := text[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		switch c {
		case ' ', '-', '\t', '\r', '\n':
			continue
		case 'O':
			c = '0'
		case 'I', 'L':
			c = '1'
		}
		if strings.IndexByte(crockford, c) < 0 {
			return RecoveryHash{}, ErrRecoveryCode
		}
		letters = append(letters, c)
	}
	if len(letters) != recoveryLen {
		return RecoveryHash{}, ErrRecoveryCode
	}
	return sha256.Sum256(letters), nil
}
