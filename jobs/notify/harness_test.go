package notify

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// event is when the events of all tests were.
var event = time.Date(2026, 11, 23, 16, 5, 0, 0, time.UTC)

// notice is one that every channel can send.
func notice() Notice {
	return Notice{
		ID: "evt_01JQ8FED", Type: "alert.fired", Time: event,
		Title: "Hashprice low", Text: "It is below 40 USD/PH/day.\nFor 10 minutes.",
		URL:    "https://dash.example/alerts/1?a=1&b=2",
		Fields: []Field{{"Value", "39.5"}, {"Limit", "40"}},
	}
}

// clock is a time that moves only when somebody waits.
type clock struct {
	mu    sync.Mutex // guards the rest
	now   time.Time
	waits []time.Duration
}

func newClock() *clock { return &clock{now: event} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Pause notes the wait and lets the time pass.
func (c *clock) Pause(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits = append(c.waits, d)
	c.now = c.now.Add(d)
	return context.Cause(ctx)
}

// pass lets time pass without a wait.
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// call is one request a receiver got.
type call struct {
	method string
	path   string
	header http.Header
	body   []byte
}

// receiver is a real HTTPS server that keeps what it gets.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex // guards calls
	calls []call
}

func newReceiver(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Errorf("read a request: %v", err)
		}
		r.mu.Lock()
		r.calls = append(r.calls, call{req.Method, req.URL.RequestURI(), req.Header, body})
		r.mu.Unlock()
		answer(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) got() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls
}

// roots trust the receiver's certificate.
func (r *receiver) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(r.Certificate())
	return pool
}

// client is one that may reach the receiver, with a clock that does not run.
func (r *receiver) client(c *clock) *Client {
	return NewClient(Options{AllowPrivate: true, RootCAs: r.roots(), Now: c.Now, Pause: c.Pause})
}

// says answers with a status and a text.
func says(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// asks answers with a status, a text and a Retry-After.
func asks(status int, text, after string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", after)
		says(status, text)(w, r)
	}
}

// cutOff answers with a status, promises a body and breaks off.
func cutOff(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "o")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// hangs answers nothing until the sender gives up.
func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// outcome is what a test expects of a try; no kind is success.
type outcome struct {
	kind   Kind
	status int
	after  time.Duration
	msg    string // empty: any
}

// check holds an error against what is expected.
func (o outcome) check(t *testing.T, err error) {
	t.Helper()
	var e *Error
	switch {
	case o.kind == "" && err != nil:
		t.Errorf("error is %v, want none", err)
	case o.kind == "":
	case !errors.As(err, &e):
		t.Errorf("error is %v, want one of the kind %s", err, o.kind)
	case e.Kind != o.kind || e.Status != o.status || e.After != o.after || (o.msg != "" && e.Error() != o.msg):
		t.Errorf("got %s, status %d, after %s, %q; want %s, %d, %s, %q", e.Kind, e.Status, e.After, e.Error(), o.kind, o.status, o.after, o.msg)
	}
}
