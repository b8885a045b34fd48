package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oauth2-proxy/mockoidc"

	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

// withProvider is a site whose company has an identity provider, which is a
// real one in this process.
func withProvider(t *testing.T) (*site, *mockoidc.MockOIDC) {
	t.Helper()
	mock, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := mock.Shutdown(); err != nil {
			t.Error(err)
		}
	})
	oidc, err := signin.NewOIDC(signin.OIDCConfig{
		Issuer: mock.Issuer(), ClientID: mock.ClientID, ClientSecret: mock.ClientSecret,
		RedirectURL: "http://127.0.0.1:8080/sign-in/provider/back", GroupsClaim: "groups", Scopes: []string{"groups"},
		Roles: map[string]access.Role{"treasury": access.Finance, "ops": access.Mining},
	})
	if err != nil {
		t.Fatal(err)
	}
	return openWith(t, time.Now, oidc), mock
}

// come goes through the provider as user and returns the answer at the end.
func (s *site) come(user *mockoidc.MockUser, mock *mockoidc.MockOIDC) *http.Response {
	s.t.Helper()
	s.as("")
	mock.QueueUser(user)
	res, _ := s.get("/sign-in/provider")
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), mock.Issuer()) {
		s.t.Fatalf("begin: %s to %q", res.Status, res.Header.Get("Location"))
	}
	attempt := ""
	for _, c := range res.Cookies() {
		if c.Name == "switchyard-sign-in" {
			if !c.HttpOnly || c.Path != "/sign-in/provider" {
				s.t.Errorf("attempt: %+v", c)
			}
			attempt = c.Name + "=" + c.Value
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, res.Header.Get("Location"), http.NoBody)
	if err != nil {
		s.t.Fatal(err)
	}
	there, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	there.Body.Close()
	back, err := url.Parse(there.Header.Get("Location"))
	if err != nil || back.Path != "/sign-in/provider/back" {
		s.t.Fatalf("the provider sends back to %q (%v)", there.Header.Get("Location"), err)
	}
	res, _ = s.get(back.RequestURI(), "Cookie", attempt)
	return res
}

func user(subject, email string, groups ...string) *mockoidc.MockUser {
	return &mockoidc.MockUser{Subject: subject, Email: email, EmailVerified: true, PreferredUsername: subject, Groups: groups}
}

func TestTheProviderSignsInByItsSubject(t *testing.T) {
	s, mock := withProvider(t)
	// Somebody new, with one role by their groups.
	res := s.come(user("s-1", "new@example.com", "treasury", "everybody"), mock)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/finance/balance-sheet" {
		t.Fatalf("new: %s to %q", res.Status, res.Header.Get("Location"))
	}
	s.take(res)
	if _, body := s.get("/account"); !contains(body, "new@example.com") || !contains(body, "Finance") {
		t.Error("the account is not theirs")
	}
	// The same subject under another address is the same person.
	res = s.come(user("s-1", "renamed@example.com", "treasury"), mock)
	s.take(res)
	if _, body := s.get("/account"); !contains(body, "new@example.com") {
		t.Error("another address makes another person")
	}
	// Somebody who was invited is linked by the verified address.
	if res := s.come(user("s-2", "mining@example.com", "ops"), mock); res.Header.Get("Location") != "/mining" {
		t.Errorf("invited: %s", res.Status)
	}
	for name, who := range map[string]*mockoidc.MockUser{
		"another subject with the address of somebody linked": user("s-9", "mining@example.com", "ops"),
		"no group that is a role":                             user("s-3", "nobody@example.com", "everybody"),
		"two roles":                                           user("s-4", "two@example.com", "ops", "treasury"),
		"the group of the role is lost":                       user("s-2", "mining@example.com", "everybody"),
		"an address that nobody vouches for":                  {Subject: "s-5", Email: "finance@example.com", Groups: []string{"treasury"}},
	} {
		if res := s.come(who, mock); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s", name, res.Status)
		}
	}
	if err := s.db.As(access.Admin).Deactivate(t.Context(), access.Actor{Name: "Test"}, s.people[access.Mining]); err != nil {
		t.Fatal(err)
	}
	if res := s.come(user("s-2", "mining@example.com", "ops"), mock); res.StatusCode != http.StatusForbidden {
		t.Errorf("deactivated: %s", res.Status)
	}
}

func TestAnAnswerOfTheProviderIsTakenFromTheBrowserThatAskedAlone(t *testing.T) {
	s, mock := withProvider(t)
	mock.QueueUser(user("s-1", "new@example.com", "treasury"))
	s.as("")
	for _, cookie := range []string{"", "switchyard-sign-in=nonsense"} {
		if res, _ := s.get("/sign-in/provider/back?code=x&state=y", "Cookie", cookie); res.StatusCode != http.StatusBadRequest {
			t.Errorf("with cookie %q: %s", cookie, res.Status)
		}
	}
}
