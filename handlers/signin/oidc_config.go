package signin

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"switchyard/econ/access"
)

// OIDCConfig is what the server is told about its provider.
type OIDCConfig struct {
	Issuer       string // exactly as the provider's tokens name it
	ClientID     string
	ClientSecret string
	RedirectURL  string // where the provider sends browsers back to

	// Scopes are asked for beside openid, email and profile; many providers
	// want "groups" before they send any.
	Scopes []string
	// GroupsClaim is the claim of the ID token that lists a person's groups.
	// Empty, nobody has a role from the provider.
	GroupsClaim string
	Roles       map[string]access.Role // by group

	// Transport carries the requests to the provider; nil is the default one.
	Transport http.RoundTripper
}

const (
	// providerTimeout bounds each request to the provider. A person waits.
	providerTimeout = 10 * time.Second
	// maxAnswer bounds what is read of each answer.
	maxAnswer = 1 << 20
)

func (c *OIDCConfig) scopes() []string {
	scopes := []string{oidc.ScopeOpenID, oidc.ScopeEmail, oidc.ScopeProfile}
	for _, s := range c.Scopes {
		if !slices.Contains(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// check names every mistake at once.
func (c *OIDCConfig) check() error {
	var mistakes []error
	if err := checkAddress(c.Issuer); err != nil {
		mistakes = append(mistakes, fmt.Errorf("the issuer %w", err))
	}
	if err := checkAddress(c.RedirectURL); err != nil {
		mistakes = append(mistakes, fmt.Errorf("the redirect address %w", err))
	}
	if c.ClientID == "" {
		mistakes = append(mistakes, errors.New("the client id is missing"))
	}
	if c.ClientSecret == "" {
		mistakes = append(mistakes, errors.New("the client secret is missing"))
	}
	if len(c.Roles) > 0 && c.GroupsClaim == "" {
		mistakes = append(mistakes, errors.New("groups have roles, but no claim names a person's groups"))
	}
	for group, role := range c.Roles {
		switch role {
		case access.Executive, access.Mining, access.Business, access.Finance, access.Admin:
		default: // also access.Share: guests come by a link
			mistakes = append(mistakes, fmt.Errorf("the group %q has the role %q, which nobody can sign in as", group, role))
		}
	}
	return errors.Join(mistakes...)
}

// checkAddress takes https, and http on this machine, where nobody listens in.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		// The address is not repeated: it may hold a password.
		return errors.New("must be an address such as https://login.example.com/, without a password, query or fragment")
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) {
		return nil
	}
	return errors.New("must begin with https://, or with http:// on this machine")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkEndpoint refuses an address of the provider to which secrets would
// travel in clear.
func (c *OIDCConfig) checkEndpoint(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return errors.New("one of the provider's endpoints is missing or no address")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return fmt.Errorf("the provider's endpoint at %s is not https", u.Host)
	}
	return nil
}

// newProviderClient returns the client for the provider: bounded in time and
// size, and following no redirect, which would carry the code elsewhere.
func newProviderClient(next http.RoundTripper) *http.Client {
	if next == nil {
		next = http.DefaultTransport
	}
	return &http.Client{
		Timeout:       providerTimeout,
		Transport:     capped{next},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// capped ends each answer at maxAnswer; the libraries would read on.
type capped struct{ next http.RoundTripper }

func (c capped) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = http.MaxBytesReader(nil, answer.Body, maxAnswer)
	return answer, nil
}
