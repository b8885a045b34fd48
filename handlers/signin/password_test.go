package signin_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"switchyard/handlers/signin"
)

func TestAPasswordIsKnownByItsHashAlone(t *testing.T) {
	h, ctx := signin.NewHasher(), t.Context()
	const password = "correct horse battery"
	a, err := h.Hash(ctx, password)
	if err != nil {
		t.Fatal(err)
	}
	b, err := h.Hash(ctx, password)
	if err != nil {
		t.Fatal(err)
	}
	if a == b || strings.Contains(a, "horse") || !strings.HasPrefix(a, "$argon2id$v=19$m=47104,t=1,p=1$") {
		t.Errorf("hashes: %q, %q", a, b)
	}
	for try, want := range map[string]bool{password: true, "correct horse batterz": false, "": false} {
		if got, err := h.Verify(ctx, a, try); err != nil || got != want {
			t.Errorf("verify %q: got %v, %v, want %v", try, got, err, want)
		}
	}
}

func TestAForeignHashIsRefusedUnread(t *testing.T) {
	h := signin.NewHasher()
	good, err := h.Hash(t.Context(), "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	for _, stored := range []string{
		"", "secret-canary", strings.Replace(good, "m=47104", "m=4294967295", 1), strings.Replace(good, "t=1", "t=9999", 1),
		strings.Replace(good, "argon2id", "argon2i", 1), good[:len(good)-1], good + "A", good + "$", strings.Replace(good, "$argon", "argon", 1),
	} {
		ok, err := h.Verify(t.Context(), stored, "correct horse battery")
		if ok || err == nil || (stored != "" && strings.Contains(err.Error(), stored)) {
			t.Errorf("%q: got %v, %v", stored, ok, err)
		}
	}
}

func TestWaitingForAHashEndsWithItsContext(t *testing.T) {
	h := signin.NewHasher()
	release := signin.Occupy(h)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.VerifyNobody(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
	release()
	if err := h.VerifyNobody(t.Context(), "x"); err != nil {
		t.Errorf("after the others: %v", err)
	}
}

func TestNewPasswords(t *testing.T) {
	for password, good := range map[string]bool{
		"correct horse battery": true, "zwölf Zeichen!": true, "tr0ub4dor&3xyz": true, "ein guter Satz hier": true, "anna likes long walks": true,
		"": false, "short": false, "elevenchars": false, "aaaaaaaaaaaa": false, "abcabcabcabcabc": false, "123456789012": false,
		"password12345": false, "Password2026!": false, "qwertyuiopas": false, "bitcoinbitcoin": false, "anna.example1": false,
		strings.Repeat("long ", 30): false, "\xff\xfe not text at all": false,
	} {
		err := signin.CheckPassword(password, "anna.example@example.com", "Anna Example")
		if (err == nil) != good {
			t.Errorf("%q: got %v, want good: %v", password, err, good)
		}
		if err != nil && password != "" && strings.Contains(err.Error(), password) {
			t.Errorf("%q: the error tells the password", password)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=1,t=1,p=1$AA$AA")
	f.Fuzz(func(t *testing.T, stored string) {
		salt, key, err := signin.ParseHash(stored)
		if err == nil && (len(salt) != 16 || len(key) != 32) {
			t.Errorf("%q parsed to %d and %d bytes", stored, len(salt), len(key))
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	h := signin.NewHasher()
	stored, err := h.Hash(b.Context(), "correct horse battery")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := h.Verify(b.Context(), stored, "correct horse battery"); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
