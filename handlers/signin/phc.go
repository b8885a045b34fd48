package signin

import (
	"encoding/base64"
	"errors"
	"strings"
)

// What Argon2id is run with. The OWASP Password Storage Cheat Sheet names
// m=47104 (46 MiB), t=1, p=1 and m=19456 (19 MiB), t=2, p=1 as equally strong.
// The second is taken: two hashes at once then need 38 MiB instead of 92, on a
// machine that may be a small one and holds the database too.
const (
	argonMemory  = 19456 // KiB
	argonTime    = 2
	argonThreads = 1
	saltBytes    = 16
	hashBytes    = 32
)

// phcHead is how every encoded password begins: PHC string format, with the
// parameters above. A test holds the two together.
const phcHead = "$argon2id$v=19$m=19456,t=2,p=1$"

// ErrEncoding says that what is kept as a password's hash is not one that this
// program wrote: damaged, or with other parameters. Other parameters are not
// followed, since whoever could write a row could then have the server fill
// its memory.
var ErrEncoding = errors.New("the kept hash is not of the form this program writes")

func encodePHC(salt, hash []byte) string {
	b64 := base64.RawStdEncoding
	return phcHead + b64.EncodeToString(salt) + "$" + b64.EncodeToString(hash)
}

// decodePHC takes exactly what encodePHC writes.
func decodePHC(encoded string) (salt, hash []byte, err error) {
	rest, ok := strings.CutPrefix(encoded, phcHead)
	if !ok {
		return nil, nil, ErrEncoding
	}
	first, second, ok := strings.Cut(rest, "$")
	b64 := base64.RawStdEncoding.Strict()
	// The lengths of the texts too, because the decoder skips line ends.
	if !ok || len(first) != b64.EncodedLen(saltBytes) || len(second) != b64.EncodedLen(hashBytes) {
		return nil, nil, ErrEncoding
	}
	if salt, err = b64.DecodeString(first); err != nil || len(salt) != saltBytes {
		return nil, nil, ErrEncoding
	}
	if hash, err = b64.DecodeString(second); err != nil || len(hash) != hashBytes {
		return nil, nil, ErrEncoding
	}
	return salt, hash, nil
}
