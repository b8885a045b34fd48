package notify

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestIsPublic(t *testing.T) {
	tests := map[string]bool{
		"1.1.1.1": true, "52.1.2.3": true, "99.255.255.255": true, "100.63.255.255": true, "100.128.0.1": true,
		"172.15.0.1": true, "172.32.0.1": true, "223.255.255.254": true, "192.167.1.1": true,
		"2606:4700::1111": true, "2a00:1450::1": true, "64:ff9b::101:101": true, "::ffff:1.1.1.1": true,

		"127.0.0.1": false, "127.255.255.254": false, "::1": false, "::ffff:127.0.0.1": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "fd00::1": false, "fc00::1": false,
		"fd00:ec2::254": false, "::ffff:10.0.0.1": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "2606:4700::1111%eth0": false,
		"100.64.0.1": false, "100.127.255.255": false,
		"224.0.0.1": false, "239.255.255.250": false, "ff02::1": false, "ff0e::1": false,
		"0.0.0.0": false, "0.1.2.3": false, "::": false,
		"240.0.0.1": false, "255.255.255.255": false, "192.0.2.1": false, "198.51.100.1": false, "203.0.113.9": false, "198.18.0.1": false,
		"192.0.0.8": false, "192.88.99.1": false,
		"64:ff9b::a00:1": false, "64:ff9b::7f00:1": false, "64:ff9b:1::1": false, "::7f00:1": false,
		"2002:7f00:1::": false, "2001::1": false, "2001:db8::1": false, "3fff::1": false, "fec0::1": false, "100::1": false,
	}
	for text, want := range tests {
		if got := isPublic(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: public is %t, want %t", text, got, want)
		}
	}
	if isPublic(netip.Addr{}) {
		t.Error("no address at all is public")
	}
}

func TestCheckRefusesAddressesThatCannotBe(t *testing.T) {
	const whole = "the address must be a whole URL, such as https://example.com/hook"
	const scheme = "the address must begin with https://"
	const public = "the address must be public: not within a private or reserved network"
	tests := map[string]string{
		"https://hooks.example/services/T/B/x?y=z": "", "https://hooks.example:8443/": "", "https://1.1.1.1/": "", "HTTPS://hooks.example": "",
		"": whole, "hooks.example": whole, "https://": whole, "https:///x": whole, "https:hooks.example": whole, "https://:443/": whole,
		"https://hooks.example/a b": whole, "https://hooks.example/a\nb": whole, "https://hooks.example/%zz": whole,
		"https://hooks.example/" + strings.Repeat("x", 2000): whole,
		"http://hooks.example/":                              scheme, "ftp://hooks.example/": scheme, "file:///etc/passwd": whole, "gopher://hooks.example/": scheme,
		"https://user:CANARY@hooks.example/": "the address must not hold a user name or a password",
		"https://127.0.0.1/":                 public, "https://[::1]/": public, "https://[fe80::1%25eth0]/": public, "https://169.254.169.254/latest": public,
		"https://0.0.0.0": public, "https://[::ffff:10.0.0.1]:8443/": public,
	}
	c := NewClient(Options{})
	for address, want := range tests {
		got := ""
		if err := c.Check(address); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
	if err := NewClient(Options{AllowHTTP: true}).Check("http://hooks.example/"); err != nil {
		t.Errorf("http is allowed, but refused: %v", err)
	}
	if err := NewClient(Options{AllowPrivate: true}).Check("https://10.0.0.1/"); err != nil {
		t.Errorf("private networks are allowed, but refused: %v", err)
	}
}

// blocked says whether a try ended at the guard.
func blocked(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != Reject || !errors.Is(err, ErrBlocked) {
		t.Errorf("error is %v, want that the address is blocked", err)
	}
}

func TestNamesAreCheckedAfterTheyAreResolved(t *testing.T) {
	r := newReceiver(t, says(200, "ok"))
	_, port, _ := strings.Cut(strings.TrimPrefix(r.URL, "https://"), ":")
	c := NewClient(Options{RootCAs: r.roots()})
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		address := "https://" + host + ":" + port + "/"
		blocked(t, c.Heartbeat(t.Context(), address))
		blocked(t, c.Slack(t.Context(), address, notice()))
		blocked(t, c.Webhook(t.Context(), address, []Secret{secret(t, vectorSecret)}, notice()))
	}
	if n := len(r.got()); n != 0 {
		t.Errorf("%d requests reached the receiver", n)
	}
}

func TestEveryTryIsCheckedAnew(t *testing.T) {
	r := newReceiver(t, says(200, "ok"))
	c := r.client(newClock())
	checks := 0
	c.allowed = func(a netip.Addr) bool { // the name leads elsewhere from the third check on
		checks++
		return checks <= 2
	}
	address := strings.Replace(r.URL, "127.0.0.1", "example.com", 1) // the certificate's name
	c.transport.DialContext = redirected(c, r)
	for range 2 { // by Slack, whose answers are read to the end: their connections could be used again
		outcome{}.check(t, c.Slack(t.Context(), address, notice()))
	}
	blocked(t, c.Slack(t.Context(), address, notice()))
	if checks != 3 || len(r.got()) != 2 {
		t.Errorf("%d checks and %d requests, want 3 and 2", checks, len(r.got()))
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer inside.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, location := range []string{inside.URL, "/elsewhere", "http://169.254.169.254/latest/meta-data"} {
			r := newReceiver(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, location, status) })
			c := r.client(newClock())
			c.o.AllowHTTP = true
			want := outcome{kind: Retry, status: status}
			want.check(t, c.Heartbeat(t.Context(), r.URL))
			want.check(t, c.Slack(t.Context(), r.URL, notice()))
			want.check(t, c.Webhook(t.Context(), r.URL, []Secret{secret(t, vectorSecret)}, notice()))
			if n := len(r.got()); n != 3 {
				t.Errorf("%d requests, want 3", n)
			}
		}
	}
}

func TestProxiesOfTheEnvironmentAreNotUsed(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") }))
	defer proxy.Close()
	t.Setenv("HTTPS_PROXY", proxy.URL)
	t.Setenv("HTTP_PROXY", proxy.URL)
	c := NewClient(Options{})
	if c.transport.Proxy != nil {
		t.Error("the transport looks for a proxy")
	}
	blocked(t, c.Heartbeat(t.Context(), "https://localhost:1/"))
}

func TestConnectionsOfOtherKindsAreBlocked(t *testing.T) {
	c := NewClient(Options{AllowPrivate: true})
	for _, to := range [][2]string{{"unix", "/run/x.sock"}, {"udp4", "1.1.1.1:53"}, {"tcp4", "1.1.1.1"}, {"tcp", "1.1.1.1:443"}} {
		if err := c.control(to[0], to[1], nil); !errors.Is(err, ErrBlocked) {
			t.Errorf("%s %s: error is %v, want that it is blocked", to[0], to[1], err)
		}
	}
}
