package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/handlers"
	"switchyard/handlers/signin"
	"switchyard/static"
)

func TestMain(m *testing.M) {
	if becomeWriter() {
		return
	}
	dbtest.Main(m)
}

// sealKey is the id of the key that seals in tests.
const sealKey = "2026-11"

// site is an App behind a real HTTP server, on a database of its own.
type site struct {
	t      testing.TB
	db     *db.DB
	config db.Config
	app    *handlers.App
	url    string
	cookie string                // of the person who asks; empty: nobody
	people map[access.Role]int64 // one of each role
}

// clock is a time that a test moves; the site reads it from its own goroutines.
type clock struct{ ahead atomic.Int64 }

func newClock() *clock { return &clock{} }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) add(d time.Duration) { c.ahead.Add(int64(d)) }

// open starts a site. now may be nil.
func open(t testing.TB, now func() time.Time) *site {
	t.Helper()
	return openWith(t, now, nil)
}

// openWith is open with an identity provider, which may be nil.
func openWith(t testing.TB, now func() time.Time, provider *signin.OIDC) *site {
	t.Helper()
	return openOn(t, now, provider, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
}

// openLogging is open with a log that is kept, every line of it.
func openLogging(t testing.TB, to io.Writer) *site {
	t.Helper()
	return openOn(t, nil, nil, slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

func onlyHTTPS(address string) error {
	if !strings.HasPrefix(address, "https://") {
		return errors.New("the address must begin with https://")
	}
	return nil
}

// openMailing is open with a mail server.
func openMailing(t testing.TB) *site {
	t.Helper()
	return openHooked(t, nil, nil, slog.New(slog.DiscardHandler), handlers.Hooks{Check: onlyHTTPS, Mail: true})
}

func openOn(t testing.TB, now func() time.Time, provider *signin.OIDC, log *slog.Logger) *site {
	t.Helper()
	secret := func() (string, error) { return "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", nil }
	return openHooked(t, now, provider, log, handlers.Hooks{Check: onlyHTTPS, Secret: secret})
}

func openHooked(t testing.TB, now func() time.Time, provider *signin.OIDC, log *slog.Logger, hooks handlers.Hooks) *site {
	t.Helper()
	if now == nil {
		now = time.Now
	}
	assets, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	d, cfg := dbtest.NewAt(t, now)
	sealer, err := signin.NewSealer([]byte("a secret of the tests alone, long enough"))
	if err != nil {
		t.Fatal(err)
	}
	ring, err := signin.NewRing([]byte("a secret of the tests alone, long enough"), signin.Key{ID: sealKey, Secret: []byte("a key that seals, of the tests, long enough")})
	if err != nil {
		t.Fatal(err)
	}
	app := handlers.New(handlers.Config{
		Sealer: sealer, Ring: ring, Provider: provider, Hooks: hooks,
		DB: d, Listener: db.NewListener(cfg, access.Executive), Assets: assets, World: market.Simulated,
		Log: log, Now: now,
	})
	app.Start(t.Context())
	srv := httptest.NewServer(app)
	t.Cleanup(func() { app.Stop(); srv.Close() })
	s := &site{t: t, db: d, config: cfg, app: app, url: srv.URL}
	s.declare()
	s.people = make(map[access.Role]int64)
	for _, role := range access.Roles() {
		id, err := d.As(access.Admin).InsertPerson(t.Context(), access.Actor{Name: "Test"}, access.Person{
			Email: string(role) + "@example.com", Name: "The " + string(role), Role: role,
		})
		if err != nil {
			t.Fatal(err)
		}
		s.people[role] = id
	}
	s.as(access.Executive)
	return s
}

// as makes the person of a role the one who asks, from a new session; nobody
// for the empty role. It returns the session's hash.
func (s *site) as(role access.Role) []byte {
	s.t.Helper()
	if role == "" {
		s.cookie = ""
		return nil
	}
	if role == access.Share {
		s.visit(db.Share{Recipient: "Reader", Pages: sharedPages, ExpiresAt: time.Now().Add(time.Hour)})
		return nil
	}
	token, hash := signin.NewToken(signin.Session)
	err := s.db.Auth().StartSession(s.t.Context(), access.Actor{ID: s.people[role], Name: "The " + string(role), Role: role},
		access.Session{Hash: hash[:], Person: s.people[role], Address: "192.0.2.1", Agent: "test"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.cookie = "switchyard=" + token
	return hash[:]
}

// declare makes the series and sources that the jobs would.
func (s *site) declare() {
	s.t.Helper()
	var defs []market.SeriesDef
	for key, unit := range map[string]string{
		"market.btc_usd": "USD", "market.btc_usd.coinbase": "USD", "market.btc_usd.kraken": "USD", "market.btc_usd.bitstamp": "USD",
		"market.btc_venues_count": "count", "market.btc_spread_usd": "USD", "market.hashprice_usd_per_ph_day": "USD/PH/day",
		"market.hashprice_sat_per_ph_day": "sat/PH/day", "market.difficulty": "1", "market.hashrate_hs": "H/s",
		"market.fees_sat_per_block": "sat", "market.fee_rate_sat_per_vb": "sat/vB",
	} {
		defs = append(defs, market.SeriesDef{Key: key, Unit: unit, Interval: time.Second, Source: "test"})
	}
	if err := s.db.Jobs().EnsureSeries(s.t.Context(), defs...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) ticks(key string, points ...market.Point) {
	s.t.Helper()
	if _, err := s.db.Jobs().InsertTicks(s.t.Context(), map[string][]market.Point{key: points}); err != nil {
		s.t.Fatal(err)
	}
}

// get asks for a path and returns the answer with its body read.
func (s *site) get(path string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	return s.do(http.MethodGet, path, "", headers...)
}

func (s *site) do(method, path, body string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	if s.cookie != "" {
		req.Header.Set("Cookie", s.cookie)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	client.CloseIdleConnections()
	return res, string(data)
}

// event is what a browser receives.
type event struct {
	Op     string
	Topic  string
	Seq    int64
	Text   map[string]string
	Points [][2]float64
	Snap   bool
	Up     bool
}

// follow opens a socket and follows topics from the numbers given.
func (s *site) follow(topics map[string]int64) *websocket.Conn {
	s.t.Helper()
	ws, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.url, "http")+"/live", http.Header{"Origin": {s.url}, "Cookie": {s.cookie}})
	if err != nil {
		s.t.Fatalf("dial: %v %v", res, err)
	}
	s.t.Cleanup(func() { ws.Close() })
	msg, err := json.Marshal(map[string]any{"op": "sub", "topics": topics})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := ws.WriteMessage(websocket.TextMessage, msg); err != nil {
		s.t.Fatal(err)
	}
	return ws
}

// until reads events until one satisfies want.
func until(t testing.TB, ws *websocket.Conn, what string, want func(event) bool) event {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		if err := ws.SetReadDeadline(deadline); err != nil {
			t.Fatal(err)
		}
		_, data, err := ws.ReadMessage()
		if err != nil {
			t.Fatalf("waiting for %s: %v", what, err)
		}
		var e event
		if err := json.Unmarshal(data, &e); err != nil {
			t.Fatalf("event %s: %v", data, err)
		}
		if want(e) {
			return e
		}
	}
}

// epoch inserts the blocks of a scripted difficulty epoch: the first one at
// first, n intervals spread evenly over elapsed, at difficulty 1.
func (s *site) epoch(height int64, first time.Time, n int64, elapsed time.Duration) {
	s.t.Helper()
	hash := func(h int64) string { return fmt.Sprintf("%064x", h+1) }
	var blocks []market.Block
	for i := range n + 1 {
		h := height + i
		blocks = append(blocks, market.Block{
			Height: h, Hash: hash(h), PrevHash: hash(h - 1), Time: first.Add(elapsed * time.Duration(i) / time.Duration(n)),
			Bits: 0x1d00ffff, Difficulty: 1,
		})
	}
	if _, err := s.db.Jobs().InsertBlocks(context.WithoutCancel(s.t.Context()), blocks); err != nil {
		s.t.Fatal(err)
	}
}
