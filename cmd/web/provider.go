package main

import (
	"strings"

	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

// providerPath is where an OpenID Connect provider sends browsers back to.
const providerPath = "/sign-in/provider/back"

// provider reads the OIDC_… settings; nil if none is set.
func (e *environment) provider(c Config) *signin.OIDC {
	o := signin.OIDCConfig{
		Issuer: e.text("OIDC_ISSUER", ""), ClientID: e.text("OIDC_CLIENT_ID", ""), ClientSecret: e.text("OIDC_CLIENT_SECRET", ""),
		GroupsClaim: e.text("OIDC_GROUPS_CLAIM", "groups"), Scopes: strings.Fields(e.text("OIDC_SCOPES", "")), Roles: make(map[string]access.Role),
	}
	for _, pair := range strings.Split(e.text("OIDC_ROLES", ""), ",") {
		group, name, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if group == "" && !ok {
			continue
		}
		role, known := access.ParseRole(strings.TrimSpace(name))
		if !ok || !known {
			e.mistake("OIDC_ROLES", "must be group=role pairs with commas between; the roles are executive, mining, business, finance and admin")
			return nil
		}
		o.Roles[strings.TrimSpace(group)] = role
	}
	if o.Issuer == "" {
		if o.ClientID != "" || o.ClientSecret != "" || len(o.Roles) > 0 {
			e.mistake("OIDC_ISSUER", "is missing, though other OIDC settings are there")
		}
		return nil
	}
	if c.PublicURL == nil {
		e.mistake("PUBLIC_URL", "must be set with "+prefix+"OIDC_ISSUER: the provider sends browsers back to it")
		return nil
	}
	o.RedirectURL = strings.TrimSuffix(c.PublicURL.String(), "/") + providerPath
	p, err := signin.NewOIDC(o)
	if err != nil {
		e.mistake("OIDC_ISSUER", "and its settings cannot be used: "+err.Error())
		return nil
	}
	return p
}
