package signin_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"switchyard/handlers/signin"
)

func sealer(t testing.TB, secret []byte) *signin.Sealer {
	t.Helper()
	s, err := signin.NewSealer(secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealedTextOpensOnlyWhereItBelongs(t *testing.T) {
	here, plain := sealer(t, secret), []byte("canary-plain")
	sealed, err := here.Seal(signin.ForTOTP, "12", plain)
	if err != nil {
		t.Fatal(err)
	}
	got, err := here.Open(signin.ForTOTP, "12", sealed)
	if err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("at its place: got %q and error %v", got, err)
	}
	for name, c := range map[string]struct {
		sealer  *signin.Sealer
		purpose signin.Purpose
		id      string
	}{
		"another purpose":    {here, signin.ForHook, "12"},
		"another row":        {here, signin.ForTOTP, "13"},
		"no row":             {here, signin.ForTOTP, ""},
		"row in the purpose": {here, signin.ForTOTP + "1", "2"},
		"another secret":     {sealer(t, another), signin.ForTOTP, "12"},
	} {
		if got, err := c.sealer.Open(c.purpose, c.id, sealed); !errors.Is(err, signin.ErrSealed) || got != nil {
			t.Errorf("%s: got %q and error %v, want ErrSealed", name, got, err)
		}
	}
}

func TestEveryChangedByteOfASealedTextIsRefused(t *testing.T) {
	s := sealer(t, secret)
	sealed, err := s.Seal(signin.ForHook, "1", []byte("https://hooks.example/canary"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		changed := []byte(sealed)
		changed[i] ^= 1
		if _, err := s.Open(signin.ForHook, "1", string(changed)); !errors.Is(err, signin.ErrSealed) {
			t.Errorf("byte %d: got %v, want ErrSealed", i, err)
		}
	}
	for name, text := range map[string]string{
		"empty":           "",
		"version alone":   "v1.",
		"no version":      sealed[3:],
		"next version":    "v2." + sealed[3:],
		"cut":             sealed[:len(sealed)-8],
		"short":           sealed[:20],
		"longer":          sealed + "AAAA",
		"a line end":      sealed + "\n",
		"a line end more": sealed[:10] + "\r\n" + sealed[10:],
		"padding":         sealed + "=",
		"very long":       "v1." + strings.Repeat("A", 1<<20),
	} {
		if _, err := s.Open(signin.ForHook, "1", text); !errors.Is(err, signin.ErrSealed) {
			t.Errorf("%s: got %v, want ErrSealed", name, err)
		}
	}
}

func TestSameTextIsSealedDifferently(t *testing.T) {
	s := sealer(t, secret)
	first, err := s.Seal(signin.ForTOTP, "1", nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Seal(signin.ForTOTP, "1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if first == second {
		t.Error("two seals of one text are equal")
	}
}

func TestWhatIsTooLongToOpenIsNotSealed(t *testing.T) {
	s := sealer(t, secret)
	if _, err := s.Seal(signin.ForHook, "1", make([]byte, 8<<10)); err == nil {
		t.Error("got no error")
	}
	sealed, err := s.Seal(signin.ForHook, "1", make([]byte, 4<<10))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(signin.ForHook, "1", sealed); err != nil {
		t.Error(err)
	}
}

// kept is "plain text" as the first version sealed it for row 1. What is in the
// database must stay readable.
const kept = "v1.UsrPN-JV86dArvIC_f9n2AqFKzsRI5ptrWjK1hjmAHX2CBTZfB49TUPMNSAqyVmSCLo"

func TestWhatTheFirstVersionSealedStillOpens(t *testing.T) {
	s := sealer(t, secret)
	got, err := s.Open(signin.ForTOTP, "1", kept)
	if err != nil || string(got) != "plain text" {
		t.Errorf("got %q and error %v, want \"plain text\"", got, err)
	}
	// The last letter carries two bits that mean nothing.
	if _, err := s.Open(signin.ForTOTP, "1", "v1.UsrPN-JV86dArvIC_f9n2AqFKzsRI5ptrWjK1hjmAHX2CBTZfB49TUPMNSAqyVmSCLp"); !errors.Is(err, signin.ErrSealed) {
		t.Errorf("a second spelling: got %v, want ErrSealed", err)
	}
}

func FuzzOpenSealed(f *testing.F) {
	s := sealer(f, secret)
	f.Add(kept)
	f.Add("v1.")
	f.Add("v1.AAAA\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		if plain, err := s.Open(signin.ForTOTP, "1", text); err == nil && text != kept {
			t.Errorf("%q opens as %q", text, plain)
		} else if err != nil && !errors.Is(err, signin.ErrSealed) {
			t.Errorf("got %v, want ErrSealed", err)
		}
	})
}
