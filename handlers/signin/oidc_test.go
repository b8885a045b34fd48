package signin_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/oauth2-proxy/mockoidc"

	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

func TestSignInWithTheProvider(t *testing.T) {
	o, p := startProvider(t)
	a, back := begin(t, o, p, func(m jwt.MapClaims) {
		m["groups"] = []string{"rigs", "everybody", "treasury", "miners", "", "Root"}
	})
	got, err := o.Finish(t.Context(), a, back, p.Now())
	if err != nil {
		t.Fatal(err)
	}
	want := signin.Identity{
		Issuer: p.Issuer(), Subject: "subject-1", Email: "jane@example.com", EmailVerified: true, Name: "Jane Doe",
		Roles: []access.Role{access.Finance, access.Mining},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	if got := p.tokens.Load(); got != 1 {
		t.Errorf("the code was sent %d times, want once", got)
	}
}

func TestAddressOfTheProvidersPage(t *testing.T) {
	o, p := startProvider(t)
	a, address, err := o.Begin(t.Context(), p.Now())
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	challenge, err := mockoidc.GenerateCodeChallenge("S256", a.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"response_type": {"code"}, "client_id": {p.ClientID}, "redirect_uri": {p.config.RedirectURL},
		"scope": {"openid email profile groups"}, "state": {a.State}, "nonce": {a.Nonce},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	if diff := cmp.Diff(want, u.Query()); diff != "" {
		t.Errorf("query (-want +got):\n%s", diff)
	}
	for _, hidden := range []string{a.Verifier, p.ClientSecret} {
		if contains(address, hidden) {
			t.Error("the address holds a secret")
		}
	}
	other, _, err := o.Begin(t.Context(), p.Now())
	if err != nil {
		t.Fatal(err)
	}
	if other.State == a.State || other.Nonce == a.Nonce || other.Verifier == a.Verifier || a.State == a.Nonce || a.Nonce == a.Verifier {
		t.Error("two random values are equal")
	}
}

func TestIdentityIsWhatTheTokenSays(t *testing.T) {
	o, p := startProvider(t)
	for name, c := range map[string]struct {
		change func(jwt.MapClaims)
		want   signin.Identity
	}{
		"nothing but a subject": {
			func(m jwt.MapClaims) { delete(m, "email"); delete(m, "name") },
			signin.Identity{},
		},
		"not verified": {
			func(m jwt.MapClaims) { m["email_verified"] = false },
			signin.Identity{Email: "jane@example.com", Name: "Jane Doe"},
		},
		"verified as a text": {
			func(m jwt.MapClaims) { m["email_verified"] = "true" },
			signin.Identity{Email: "jane@example.com", EmailVerified: true, Name: "Jane Doe"},
		},
		"verified as something else": {
			func(m jwt.MapClaims) { m["email_verified"] = 1 },
			signin.Identity{Email: "jane@example.com", Name: "Jane Doe"},
		},
		"claims in other letters": {
			func(m jwt.MapClaims) {
				delete(m, "email_verified")
				m["EMAIL_VERIFIED"], m["eMail"], m["Groups"] = true, "root@example.com", []string{"root"}
			},
			signin.Identity{Email: "jane@example.com", Name: "Jane Doe"},
		},
		"a user name": {
			func(m jwt.MapClaims) { delete(m, "name"); m["preferred_username"] = "jane" },
			signin.Identity{Email: "jane@example.com", EmailVerified: true, Name: "jane"},
		},
		"one group as a text": {
			func(m jwt.MapClaims) { m["groups"] = "root" },
			signin.Identity{Email: "jane@example.com", EmailVerified: true, Name: "Jane Doe", Roles: []access.Role{access.Admin}},
		},
		"groups without a role": {
			func(m jwt.MapClaims) { m["groups"] = []string{"everybody"} },
			signin.Identity{Email: "jane@example.com", EmailVerified: true, Name: "Jane Doe"},
		},
		"us among several, made for us": {
			func(m jwt.MapClaims) { m["aud"] = []string{"another", p.ClientID}; m["azp"] = p.ClientID },
			signin.Identity{Email: "jane@example.com", EmailVerified: true, Name: "Jane Doe"},
		},
	} {
		a, back := begin(t, o, p, c.change)
		got, err := o.Finish(t.Context(), a, back, p.Now())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c.want.Issuer, c.want.Subject = p.Issuer(), "subject-1"
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTokenThatIsNotForThisSignInIsRefused(t *testing.T) {
	o, p := startProvider(t)
	set := func(claim string, value any) func(jwt.MapClaims) {
		return func(m jwt.MapClaims) { m[claim] = value }
	}
	for name, change := range map[string]func(jwt.MapClaims){
		"wrong nonce":               set("nonce", canary),
		"no nonce":                  func(m jwt.MapClaims) { delete(m, "nonce") },
		"wrong audience":            set("aud", "another"),
		"no audience":               func(m jwt.MapClaims) { delete(m, "aud") },
		"several audiences":         func(m jwt.MapClaims) { m["aud"] = []string{"another", p.ClientID} },
		"made for another":          set("azp", "another"),
		"foreign issuer":            set("iss", "https://login.example.com/"),
		"no issuer":                 func(m jwt.MapClaims) { delete(m, "iss") },
		"expired":                   set("exp", p.Now().Add(-later).Unix()),
		"no expiry":                 func(m jwt.MapClaims) { delete(m, "exp") },
		"not yet good":              set("nbf", p.Now().Add(later).Unix()),
		"no subject":                func(m jwt.MapClaims) { delete(m, "sub") },
		"endless subject":           set("sub", strings.Repeat("s", 256)),
		"groups of another form":    set("groups", []any{1, canary}),
		"groups as an object":       set("groups", map[string]string{"root": canary}),
		"subject that is no text":   set("sub", map[string]string{"a": canary}),
		"an audience of many lines": set("aud", strings.Repeat("x\n", 5000)),
	} {
		a, back := begin(t, o, p, change)
		id, err := o.Finish(t.Context(), a, back, p.Now())
		fails(t, name, err, signin.Untrusted, a.State, a.Nonce, a.Verifier, back.Code, p.ClientSecret)
		if diff := cmp.Diff(signin.Identity{}, id); diff != "" {
			t.Errorf("%s: an identity comes with the error:\n%s", name, diff)
		}
	}
}

func TestTokenIsExpiredByTheCallersClock(t *testing.T) {
	o, p := startProvider(t)
	a, back := begin(t, o, p, nil)
	_, err := o.Finish(t.Context(), a, back, p.Now().Add(later))
	fails(t, "an hour later", err, signin.Untrusted)
}

func TestCallbackOfAnotherSignInIsRefused(t *testing.T) {
	o, p := startProvider(t)
	for name, c := range map[string]struct {
		change func(*signin.Attempt, *signin.Callback)
		want   signin.Reason
		sent   int32 // how often the code reaches the provider
	}{
		"wrong state":        {func(_ *signin.Attempt, b *signin.Callback) { b.State = canary }, signin.Stale, 0},
		"no state":           {func(_ *signin.Attempt, b *signin.Callback) { b.State = "" }, signin.Stale, 0},
		"no attempt":         {func(a *signin.Attempt, b *signin.Callback) { *a, b.State = signin.Attempt{}, "" }, signin.Stale, 0},
		"error, wrong state": {func(_ *signin.Attempt, b *signin.Callback) { b.State, b.Error = "x", "access_denied" }, signin.Stale, 0},
		"person said no":     {func(_ *signin.Attempt, b *signin.Callback) { b.Code, b.Error = "", "access_denied" }, signin.Refused, 0},
		"error of anything":  {func(_ *signin.Attempt, b *signin.Callback) { b.Error = "\n" + canary }, signin.Refused, 0},
		"neither":            {func(_ *signin.Attempt, b *signin.Callback) { b.Code = "" }, signin.Untrusted, 0},
		"wrong code":         {func(_ *signin.Attempt, b *signin.Callback) { b.Code = canary }, signin.Stale, 1},
		"wrong verifier":     {func(a *signin.Attempt, _ *signin.Callback) { a.Verifier = canary }, signin.Stale, 1},
		"nonce of another":   {func(a *signin.Attempt, _ *signin.Callback) { a.Nonce = canary }, signin.Untrusted, 1},
		"no nonce":           {func(a *signin.Attempt, _ *signin.Callback) { a.Nonce = "" }, signin.Untrusted, 1},
	} {
		a, back := begin(t, o, p, nil)
		c.change(&a, &back)
		before := p.tokens.Load()
		_, err := o.Finish(t.Context(), a, back, p.Now())
		fails(t, name, err, c.want, a.Verifier, p.ClientSecret)
		if got := p.tokens.Load() - before; got != c.sent {
			t.Errorf("%s: the code was sent %d times, want %d", name, got, c.sent)
		}
	}
}

func TestCodeIsGoodOnce(t *testing.T) {
	o, p := startProvider(t)
	a, back := begin(t, o, p, nil)
	if _, err := o.Finish(t.Context(), a, back, p.Now()); err != nil {
		t.Fatal(err)
	}
	_, err := o.Finish(t.Context(), a, back, p.Now())
	fails(t, "replayed", err, signin.Stale, back.Code, a.Verifier, p.ClientSecret)
}

func TestCodeOfAnotherPersonIsRefused(t *testing.T) {
	o, p := startProvider(t)
	mine, back := begin(t, o, p, nil)
	_, theirs := begin(t, o, p, nil)
	back.Code = theirs.Code
	_, err := o.Finish(t.Context(), mine, back, p.Now())
	fails(t, "another's code", err, signin.Stale, theirs.Code)
}

// The provider of these tests repeats a wrong secret in its answer, as real
// ones do.
func TestWrongClientSecretIsNotRepeated(t *testing.T) {
	_, p := startProvider(t)
	p.config.ClientSecret = canary
	o := newOIDC(t, p.config)
	a, back := begin(t, o, p, nil)
	_, err := o.Finish(t.Context(), a, back, p.Now())
	fails(t, "wrong client secret", err, signin.Untrusted, back.Code, a.Verifier)
	if !contains(err.Error(), "invalid_client") {
		t.Errorf("the log does not say what is wrong: %v", err)
	}
}

func TestForgedSignatureIsRefused(t *testing.T) {
	o, p := startProvider(t)
	forger, err := mockoidc.RandomKeypair(2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, sign := range map[string]func(jwt.MapClaims) (string, error){
		"another key": func(m jwt.MapClaims) (string, error) { return forger.SignJWT(m) },
		"none": func(m jwt.MapClaims) (string, error) {
			return jwt.NewWithClaims(jwt.SigningMethodNone, m).SignedString(jwt.UnsafeAllowNoneSignatureType)
		},
		"the client's secret": func(m jwt.MapClaims) (string, error) {
			return jwt.NewWithClaims(jwt.SigningMethodHS256, m).SignedString([]byte(p.ClientSecret))
		},
		"the provider's public key": func(m jwt.MapClaims) (string, error) {
			return jwt.NewWithClaims(jwt.SigningMethodHS256, m).SignedString(p.Keypair.PublicKey.N.Bytes())
		},
		"changed after": func(m jwt.MapClaims) (string, error) {
			text, err := p.Keypair.SignJWT(m)
			head, rest, _ := strings.Cut(text, ".")
			_, tail, _ := strings.Cut(rest, ".")
			return head + ".eyJzdWIiOiJyb290In0." + tail, err
		},
		"not a token": func(jwt.MapClaims) (string, error) { return canary, nil },
		"empty":       func(jwt.MapClaims) (string, error) { return "", nil },
	} {
		a, back := begin(t, o, p, nil)
		text, err := sign(jwt.MapClaims{
			"iss": p.Issuer(), "sub": "root", "aud": p.ClientID, "nonce": a.Nonce, "exp": p.Now().Add(later).Unix(),
		})
		if err != nil {
			t.Fatal(err)
		}
		answerTokens(p, "application/json", http.StatusOK, fmt.Sprintf(`{"access_token":"%s","token_type":"bearer","id_token":"%s"}`, canary, text))
		_, err = o.Finish(t.Context(), a, back, p.Now())
		fails(t, name, err, signin.Untrusted, a.Nonce)
		p.instead = nil
	}
}

// answerTokens makes the token endpoint answer body.
func answerTokens(p *provider, kind string, status int, body string) {
	p.instead = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != mockoidc.TokenEndpoint {
			return false
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Location", "/"+canary)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
}

func TestAnswerOfAnotherFormIsRefused(t *testing.T) {
	o, p := startProvider(t)
	for name, c := range map[string]struct {
		kind   string
		status int
		body   string
		want   signin.Reason
	}{
		"a broken server":   {"text/html", http.StatusBadGateway, "<p>" + canary, signin.Unavailable},
		"a broken answer":   {"application/json", http.StatusOK, `{"access_token":"` + canary, signin.Untrusted},
		"a page":            {"text/html", http.StatusOK, "<p>" + canary, signin.Untrusted},
		"nothing":           {"application/json", http.StatusOK, "", signin.Untrusted},
		"no access token":   {"application/json", http.StatusOK, `{"id_token":"` + canary + `"}`, signin.Untrusted},
		"no ID token":       {"application/json", http.StatusOK, `{"access_token":"` + canary + `"}`, signin.Untrusted},
		"a number":          {"application/json", http.StatusOK, `{"access_token":"` + canary + `","id_token":7}`, signin.Untrusted},
		"a redirect":        {"text/html", http.StatusTemporaryRedirect, "", signin.Untrusted},
		"an error of words": {"application/json", http.StatusBadRequest, `{"error":"` + canary + `","error_description":"` + canary + `"}`, signin.Untrusted},
		"an error at 200":   {"application/json", http.StatusOK, `{"error":"invalid_grant","error_description":"` + canary + `"}`, signin.Stale},
		"endless":           {"application/json", http.StatusOK, `{"access_token":"` + strings.Repeat(canary, 1<<17) + `"}`, signin.Untrusted},
	} {
		a, back := begin(t, o, p, nil)
		answerTokens(p, c.kind, c.status, c.body)
		_, err := o.Finish(t.Context(), a, back, p.Now())
		fails(t, name, err, c.want, back.Code, a.Verifier, p.ClientSecret)
		p.instead = nil
	}
}

// A redirect would carry the code and the client's secret to wherever it says.
func TestRedirectOfTheProviderIsNotFollowed(t *testing.T) {
	o, p := startProvider(t)
	a, back := begin(t, o, p, nil)
	var followed atomic.Bool
	p.instead = func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case mockoidc.TokenEndpoint:
			http.Redirect(w, r, mockoidc.UserinfoEndpoint, http.StatusTemporaryRedirect)
			return true
		case mockoidc.UserinfoEndpoint:
			followed.Store(true)
		}
		return false
	}
	_, err := o.Finish(t.Context(), a, back, p.Now())
	fails(t, "a redirect", err, signin.Untrusted, back.Code, a.Verifier, p.ClientSecret)
	if followed.Load() {
		t.Error("the redirect is followed")
	}
}

func TestServerStartsWhileTheProviderIsDown(t *testing.T) {
	_, p := startProvider(t)
	p.down.Store(true)
	o := newOIDC(t, p.config)
	_, _, err := o.Begin(t.Context(), p.Now())
	fails(t, "begin while it is down", err, signin.Unavailable)

	p.down.Store(false)
	a, back := begin(t, o, p, nil)
	p.down.Store(true)
	_, err = o.Finish(t.Context(), a, back, p.Now())
	fails(t, "finish while it is down", err, signin.Unavailable, back.Code, a.Verifier, p.ClientSecret)

	p.down.Store(false)
	if _, err := o.Finish(t.Context(), a, back, p.Now()); err != nil {
		t.Errorf("after it is up again: %v", err)
	}
}

func TestProviderThatLeftIsUnavailable(t *testing.T) {
	o, p := startProvider(t)
	a, back := begin(t, o, p, nil)
	if err := p.Shutdown(); err != nil {
		t.Fatal(err)
	}
	_, err := o.Finish(t.Context(), a, back, p.Now())
	fails(t, "finish", err, signin.Unavailable, back.Code, a.Verifier, p.ClientSecret)
	_, _, err = newOIDC(t, p.config).Begin(t.Context(), p.Now())
	fails(t, "begin", err, signin.Unavailable)
}

func TestBrowserThatLeftEndsTheSignIn(t *testing.T) {
	o, p := startProvider(t)
	a, back := begin(t, o, p, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.Finish(ctx, a, back, p.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("finish: got %v, want context.Canceled", err)
	}
	if _, _, err := newOIDC(t, p.config).Begin(ctx, p.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("begin: got %v, want context.Canceled", err)
	}
}
