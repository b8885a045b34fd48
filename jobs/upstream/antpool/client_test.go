package antpool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

// november is the beginning of a day of November 2026 in UTC.
func november(day int) time.Time { return time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC) }

func TestANormalDay(t *testing.T) {
	s := serve(t)
	var log bytes.Buffer
	c := s.client(pool.Access{Account: user, Key: key, Secret: secret}, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	stands, err := c.Standing(t.Context())
	if err != nil || stands.Now.Value != 127603936523714 || stands.Hour.Value != 124.46649e12 || stands.Day.Value != 122498704834436 ||
		stands.Active.Value != 61 || stands.Inactive.Value != 3 || stands.Unpaid.Value != 480_411 || !stands.At.Equal(upstreamtest.Now()) {
		t.Errorf("standing is %+v, error %v", stands, err)
	}
	workers, refused, err := c.Workers(t.Context())
	if err != nil || len(refused) > 0 || len(workers) != 3 {
		t.Errorf("workers are %+v, refused %v, error %v", workers, refused, err)
	}
	if _, _, err = c.Earnings(t.Context(), november(20), november(23)); err != nil {
		t.Error(err)
	}
	if _, _, err = c.Payouts(t.Context(), november(20), november(23)); err != nil {
		t.Error(err)
	}
	want := []string{
		"/api/accountOverview.htm coin=BTC&userId=acme01",
		"/api/userWorkerList.htm coin=BTC&coinType=BTC&page=1&pageSize=50&userId=acme01&workerStatus=0",
		"/api/paymentHistoryV2.htm coin=BTC&page=1&pageEnable=1&pageSize=50&type=recv",
		"/api/paymentHistoryV2.htm coin=BTC&page=1&pageEnable=1&pageSize=50&type=payout",
	}
	if diff := cmp.Diff(want, s.log()); diff != "" || c.Name() != "antpool" {
		t.Errorf("%s asked otherwise (want -, got +):\n%s", c.Name(), diff)
	}
	if text := log.String(); strings.Contains(text, key) || strings.Contains(text, secret) || strings.Count(text, "data.result.rows") != 1 || !strings.Contains(text, "midnight UTC") {
		t.Errorf("the log is %s", text)
	}
}

func TestNoncesGrowThoughTheClockStands(t *testing.T) {
	s := serve(t)
	c := s.acme()
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if _, err := c.Standing(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	if n := upstreamtest.Now().UnixMilli(); len(s.log()) != 8 || s.nonce != n+7 {
		t.Errorf("%d calls, the last nonce is %d, want %d", len(s.log()), s.nonce, n+7)
	}
}

func TestAClockBehindThatOfAnotherClient(t *testing.T) {
	s := serve(t)
	s.set(func(s *server) { s.nonce = upstreamtest.Now().Add(time.Hour).UnixMilli() })
	failing(t, s.acme(), upstream.Clock)
}

func TestWaitingForAnotherCallEndsWithItsContext(t *testing.T) {
	c := serve(t).acme()
	c.turn <- struct{}{} // somebody asks
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Standing(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that the context ended", err)
	}
}

// many are rows of workers that hash.
func many(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"workerId":"w%04d","hsLast10Min":"1 TH/s"}`, i+1))
	}
	return list
}

func TestPagesAreReadToTheEnd(t *testing.T) {
	s := serve(t)
	for _, n := range []int{0, 1, 50, 51, 120} {
		s.set(func(s *server) { s.lists["worker"], s.asked, s.within = many(n), nil, "" })
		workers, _, err := s.acme().Workers(t.Context())
		if err != nil || len(workers) != n || len(s.log()) != max(1, (n+49)/50) {
			t.Errorf("%d workers after %d calls, error %v; want %d", len(workers), len(s.log()), err, n)
		}
		s.set(func(s *server) { s.nonce = 0 }) // the next client begins anew
	}
}

func TestAListThatIsNotWhole(t *testing.T) {
	for what, change := range map[string]func(s *server){
		"a page that repeats":             func(s *server) { s.lists["worker"], s.repeat = many(120), true },
		"an empty page before the last":   func(s *server) { s.lists["worker"], s.hollow = many(120), true },
		"none though workers are counted": func(s *server) { s.lists["worker"], s.count = nil, 3 },
	} {
		s := serve(t)
		s.set(change)
		workers, refused, err := s.acme().Workers(t.Context())
		upstreamtest.CheckWorkers(t, workers, refused, err)
		if upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("%s gave %v, want that it is malformed", what, err)
		}
	}
}

func TestADayThatComesLate(t *testing.T) {
	s := serve(t)
	all := s.lists["recv"]
	s.set(func(s *server) { s.lists["recv"] = all[1:] })
	c := s.acme()
	if list, _, err := c.Earnings(t.Context(), november(22), november(23)); err != nil || len(list) > 0 {
		t.Errorf("got %v, %v; want nothing yet", list, err)
	}
	s.set(func(s *server) { s.lists["recv"] = all })
	if list, _, err := c.Earnings(t.Context(), november(22), november(23)); err != nil || len(list) != 1 || list[0].Net != 537_884 {
		t.Errorf("got %v, %v; want the day", list, err)
	}
}

func TestWhatItSaysAtStatus200(t *testing.T) {
	s := serve(t)
	upstreamtest.AllFail(t, s.client(pool.Access{Account: user, Key: "expired", Secret: secret}, nil), "expired", upstream.Denied)
	upstreamtest.AllFail(t, s.client(pool.Access{Account: user, Key: key, Secret: "other"}, nil), "other", upstream.Denied)
	upstreamtest.AllFail(t, s.client(pool.Access{Account: "else", Key: key, Secret: secret}, nil), secret, upstream.Denied)
	for say, kind := range map[string]upstream.Kind{
		`{"code":1,"message":"API key ` + key + ` is invalid"}`:                      upstream.Denied,
		`{"code":1,"message":"Sign error ` + secret + `"}`:                           upstream.Denied,
		`{"code":1,"message":"nonce expired"}`:                                       upstream.Clock,
		`{"code":1,"message":"Request limit exceeded"}`:                              upstream.RateLimited,
		`{"code":1,"message":"too many requests"}`:                                   upstream.RateLimited,
		`{"code":1,"message":"user does not exist"}`:                                 upstream.NoAccount,
		`{"code":"500","message":"system busy"}`:                                     upstream.Refused,
		`{"code":1}`:                                                                 upstream.Refused,
		`{"code":{},"message":"ok","data":{}}`:                                       upstream.Malformed,
		`{"message":"ok","data":{}}`:                                                 upstream.Malformed,
		`{"code":0,"message":"ok"}`:                                                  upstream.Malformed,
		`{"code":0,"message":"ok","data":null}`:                                      upstream.Malformed,
		`{"code":0,"data":[]}`:                                                       upstream.Malformed,
		`{"code":0,"data":{"hsLast10m":{"a":1},"activeWorkerNum":1,"rows":{"a":1}}}`: upstream.Malformed,
		`{"code":0,"data":{"hsLast10m":"fast","activeWorkerNum":1,"result":{}}}`:     upstream.Malformed,
		`[]`: upstream.Malformed,
	} {
		t.Run(say, func(t *testing.T) {
			s.set(func(s *server) { s.say, s.nonce = say, 0 })
			c := s.acme()
			upstreamtest.AllFail(t, c, key, kind)
			upstreamtest.AllFail(t, c, secret, kind)
		})
	}
	s.set(func(s *server) { s.say, s.nonce = `{"code":500,"message":"system busy"}`, 0 })
	_, err := s.acme().Standing(t.Context())
	upstreamtest.Contains(t, err, "antpool: it refused the call: system busy")
}

func TestItAsksNotToBeAsked(t *testing.T) {
	limited := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, key, secret)
	}))
	defer limited.Close()
	c := New(upstreamtest.Once(limited.URL), pool.Access{Account: user, Key: key, Secret: secret})
	defer c.Close()
	failing(t, c, upstream.RateLimited)
}

func TestFaults(t *testing.T) {
	page := func(file string) []byte {
		return fmt.Appendf(nil, `{"code":0,"message":"ok","data":{"rows":[%s],"totalPage":1}}`, strings.Join(rows(t, file), ","))
	}
	overview := fmt.Appendf(nil, `{"code":0,"message":"ok","data":%s}`, upstreamtest.Answer(t, "overview.json"))
	for what, call := range map[string]struct {
		good []byte
		ask  func(c *Client) error
	}{
		"standing": {overview, func(c *Client) error { _, err := c.Standing(t.Context()); return err }},
		"workers":  {page("workers.json"), func(c *Client) error { _, _, err := c.Workers(t.Context()); return err }},
		"earnings": {page("recv.json"), func(c *Client) error { _, _, err := c.Earnings(t.Context(), november(20), november(23)); return err }},
		"payouts":  {page("payout.json"), func(c *Client) error { _, _, err := c.Payouts(t.Context(), november(20), november(23)); return err }},
	} {
		t.Run(what, func(t *testing.T) {
			upstreamtest.Faults(t, call.good, func(o upstream.Options) error {
				c := New(o, pool.Access{Account: user, Key: key, Secret: secret})
				defer c.Close()
				return call.ask(c)
			})
		})
	}
}
