package signin_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/handlers/signin"
)

func TestAttemptWaitsInItsCookieForTenMinutes(t *testing.T) {
	s := sealer(t, secret)
	begun := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	want := signin.Attempt{State: canary + "1", Nonce: canary + "2", Verifier: canary + "3", Begun: begun}
	cookie, err := s.SealAttempt(want)
	if err != nil {
		t.Fatal(err)
	}
	hides(t, "the cookie", cookie)
	if len(cookie) > 3000 {
		t.Errorf("got a cookie of %d bytes, which browsers may refuse", len(cookie))
	}
	for name, c := range map[string]struct {
		after time.Duration
		good  bool
	}{
		"at once":                {0, true},
		"ten minutes":            {10 * time.Minute, true},
		"more":                   {10*time.Minute + 1, false},
		"another server's clock": {-time.Minute, true},
		"from the future":        {-time.Minute - 1, false},
	} {
		got, err := s.OpenAttempt(cookie, begun.Add(c.after))
		if !c.good {
			fails(t, name, err, signin.Stale)
			want := signin.Attempt{}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: an attempt comes with the error", name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestForeignCookieIsNoAttempt(t *testing.T) {
	s := sealer(t, secret)
	begun := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	elsewhere, err := sealer(t, another).SealAttempt(signin.Attempt{State: canary, Begun: begun})
	if err != nil {
		t.Fatal(err)
	}
	notOne, err := s.Seal(signin.ForAttempt, "", []byte(`{"s":"`+canary+`","t":"`+canary+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	hook, err := s.Seal(signin.ForHook, "", []byte(`{"s":"x","t":"2031-05-06T07:08:09Z"}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, cookie := range map[string]string{
		"missing": "", "of another server": elsewhere, "sealed for something else": hook,
		"of another form": notOne, "forged": "v1." + canary,
	} {
		_, err := s.OpenAttempt(cookie, begun)
		fails(t, name, err, signin.Stale)
	}
}
