package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OIDC signs people in through the company's OpenID Connect provider, with the
// authorization code flow, PKCE and a nonce. It may be used by several
// goroutines.
type OIDC struct {
	config OIDCConfig
	client *http.Client
	// found is what discovery told, nil until it has succeeded once. Two
	// discoveries at the same time do no harm, so that nobody waits for
	// another's.
	found atomic.Pointer[discovered]
}

// discovered is what the provider says of itself.
type discovered struct {
	provider *oidc.Provider
	oauth    oauth2.Config
}

// Callback is what the provider's redirect carries back in its query.
type Callback struct {
	Code  string
	State string
	Error string // the provider's word for why there is no code
}

// NewOIDC returns the sign-in of a provider, or an error that names every
// mistake in the configuration. It contacts nobody, so that the server starts
// while the provider is down.
func NewOIDC(config OIDCConfig) (*OIDC, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	return &OIDC{config: config, client: newProviderClient(config.Transport)}, nil
}

// Begin starts a sign-in: the browser goes to the address, and the attempt
// waits, sealed, in its cookie. It fails with a *Failure when the provider
// cannot be asked about itself; the next call asks again.
func (o *OIDC) Begin(ctx context.Context, now time.Time) (Attempt, string, error) {
	found, err := o.discover(ctx)
	if err != nil {
		return Attempt{}, "", err
	}
	a := newAttempt(now)
	address := found.oauth.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier))
	return a, address, nil
}

// Finish ends the sign-in that attempt began and says who it is. It fails with
// a *Failure. The caller deletes the cookie in either case: an attempt is good
// once.
func (o *OIDC) Finish(ctx context.Context, a Attempt, back Callback, now time.Time) (Identity, error) {
	// The state first: without it the rest of the query may be anybody's.
	if !same(a.State, back.State) {
		return Identity{}, stale(errors.New("the state is not that of the cookie"))
	}
	if back.Error != "" {
		return Identity{}, refused(back.Error)
	}
	if back.Code == "" {
		return Identity{}, untrusted(errors.New("the provider sent neither a code nor an error"))
	}
	found, err := o.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	ctx = oidc.ClientContext(ctx, o.client)
	answer, err := found.oauth.Exchange(ctx, back.Code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return Identity{}, notExchanged(err)
	}
	raw, ok := answer.Extra("id_token").(string)
	if !ok {
		return Identity{}, untrusted(errors.New("the provider sent no ID token"))
	}
	verifier := found.provider.Verifier(&oidc.Config{
		ClientID: o.config.ClientID,
		Now:      func() time.Time { return now },
	})
	token, err := verifier.Verify(ctx, raw)
	if err != nil {
		return Identity{}, untrusted(brief(err))
	}
	if !same(a.Nonce, token.Nonce) {
		return Identity{}, untrusted(errors.New("the nonce of the ID token is not that of the cookie"))
	}
	return o.config.identity(token)
}

// same compares two secrets in constant time. Nothing is the same as nothing.
func same(want, got string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(got)) == 1
}

// discover asks the provider about itself, until it has answered once.
func (o *OIDC) discover(ctx context.Context) (*discovered, error) {
	if found := o.found.Load(); found != nil {
		return found, nil
	}
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, o.client), o.config.Issuer)
	if err != nil {
		return nil, unavailable(fmt.Errorf("discover the provider: %w", brief(err)))
	}
	var said struct {
		Auth    string   `json:"authorization_endpoint"`
		Token   string   `json:"token_endpoint"`
		Keys    string   `json:"jwks_uri"`
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := provider.Claims(&said); err != nil {
		return nil, unavailable(fmt.Errorf("read what the provider says of itself: %w", brief(err)))
	}
	for _, address := range []string{said.Auth, said.Token, said.Keys} {
		if err := o.config.checkEndpoint(address); err != nil {
			return nil, unavailable(fmt.Errorf("discover the provider: %w", err))
		}
	}
	endpoint := provider.Endpoint()
	// Chosen here, since the library would find out by sending the code twice,
	// which a provider may take for a replay. In the body where that is
	// possible: providers differ in how they unescape a header.
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if slices.Contains(said.Methods, "client_secret_post") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	found := &discovered{provider: provider, oauth: oauth2.Config{
		ClientID:     o.config.ClientID,
		ClientSecret: o.config.ClientSecret,
		Endpoint:     endpoint,
		RedirectURL:  o.config.RedirectURL,
		Scopes:       o.config.scopes(),
	}}
	o.found.Store(found)
	return found, nil
}
