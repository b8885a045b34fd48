package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

// codeNow is what an authenticator shows for a secret at an instant.
func codeNow(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestAnAdministratorProvesTwiceAndACodeIsGoodOnce(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	s.password(access.Admin)
	s.as("")
	res, _ := s.post("/sign-in", "email", "admin@example.com", "password", goodPassword, "next", "/admin/people")
	if got := res.Header.Get("Location"); got != "/sign-in/code?next=%2Fadmin%2Fpeople" {
		t.Fatalf("after the password: to %q", got)
	}
	s.take(res)
	half := s.cookie
	for _, path := range []string{"/", "/admin/people", "/account", "/data/audit.csv", "/account/codes"} {
		if res, _ := s.get(path); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/sign-in/code") {
			t.Errorf("half signed in, %s: %s to %q", path, res.Status, res.Header.Get("Location"))
		}
	}
	if res, _ := s.get("/api/v1/series", "Accept", "application/json"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("half signed in, the API: %s", res.Status)
	}
	_, body := s.get("/sign-in/code?next=/admin/people")
	secret := between(body, `<code class="wrap">`, "<")
	if _, again := s.get("/sign-in/code"); between(again, `<code class="wrap">`, "<") != secret || secret == "" {
		t.Error("another look shows another secret")
	}
	if res, _ := s.post("/sign-in/code", "code", "000000"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code: %s", res.Status)
	}
	code := codeNow(t, secret, clock.now())
	res, body = s.post("/sign-in/code", "code", code, "next", "/admin/people")
	if res.StatusCode != http.StatusOK || !contains(body, `href="/admin/people"`) {
		t.Fatalf("the first code: %s", res.Status)
	}
	recovery := between(body, "<li><code>", "<")
	s.take(res)
	if res, _ := s.get("/admin/people"); res.StatusCode != http.StatusOK {
		t.Errorf("signed in: %s", res.Status)
	}
	s.cookie = half
	if res, _ := s.get("/admin/people"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the half session: %s", res.Status)
	}
	// From now on the secret is never shown again, and the code was good once.
	again := func(code string) int {
		t.Helper()
		s.as("")
		res, _ := s.post("/sign-in", "email", "admin@example.com", "password", goodPassword)
		s.take(res)
		if _, body := s.get("/sign-in/code"); contains(body, secret) {
			t.Error("the secret is shown again")
		}
		res, _ = s.post("/sign-in/code", "code", code)
		return res.StatusCode
	}
	if got := again(code); got != http.StatusUnprocessableEntity {
		t.Errorf("the same code again: %d", got)
	}
	clock.add(time.Minute)
	if got := again(codeNow(t, secret, clock.now())); got != http.StatusSeeOther {
		t.Errorf("the next code: %d", got)
	}
	if got := again(strings.ToLower(recovery)); got != http.StatusSeeOther {
		t.Errorf("a recovery code: %d", got)
	}
	if got := again(recovery); got != http.StatusUnprocessableEntity {
		t.Errorf("a recovery code again: %d", got)
	}
	// Whoever has lost the device and the recovery codes gets a link, and sets up
	// codes anew.
	link, linkHash := signin.NewToken(signin.Link)
	if err := s.db.As(access.Admin).InsertLink(t.Context(), access.Actor{Name: "Test"}, linkHash[:], db.Link{Purpose: db.LinkReset, Person: s.people[access.Admin], ExpiresAt: clock.now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	s.as("")
	res, _ = s.post("/welcome/"+link, "password", goodPassword, "again", goodPassword)
	s.take(res)
	if _, body := s.get("/sign-in/code"); contains(body, secret) || between(body, `<code class="wrap">`, "<") == "" {
		t.Error("after a reset no new codes are set up")
	}
	// Half a session does not wait for ever.
	s.as("")
	res, _ = s.post("/sign-in", "email", "admin@example.com", "password", goodPassword)
	s.take(res)
	clock.add(db.PendingLife + time.Second)
	if res, _ := s.post("/sign-in/code", "code", codeNow(t, secret, clock.now())); res.Header.Get("Location") != "/sign-in" {
		t.Errorf("too late: %s to %q", res.Status, res.Header.Get("Location"))
	}
}

func TestCodesByChoiceAreTurnedOnAndOffWithACode(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	s.password(access.Mining)
	s.as(access.Mining)
	_, body := s.get("/account/codes")
	secret := between(body, `<code class="wrap">`, "<")
	if res, body := s.post("/account/codes", "code", codeNow(t, secret, clock.now())); res.StatusCode != http.StatusOK || strings.Count(body, "<li><code>") != 10 {
		t.Fatalf("turn on: %s", res.Status)
	}
	if _, body := s.get("/account/codes"); !contains(body, "10 recovery codes are left") || contains(body, secret) {
		t.Error("the page does not say that codes are on")
	}
	if res, _ := s.post("/account/codes/off", "code", "123456"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("off without a code: %s", res.Status)
	}
	clock.add(time.Minute)
	if res, _ := s.post("/account/codes/off", "code", codeNow(t, secret, clock.now())); res.StatusCode != http.StatusSeeOther {
		t.Errorf("turn off: %s", res.Status)
	}
	if _, body := s.get("/account/codes"); !contains(body, "the password alone") {
		t.Error("the page does not say that codes are off")
	}
}
