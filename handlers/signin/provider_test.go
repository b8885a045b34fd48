package signin_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

// providerKey is made once: it takes most of a test's time.
var providerKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// provider is a real OpenID Connect provider in the process of the test.
type provider struct {
	*mockoidc.MockOIDC
	config signin.OIDCConfig
	// instead, if set, answers a request in the provider's place; it returns
	// false for those it leaves to it.
	instead func(http.ResponseWriter, *http.Request) bool
	// down makes the network refuse every request.
	down atomic.Bool
	// tokens counts the requests to the token endpoint.
	tokens atomic.Int32
}

var errDown = errors.New("the network is down")

// carrier is the way to the provider.
type carrier struct {
	p    *provider
	next http.RoundTripper
}

func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.p.down.Load() {
		return nil, errDown
	}
	return c.next.RoundTrip(r)
}

// startProvider starts a provider and returns the sign-in that is configured
// for it.
func startProvider(t *testing.T) (*signin.OIDC, *provider) {
	t.Helper()
	key, err := providerKey()
	if err != nil {
		t.Fatal(err)
	}
	mock, err := mockoidc.NewServer(key)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{MockOIDC: mock}
	err = mock.AddMiddleware(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == mockoidc.TokenEndpoint {
				p.tokens.Add(1)
			}
			if p.instead == nil || !p.instead(w, r) {
				next.ServeHTTP(w, r)
			}
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := mock.Start(listener, nil); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := mock.Shutdown(); err != nil {
			t.Error(err)
		}
	})
	p.config = signin.OIDCConfig{
		Issuer: mock.Issuer(), ClientID: mock.ClientID, ClientSecret: mock.ClientSecret,
		RedirectURL: "http://127.0.0.1:8080/sign-in/provider",
		Scopes:      []string{"groups"}, GroupsClaim: "groups",
		Roles: map[string]access.Role{
			"miners": access.Mining, "rigs": access.Mining, "treasury": access.Finance, "root": access.Admin,
		},
		Transport: carrier{p, transport},
	}
	return newOIDC(t, p.config), p
}

func newOIDC(t *testing.T, config signin.OIDCConfig) *signin.OIDC {
	t.Helper()
	o, err := signin.NewOIDC(config)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// user is a person of the provider; change alters the claims of the ID token.
type user struct{ change func(jwt.MapClaims) }

func (u user) ID() string { return "subject-1" }

func (u user) Userinfo([]string) ([]byte, error) { return []byte("{}"), nil }

func (u user) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	b, err := json.Marshal(base)
	if err != nil {
		return nil, err
	}
	var m jwt.MapClaims
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, err
	}
	m["email"], m["email_verified"], m["name"] = "jane@example.com", true, "Jane Doe"
	if u.change != nil {
		u.change(m)
	}
	return m, nil
}

// begin starts a sign-in and goes through the provider's page as a browser
// would, for a person whose claims are changed. The provider's clock is the
// machine's, so that the tests' now is too.
func begin(t *testing.T, o *signin.OIDC, p *provider, change func(jwt.MapClaims)) (signin.Attempt, signin.Callback) {
	t.Helper()
	a, address, err := o.Begin(t.Context(), p.Now())
	if err != nil {
		t.Fatal(err)
	}
	p.QueueUser(user{change})
	return a, visit(t, p, address)
}

// visit follows the redirect to the provider and returns what comes back.
func visit(t *testing.T, p *provider, address string) signin.Callback {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := p.config.Transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	back, err := url.Parse(answer.Header.Get("Location"))
	if err != nil || answer.StatusCode != http.StatusFound {
		t.Fatalf("the provider's page: got status %d and error %v, want a redirect", answer.StatusCode, err)
	}
	query := back.Query()
	return signin.Callback{Code: query.Get("code"), State: query.Get("state"), Error: query.Get("error")}
}

// fails checks that err is a failure of reason that says something to people
// and holds none of the secrets.
func fails(t *testing.T, what string, err error, want signin.Reason, secrets ...string) {
	t.Helper()
	var f *signin.Failure
	if !errors.As(err, &f) {
		t.Errorf("%s: got %v, want a failure", what, err)
		return
	}
	if f.Reason != want {
		t.Errorf("%s: got reason %d (%v), want %d", what, f.Reason, err, want)
	}
	if f.Sentence == "" || f.Cause == nil {
		t.Errorf("%s: a sentence or a cause is missing", what)
	}
	hides(t, what, err.Error())
	for _, secret := range secrets {
		if secret != "" && contains(err.Error(), secret) {
			t.Errorf("%s: the error repeats a secret", what)
		}
	}
	if len(err.Error()) > 600 || contains(err.Error(), "\n") {
		t.Errorf("%s: the error is more than a short line: %q", what, err)
	}
}

const later = time.Hour
