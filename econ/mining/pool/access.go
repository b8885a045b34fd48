package pool

import "log/slog"

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

// LogValue is String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Access is what opens an account at a pool.
type Access struct {
	Account string // the pool's name of it: subaccount, user or payout address
	Key     Secret // token; empty where the pool wants none
	Secret  Secret // what calls are signed with; empty where none are
}
