package access

import (
	"errors"
	"net/mail"
	"strings"
	"time"
)

// Person is somebody who signs in.
type Person struct {
	ID            int64
	Email         string // in lower case
	Name          string
	Role          Role
	Persona       string // of the demo: what this person does here; empty for a real one
	CreatedAt     time.Time
	CreatedBy     string
	DeactivatedAt time.Time // zero: active
	SeenAt        time.Time // zero: never
}

// Active says whether the person may sign in.
func (p Person) Active() bool { return p.DeactivatedAt.IsZero() }

// NeedsCode says whether the role must prove itself twice outside the demo.
func (r Role) NeedsCode() bool { return r == Executive || r == Admin }

// ParseEmail returns an address in lower case, or says what is wrong with it.
func ParseEmail(text string) (string, error) {
	text = strings.TrimSpace(text)
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text || len(text) > 254 || strings.ContainsAny(text, " \t\r\n\"<>,;") {
		return "", errors.New("this is not an e-mail address, for example name@example.com")
	}
	return strings.ToLower(text), nil
}

// Session is a browser that is signed in, as its owner sees it.
type Session struct {
	Hash      []byte // of the token; names the session without opening it
	Person    int64
	Pending   bool // a second proof is still owed
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	Address   string
	Agent     string
}
