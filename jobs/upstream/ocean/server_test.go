package ocean

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
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

const address = "bc1qexampleminer0000000000000000000000000"

// unknown is what the pool says of an address it does not know.
const unknown = `{"error":"No such user or user has no active workers"}`

// site is a pool as the document describes it: one address that mines.
type site struct {
	t       testing.TB
	asked   []string          // paths and queries
	answers map[string]string // by the first part of the path, in place of testdata
	status  int               // of every answer, if not 200
	header  http.Header       // of such an answer
	body    string            // of such an answer
	missing int               // the status with which it says that it does not know an address; 0: 200
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.URL.RequestURI())
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case s.status != 0:
		for k, v := range s.header {
			w.Header()[k] = v
		}
		w.WriteHeader(s.status)
		fmt.Fprint(w, s.body)
	case r.Method == http.MethodGet && r.URL.Path == "/pool_hashrate" && r.URL.RawQuery == "":
		fmt.Fprint(w, cmp.Or(s.answers["pool_hashrate"], `{"result":{"pool_60s":"19411223344556677000","pool_300s":"19301223344556677000"}}`))
	case r.Method != http.MethodGet || len(parts) < 2 || r.URL.RawQuery != "":
		w.WriteHeader(http.StatusBadRequest)
	case parts[1] != address:
		if s.missing != 0 {
			w.WriteHeader(s.missing)
		}
		fmt.Fprint(w, unknown)
	case s.answers[parts[0]] != "":
		fmt.Fprint(w, s.answers[parts[0]])
	case len(parts) == 2 && (parts[0] == "statsnap" || parts[0] == "user_hashrate" || parts[0] == "user_hashrate_full"):
		_, _ = w.Write(upstreamtest.Answer(s.t, parts[0]+".json"))
	case len(parts) == 4 && parts[0] == "earnpay":
		s.earnpay(w, parts[2], parts[3])
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// earnpay keeps what lies in a span of Unix seconds, its end not included.
func (s *site) earnpay(w http.ResponseWriter, start, end string) {
	from, err1 := strconv.ParseInt(start, 10, 64)
	to, err2 := strconv.ParseInt(end, 10, 64)
	if err1 != nil || err2 != nil || to < from {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	var all struct {
		Result map[string]json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(upstreamtest.Answer(s.t, "earnpay.json"), &all); err != nil {
		s.t.Error(err)
	}
	for _, key := range []string{"earnings", "payouts"} {
		var rows []map[string]any
		if err := json.Unmarshal(all.Result[key], &rows); err != nil {
			s.t.Error(err)
		}
		kept := []map[string]any{}
		for _, row := range rows {
			text, _ := row["ts"].(string)
			at, err := time.Parse("2006-01-02T15:04:05", strings.TrimSuffix(text, "Z"))
			if err != nil {
				s.t.Error(err)
			}
			if at.Unix() >= from && at.Unix() < to {
				kept = append(kept, row)
			}
		}
		out, err := json.Marshal(kept)
		if err != nil {
			s.t.Error(err)
		}
		all.Result[key] = out
	}
	if err := json.NewEncoder(w).Encode(all); err != nil {
		s.t.Error(err)
	}
}

// setup starts the pool and a client of it, which logs.
func setup(t testing.TB, s *site, account string) (*Client, *bytes.Buffer) {
	t.Helper()
	s.t = t
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	var log bytes.Buffer
	o := upstreamtest.Once(server.URL)
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	c := New(o, pool.Access{Account: account})
	t.Cleanup(c.Close)
	return c, &log
}

// bare is a client that asks nobody, for its decoders.
func bare() *Client {
	return New(upstream.Options{Now: upstreamtest.Now}, pool.Access{Account: address})
}
