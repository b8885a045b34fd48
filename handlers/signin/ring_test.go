package signin_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"switchyard/handlers/signin"
)

func TestARingOpensWhatAnyOfItsKeysSealed(t *testing.T) {
	secret := bytes.Repeat([]byte("s"), 32)
	old := signin.Key{ID: "2025", Secret: bytes.Repeat([]byte("o"), 32)}
	young := signin.Key{ID: "2026", Secret: bytes.Repeat([]byte("y"), 32)}
	ring := func(keys ...signin.Key) *signin.Ring {
		r, err := signin.NewRing(secret, keys...)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, c := range []struct {
		name          string
		before, after *signin.Ring
		id            string
		current, lost bool
	}{
		{"the secret alone", ring(), ring(), signin.SecretID, true, false},
		{"a first key", ring(), ring(old), signin.SecretID, false, false},
		{"a second key", ring(old), ring(young, old), "2025", false, false},
		{"the same keys", ring(young, old), ring(young, old), "2026", true, false},
		{"the old key gone", ring(old), ring(young), "2025", false, true},
		{"another key of the id", ring(old), ring(signin.Key{ID: "2025", Secret: young.Secret}), "2025", true, true},
	} {
		id, sealed, err := c.before.Seal(signin.ForPool, "7", []byte("open sesame"))
		if err != nil || id != c.id || strings.Contains(sealed, "sesame") {
			t.Errorf("%s: sealed under %q (%v), want %q", c.name, id, err, c.id)
		}
		plain, current, err := c.after.Open(signin.ForPool, "7", id, sealed)
		if c.lost {
			if !errors.Is(err, signin.ErrSealed) || plain != nil {
				t.Errorf("%s: opened %q, %v", c.name, plain, err)
			}
			continue
		}
		if err != nil || string(plain) != "open sesame" || current != c.current {
			t.Errorf("%s: opened %q, current %v, %v", c.name, plain, current, err)
		}
		if _, _, err := c.after.Open(signin.ForPool, "8", id, sealed); !errors.Is(err, signin.ErrSealed) {
			t.Errorf("%s: opened for another row: %v", c.name, err)
		}
		if _, _, err := c.after.Open(signin.ForHook, "7", id, sealed); !errors.Is(err, signin.ErrSealed) {
			t.Errorf("%s: opened for another purpose: %v", c.name, err)
		}
	}
}

func TestARingHasOneKeyOfAnID(t *testing.T) {
	secret := bytes.Repeat([]byte("s"), 32)
	for _, c := range []struct {
		name string
		keys []signin.Key
	}{
		{"twice", []signin.Key{{"a", secret}, {"a", secret}}},
		{"the secret's id", []signin.Key{{signin.SecretID, secret}}},
		{"no id", []signin.Key{{"", secret}}},
		{"a long id", []signin.Key{{strings.Repeat("x", 41), secret}}},
		{"a short key", []signin.Key{{"a", secret[:31]}}},
	} {
		if _, err := signin.NewRing(secret, c.keys...); err == nil {
			t.Errorf("%s: there is no error", c.name)
		}
	}
}
