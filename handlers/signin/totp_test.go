package signin_test

import (
	"bytes"
	"encoding/base32"
	"errors"
	"image/png"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"switchyard/handlers/signin"
)

// rfcSecret is the key of RFC 6238, appendix B, in base 32.
var rfcSecret = base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))

func TestCodesOfTheStandard(t *testing.T) {
	// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
	for _, c := range []struct {
		unix int64
		code string
	}{
		{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"},
		{1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
	} {
		step, ok := signin.CheckTOTP(rfcSecret, c.code, time.Unix(c.unix, 0), 0)
		if !ok || step != c.unix/30 {
			t.Errorf("%s at %d: got step %d and %v, want %d", c.code, c.unix, step, ok, c.unix/30)
		}
	}
}

// at returns the code of a step.
func at(t testing.TB, step int64) string {
	t.Helper()
	code, err := totp.GenerateCode(rfcSecret, time.Unix(step*30, 0))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestCodeIsGoodOneStepToEitherSideAndOnce(t *testing.T) {
	const step = 40_000_000
	now := time.Unix(step*30+29, 0)
	for _, c := range []struct {
		name string
		of   int64 // the step of the code
		last int64
		want bool
	}{
		{"this step", step, 0, true},
		{"the step before", step - 1, 0, true},
		{"the next step", step + 1, 0, true},
		{"two before", step - 2, 0, false},
		{"two ahead", step + 2, 0, false},
		{"used", step, step, false},
		{"older than the used one", step - 1, step, false},
		{"newer than the used one", step, step - 1, true},
		{"ahead of the used one", step + 1, step, true},
	} {
		got, ok := signin.CheckTOTP(rfcSecret, at(t, c.of), now, c.last)
		if ok != c.want || (ok && got != c.of) {
			t.Errorf("%s: got step %d and %v, want %d and %v", c.name, got, ok, c.of, c.want)
		}
	}
}

// Two neighbouring steps may have the same code; used for one, it must not be
// good for the other.
func TestCodeOfTwoStepsIsGoodOnce(t *testing.T) {
	const step = 910_737 // the first such step of this secret
	if at(t, step) != at(t, step+1) {
		t.Fatal("the two steps have different codes")
	}
	now := time.Unix(step*30, 0)
	used, ok := signin.CheckTOTP(rfcSecret, at(t, step), now, 0)
	if !ok || used != step+1 {
		t.Errorf("first: got step %d and %v, want %d", used, ok, step+1)
	}
	if _, ok := signin.CheckTOTP(rfcSecret, at(t, step), now.Add(30*time.Second), used); ok {
		t.Error("the same code is good twice")
	}
}

func TestCodeIsReadAsPeopleTypeIt(t *testing.T) {
	now := time.Unix(59, 0)
	for text, want := range map[string]bool{
		"287082": true, "287 082": true, " 287082\r\n": true, "287-082": true, "28 70 82": true,
		"": false, "28708": false, "2870822": false, "28708a": false, "٢٨٧٠٨٢": false, "２８７０８２": false,
		"+87082": false, "287.082": false, "287082\x00": false, "287082" + strings.Repeat(" ", 32): false,
	} {
		if _, got := signin.CheckTOTP(rfcSecret, text, now, 0); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestMissingOrDamagedSecretTakesNoCode(t *testing.T) {
	now := time.Unix(59, 0)
	for _, secret := range []string{"", "A", "AAAAAAAA", rfcSecret[:24], rfcSecret + "AAAAAAAA", "!" + rfcSecret[1:], strings.Repeat(" ", 32)} {
		code, err := totp.GenerateCode(secret, now)
		if err != nil {
			code = "000000"
		}
		if _, ok := signin.CheckTOTP(secret, code, now, 0); ok {
			t.Errorf("%q takes a code", secret)
		}
	}
	if _, ok := signin.CheckTOTP(rfcSecret, "000000", now, -1); ok {
		t.Error("a last step that never was takes a wrong code")
	}
	if _, ok := signin.CheckTOTP(rfcSecret, "000000", time.Unix(-1_000_000, 0), 0); ok {
		t.Error("a time before 1970 takes a code")
	}
}

func TestAuthenticatorReadsTheAddress(t *testing.T) {
	secret := signin.NewTOTPSecret()
	if other := signin.NewTOTPSecret(); other == secret {
		t.Error("two secrets are equal")
	}
	address, err := signin.TOTPURL("Switchyard & Co", "jane+desk@example.com", secret)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := u.Scheme+"://"+u.Host+u.Path, "otpauth://totp/Switchyard & Co:jane+desk@example.com"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for key, want := range map[string]string{
		"secret": secret, "issuer": "Switchyard & Co", "algorithm": "SHA1", "digits": "6", "period": "30",
	} {
		if got := u.Query().Get(key); got != want {
			t.Errorf("%s: got another value than %s", key, want)
		}
	}
	b, err := signin.TOTPImage(address, 240)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if got := picture.Bounds().Size(); got.X != 240 || got.Y != 240 {
		t.Errorf("got %v pixels, want 240 by 240", got)
	}
}

func TestWhatNoAuthenticatorReadsIsRefused(t *testing.T) {
	good := signin.NewTOTPSecret()
	for name, c := range map[string]struct{ issuer, account, secret string }{
		"no issuer":           {"", "jane", good},
		"no account":          {"Switchyard", "", good},
		"a colon":             {"Switch:yard", "jane", good},
		"no secret":           {"Switchyard", "jane", ""},
		"a secret of letters": {"Switchyard", "jane", canary},
	} {
		if got, err := signin.TOTPURL(c.issuer, c.account, c.secret); got != "" || !errors.Is(err, signin.ErrTOTP) {
			t.Errorf("%s: got %v, want ErrTOTP", name, err)
		}
	}
	for name, c := range map[string]struct {
		url  string
		size int
	}{
		"no address":      {"", 240},
		"another address": {"https://" + canary + ".example", 240},
		"damaged":         {"otpauth://totp/%zz" + canary, 240},
		"does not fit":    {"otpauth://totp/" + strings.Repeat(canary, 1000), 240},
		"too small":       {"otpauth://totp/x:y?secret=" + good, 8},
		"no size":         {"otpauth://totp/x:y?secret=" + good, 0},
		"enormous":        {"otpauth://totp/x:y?secret=" + good, 1 << 20},
	} {
		got, err := signin.TOTPImage(c.url, c.size)
		if got != nil || !errors.Is(err, signin.ErrTOTP) {
			t.Errorf("%s: got %v, want ErrTOTP", name, err)
			continue
		}
		hides(t, name, err.Error())
	}
}

func FuzzCheckTOTP(f *testing.F) {
	f.Add("287082", int64(59), int64(0))
	f.Add("287 082\n", int64(-59), int64(1))
	f.Fuzz(func(t *testing.T, code string, unix, last int64) {
		now := time.Unix(unix, 0)
		step, ok := signin.CheckTOTP(rfcSecret, code, now, last)
		if !ok {
			return
		}
		if off := step - now.Unix()/30; off < -1 || off > 1 || step <= last {
			t.Errorf("step %d is taken at %d after %d", step, unix, last)
		}
		if _, again := signin.CheckTOTP(rfcSecret, code, now, step); again {
			t.Errorf("%q is good twice", code)
		}
	})
}
