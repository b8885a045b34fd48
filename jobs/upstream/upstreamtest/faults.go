package upstreamtest

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"switchyard/jobs/upstream"
)

// fault is one way to misbehave and what the client must make of it.
type fault struct {
	name   string
	answer func(w http.ResponseWriter, r *http.Request, good []byte)
	kind   upstream.Kind
	status int
	asked  int64 // how often the server is asked, with one retry allowed
}

func faults() []fault {
	status := func(code int, contentType, body string) func(http.ResponseWriter, *http.Request, []byte) {
		return func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		}
	}
	return []fault{
		{"delay past the timeout", func(_ http.ResponseWriter, r *http.Request, _ []byte) { <-r.Context().Done() }, upstream.Timeout, 0, 2},
		{"429 with a page", func(w http.ResponseWriter, r *http.Request, good []byte) {
			w.Header().Set("Retry-After", "600") // longer than a call waits
			status(http.StatusTooManyRequests, "text/html", "<html>slow down</html>")(w, r, good)
		}, upstream.RateLimited, http.StatusTooManyRequests, 1},
		{"500", status(http.StatusInternalServerError, "application/json", `{"error":"Failed"}`), upstream.Status, http.StatusInternalServerError, 2},
		{"503 in plain text", status(http.StatusServiceUnavailable, "text/plain", "Service Unavailable"), upstream.Status, http.StatusServiceUnavailable, 2},
		{"404", status(http.StatusNotFound, "application/json", `{"message":"NotFound"}`), upstream.Status, http.StatusNotFound, 1},
		{"body cut in half", func(w http.ResponseWriter, _ *http.Request, good []byte) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", fmt.Sprint(len(good)))
			_, _ = w.Write(good[:len(good)/2])
		}, upstream.Refused, 0, 2},
		{"body cut in half, called whole", func(w http.ResponseWriter, _ *http.Request, good []byte) {
			_, _ = w.Write(good[:len(good)/2])
		}, upstream.Malformed, 0, 1},
		{"malformed JSON", status(http.StatusOK, "application/json", `{"data":[[1,}`), upstream.Malformed, 0, 1},
		{"JSON of another shape", status(http.StatusOK, "application/json", `"hello"`), upstream.Malformed, 0, 1},
		{"no body", status(http.StatusOK, "application/json", ""), upstream.Malformed, 0, 1},
		{"a page called JSON", status(http.StatusOK, "application/json", " <!DOCTYPE html><title>Hello</title>"), upstream.Malformed, http.StatusOK, 1},
		{"a page", status(http.StatusOK, "text/html; charset=utf-8", "Just a moment"), upstream.Malformed, http.StatusOK, 1},
		{"a redirect elsewhere", func(w http.ResponseWriter, r *http.Request, _ []byte) {
			http.Redirect(w, r, "http://elsewhere.invalid/", http.StatusFound)
		}, upstream.Status, http.StatusFound, 1},
	}
}

// Faults holds a call that asks once against servers that misbehave. good is
// what the party would have answered; cut in half, it must be malformed.
func Faults(t *testing.T, good []byte, call func(o upstream.Options) error) {
	t.Helper()
	FaultsBut(t, good, nil, call)
}

// FaultsBut is Faults for a party to which some of them, by their names, mean
// something of another kind.
func FaultsBut(t *testing.T, good []byte, but map[string]upstream.Kind, call func(o upstream.Options) error) {
	t.Helper()
	for _, f := range faults() {
		f.kind = cmp.Or(but[f.name], f.kind)
		t.Run(f.name, func(t *testing.T) {
			var asked atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				_, _ = io.Copy(io.Discard, r.Body) // a server that has not read it all does not see the client leave
				f.answer(w, r, good)
			}))
			defer server.Close()
			err := call(impatient(server.URL))
			check(t, err, f.kind, f.status)
			if got := asked.Load(); got != f.asked {
				t.Errorf("asked %d times, want %d", got, f.asked)
			}
		})
	}
	t.Run("no server", func(t *testing.T) {
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		check(t, call(impatient(server.URL)), upstream.Refused, 0)
	})
	t.Run("good", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(good)
		}))
		defer server.Close()
		if err := call(impatient(server.URL)); err != nil {
			t.Errorf("a good answer failed: %v", err)
		}
	})
}

// impatient options retry once, after no wait worth mentioning.
func impatient(url string) upstream.Options {
	return upstream.Options{
		BaseURL: url, Timeout: 100 * time.Millisecond, Retries: 1, Rate: 1e6, Burst: 100,
		Now: Now, Rand: func() float64 { return 0 },
	}
}

func check(t *testing.T, err error, kind upstream.Kind, status int) {
	t.Helper()
	if err == nil {
		t.Fatal("there is no error")
	}
	if got := Kind(err); got != kind {
		t.Errorf("kind is %q (%v), want %q", got, err, kind)
	}
	if got := Status(err); got != status {
		t.Errorf("status is %d (%v), want %d", got, err, status)
	}
}
