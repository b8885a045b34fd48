package braiins

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

const (
	account = "acme"
	token   = "pool-token-0123456789"
)

// site is a pool as the document describes it: one access profile. It ignores the
// dates it is asked for, as the pool does in part, unless they are missing.
type site struct {
	t       testing.TB
	asked   []string          // paths and queries
	answers map[string]string // by path, in place of testdata
	gone    map[string]bool   // paths that are there no more
	status  int               // of every answer, if not 200
	header  http.Header       // of such an answer
	body    string            // of such an answer
	hasty   int               // so many requests are ignored, as if they came too fast
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.URL.RequestURI())
	files := map[string]string{
		"/accounts/profile/json/btc/":        "profile.json",
		"/accounts/workers/json/btc":         "workers.json",
		"/accounts/rewards/json/btc":         "rewards.json",
		"/accounts/hash_rate_daily/json/btc": "hash_rate_daily.json",
		"/accounts/payouts/json/btc":         "payouts.json",
	}
	file, ok := files[r.URL.Path]
	body, scripted := s.answers[r.URL.Path]
	switch {
	case s.status != 0:
		for k, v := range s.header {
			w.Header()[k] = v
		}
		http.Error(w, s.body, s.status)
	case s.hasty > 0:
		s.hasty--
	case r.Method != http.MethodGet:
		http.Error(w, "method", http.StatusMethodNotAllowed)
	case r.Header.Get("Pool-Auth-Token") != token || r.Header.Get("Authorization") != "":
		http.Error(w, "", http.StatusUnauthorized)
	case (!ok && !scripted) || s.gone[r.URL.Path]:
		http.NotFound(w, r)
	case (file == "rewards.json" || file == "payouts.json") && !dated(r):
		http.Error(w, "dates", http.StatusBadRequest)
	case scripted:
		_, _ = w.Write([]byte(body))
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(upstreamtest.Answer(s.t, file))
	}
}

// dated says whether a request has both days, in order and as YYYY-MM-DD.
func dated(r *http.Request) bool {
	from, err1 := time.Parse(time.DateOnly, r.URL.Query().Get("from"))
	to, err2 := time.Parse(time.DateOnly, r.URL.Query().Get("to"))
	return err1 == nil && err2 == nil && !to.Before(from) && !to.After(upstreamtest.Now())
}

// setup starts the pool and a client of it, which logs.
func setup(t testing.TB, s *site, access pool.Access) (*Client, *bytes.Buffer) {
	t.Helper()
	s.t = t
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	var log bytes.Buffer
	o := upstreamtest.Once(server.URL)
	o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := New(o, access)
	t.Cleanup(c.Close)
	return c, &log
}

func opened() pool.Access { return pool.Access{Account: account, Key: token} }

// bare is a client that asks nobody, for its decoders.
func bare() *Client { return New(upstream.Options{Now: upstreamtest.Now}, opened()) }
