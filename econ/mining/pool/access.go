package pool

import (
	"encoding/json"
	"errors"
)

// Secret is a text that opens something. It prints as dots, wherever it gets.
type Secret string

// String is three dots, or nothing.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "…"
}

// GoString is String, so that %#v tells no more.
func (s Secret) GoString() string { return s.String() }

// MarshalJSON is String: what is to be kept is packed by Opening.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// Access is what opens an account at a pool.
type Access struct {
	Account string // the pool's name of it: subaccount, user or payout address
	Key     Secret // token; empty where the pool wants none
	Secret  Secret // what calls are signed with; empty where none are
}

// Opening is what is kept, sealed, to open an account.
type Opening struct{ Key, Secret Secret }

// packed is how an Opening is kept.
type packed struct {
	Key    string `json:"key"`
	Secret string `json:"secret,omitempty"`
}

// Pack writes an opening, to be sealed at once.
func (o Opening) Pack() ([]byte, error) {
	return json.Marshal(packed{string(o.Key), string(o.Secret)})
}

// Unpack reads what Pack wrote. Its error repeats nothing of it.
func Unpack(body []byte) (Opening, error) {
	var p packed
	if err := json.Unmarshal(body, &p); err != nil {
		return Opening{}, errors.New("what is kept to open the account cannot be read")
	}
	return Opening{Key: Secret(p.Key), Secret: Secret(p.Secret)}, nil
}
