package antpool

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

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

const (
	user   = "acme01"
	key    = "k3y-of-antpool"
	secret = "s3cret-of-antpool"
)

// server is Antpool as its document describes it, and no more.
type server struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex // guards what follows
	nonce  int64      // the last
	lists  map[string][]string
	within string // the field within data that holds the lists of workers; empty: none does
	say    string // what it says instead, to any call that is right
	repeat bool   // it does not mind which page is asked for
	hollow bool   // its second page is empty though another follows
	count  int    // of rows as it tells it; 0: as there are
	asked  []string
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, within: "result", lists: map[string][]string{
		"worker": rows(t, "workers.json"), "recv": rows(t, "recv.json"), "payout": rows(t, "payout.json"),
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
	if r.Method != http.MethodPost || r.URL.RawQuery != "" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.ParseForm() != nil {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	form := r.PostForm
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprint(mac, user, key, form.Get("nonce"))
	nonce, err := strconv.ParseInt(form.Get("nonce"), 10, 64)
	switch {
	case form.Get("key") != key:
		fmt.Fprintf(w, `{"code":1,"message":"invalid api key %s"}`, form.Get("key"))
		return
	case form.Get("signature") != fmt.Sprintf("%X", mac.Sum(nil)):
		fmt.Fprint(w, `{"code":2,"message":"signature error"}`)
		return
	case err != nil || nonce <= s.nonce || nonce < 1e12:
		fmt.Fprint(w, `{"code":3,"message":"nonce must grow"}`)
		return
	}
	s.nonce = nonce
	for _, of := range []string{"key", "nonce", "signature"} {
		form.Del(of)
	}
	s.asked = append(s.asked, r.URL.Path+" "+form.Encode())
	switch call := r.URL.Path + " " + form.Get("type"); {
	case form.Get("coin") != "BTC":
		fmt.Fprint(w, `{"code":4,"message":"coin is missing"}`)
	case s.say != "":
		fmt.Fprint(w, s.say)
	case call == "/api/accountOverview.htm " && form.Encode() == "coin=BTC&userId=acme01":
		fmt.Fprintf(w, `{"code":0,"message":"ok","data":%s}`, upstreamtest.Answer(s.t, "overview.json"))
	case call == "/api/userWorkerList.htm " && form.Get("userId") == user && form.Get("workerStatus") == "0":
		s.list(w, form.Get("page"), form.Get("pageSize"), s.lists["worker"], s.within)
	case (call == "/api/paymentHistoryV2.htm recv" || call == "/api/paymentHistoryV2.htm payout") && form.Get("pageEnable") == "1":
		s.list(w, form.Get("page"), form.Get("pageSize"), s.lists[form.Get("type")], "")
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (s *server) list(w http.ResponseWriter, page, size string, list []string, within string) {
	n, err1 := strconv.Atoi(page)
	limit, err2 := strconv.Atoi(size)
	if err1 != nil || err2 != nil || n < 1 || limit < 1 || limit > 50 {
		fmt.Fprint(w, `{"code":5,"message":"bad page"}`)
		return
	}
	total := len(list)
	if s.repeat {
		n = 1
	}
	cut := list[min((n-1)*limit, total):min(n*limit, total)]
	if s.hollow && n == 2 {
		cut = nil
	}
	data := fmt.Sprintf(`{"page":%d,"pageSize":%d,"totalPage":%d,"totalRecord":%d,"rows":[%s]}`, n, limit, (total+limit-1)/limit, max(total, s.count), strings.Join(cut, ","))
	if within != "" {
		data = fmt.Sprintf(`{%q:%s}`, within, data)
	}
	fmt.Fprintf(w, `{"code":0,"message":"ok","data":%s}`, data)
}

// log is what was asked for.
func (s *server) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *server) client(access pool.Access, log *slog.Logger) *Client {
	s.t.Helper()
	o := upstreamtest.Once(s.URL)
	o.Log = log
	c := New(o, access)
	s.t.Cleanup(c.Close)
	return c
}

// acme is a client of the account the server has.
func (s *server) acme() *Client {
	s.t.Helper()
	return s.client(pool.Access{Account: user, Key: key, Secret: secret}, nil)
}

// failing asks for all and fails the test unless it all fails in a kind, and
// neither the key nor the secret is told.
func failing(t *testing.T, c *Client, kind upstream.Kind) {
	t.Helper()
	upstreamtest.AllFail(t, c, key, kind)
	upstreamtest.AllFail(t, c, secret, kind)
}
