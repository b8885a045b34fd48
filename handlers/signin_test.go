package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

const goodPassword = "correct horse battery"

// post sends a form as one of the site's own pages would.
func (s *site) post(path string, values ...string) (*http.Response, string) {
	s.t.Helper()
	form := make(url.Values)
	for i := 0; i+1 < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	return s.do(http.MethodPost, path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
}

// take makes the browser hold the session cookie of an answer.
func (s *site) take(res *http.Response) {
	s.t.Helper()
	for _, c := range res.Cookies() {
		if c.Name == "switchyard" {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
				s.t.Errorf("session cookie: %+v", c)
			}
			s.cookie = c.Name + "=" + c.Value
			return
		}
	}
	s.t.Fatalf("no session in %v", res.Header)
}

// password gives the person of a role a password.
func (s *site) password(role access.Role) {
	s.t.Helper()
	hash, err := signin.NewHasher().Hash(s.t.Context(), goodPassword)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.Auth().SetPassword(s.t.Context(), access.Actor{Name: "Test"}, s.people[role], hash, nil); err != nil {
		s.t.Fatal(err)
	}
}

func TestAPasswordSignsInAndOut(t *testing.T) {
	s := open(t, nil)
	s.password(access.Mining)
	s.as("")
	res, _ := s.get("/mining/sites?x=1")
	if got := res.Header.Get("Location"); got != "/sign-in?next=%2Fmining%2Fsites%3Fx%3D1" {
		t.Fatalf("sent to %q", got)
	}
	res, _ = s.post("/sign-in", "email", " Mining@Example.com ", "password", goodPassword, "next", "/mining/sites?x=1")
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/mining/sites?x=1" {
		t.Fatalf("signed in: %s to %q", res.Status, res.Header.Get("Location"))
	}
	s.take(res)
	if res, body := s.get("/account"); res.StatusCode != http.StatusOK || !contains(body, "The mining") || !contains(body, "Mining operations") {
		t.Errorf("account: %s", res.Status)
	}
	held := s.cookie
	if res, _ := s.post("/sign-out"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("sign out: %s", res.Status)
	}
	s.cookie = held
	if res, _ := s.get("/account"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the old session still opens: %s", res.Status)
	}
}

func TestNobodyLearnsWhetherAnAccountExists(t *testing.T) {
	s := open(t, nil)
	s.password(access.Mining)
	if err := s.db.As(access.Admin).Deactivate(t.Context(), access.Actor{Name: "Test"}, s.people[access.Finance]); err != nil {
		t.Fatal(err)
	}
	s.as("")
	var bodies []string
	for _, email := range []string{"mining@example.com", "finance@example.com", "business@example.com", "nobody@example.com"} {
		res, body := s.post("/sign-in", "email", email, "password", "wrong but long enough")
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %s", email, res.Status)
		}
		body = strings.ReplaceAll(body, email, "E")
		bodies = append(bodies, between(body, "<form class=\"form\"", "</form>"))
		if contains(body, "wrong but") {
			t.Error("the page tells the password that was typed")
		}
	}
	for _, b := range bodies[1:] {
		if b != bodies[0] || b == "" {
			t.Errorf("the answers differ:\n%s\n%s", bodies[0], b)
		}
	}
}

func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	part, _, _ := strings.Cut(rest, to)
	return part
}

func TestWrongTriesPauseOneAddressAndNobodyElse(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	s.password(access.Mining)
	s.password(access.Finance)
	s.as("")
	for range 5 {
		s.post("/sign-in", "email", "mining@example.com", "password", "wrong but long enough")
	}
	res, body := s.post("/sign-in", "email", "mining@example.com", "password", goodPassword)
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" || !contains(body, "fifteen minutes") {
		t.Errorf("the sixth try: %s", res.Status)
	}
	if res, _ := s.post("/sign-in", "email", "finance@example.com", "password", goodPassword); res.StatusCode != http.StatusSeeOther {
		t.Errorf("somebody else from the same address: %s", res.Status)
	}
	clock.add(16 * time.Minute)
	if res, _ := s.post("/sign-in", "email", "mining@example.com", "password", goodPassword); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after the pause: %s", res.Status)
	}
}

func TestASessionPutThereBeforeIsNotTheOneSignedIn(t *testing.T) {
	s := open(t, nil)
	s.password(access.Finance)
	s.as(access.Mining) // somebody else's session, put into the browser
	planted := s.cookie
	res, _ := s.post("/sign-in", "email", "finance@example.com", "password", goodPassword)
	s.take(res)
	if s.cookie == planted {
		t.Fatal("the planted session was signed in")
	}
	if res, _ := s.get("/finance/balance-sheet"); res.StatusCode != http.StatusOK {
		t.Errorf("the new session: %s", res.Status)
	}
	s.cookie = planted
	if res, _ := s.get("/account"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the planted session still opens: %s", res.Status)
	}
}

func TestSessionsEndByIdlenessAgeAndNonsense(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	opens := func(when string, want bool) {
		t.Helper()
		if res, _ := s.get("/account"); (res.StatusCode == http.StatusOK) != want {
			t.Errorf("%s: %s", when, res.Status)
		}
	}
	opens("at once", true)
	clock.add(db.SessionIdle - time.Minute)
	opens("before it is idle", true)
	clock.add(db.SessionIdle + time.Minute)
	opens("idle", false)
	s.as(access.Mining)
	for range int(db.SessionLife/(db.SessionIdle-time.Hour)) + 1 {
		s.get("/account")
		clock.add(db.SessionIdle - time.Hour)
	}
	opens("too old", false)
	for _, cookie := range []string{"switchyard=", "switchyard=x", "switchyard=" + strings.Repeat("A", 43), "switchyard=" + strings.Repeat("é", 4000)} {
		s.cookie = cookie
		opens(cookie[:min(20, len(cookie))], false)
	}
}

func TestANewPasswordEndsEveryOtherSession(t *testing.T) {
	s := open(t, nil)
	s.password(access.Business)
	s.as(access.Business)
	other := s.cookie
	s.as(access.Business)
	if res, body := s.post("/account/password", "current", "not this one here", "password", "another good phrase", "again", "another good phrase"); res.StatusCode != http.StatusUnprocessableEntity || !contains(body, "not your present") {
		t.Errorf("a wrong present password: %s", res.Status)
	}
	res, _ := s.post("/account/password", "current", goodPassword, "password", "another good phrase", "again", "another good phrase")
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("change: %s", res.Status)
	}
	old := s.cookie
	s.take(res)
	if res, _ := s.get("/account"); res.StatusCode != http.StatusOK {
		t.Errorf("this browser: %s", res.Status)
	}
	for _, cookie := range []string{other, old} {
		s.cookie = cookie
		if res, _ := s.get("/account"); res.StatusCode != http.StatusSeeOther {
			t.Errorf("another session: %s", res.Status)
		}
	}
}

func TestTheWayBackStaysOnThisSite(t *testing.T) {
	s := open(t, nil)
	s.password(access.Mining)
	for _, next := range []string{"//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "\\\\evil", "/a\nb"} {
		s.as("")
		res, _ := s.post("/sign-in", "email", "mining@example.com", "password", goodPassword, "next", next)
		if got := res.Header.Get("Location"); got != "/mining" {
			t.Errorf("%q leads to %q", next, got)
		}
	}
}
