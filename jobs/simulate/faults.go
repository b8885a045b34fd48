package simulate

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FaultKind is a way in which a party misbehaves.
type FaultKind string

// The faults.
const (
	Refuse          FaultKind = "refuse"            // connections are cut at once
	Delay           FaultKind = "delay"             // answers come late
	TooManyRequests FaultKind = "too_many_requests" // 429 with Retry-After and a page
	ServerError     FaultKind = "server_error"      // 500
	HalfBody        FaultKind = "half_body"         // the body breaks off in the middle
	Malformed       FaultKind = "malformed"         // JSON that is none
	Absurd          FaultKind = "absurd"            // well formed, and impossible
	Silent          FaultKind = "silent"            // connections stay open and say nothing
)

// Fault is how and for how long a party misbehaves.
type Fault struct {
	Kind       FaultKind
	For        time.Duration // zero: until cleared
	RetryAfter time.Duration // of TooManyRequests
	Delay      time.Duration // of Delay
}

// faults is the misbehaviour of one party.
type faults struct {
	mu    sync.Mutex // guards both below
	fault Fault
	until time.Time // zero: until cleared
}

func (f *faults) inject(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.until = fault, time.Time{}
	if fault.For > 0 {
		f.until = time.Now().Add(fault.For)
	}
}

// now is the fault in force; an empty kind is none.
func (f *faults) now() Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.until.IsZero() && time.Now().After(f.until) {
		f.fault, f.until = Fault{}, time.Time{}
	}
	return f.fault
}

// wrap makes a handler misbehave. done ends what waits.
func (f *faults) wrap(next http.Handler, done <-chan struct{}) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault := f.now()
		switch fault.Kind {
		case Refuse:
			cut(w)
		case Delay:
			select {
			case <-time.After(fault.Delay):
				next.ServeHTTP(w, r)
			case <-r.Context().Done():
			case <-done:
			}
		case TooManyRequests:
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Retry-After", strconv.Itoa(int(fault.RetryAfter.Seconds())))
			w.WriteHeader(http.StatusTooManyRequests)
			write(w, "<html><body>429 Too Many Requests</body></html>")
		case ServerError:
			w.WriteHeader(http.StatusInternalServerError)
			write(w, "Failed to get blocks")
		case HalfBody, Malformed, Absurd:
			if isSocket(r) {
				next.ServeHTTP(w, r) // its frames misbehave
				return
			}
			rec := &recorder{header: w.Header(), status: http.StatusOK}
			next.ServeHTTP(rec, r)
			spoil(w, rec, fault.Kind)
		case Silent:
			if isSocket(r) {
				next.ServeHTTP(w, r)
				return
			}
			select {
			case <-r.Context().Done():
			case <-done:
			}
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func isSocket(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }

// write answers; a client that is gone does not matter here.
func write(w http.ResponseWriter, text string) {
	_, _ = w.Write([]byte(text)) //nolint:errcheck // see above
}

// cut closes the connection without an answer.
func cut(w http.ResponseWriter) {
	h, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	conn, _, err := h.Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) //nolint:errcheck // a reset is all that is wanted
	}
	_ = conn.Close() //nolint:errcheck // a reset is all that is wanted
}

// recorder keeps an answer to be spoiled.
type recorder struct {
	header http.Header
	status int
	body   []byte
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) { r.status = status }

func (r *recorder) Write(b []byte) (int, error) {
	r.body = append(r.body, b...)
	return len(b), nil
}

func spoil(w http.ResponseWriter, rec *recorder, kind FaultKind) {
	switch kind {
	case HalfBody:
		w.Header().Set("Content-Length", strconv.Itoa(len(rec.body)))
		w.WriteHeader(rec.status)
		write(w, string(rec.body[:len(rec.body)/2]))
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		cut(w)
	case Malformed:
		w.WriteHeader(rec.status)
		write(w, "{"+string(rec.body))
	default:
		w.WriteHeader(rec.status)
		write(w, absurd(string(rec.body)))
	}
}

// absurd turns every digit of an answer into a nine, which keeps its form and
// ruins its sense: prices, times and difficulties alike.
func absurd(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '8' {
			return '9'
		}
		return r
	}, text)
}
