package viabtc

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

const (
	key    = "k3y-of-viabtc"
	secret = "s3cret-of-viabtc"
)

// server is ViaBTC as its document describes it, and no more.
type server struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex // guards what follows
	now    time.Time  // by its clock
	lists  map[string][]string
	say    string // what it says instead, to any call that is right
	repeat bool   // it does not mind which page is asked for
	hollow bool   // its second page is empty though another follows
	count  int    // of rows as it tells it; 0: as there are
	asked  []string
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, now: upstreamtest.Now(), lists: map[string][]string{
		"/hashrate/worker":        rows(t, "workers.json"),
		"/hashrate/history":       rows(t, "history.json"),
		"/profit/history":         rows(t, "profit.json"),
		"/wallet/payment/history": rows(t, "payments.json"),
	}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func rows(t testing.TB, file string) []string {
	t.Helper()
	var list []json.RawMessage
	if err := json.Unmarshal(upstreamtest.Answer(t, file), &list); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, row := range list {
		texts = append(texts, string(row))
	}
	return texts
}

// set changes how it answers.
func (s *server) set(change func(s *server)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.Path+"?"+r.URL.RawQuery)
	refuse := func(code int, words string) { fmt.Fprintf(w, `{"code":%d,"data":{},"message":%q}`, code, words) }
	path, found := strings.CutPrefix(r.URL.Path, "/res/openapi/v1")
	switch {
	case !found || r.Method != http.MethodGet:
		w.WriteHeader(http.StatusNotFound)
	case r.Header.Get("X-API-KEY") != key:
		refuse(12001, "Invalid key "+r.Header.Get("X-API-KEY"))
	case (path == "/account") != (r.Header.Get("X-SIGNATURE") != ""):
		refuse(12002, "Invalid signature")
	case path == "/account" && !s.signed(r):
		refuse(12002, "Invalid signature")
	case path == "/account" && !s.inTime(r):
		refuse(12003, "Invalid tonce")
	case path != "/account" && r.URL.Query().Get("coin") != "BTC":
		refuse(5001, "Coin does not exist")
	case s.say != "":
		fmt.Fprint(w, s.say)
	case path == "/account":
		_, _ = w.Write(upstreamtest.Answer(s.t, "account.json"))
	case path == "/hashrate" && r.URL.RawQuery == "coin=BTC":
		_, _ = w.Write(upstreamtest.Answer(s.t, "hashrate.json"))
	default:
		s.list(w, r, path)
	}
}

// signed says whether the signature is that of the query.
func (*server) signed(r *http.Request) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(r.URL.RawQuery))
	return r.Header.Get("X-SIGNATURE") == fmt.Sprintf("%x", mac.Sum(nil))
}

func (s *server) inTime(r *http.Request) bool {
	ms, err := strconv.ParseInt(r.URL.Query().Get("tonce"), 10, 64)
	behind := s.now.Sub(time.UnixMilli(ms))
	return err == nil && behind >= 0 && behind < time.Minute
}

func (s *server) list(w http.ResponseWriter, r *http.Request, path string) {
	q := r.URL.Query()
	list, found := s.lists[path]
	page, err1 := strconv.Atoi(q.Get("page"))
	limit, err2 := strconv.Atoi(q.Get("limit"))
	known := 3 // coin, page, limit
	if path == "/profit/history" || path == "/hashrate/history" {
		known = 5
		first, err3 := time.Parse(time.DateOnly, q.Get("start_date"))
		last, err4 := time.Parse(time.DateOnly, q.Get("end_date"))
		if err3 != nil || err4 != nil || last.Before(first) || last.After(s.now.Add(8*time.Hour)) {
			err1 = fmt.Errorf("the days are %q to %q", q.Get("start_date"), q.Get("end_date"))
		}
		list = slices.DeleteFunc(slices.Clone(list), func(row string) bool {
			var v struct{ Date string }
			if err := json.Unmarshal([]byte(row), &v); err != nil {
				s.t.Error(err)
			}
			return v.Date < q.Get("start_date") || v.Date > q.Get("end_date")
		})
	}
	if !found || err1 != nil || err2 != nil || page < 1 || limit < 1 || limit > 50 || len(q) != known {
		fmt.Fprint(w, `{"code":2,"data":{},"message":"Invalid argument"}`)
		return
	}
	total := len(list)
	if s.repeat {
		page = 1
	}
	cut := list[min((page-1)*limit, total):min(page*limit, total)]
	more := page*limit < total
	if s.hollow && page == 2 {
		cut, more = nil, true
	}
	around := fmt.Sprintf(`"count":%d,"curr_page":%d,"data":[%s],"has_next":%t,"total":%d,"total_page":%d`,
		len(cut), page, strings.Join(cut, ","), more, max(total, s.count), (total+limit-1)/limit)
	if path == "/wallet/payment/history" {
		fmt.Fprintf(w, `{"code":0,%s,"message":"OK"}`, around)
		return
	}
	fmt.Fprintf(w, `{"code":0,"data":{%s},"message":"OK"}`, around)
}

func (s *server) client(access pool.Access, log *slog.Logger, now func() time.Time) *Client {
	s.t.Helper()
	o := upstreamtest.Once(s.URL)
	o.Log, o.Now = log, now
	c := New(o, access)
	s.t.Cleanup(c.Close)
	return c
}

// acme is a client of the account the server has.
func (s *server) acme() *Client {
	s.t.Helper()
	return s.client(pool.Access{Account: "acme", Key: key, Secret: secret}, nil, upstreamtest.Now)
}

// failing asks for all and fails the test unless it all fails in a kind, and
// neither the key nor the secret is told.
func failing(t *testing.T, c *Client, kind upstream.Kind) {
	t.Helper()
	upstreamtest.AllFail(t, c, key, kind)
	upstreamtest.AllFail(t, c, secret, kind)
}
