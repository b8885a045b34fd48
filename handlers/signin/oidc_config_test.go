package signin_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

// told answers every request with one discovery document.
type told struct {
	status int
	body   string
}

func (d told) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: d.status, Status: http.StatusText(d.status), Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(d.body)),
	}, nil
}

func TestDiscoveryThatIsNotBelieved(t *testing.T) {
	_, p := startProvider(t)
	const issuer = "https://login.example.com"
	document := func(issuer, auth, token, keys string) string {
		b, err := json.Marshal(map[string]string{"issuer": issuer, "authorization_endpoint": auth, "token_endpoint": token, "jwks_uri": keys})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for name, c := range map[string]struct {
		status int
		body   string
		good   bool
	}{
		"good":                 {200, document(issuer, issuer+"/a", issuer+"/t", issuer+"/k"), true},
		"another issuer":       {200, document("https://other.example.com", issuer+"/a", issuer+"/t", issuer+"/k"), false},
		"issuer with a slash":  {200, document(issuer+"/", issuer+"/a", issuer+"/t", issuer+"/k"), false},
		"tokens in clear":      {200, document(issuer, issuer+"/a", "http://login.example.com/t", issuer+"/k"), false},
		"keys in clear":        {200, document(issuer, issuer+"/a", issuer+"/t", "http://login.example.com/k"), false},
		"a script":             {200, document(issuer, "javascript:alert(1)", issuer+"/t", issuer+"/k"), false},
		"no keys":              {200, document(issuer, issuer+"/a", issuer+"/t", ""), false},
		"a page of many lines": {500, strings.Repeat("<p>\n", 1<<16), false},
		"endless":              {200, strings.Repeat(" ", 1<<20) + document(issuer, issuer+"/a", issuer+"/t", issuer+"/k"), false},
		"a redirect":           {302, "", false},
	} {
		config := p.config
		config.Issuer, config.Transport = issuer, told{c.status, c.body}
		_, _, err := newOIDC(t, config).Begin(t.Context(), p.Now())
		if c.good {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		fails(t, name, err, signin.Unavailable, p.ClientSecret)
	}
}

func TestConfigurationNamesEveryMistake(t *testing.T) {
	_, p := startProvider(t)
	for name, c := range map[string]struct {
		change func(*signin.OIDCConfig)
		want   []string
	}{
		"nothing": {func(c *signin.OIDCConfig) { *c = signin.OIDCConfig{} }, []string{"the issuer must be", "the redirect address must be", "client id", "client secret"}},
		"http":    {func(c *signin.OIDCConfig) { c.Issuer, c.RedirectURL = "http://login.example.com", "http://10.0.0.1/" }, []string{"the issuer must begin with https", "the redirect address must begin with https"}},
		"a password in it": {func(c *signin.OIDCConfig) {
			c.Issuer = "https://jane:" + canary + "@login.example.com"
		}, []string{"the issuer must be an address"}},
		"not an address": {func(c *signin.OIDCConfig) { c.Issuer = "https://" + canary + "%zz\x00" }, []string{"the issuer must be an address"}},
		"no claim":       {func(c *signin.OIDCConfig) { c.GroupsClaim = "" }, []string{"no claim names"}},
		"guests":         {func(c *signin.OIDCConfig) { c.Roles = map[string]access.Role{"all": access.Share} }, []string{`"all"`}},
		"no such role":   {func(c *signin.OIDCConfig) { c.Roles = map[string]access.Role{"all": "owner"} }, []string{`"owner"`}},
	} {
		config := p.config
		config.ClientSecret = canary
		c.change(&config)
		_, err := signin.NewOIDC(config)
		if err == nil {
			t.Errorf("%s: got no error", name)
			continue
		}
		hides(t, name, err.Error())
		for _, want := range c.want {
			if !contains(err.Error(), want) {
				t.Errorf("%s: got %v, want it to name %s", name, err, want)
			}
		}
	}
	for _, address := range []string{"http://localhost:9000/x", "http://[::1]:9000", "https://login.example.com/tenant/"} {
		config := p.config
		config.Issuer = address
		if _, err := signin.NewOIDC(config); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}
