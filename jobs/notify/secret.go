package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

const (
	secretPrefix = "whsec_"
	minKey       = 24 // bytes
	maxKey       = 64
	newKey       = 32
)

// Secret is the key of one endpoint. It can sign and nothing else: printed,
// logged or encoded it shows nothing of the key.
type Secret struct{ sign func(content []byte) []byte }

// ParseSecret reads whsec_ and the base64 of 24 to 64 bytes. Its error does not
// hold the text.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	if !ok {
		return Secret{}, errors.New("a secret begins with " + secretPrefix)
	}
	k, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return Secret{}, errors.New("the secret is not base64")
	}
	if len(k) < minKey || len(k) > maxKey {
		return Secret{}, fmt.Errorf("the secret must have %d to %d bytes, not %d", minKey, maxKey, len(k))
	}
	return Secret{sign: func(content []byte) []byte {
		mac := hmac.New(sha256.New, k)
		mac.Write(content) // it never fails
		return mac.Sum(nil)
	}}, nil
}

// NewSecret makes the text of a secret of 32 bytes from random, which must be
// cryptographic. It fails if random does.
func NewSecret(random io.Reader) (string, error) {
	k := make([]byte, newKey)
	if _, err := io.ReadFull(random, k); err != nil {
		return "", fmt.Errorf("make a secret: %w", err)
	}
	return secretPrefix + base64.StdEncoding.EncodeToString(k), nil
}

// Sign is the webhook-signature of a body: one entry for each secret, of which
// there are several while one replaces another. The time is that of the attempt.
//
// Source: Standard Webhooks 1.0.0, HMAC-SHA256 over id "." seconds "." body.
func Sign(id string, at time.Time, body []byte, secrets ...Secret) string {
	content := append([]byte(id+"."+strconv.FormatInt(at.Unix(), 10)+"."), body...)
	entries := make([]string, 0, len(secrets))
	for _, s := range secrets {
		entries = append(entries, "v1,"+base64.StdEncoding.EncodeToString(s.sign(content)))
	}
	return strings.Join(entries, " ")
}
