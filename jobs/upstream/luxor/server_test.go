package luxor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

const (
	account = "site-a"
	key     = "api-0123456789abcdef"
)

// site is a pool as the document describes it: one subaccount, lists in pages of
// two rows whatever size is asked for.
type site struct {
	t         testing.TB
	asked     []string          // paths and queries
	answers   map[string]string // whole answers by path, in place of testdata
	gone      map[string]bool   // paths that are there no more
	elsewhere map[string]string // paths by where they have gone
	stuck     bool              // every page is the first, and says that another follows
	status    int               // of every answer, if not 200
	header    http.Header       // of such an answer
	body      string            // of such an answer
}

// lists are the keys and files of the lists by their paths.
func lists() map[string][2]string {
	return map[string][2]string{
		"/pool/workers/BTC":             {"workers", "workers.json"},
		"/pool/revenue/BTC":             {"revenue", "revenue.json"},
		"/pool/hashrate-efficiency/BTC": {"hashrate_efficiency", "efficiency.json"},
		"/pool/transactions/BTC":        {"transactions", "transactions.json"},
	}
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.URL.Path)
	query := r.URL.Query()
	path := r.URL.Path
	if was, ok := s.elsewhere[path]; ok {
		path = was
	} else if s.gone[path] {
		path = ""
	}
	list, isList := lists()[path]
	w.Header().Set("Content-Type", "application/json")
	switch {
	case s.status != 0:
		for k, v := range s.header {
			w.Header()[k] = v
		}
		w.WriteHeader(s.status)
		fmt.Fprint(w, s.body)
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case r.Header.Get("Authorization") != key: // "Bearer" before it is a mistake
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"statusCode":401,"error":"Unauthorized","message":"Invalid or missing API key"}`)
	case query.Get("subaccount_names") == "":
		s.invalid(w, "querystring/subaccount_names/site_id Provide one or more subaccount names or a site id")
	case query.Get("subaccount_names") != account, path == "":
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"statusCode":404,"error":"Not Found","message":"nothing here"}`)
	case s.answers[path] != "":
		fmt.Fprint(w, s.answers[path])
	case path == "/pool/summary/BTC":
		_, _ = w.Write(upstreamtest.Answer(s.t, "summary.json"))
	case isList:
		s.list(w, path, list, query)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (s *site) invalid(w http.ResponseWriter, message string) {
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(w, `{"statusCode":400,"code":"FST_ERR_VALIDATION","error":"Bad Request","message":%q}`, message)
}

func (s *site) list(w http.ResponseWriter, path string, list [2]string, query url.Values) {
	page, err1 := strconv.Atoi(query.Get("page_number"))
	size, err2 := strconv.Atoi(query.Get("page_size"))
	if err1 != nil || err2 != nil || page < 1 || size < 1 || size > 100 {
		s.invalid(w, "querystring/page_number")
		return
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(upstreamtest.Answer(s.t, list[1]), &rows); err != nil {
		s.t.Error(err)
	}
	if path != "/pool/workers/BTC" {
		from, err1 := time.Parse(time.DateOnly, query.Get("start_date"))
		to, err2 := time.Parse(time.DateOnly, query.Get("end_date"))
		if err1 != nil || err2 != nil || to.Before(from) || to.After(upstreamtest.Now()) {
			s.invalid(w, "querystring/end_date End date must be in the past or today")
			return
		}
		rows = within(s.t, rows, from, to.AddDate(0, 0, 1))
	}
	if path == "/pool/hashrate-efficiency/BTC" && query.Get("tick_size") != "1d" {
		s.invalid(w, "querystring/tick_size")
		return
	}
	if s.stuck {
		page = 1
	}
	const most = 2
	first, next := min((page-1)*most, len(rows)), "null"
	last := min(first+most, len(rows))
	if last < len(rows) || s.stuck {
		next = fmt.Sprintf(`"/v2%s?page_number=%d"`, path, page+1)
	}
	out, err := json.Marshal(append([]json.RawMessage{}, rows[first:last]...))
	if err != nil {
		s.t.Error(err)
	}
	fmt.Fprintf(w, `{"currency_type":"BTC","total_active":2,"total_inactive":1,%q:%s,"pagination":{"page_number":%d,"page_size":%d,"item_count":%d,"previous_page_url":null,"next_page_url":%s}}`,
		list[0], out, page, most, last-first, next)
}

// within keeps the rows of [from, to).
func within(t testing.TB, rows []json.RawMessage, from, to time.Time) []json.RawMessage {
	t.Helper()
	var kept []json.RawMessage
	for _, row := range rows {
		var dated struct {
			At time.Time `json:"date_time"`
		}
		if err := json.Unmarshal(row, &dated); err != nil {
			t.Error(err)
		}
		if !dated.At.Before(from) && dated.At.Before(to) {
			kept = append(kept, row)
		}
	}
	return kept
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

func opened() pool.Access { return pool.Access{Account: account, Key: key} }

// bare is a client that asks nobody, for its decoders.
func bare() *Client { return New(upstream.Options{Now: upstreamtest.Now}, opened()) }
