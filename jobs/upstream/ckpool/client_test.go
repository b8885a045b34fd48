package ckpool

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
	"switchyard/jobs/upstream/upstreamtest"
)

// site is ckpool as its document describes it: files below two folders, made by
// nobody but the test, and a page for what is not there.
type site struct {
	*httptest.Server
	mu    sync.Mutex // guards asked and users
	asked []string
	users map[string]string
}

func serve(t *testing.T) *site {
	t.Helper()
	s := &site{users: map[string]string{demo: string(upstreamtest.Answer(t, "user.json"))}}
	status := upstreamtest.Answer(t, "status.txt")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{address}", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked = append(s.asked, r.URL.EscapedPath())
		body, found := s.users[r.PathValue("address")]
		if !found || r.URL.RawQuery != "" {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte("<html><h1>404 Not Found</h1></html>"))
			return
		}
		_, _ = w.Write([]byte(body))
	})
	mux.HandleFunc("GET /pool/pool.status", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(status) })
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// log is what was asked for.
func (s *site) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// say sets the file of the address.
func (s *site) say(body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[demo] = body
}

func client(t *testing.T, address string, o upstream.Options) *Client {
	t.Helper()
	if o.Rate == 0 {
		o.Rate, o.Burst = 1e6, 100
	}
	if o.Now == nil {
		o.Now = upstreamtest.Now
	}
	c := New(o, pool.Access{Account: address})
	t.Cleanup(c.Close)
	return c
}

func TestOneAnswerServesACycle(t *testing.T) {
	s := serve(t)
	now := upstreamtest.Now()
	c := client(t, demo, upstream.Options{BaseURL: s.URL, Now: func() time.Time { return now }})
	for range 2 {
		stands, err := c.Standing(t.Context())
		if err != nil || stands.Now.Value != 1.23e15 || stands.Day.Value != 998e12 || stands.Active.Value != 3 || stands.Inactive.Known || stands.Unpaid.Known || !stands.At.Equal(now) {
			t.Errorf("standing is %+v, error %v", stands, err)
		}
		workers, refused, err := c.Workers(t.Context())
		if err != nil || len(refused) > 0 || len(workers) != 3 {
			t.Errorf("%d workers, refused %v, error %v; want three", len(workers), refused, err)
		}
	}
	if len(s.log()) != 1 || s.log()[0] != "/users/"+demo {
		t.Errorf("asked %v, want once", s.log())
	}
	now = now.Add(time.Minute)
	if _, err := c.Standing(t.Context()); err != nil || len(s.log()) != 2 {
		t.Errorf("a minute later: asked %v, error %v; want twice", s.log(), err)
	}
}

func TestCallersAtOnceShareTheAnswer(t *testing.T) {
	s := serve(t)
	c := client(t, demo, upstream.Options{BaseURL: s.URL})
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			if _, err := c.Standing(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if len(s.log()) != 1 {
		t.Errorf("asked %v, want once", s.log())
	}
}

func TestWaitingForAnAnswerEndsWithItsContext(t *testing.T) {
	c := client(t, demo, upstream.Options{})
	c.turn <- struct{}{} // somebody asks
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := c.Workers(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that the context ended", err)
	}
}

func TestAnAddressItHasNeverSeen(t *testing.T) {
	s := serve(t)
	c := client(t, "bc1q/../other?x", upstream.Options{BaseURL: s.URL})
	stands, err := c.Standing(t.Context())
	if upstreamtest.Kind(err) != upstream.NoAccount || stands != (pool.Standing{}) {
		t.Errorf("got %+v, %v; want that there is no such account", stands, err)
	}
	workers, _, err := c.Workers(t.Context())
	if upstreamtest.Kind(err) != upstream.NoAccount || len(workers) > 0 {
		t.Errorf("got %v, %v; want that there is no such account", workers, err)
	}
	if s.log()[0] != "/users/bc1q%2F..%2Fother%3Fx" {
		t.Errorf("asked for %s", s.log()[0])
	}
}

func TestWorkersThatAreCountedAndNotListed(t *testing.T) {
	s := serve(t)
	s.say(`{"hashrate5m":"1P","workers":2,"worker":[]}`)
	if workers, _, err := client(t, demo, upstream.Options{BaseURL: s.URL}).Workers(t.Context()); upstreamtest.Kind(err) != upstream.Malformed || workers != nil {
		t.Errorf("got %v, %v; want that the list is not whole", workers, err)
	}
	s.say(`{"hashrate5m":"0","workers":0,"worker":[]}`)
	if workers, _, err := client(t, demo, upstream.Options{BaseURL: s.URL}).Workers(t.Context()); err != nil || len(workers) > 0 {
		t.Errorf("got %v, %v; want none", workers, err)
	}
}

func TestTheHashrateOfThePool(t *testing.T) {
	s := serve(t)
	h, err := client(t, demo, upstream.Options{BaseURL: s.URL}).PoolHashrate(t.Context())
	if err != nil || h != 178e15 {
		t.Errorf("got %g, %v; want 178 PH/s", h, err)
	}
}

func TestASoloPoolCreditsAndPaysNothing(t *testing.T) {
	c := client(t, demo, upstream.Options{})
	if e, _, err := c.Earnings(t.Context(), time.Time{}, upstreamtest.Now()); !errors.Is(err, poolwire.ErrNotTold) || e != nil {
		t.Errorf("earnings %v, %v", e, err)
	}
	if p, _, err := c.Payouts(t.Context(), time.Time{}, upstreamtest.Now()); !errors.Is(err, poolwire.ErrNotTold) || p != nil || c.Name() != "ckpool" {
		t.Errorf("payouts %v, %v", p, err)
	}
}

func TestFaults(t *testing.T) {
	calls := map[string]func(c *Client) error{
		"standing": func(c *Client) error { _, err := c.Standing(t.Context()); return err },
		"workers":  func(c *Client) error { _, _, err := c.Workers(t.Context()); return err },
	}
	for what, call := range calls {
		t.Run(what, func(t *testing.T) {
			but := map[string]upstream.Kind{"404": upstream.NoAccount}
			upstreamtest.FaultsBut(t, upstreamtest.Answer(t, "user.json"), but, func(o upstream.Options) error {
				c := New(o, pool.Access{Account: demo})
				defer c.Close()
				return call(c)
			})
		})
	}
	t.Run("status", func(t *testing.T) {
		upstreamtest.Faults(t, upstreamtest.Answer(t, "status.txt"), func(o upstream.Options) error {
			c := New(o, pool.Access{Account: demo})
			defer c.Close()
			_, err := c.PoolHashrate(t.Context())
			return err
		})
	})
}
