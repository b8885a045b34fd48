package notify

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// special are networks in which nobody's public receiver is: those of the IANA
// special-purpose registries for both protocols that are not all of their kind.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	// Within global unicast: protocols of their own, documentation, and 6to4,
	// which carries an address of the old kind that could be anything.
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

var (
	global6 = netip.MustParsePrefix("2000::/3")     // all that is public among addresses of the new kind
	nat64   = netip.MustParsePrefix("64:ff9b::/96") // a public address of the old kind in its last four bytes
)

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// isPublic says whether an address may be that of a user's receiver: not
// loopback, private, link-local, carrier-grade NAT, multicast, unspecified or
// otherwise reserved.
func isPublic(a netip.Addr) bool {
	a = a.Unmap()
	switch {
	case !a.IsValid() || a.Zone() != "":
		return false
	case nat64.Contains(a):
		b := a.As16()
		return isPublic(netip.AddrFrom4([4]byte(b[12:])))
	case a.Is6() && !global6.Contains(a):
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// control is called for every address a name resolved to, right before the
// connection is made: nothing can change in between.
func (c *Client) control(network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return ErrBlocked
	}
	if !c.allowed(to.Addr()) {
		return ErrBlocked
	}
	return nil
}

// Check says why an address cannot be a hook, webhook or heartbeat, as a
// sentence for the person who typed it, or nil. Where a name leads is checked
// later, at every try.
func (c *Client) Check(address string) error {
	_, err := c.parse(address)
	return err
}

func (c *Client) parse(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "" || len(address) > maxURL || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7F }):
		return nil, errors.New("the address must be a whole URL, such as https://example.com/hook")
	case u.Scheme != "https" && (u.Scheme != "http" || !c.o.AllowHTTP):
		return nil, errors.New("the address must begin with https://")
	case u.User != nil:
		return nil, errors.New("the address must not hold a user name or a password")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !c.allowed(ip) {
		return nil, fmt.Errorf("the address must be %w", errPublic)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// errPublic is ErrBlocked in the words of a rule.
var errPublic = publicError{}

type publicError struct{}

func (publicError) Error() string        { return "public: not within a private or reserved network" }
func (publicError) Is(target error) bool { return target == ErrBlocked }
