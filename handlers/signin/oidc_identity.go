package signin

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"

	"switchyard/econ/access"
)

// maxSubject is the longest subject that OpenID Connect allows.
const maxSubject = 255

// Identity is who somebody is, as the provider says. Issuer and Subject
// together name the person for ever; an address may pass to somebody else, and
// one that is not verified proves nothing.
type Identity struct {
	Issuer        string
	Subject       string
	Email         string // empty if the provider sends none
	EmailVerified bool
	Name          string
	// Roles are those of the person's groups, each once, in alphabetical order.
	// Of several the caller decides; without any there is no access.
	Roles []access.Role
}

// claims are those of an ID token by their exact names; decoded into a struct,
// "Email" would also be taken for "email".
type claims map[string]json.RawMessage

// identity reads a token that has been verified.
func (c *OIDCConfig) identity(token *oidc.IDToken) (Identity, error) {
	var all claims
	if err := token.Claims(&all); err != nil {
		return Identity{}, untrusted(fmt.Errorf("read the claims: %w", brief(err)))
	}
	// OpenID Connect Core, 3.1.3.7: a token for several must say for whom it
	// was made, and one that says so must say us.
	if party := all.text("azp"); party != c.ClientID && (party != "" || len(token.Audience) > 1) {
		return Identity{}, untrusted(errors.New("the ID token was made for another client"))
	}
	if token.Subject == "" || len(token.Subject) > maxSubject {
		return Identity{}, untrusted(errors.New("the ID token has no subject, or a longer one than the standard allows"))
	}
	groups, err := parseGroups(all[c.GroupsClaim])
	if err != nil {
		return Identity{}, untrusted(fmt.Errorf("read the claim %q: %w", c.GroupsClaim, err))
	}
	id := Identity{
		Issuer: token.Issuer, Subject: token.Subject,
		Email: all.text("email"), Name: all.text("name"),
		Roles: c.roles(groups),
	}
	// Some providers send the truth as a text.
	id.EmailVerified = id.Email != "" && (string(all["email_verified"]) == "true" || all.text("email_verified") == "true")
	if id.Name == "" {
		id.Name = all.text("preferred_username")
	}
	return id, nil
}

// text returns a claim that is a text, else nothing.
func (c claims) text(name string) string {
	var s string
	if err := json.Unmarshal(c[name], &s); err != nil {
		return ""
	}
	return s
}

// roles maps groups to roles. Groups without a role are ignored.
func (c *OIDCConfig) roles(groups []string) []access.Role {
	var roles []access.Role
	for _, group := range groups {
		if role, ok := c.Roles[group]; ok {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// parseGroups reads a list of texts, or one text, which some providers send for
// a person of one group. No claim is no group.
func parseGroups(raw json.RawMessage) ([]string, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var list []string
	if err := json.Unmarshal(raw, &list); err == nil {
		return list, nil
	}
	var one string
	if err := json.Unmarshal(raw, &one); err != nil {
		return nil, errors.New("it is neither a list of texts nor a text")
	}
	return []string{one}, nil
}
