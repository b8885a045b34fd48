package handlers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/econ/market"
	"switchyard/handlers/signin"
)

func TestErrorsOfTheAPIAreProblemDocumentsThatNameTheField(t *testing.T) {
	s := open(t, nil)
	for path, want := range map[string]struct {
		status int
		word   string
	}{
		"/api/v1/series/market.btc_usd?points=1":                                          {400, "points"},
		"/api/v1/series/market.btc_usd?points=x":                                          {400, "points"},
		"/api/v1/series/market.btc_usd?from=yesterday":                                    {400, "from"},
		"/api/v1/series/market.btc_usd?to=99":                                             {400, "to"},
		"/api/v1/series/market.btc_usd?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z": {400, "before"},
		"/api/v1/series/market.btc_usd?from=2010-01-01T00:00:00Z&to=2100-01-01T00:00:00Z": {400, "twenty"},
		"/api/v1/series/market.nothing":                                                   {404, ""},
		"/api/v1/series/ledger.cash":                                                      {404, "ledger.cash"},
		"/api/v1/nothing":                                                                 {404, ""},
	} {
		res, body := s.get(path, "Accept", "application/json")
		var p struct {
			Title, Detail, Instance string
			Status                  int
		}
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			t.Errorf("%s: %v in %.200s", path, err, body)
			continue
		}
		if res.StatusCode != want.status || p.Status != want.status || !contains(p.Detail, want.word) || p.Instance == "" {
			t.Errorf("%s: got %s %+v, want %d naming %q", path, res.Status, p, want.status, want.word)
		}
		if ct := res.Header.Get("Content-Type"); ct != "application/problem+json" {
			t.Errorf("%s: content type %q", path, ct)
		}
	}
}

func TestSeriesListDataTagAndCSV(t *testing.T) {
	s := open(t, nil)
	base := time.Now().UTC().Truncate(time.Second).Add(-30 * time.Second)
	s.ticks(btc, market.Point{T: base, V: 80_000.25}, market.Point{T: base.Add(time.Second), V: 80_001})
	res, body := s.get("/api/v1/series", "Accept", "application/json")
	var list []struct {
		Key, Room, Unit, Level, World string
		Interval, Seq                 int64
		Last                          *struct {
			T time.Time
			V float64
		}
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, item := range list {
		if item.Key != btc {
			continue
		}
		found = true
		if item.Last == nil || !item.Last.T.Equal(base.Add(time.Second)) || item.Last.V != 80_001 || item.Level != "tick" ||
			item.World != "simulated" || item.Room != "market" || item.Unit != "USD" || item.Interval != 1 || item.Seq != 1 {
			t.Errorf("got %+v", item)
		}
	}
	if !found {
		t.Fatalf("no %s in %s", btc, body)
	}
	tag := res.Header.Get("Etag")
	if again, _ := s.get("/api/v1/series", "If-None-Match", tag); tag == "" || again.StatusCode != http.StatusNotModified {
		t.Errorf("with its own tag %q: %s", tag, again.Status)
	}
	s.ticks(btc, market.Point{T: base.Add(2 * time.Second), V: 80_002})
	if again, _ := s.get("/api/v1/series", "If-None-Match", tag); again.StatusCode != http.StatusOK {
		t.Errorf("after a change: %s", again.Status)
	}
	_, file := s.get("/api/v1/series/market.btc_usd.csv?from=" + base.Add(-time.Minute).Format(time.RFC3339))
	if !contains(file, base.Format(time.RFC3339)+",80000.25,USD,") {
		t.Errorf("got %s", file)
	}
}

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	s := open(t, nil)
	for _, path := range []string{"/", "/nothing", "/api/v1/series", "/healthz", "/static/nothing"} {
		res, _ := s.get(path)
		policy := res.Header.Get("Content-Security-Policy")
		if !contains(policy, "script-src 'self'") || contains(policy, "unsafe") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: got %v", path, res.Header)
		}
	}
	res, body := s.get("/nothing")
	if res.StatusCode != http.StatusNotFound || !contains(body, "rail") {
		t.Errorf("a page that is not there: %s, in the shell: %v", res.Status, contains(body, "rail"))
	}
}

func TestATokenInAnAddressIsNotLogged(t *testing.T) {
	var log bytes.Buffer
	s := openLogging(t, &log)
	token, _ := signin.NewToken(signin.Link)
	if res, _ := s.get("/welcome/" + token); res.StatusCode != http.StatusNotFound {
		t.Errorf("a link that never was: %s", res.Status)
	}
	s.get("/account")
	s.app.Stop()
	if !contains(log.String(), "/welcome/:token") || !contains(log.String(), "path=/account") || contains(log.String(), token) {
		t.Errorf("log: %s", log.String())
	}
}

func TestWritesOfOtherSitesAndLargeBodiesAreRefused(t *testing.T) {
	s := open(t, nil)
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	for _, c := range []struct {
		name    string
		headers []string
		body    string
		want    int
	}{
		{"no origin", form, "theme=dark", 403},
		{"foreign origin", append(form, "Origin", "http://evil.example"), "theme=dark", 403},
		{"cross-site", append(form, "Sec-Fetch-Site", "cross-site", "Origin", s.url), "theme=dark", 403},
		{"own page", append(form, "Origin", s.url), "theme=dark", 303},
		{"nonsense", append(form, "Origin", s.url), "theme=pink", 400},
		{"large", append(form, "Origin", s.url), "theme=" + strings.Repeat("x", 1<<20), 413},
	} {
		res, _ := s.do(http.MethodPost, "/theme", c.body, c.headers...)
		if res.StatusCode != c.want {
			t.Errorf("%s: got %s, want %d", c.name, res.Status, c.want)
		}
	}
	res, _ := s.do(http.MethodPost, "/theme", "theme=dark", append(form, "Origin", s.url, "Referer", "http://evil.example/x")...)
	if got := res.Header.Get("Location"); got != "/" {
		t.Errorf("sent back to %q", got)
	}
	cookie := res.Header.Get("Set-Cookie")
	_, body := s.get("/", "Cookie", s.cookie+"; "+strings.Split(cookie, ";")[0])
	if !contains(cookie, "HttpOnly") || !contains(body, `data-theme="dark"`) {
		t.Errorf("cookie %q", cookie)
	}
	// The content policy's reports need no origin: the browser sends them itself.
	if res, _ := s.do(http.MethodPost, "/csp-report", "{}"); res.StatusCode != http.StatusNoContent {
		t.Errorf("a report: %s", res.Status)
	}
}

func TestReadinessFollowsTheDatabaseAndTheStop(t *testing.T) {
	s := open(t, nil)
	if res, _ := s.get("/readyz"); res.StatusCode != http.StatusOK {
		t.Fatalf("got %s", res.Status)
	}
	admin, err := pgx.Connect(t.Context(), s.config.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	for _, sql := range []string{
		"ALTER ROLE switchyard_executive CONNECTION LIMIT 0",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'switchyard_executive'",
	} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	defer admin.Exec(context.Background(), "ALTER ROLE switchyard_executive CONNECTION LIMIT -1")
	if res, _ := s.get("/readyz"); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("without a database: %s", res.Status)
	}
	res, body := s.get("/mining")
	if res.StatusCode != http.StatusServiceUnavailable || !contains(body, "database") {
		t.Errorf("a page without a database: %s %.200s", res.Status, body)
	}
	if _, err := admin.Exec(t.Context(), "ALTER ROLE switchyard_executive CONNECTION LIMIT -1"); err != nil {
		t.Fatal(err)
	}
	if res, _ := s.get("/readyz"); res.StatusCode != http.StatusOK {
		t.Errorf("when it is back: %s", res.Status)
	}
	s.app.Drain()
	if res, _ := s.get("/readyz"); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("while stopping: %s", res.Status)
	}
}

func TestMetricsCountRequestsByRoute(t *testing.T) {
	s := open(t, nil)
	s.get("/mining")
	s.get("/no/such/page/1")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	rec := &answer{header: http.Header{}}
	s.app.Metrics().ServeHTTP(rec, req)
	for _, want := range []string{`route="/mining",status="200"`, `switchyard_live_clients 0`} {
		if !contains(rec.body.String(), want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
	if contains(rec.body.String(), "/no/such") {
		t.Error("a path that anybody can make up is a label")
	}
	if res, _ := s.get("/metrics"); res.StatusCode != http.StatusNotFound {
		t.Errorf("metrics are public: %s", res.Status)
	}
}

type answer struct {
	header http.Header
	body   strings.Builder
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
func (a *answer) WriteHeader(int)             {}
