package signin

import (
	"errors"
	"fmt"
)

// ForPool is the purpose of what opens accounts at pools.
const ForPool Purpose = "pool"

// SecretID is the id of the key that is made from the server's secret, where the
// configuration names none.
const SecretID = "secret"

// Key is a key of the configuration that seals, with the id that is kept beside
// what it has sealed.
type Key struct {
	ID     string
	Secret []byte
}

// Ring seals under the first of several keys and opens what any of them has
// sealed, so that a key can be replaced without a moment in which nothing opens.
// It may be used by several goroutines.
type Ring struct {
	first   string
	sealers map[string]*Sealer
}

// NewRing returns a ring of keys, the one that seals first, and of the server's
// secret behind them. It fails for two keys of one id, an id of length zero or
// more than 40, or ErrShortSecret.
func NewRing(secret []byte, keys ...Key) (*Ring, error) {
	r := &Ring{sealers: make(map[string]*Sealer)}
	for i, k := range append(keys[:len(keys):len(keys)], Key{ID: SecretID, Secret: secret}) {
		if k.ID == "" || len(k.ID) > 40 {
			return nil, errors.New("the id of a key has 1 to 40 characters")
		}
		if r.sealers[k.ID] != nil {
			return nil, fmt.Errorf("there are two keys %q", k.ID)
		}
		sealer, err := NewSealer(k.Secret)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", k.ID, err)
		}
		if i == 0 {
			r.first = k.ID
		}
		r.sealers[k.ID] = sealer
	}
	return r, nil
}

// Seal encrypts plain for one purpose and row, as Sealer does, and returns the id
// of the key it used.
func (r *Ring) Seal(purpose Purpose, row string, plain []byte) (id, sealed string, err error) {
	sealed, err = r.sealers[r.first].Seal(purpose, row, plain)
	return r.first, sealed, err
}

// Open decrypts what a key of the ring has sealed for the same purpose and row. It
// says whether that is still the key that seals: if not, the text should be
// sealed anew. It fails with ErrSealed, also for a key that is no longer there.
func (r *Ring) Open(purpose Purpose, row, id, sealed string) (plain []byte, current bool, err error) {
	sealer := r.sealers[id]
	if sealer == nil {
		return nil, false, fmt.Errorf("open %s %q: there is no key %q any more: %w", purpose, row, id, ErrSealed)
	}
	plain, err = sealer.Open(purpose, row, sealed)
	return plain, id == r.first, err
}
