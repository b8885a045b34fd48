package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"switchyard/handlers/signin"
)

// sealKeyID is what the id of a key may be: it is kept in the database and shown.
var sealKeyID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,40}$`)

// leastSealKey is the fewest characters of a key that seals.
const leastSealKey = 32

// sealKeys reads the keys under which the keys of pools are sealed: id=key with
// commas between, the one that seals first. No mistake repeats a key.
func (e *environment) sealKeys(name string) []signin.Key {
	var keys []signin.Key
	for i, part := range strings.Split(e.text(name, ""), ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		id, secret, named := strings.Cut(part, "=")
		id, secret = strings.TrimSpace(id), strings.TrimSpace(secret)
		switch {
		case !named || !sealKeyID.MatchString(id):
			e.mistake(name, fmt.Sprintf("has no id before the = of key %d: letters, digits, dots and dashes, at most 40", i+1))
		case id == signin.SecretID:
			e.mistake(name, fmt.Sprintf("has a key with the id %q, which the server's secret has", id))
		case len(secret) < leastSealKey:
			e.mistake(name, fmt.Sprintf("has a key %q of fewer than %d characters", id, leastSealKey))
		case slices.ContainsFunc(keys, func(k signin.Key) bool { return k.ID == id }):
			e.mistake(name, fmt.Sprintf("has the key %q twice", id))
		default:
			keys = append(keys, signin.Key{ID: id, Secret: []byte(secret)})
		}
	}
	return keys
}
