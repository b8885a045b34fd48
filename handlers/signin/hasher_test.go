package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"golang.org/x/crypto/argon2"
)

// fake is a hasher whose hashes take no time and are counted.
func fake(argon2 func(password string, salt []byte) []byte) *Hasher {
	return &Hasher{slots: make(chan struct{}, hashesAtOnce), argon2: argon2}
}

func TestEncodingNamesTheParametersThatAreUsed(t *testing.T) {
	want := fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, argonMemory, argonTime, argonThreads)
	if phcHead != want {
		t.Errorf("got %s, want %s", phcHead, want)
	}
}

func TestAtMostTwoHashesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, made atomic.Int32
		finish := make(chan struct{}) // unbuffered: one hash ends for each value
		h := fake(func(string, []byte) []byte {
			if n := now.Add(1); n > hashesAtOnce {
				t.Errorf("got %d hashes at once, want at most %d", n, hashesAtOnce)
			}
			<-finish
			now.Add(-1)
			made.Add(1)
			return make([]byte, hashBytes)
		})
		done := make(chan error, 4) // as many as there are callers
		for range 3 {
			go func() { done <- h.VerifyNobody(t.Context(), "") }()
		}
		synctest.Wait()
		if got := now.Load(); got != 2 {
			t.Errorf("got %d hashes under way, want 2", got)
		}

		ctx, cancel := context.WithCancel(t.Context())
		go func() { done <- h.VerifyNobody(ctx, "") }()
		synctest.Wait()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("whoever left the queue: got %v, want context.Canceled", err)
		}
		for range 3 {
			finish <- struct{}{}
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if got := made.Load(); got != 3 {
			t.Errorf("got %d hashes, want 3", got)
		}
	})
}

// Whatever is asked about an account, one hash of equal cost is made, so that
// the time of the answer says nothing.
func TestEveryAnswerCostsOneHash(t *testing.T) {
	encoded := encodePHC(make([]byte, saltBytes), make([]byte, hashBytes))
	for name, ask := range map[string]func(*Hasher) error{
		"wrong password": func(h *Hasher) error { _, err := h.Verify(t.Context(), encoded, "wrong"); return err },
		"not text":       func(h *Hasher) error { _, err := h.Verify(t.Context(), encoded, "\xff"); return err },
		"far too long": func(h *Hasher) error {
			_, err := h.Verify(t.Context(), encoded, strings.Repeat("0", 1<<16))
			return err
		},
		"nobody":           func(h *Hasher) error { return h.VerifyNobody(t.Context(), "wrong") },
		"nobody, not text": func(h *Hasher) error { return h.VerifyNobody(t.Context(), "\xff") },
	} {
		made := 0
		h := fake(func(_ string, salt []byte) []byte {
			made++
			if len(salt) != saltBytes {
				t.Errorf("%s: got a salt of %d bytes, want %d", name, len(salt), saltBytes)
			}
			return make([]byte, hashBytes)
		})
		if err := ask(h); err != nil || made != 1 {
			t.Errorf("%s: got %d hashes and error %v, want 1", name, made, err)
		}
	}
}

// Even if a row held the hash of the empty password, which stands in for what
// is no text, no such password would be taken.
func TestWhatIsNoTextIsNeverTaken(t *testing.T) {
	h := fake(func(string, []byte) []byte { return make([]byte, hashBytes) })
	encoded := encodePHC(make([]byte, saltBytes), make([]byte, hashBytes))
	if ok, err := h.Verify(t.Context(), encoded, "\xff"); ok || err != nil {
		t.Errorf("got %v and error %v, want false", ok, err)
	}
}

const (
	zeroSalt = "AAAAAAAAAAAAAAAAAAAAAA"
	zeroHash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

func TestForeignEncodingIsRefusedWithoutAHash(t *testing.T) {
	if _, _, err := decodePHC(phcHead + zeroSalt + "$" + zeroHash); err != nil {
		t.Fatalf("the encoding the others are made from: %v", err)
	}
	h := fake(func(string, []byte) []byte {
		t.Error("a hash is made")
		return nil
	})
	for name, encoded := range map[string]string{
		"empty":           "",
		"head alone":      phcHead,
		"more memory":     "$argon2id$v=19$m=4194304,t=2,p=1$" + zeroSalt + "$" + zeroHash,
		"less memory":     "$argon2id$v=19$m=8,t=1,p=1$" + zeroSalt + "$" + zeroHash,
		"more time":       "$argon2id$v=19$m=19456,t=4000000000,p=1$" + zeroSalt + "$" + zeroHash,
		"more lanes":      "$argon2id$v=19$m=19456,t=2,p=255$" + zeroSalt + "$" + zeroHash,
		"older version":   "$argon2id$v=16$m=19456,t=2,p=1$" + zeroSalt + "$" + zeroHash,
		"argon2i":         "$argon2i$v=19$m=19456,t=2,p=1$" + zeroSalt + "$" + zeroHash,
		"bcrypt":          "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"no salt":         phcHead + "$" + zeroHash,
		"short salt":      phcHead + zeroSalt[:11] + "$" + zeroHash,
		"no hash":         phcHead + zeroSalt + "$",
		"one byte hash":   phcHead + zeroSalt + "$AA",
		"long hash":       phcHead + zeroSalt + "$" + zeroHash + "AAAA",
		"a field more":    phcHead + zeroSalt + "$" + zeroHash + "$",
		"second spelling": phcHead + zeroSalt + "$" + zeroHash[1:] + "B",
		"line ends":       phcHead + zeroSalt + "$\r\n\r\n" + zeroHash[4:],
		"padding":         phcHead + zeroSalt + "==$" + zeroHash + "=",
		"another letter":  phcHead + zeroSalt + "$-" + zeroHash[1:],
	} {
		if ok, err := h.Verify(t.Context(), encoded, ""); ok || !errors.Is(err, ErrEncoding) {
			t.Errorf("%s: got %v and error %v, want ErrEncoding", name, ok, err)
		}
	}
}

func FuzzDecodePHC(f *testing.F) {
	f.Add(phcHead + zeroSalt + "$" + zeroHash)
	f.Add(phcHead + "$")
	f.Add("$argon2id$v=19$m=4194304,t=2,p=1$" + zeroSalt + "$" + zeroHash)
	f.Fuzz(func(t *testing.T, encoded string) {
		salt, hash, err := decodePHC(encoded)
		if err != nil {
			if !errors.Is(err, ErrEncoding) {
				t.Errorf("got %v, want ErrEncoding", err)
			}
			return
		}
		if again := encodePHC(salt, hash); again != encoded {
			t.Errorf("%q is read as %q", encoded, again)
		}
	})
}
