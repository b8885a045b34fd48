package foundry

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

const (
	account = "acme-west"
	key     = "3f0e9a52-0000-4000-8000-c0ffee000001"
)

// site is a pool as the document describes it: one subaccount behind one key.
type site struct {
	t       testing.TB
	asked   []string          // paths and queries
	answers map[string]string // by the path before the subaccount, in place of testdata
	gone    map[string]bool   // paths that are there no more
	status  int               // of every answer, if not 200
	header  http.Header       // of such an answer
	body    string            // of such an answer
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.URL.RequestURI())
	at, sub := r.URL.Path[:strings.LastIndex(r.URL.Path, "/")], r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	query := r.URL.Query()
	switch {
	case s.status != 0:
		for k, v := range s.header {
			w.Header()[k] = v
		}
		http.Error(w, s.body, s.status)
	case r.Method != http.MethodGet:
		http.Error(w, "method", http.StatusMethodNotAllowed)
	case r.Header.Get("X-API-KEY") != key || r.Header.Get("Authorization") != "": // one of the two, never both
		http.Error(w, "", http.StatusForbidden)
	case sub != account || s.gone[at]:
		http.NotFound(w, r)
	case query.Get("coin") != "BTC":
		http.Error(w, "coin", http.StatusBadRequest)
	default:
		s.answer(w, at, query)
	}
}

func (s *site) answer(w http.ResponseWriter, at string, query map[string][]string) {
	one := func(key string) string { return strings.Join(query[key], ",") }
	body, ok := s.answers[at]
	file := strings.TrimPrefix(at[strings.LastIndex(at, "/"):], "/") + ".json"
	if !ok {
		body = string(upstreamtest.Answer(s.t, file))
	}
	switch file {
	case "subaccount_stats.json", "balance.json":
	case "workers.json":
		if one("status") != "all" || one("pageNumber") != "0" || one("pageSize") != "-1" {
			http.Error(w, "not all workers", http.StatusBadRequest)
			return
		}
	case "earnings.json", "transactions.json":
		from, err1 := strconv.ParseInt(one("startDateUnixMs"), 10, 64)
		to, err2 := strconv.ParseInt(one("endDateUnixMs"), 10, 64)
		if err1 != nil || err2 != nil || from < 1e12 || to < from { // seconds, as the examples have them, are a mistake
			http.Error(w, "range", http.StatusBadRequest)
			return
		}
		if !ok {
			body = within(s.t, body, time.UnixMilli(from), time.UnixMilli(to))
		}
	default:
		http.Error(w, "path", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(body))
}

// within keeps the rows whose time lies between two, both included.
func within(t testing.TB, body string, from, to time.Time) string {
	t.Helper()
	var rows []map[string]any
	if err := json.Unmarshal([]byte(body), &rows); err != nil {
		t.Error(err)
	}
	kept := []map[string]any{}
	for _, row := range rows {
		text, ok := row["startTime"].(string)
		if !ok {
			text, _ = row["time"].(string)
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Error(err)
		}
		if !at.Before(from) && !at.After(to) {
			kept = append(kept, row)
		}
	}
	out, err := json.Marshal(kept)
	if err != nil {
		t.Error(err)
	}
	return string(out)
}

// setup starts the pool and a client of it.
func setup(t testing.TB, s *site) *Client {
	t.Helper()
	s.t = t
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c := New(upstreamtest.Once(server.URL), pool.Access{Account: account, Key: key})
	t.Cleanup(c.Close)
	return c
}

// bare is a client that asks nobody, for its decoders.
func bare() *Client {
	return New(upstream.Options{Now: upstreamtest.Now}, pool.Access{Account: account, Key: key})
}
