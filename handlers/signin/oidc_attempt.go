package signin

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// AttemptLife is how long a sign-in with the provider may take; also the age
// at which its cookie ends.
const AttemptLife = 10 * time.Minute

// maxSkew is how far the clocks of two servers may be apart.
const maxSkew = time.Minute

// Attempt is a sign-in under way: what must be the same when the browser comes
// back. The caller keeps it in a cookie, sealed.
type Attempt struct {
	State    string    `json:"s"` // ties the answer to this browser
	Nonce    string    `json:"n"` // ties the ID token to this sign-in
	Verifier string    `json:"v"` // PKCE: ties the code to this server
	Begun    time.Time `json:"t"`
}

func newAttempt(now time.Time) Attempt {
	// 43 characters each: for the verifier the least that RFC 7636 allows.
	draw := func() string { return base64.RawURLEncoding.EncodeToString(random(32)) }
	return Attempt{State: draw(), Nonce: draw(), Verifier: draw(), Begun: now}
}

// SealAttempt makes the cookie's value out of an attempt.
func (s *Sealer) SealAttempt(a Attempt) (string, error) {
	b, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("encode an attempt: %w", err)
	}
	return s.Seal(ForAttempt, "", b)
}

// OpenAttempt reads the cookie's value. It fails with a *Failure of reason
// Stale if it is missing, forged, or older than AttemptLife.
func (s *Sealer) OpenAttempt(sealed string, now time.Time) (Attempt, error) {
	if sealed == "" {
		return Attempt{}, stale(errors.New("there is no cookie of an attempt"))
	}
	b, err := s.Open(ForAttempt, "", sealed)
	if err != nil {
		return Attempt{}, stale(err)
	}
	var a Attempt
	if err := json.Unmarshal(b, &a); err != nil {
		// Not wrapped: the error may repeat what was sealed.
		return Attempt{}, stale(errors.New("the cookie of the attempt is of another form"))
	}
	if age := now.Sub(a.Begun); age > AttemptLife || age < -maxSkew {
		return Attempt{}, stale(fmt.Errorf("the attempt began %s ago", age.Round(time.Second)))
	}
	return a, nil
}
