package f2pool

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

const secret = "s3cret-of-f2pool"

// server is F2Pool as its document describes it, and no more.
type server struct {
	*httptest.Server
	t        *testing.T
	mu       sync.Mutex // guards what follows
	currency string     // the name it has for bitcoin
	say      string     // what it says instead, to any question that is right
	late     bool       // yesterday is not credited yet
	asked    int
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, currency: "bitcoin"}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
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
	s.asked++
	var q struct {
		User     string `json:"mining_user_name"`
		Currency string `json:"currency"`
		Type     string `json:"type"`
		From     int64  `json:"start_time"`
		To       int64  `json:"end_time"`
	}
	if r.Method != http.MethodPost || r.URL.RawQuery != "" || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	strict := json.NewDecoder(r.Body)
	strict.DisallowUnknownFields()
	switch err := strict.Decode(&q); {
	case err != nil:
		fmt.Fprintf(w, `{"code":5001,"msg":"params error: %s"}`, err)
	case r.Header.Get("F2P-API-SECRET") != secret:
		fmt.Fprintf(w, `{"code":5010,"msg":"permission denied: secret %s"}`, r.Header.Get("F2P-API-SECRET"))
	case q.Currency != s.currency:
		fmt.Fprint(w, `{"code":5001,"msg":"params error: currency=\"\""}`)
	case q.User != "acme":
		fmt.Fprint(w, `{"code":5020,"msg":"mining user not found"}`)
	case s.say != "":
		fmt.Fprint(w, s.say)
	default:
		s.answer(w, r.URL.Path, q.Type, q.From, q.To)
	}
}

func (s *server) answer(w http.ResponseWriter, path, kind string, from, to int64) {
	switch path {
	case "/v2/hash_rate/info":
		_, _ = w.Write(upstreamtest.Answer(s.t, "info.json"))
	case "/v2/assets/balance":
		_, _ = w.Write(upstreamtest.Answer(s.t, "balance.json"))
	case "/v2/hash_rate/worker/list":
		_, _ = w.Write(upstreamtest.Answer(s.t, "workers.json"))
	case "/v2/assets/transactions/list":
		if (kind != "revenue" && kind != "payout") || from <= 0 || to < from || to > upstreamtest.Now().Unix() {
			fmt.Fprintf(w, `{"code":5001,"msg":"params error: type=%s, %d to %d"}`, kind, from, to)
			return
		}
		var rows, picked []json.RawMessage
		if err := json.Unmarshal(upstreamtest.Answer(s.t, kind+".json"), &rows); err != nil {
			s.t.Error(err)
		}
		for _, row := range rows {
			var v struct {
				At int64 `json:"created_at"`
			}
			if err := json.Unmarshal(row, &v); err != nil {
				s.t.Error(err)
			}
			if v.At >= from && v.At < to && (!s.late || v.At != 1_795_399_200) {
				picked = append(picked, row)
			}
		}
		if err := json.NewEncoder(w).Encode(map[string]any{"transactions": picked}); err != nil {
			s.t.Error(err)
		}
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (s *server) client(account, key string, log *slog.Logger) *Client {
	s.t.Helper()
	o := upstreamtest.Once(s.URL)
	o.Log = log
	c := New(o, pool.Access{Account: account, Key: pool.Secret(key)})
	s.t.Cleanup(c.Close)
	return c
}

func TestANormalDay(t *testing.T) {
	s := serve(t)
	c := s.client("acme", secret, nil)
	stands, err := c.Standing(t.Context())
	if err != nil || stands.Now.Value != 30011223344556677 || stands.Hour.Value != 30211223344556677 || stands.Day.Value != 3e16 || stands.Unpaid.Value != 401_255 || stands.Active.Known || !stands.At.Equal(upstreamtest.Now()) {
		t.Errorf("standing is %+v, error %v", stands, err)
	}
	if got, want := stands.Stale.Value, 75187969924812/(3e16+75187969924812); got != want {
		t.Errorf("%g of the shares came late, want %g", got, want)
	}
	workers, refused, err := c.Workers(t.Context())
	if err != nil || len(refused) > 0 || len(workers) != 2 || workers[0].Name != "r01s01" || workers[0].State != pool.Online || workers[1].State != pool.Offline || workers[0].Stale.Value != 0.01 {
		t.Errorf("workers are %+v, refused %v, error %v", workers, refused, err)
	}
	earnings, refused, err := c.Earnings(t.Context(), november(22), november(23))
	if err != nil || len(refused) > 0 || len(earnings) != 1 || earnings[0].Net != 1_310_255 || earnings[0].Open {
		t.Errorf("earnings are %+v, refused %v, error %v; want one day", earnings, refused, err)
	}
	payouts, refused, err := c.Payouts(t.Context(), november(22), november(24))
	if err != nil || len(refused) > 0 || len(payouts) != 2 || payouts[1].Sats != 831_000 || c.Name() != "f2pool" {
		t.Errorf("payouts are %+v, refused %v, error %v; want two", payouts, refused, err)
	}
}

func TestADayThatIsCreditedLate(t *testing.T) {
	s := serve(t)
	s.set(func(s *server) { s.late = true })
	c := s.client("acme", secret, nil)
	from, to := november(21), november(23)
	got, _, err := c.Earnings(t.Context(), from, to)
	if err != nil || len(got) != 1 || got[0].Ref != "551100002" {
		t.Errorf("got %v, %v; want the 21st only", got, err)
	}
	s.set(func(s *server) { s.late = false })
	if got, _, err = c.Earnings(t.Context(), from, to); err != nil || len(got) != 2 || got[1].Net != 1_310_255 {
		t.Errorf("got %v, %v; want both days", got, err)
	}
}

func TestASpanThatHasNotBegunIsNotAskedFor(t *testing.T) {
	s := serve(t)
	c := s.client("acme", secret, nil)
	earnings, _, err := c.Earnings(t.Context(), november(24), november(25))
	payouts, _, err1 := c.Payouts(t.Context(), november(24), november(25))
	if err != nil || err1 != nil || earnings != nil || payouts != nil || s.asked != 0 {
		t.Errorf("got %v, %v, errors %v and %v after %d calls", earnings, payouts, err, err1, s.asked)
	}
}

func TestTheOtherNameOfBitcoin(t *testing.T) {
	s := serve(t)
	s.set(func(s *server) { s.currency = "BTC" })
	var log bytes.Buffer
	c := s.client("acme", secret, slog.New(slog.NewTextHandler(&log, nil)))
	for range 2 {
		if workers, _, err := c.Workers(t.Context()); err != nil || len(workers) != 2 {
			t.Errorf("%d workers, error %v", len(workers), err)
		}
	}
	if s.asked != 3 {
		t.Errorf("asked %d times, want three: the name is kept", s.asked)
	}
	if n := strings.Count(log.String(), `fact="the name of bitcoin" form=BTC`); n != 1 || strings.Contains(log.String(), secret) {
		t.Errorf("the fact is noted %d times in %s", n, log.String())
	}
	s.set(func(s *server) { s.currency = "btc-mainnet" })
	upstreamtest.AllFail(t, s.client("acme", secret, nil), secret, upstream.Refused)
}

func TestWhatItSaysAtStatus200(t *testing.T) {
	s := serve(t)
	upstreamtest.AllFail(t, s.client("acme", "expired", nil), secret, upstream.Denied)
	upstreamtest.AllFail(t, s.client("nobody", secret, nil), secret, upstream.NoAccount)
	for say, kind := range map[string]upstream.Kind{
		`{"code":5010,"msg":"permission denied: ` + secret + ` has expired"}`: upstream.Denied,
		`{"code":5001,"msg":"params error: mining_user_name=\"acme\""}`:       upstream.NoAccount,
		`{"code":5030,"msg":"the user does not exist"}`:                       upstream.NoAccount,
		`{"code":5000,"msg":"come back later, ` + secret + `"}`:               upstream.Refused,
		`{"code":"5000"}`:            upstream.Refused,
		`{"code":{"a":1},"msg":"?"}`: upstream.Malformed,
		`{"code":5000,"msg":{}}`:     upstream.Malformed,
		`{"code":0}`:                 upstream.Malformed,
		`[]`:                         upstream.Malformed,
		`{"info":1,"workers":{},"transactions":{}}`:    upstream.Malformed,
		`{"info":{"hash_rate":{}},"transactions":"x"}`: upstream.Malformed,
	} {
		t.Run(say, func(t *testing.T) {
			s.set(func(s *server) { s.say = say })
			upstreamtest.AllFail(t, s.client("acme", secret, nil), secret, kind)
		})
	}
	s.set(func(s *server) { s.say = `{"code":5000,"msg":"come back later"}` })
	_, _, err := s.client("acme", secret, nil).Workers(t.Context())
	upstreamtest.Contains(t, err, "f2pool: it refused the call: come back later")
}

func TestEmptyListsAreNoErrors(t *testing.T) {
	s := serve(t)
	s.set(func(s *server) { s.say = `{"workers":[],"transactions":null}` })
	c := s.client("acme", secret, nil)
	from, to := long()
	workers, _, err := c.Workers(t.Context())
	earnings, _, err1 := c.Earnings(t.Context(), from, to)
	payouts, _, err2 := c.Payouts(t.Context(), from, to)
	if err != nil || err1 != nil || err2 != nil || len(workers)+len(earnings)+len(payouts) > 0 {
		t.Errorf("got %v, %v, %v, errors %v, %v, %v", workers, earnings, payouts, err, err1, err2)
	}
}

func TestItAsksNotToBeAsked(t *testing.T) {
	limited := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, secret)
	}))
	defer limited.Close()
	c := New(upstreamtest.Once(limited.URL), pool.Access{Account: "acme", Key: secret})
	defer c.Close()
	upstreamtest.AllFail(t, c, secret, upstream.RateLimited)
}

func TestFaults(t *testing.T) {
	from, to := long()
	both := []byte(strings.TrimSuffix(string(bytes.TrimSpace(upstreamtest.Answer(t, "info.json"))), "}") + "," + strings.TrimPrefix(string(upstreamtest.Answer(t, "balance.json")), "{"))
	rows := func(name string) []byte {
		return fmt.Appendf(nil, `{"transactions":%s}`, upstreamtest.Answer(t, name))
	}
	for what, call := range map[string]struct {
		good []byte
		ask  func(c *Client) error
	}{
		"standing": {both, func(c *Client) error { _, err := c.Standing(t.Context()); return err }},
		"workers":  {upstreamtest.Answer(t, "workers.json"), func(c *Client) error { _, _, err := c.Workers(t.Context()); return err }},
		"earnings": {rows("revenue.json"), func(c *Client) error { _, _, err := c.Earnings(t.Context(), from, to); return err }},
		"payouts":  {rows("payout.json"), func(c *Client) error { _, _, err := c.Payouts(t.Context(), from, to); return err }},
	} {
		t.Run(what, func(t *testing.T) {
			upstreamtest.Faults(t, call.good, func(o upstream.Options) error {
				c := New(o, pool.Access{Account: "acme", Key: secret})
				defer c.Close()
				return call.ask(c)
			})
		})
	}
}
