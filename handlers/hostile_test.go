package handlers_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
)

// writes are the addresses of all routes that write.
func (s *site) writes() []string {
	var list []string
	for _, r := range s.app.Routes() {
		method, path, _ := strings.Cut(r, " ")
		if method != http.MethodPost || path == "/csp-report" {
			continue
		}
		parts := strings.Split(path, "/")
		for i, p := range parts {
			if strings.HasPrefix(p, ":") {
				parts[i] = "1"
			}
		}
		list = append(list, strings.Join(parts, "/"))
	}
	return list
}

// Every write that another site's page could send is refused, whoever's session
// it carries: also one that says nothing of where it comes from, and a route that
// is added tomorrow.
func TestNoWriteIsTakenFromAnotherSite(t *testing.T) {
	s := open(t, nil)
	paths := s.writes()
	if len(paths) < 40 {
		t.Fatalf("only %d routes write", len(paths))
	}
	for _, role := range []access.Role{"", access.Executive, access.Admin, access.Share} {
		s.as(role)
		for _, path := range paths {
			for name, headers := range map[string][]string{
				"nothing":     nil,
				"cross-site":  {"Sec-Fetch-Site", "cross-site"},
				"same-site":   {"Sec-Fetch-Site", "same-site", "Origin", s.url},
				"none":        {"Sec-Fetch-Site", "none"},
				"foreign":     {"Origin", "https://evil.example"},
				"null":        {"Origin", "null"},
				"look-alike":  {"Origin", s.url + ".evil.example"},
				"contradicts": {"Origin", "https://evil.example", "Sec-Fetch-Site", "same-origin"},
			} {
				res, _ := s.do(http.MethodPost, path, "a=b", append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
				if res.StatusCode != http.StatusForbidden {
					t.Errorf("%s as %q, %s: %s", path, role, name, res.Status)
				}
			}
		}
	}
}

// A body beyond what a route takes is refused before the route looks at it.
func TestNoWriteTakesALargeBody(t *testing.T) {
	s := open(t, nil)
	body := "a=" + strings.Repeat("x", 10<<20)
	for _, path := range s.writes() {
		res, _ := s.do(http.MethodPost, path, body, "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s takes ten megabytes: %s", path, res.Status)
		}
	}
}

// Names that look like ways out of a folder lead nowhere, and what is in an
// address never becomes a header.
func TestAddressesLeadNowhereElseAndBecomeNoHeader(t *testing.T) {
	s := open(t, nil)
	for _, path := range []string{
		"/static/../go.mod", "/static/%2e%2e/%2e%2e/go.mod", "/static/..%2f..%2fgo.mod", "/static/....//go.mod", "/static/%5c..%5cgo.mod", "/static//etc/passwd",
		"/data/..%2f..%2fgo.mod", "/data/../../go.mod.csv", "/data/sites%00.csv", "/share/..%2f..%2fetc", "/welcome/..%2f..%2fetc", "/mining/sites/..%2f..%2fadmin",
		"/mining/fleet/..%2f..%2fetc%2fpasswd", "/api/v1/series/..%2f..%2fgo.mod",
	} {
		res, body := s.get(path)
		if res.StatusCode == http.StatusOK || strings.Contains(body, "module switchyard") || strings.Contains(body, "root:") {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	const injected = "x\r\nSet-Cookie: evil=1\r\n\r\n<script>"
	s.as("")
	for _, path := range []string{
		"/finance/runway?next=", "/sign-in?next=", "/data/sites.csv?known=", "/mining?range=", "/share/", "/welcome/", "/data/",
	} {
		for _, role := range []access.Role{"", access.Executive} {
			s.as(role)
			res, body := s.get(path + url.QueryEscape(injected))
			for name, values := range res.Header {
				if strings.Contains(strings.Join(values, " "), "evil") && name != "Location" || name == "Evil" {
					t.Errorf("%s sets %s: %q", path, name, values)
				}
			}
			if loc := res.Header.Get("Location"); strings.ContainsAny(loc, "\r\n") || loc != "" && !strings.HasPrefix(loc, "/") {
				t.Errorf("%s leads to %q", path, loc)
			}
			if strings.Contains(body, "<script>x") || strings.Contains(body, "\r\n\r\n<script>") {
				t.Errorf("%s repeats what it was asked", path)
			}
		}
	}
}

// from is a client whose requests come from an address of its own.
func from(t *testing.T, ip string) *http.Client {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}
	transport := &http.Transport{DialContext: dialer.DialContext}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func signInFrom(client *http.Client, base, email, password string) (int, error) {
	form := url.Values{"email": {email}, "password": {password}}
	req, err := http.NewRequest(http.MethodPost, base+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Accept", "text/html")
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

// A flood of wrong passwords from one address, at accounts that exist and that do
// not, keeps nobody else from signing in, and locks no account.
func TestOthersSignInDuringAFloodOfWrongPasswords(t *testing.T) {
	s := open(t, nil)
	for _, role := range []access.Role{access.Mining, access.Business, access.Finance} {
		s.password(role)
	}
	attacker := from(t, "127.0.0.66")
	var group sync.WaitGroup
	stop := make(chan struct{})
	for worker := range 8 {
		group.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				email := []string{"mining@example.com", "finance@example.com", fmt.Sprintf("nobody%d-%d@example.com", worker, i)}[i%3]
				if code, err := signInFrom(attacker, s.url, email, "a wrong guess, long enough"); err != nil || code == http.StatusSeeOther {
					t.Errorf("a guess is answered %d (%v)", code, err)
					return
				}
			}
		})
	}
	for i, role := range []access.Role{access.Mining, access.Business, access.Finance} {
		if code, err := signInFrom(from(t, fmt.Sprintf("127.0.0.%d", 10+i)), s.url, string(role)+"@example.com", goodPassword); err != nil || code != http.StatusSeeOther {
			t.Errorf("%s signs in beside the flood: %d (%v)", role, code, err)
		}
	}
	close(stop)
	group.Wait()
}

// Whoever holds a session that has expired or was ended, or a link that was
// revoked, is answered like nobody; a link's browser is told so.
func TestEndedSubjectsAreNobody(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	s.company()
	s.as(access.Executive)
	expired := s.cookie
	clock.add(8 * 24 * time.Hour)
	hash := s.as(access.Executive)
	ended := s.cookie
	if err := s.db.Auth().EndSession(t.Context(), access.Actor{Name: "Test"}, s.people[access.Executive], hash); err != nil {
		t.Fatal(err)
	}
	id := s.visit(db.Share{Recipient: "Reader", Pages: sharedPages, ExpiresAt: clock.now().Add(time.Hour)})
	revoked := s.cookie
	if err := s.db.Auth().RevokeShare(t.Context(), access.Actor{Name: "Test"}, db.Everybody, id); err != nil {
		t.Fatal(err)
	}
	for name, cookie := range map[string]string{"expired": expired, "ended": ended, "revoked link": revoked} {
		for _, line := range matrix {
			s.cookie = cookie
			want := strings.Fields(line.want)[0]
			if cookie == revoked && want == "in" && !strings.HasPrefix(line.path, "/sign-in") {
				want = "401"
			}
			res, body := s.do(line.method, line.path, "", "Sec-Fetch-Site", "same-origin", "Content-Type", "application/x-www-form-urlencoded")
			if got := outcome(res); got != want {
				t.Errorf("%s: %s %s: got %s, want %s", name, line.method, line.path, got, want)
			}
			if strings.Contains(body, "Canary") {
				t.Errorf("%s: %s %s tells what belongs to a unit", name, line.method, line.path)
			}
		}
	}
}
