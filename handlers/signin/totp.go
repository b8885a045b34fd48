package signin

import (
	"bytes"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"image/png"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// One-time codes are those of RFC 6238 in the form every authenticator knows:
// six digits, thirty seconds, HMAC-SHA-1.
const (
	totpStep   = 30 // seconds
	totpDigits = otp.DigitsSix
	// totpSkew is how many steps a clock may be off to either side.
	totpSkew = 1
	// totpSecretBytes is the length of a secret: that of the hash (RFC 4226).
	totpSecretBytes = 20
	// maxTOTPText bounds what is read of a typed code.
	maxTOTPText = 32
)

// ErrTOTP says that no picture or address can be made for one-time codes.
var ErrTOTP = errors.New("one-time codes cannot be set up with this issuer, account or secret")

// NewTOTPSecret draws the secret of somebody's one-time codes, in base 32. It
// is kept sealed.
func NewTOTPSecret() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random(totpSecretBytes))
}

// TOTPURL returns the otpauth address that an authenticator reads. It holds the
// secret. It fails with ErrTOTP without an issuer or an account, with a colon
// in the issuer, or with a secret of another form.
func TOTPURL(issuer, account, secret string) (string, error) {
	if !isTOTPSecret(secret) || issuer == "" || account == "" || strings.Contains(issuer, ":") {
		return "", ErrTOTP
	}
	query := url.Values{
		"secret": {secret}, "issuer": {issuer}, "algorithm": {otp.AlgorithmSHA1.String()},
		"digits": {totpDigits.String()}, "period": {strconv.Itoa(totpStep)},
	}
	// Written here, not by the library, which leaves an & in the issuer as it
	// is; and with %20 for a space, since some authenticators show a plus.
	return (&url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account,
		RawQuery: strings.ReplaceAll(query.Encode(), "+", "%20"),
	}).String(), nil
}

// TOTPImage returns an otpauth address as a QR code, a PNG of size by size
// pixels. It fails with ErrTOTP for an address that is none, or does not fit.
func TOTPImage(address string, size int) ([]byte, error) {
	if !strings.HasPrefix(address, "otpauth://totp/") || size < 1 || size > 1024 {
		return nil, ErrTOTP
	}
	key, err := otp.NewKeyFromURL(address)
	if err != nil {
		// Not wrapped: the library's errors may repeat the address.
		return nil, ErrTOTP
	}
	picture, err := key.Image(size, size)
	if err != nil {
		return nil, ErrTOTP
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return nil, fmt.Errorf("encode a QR code: %w", err)
	}
	return b.Bytes(), nil
}

// CheckTOTP says whether code is good at now for a step after lastStep, and for
// which. The caller keeps that step, in the transaction that signs in, as the
// next lastStep, so that a code seen over a shoulder or a wire is good once
// only (RFC 6238, 5.2). Without a code before, lastStep is 0. A secret that is
// damaged or missing takes no code.
func CheckTOTP(secret, code string, now time.Time, lastStep int64) (step int64, ok bool) {
	digits, ok := parseTOTP(code)
	if !ok {
		return 0, false
	}
	// A missing secret would otherwise make codes that anybody can compute.
	if !isTOTPSecret(secret) {
		return 0, false
	}
	current := now.Unix() / totpStep
	// Every step is tried, so that the time does not tell which was right; the
	// latest of two that agree counts, so that the code is not good once more.
	for s := current - totpSkew; s <= current+totpSkew; s++ {
		if s <= 0 {
			continue
		}
		want, err := hotp.GenerateCodeCustom(secret, uint64(s), hotp.ValidateOpts{Digits: totpDigits, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(digits)) == 1 {
			step = s
		}
	}
	if step == 0 || step <= lastStep {
		return 0, false
	}
	return step, true
}

// parseTOTP reads a code as people type it: six digits, perhaps in groups.
func parseTOTP(text string) (string, bool) {
	if len(text) > maxTOTPText {
		return "", false
	}
	digits := make([]byte, 0, totpDigits)
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9':
			digits = append(digits, c)
		case c != ' ' && c != '-' && c != '\t' && c != '\r' && c != '\n':
			return "", false
		}
	}
	return string(digits), len(digits) == totpDigits.Length()
}

// isTOTPSecret says whether secret is of the form that NewTOTPSecret makes.
func isTOTPSecret(secret string) bool {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	return err == nil && len(key) == totpSecretBytes
}
