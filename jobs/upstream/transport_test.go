package upstream

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// serve starts a real server and a fetcher that asks it without retries.
func serve(t *testing.T, handler http.HandlerFunc) *Fetcher {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	o := Options{BaseURL: server.URL, Retries: -1, MaxBytes: 1000, Timeout: 5 * time.Second, Client: server.Client()}
	f := NewFetcher(o.Defaults(Options{Name: "party", Rate: 1000, Burst: 10}))
	t.Cleanup(f.Close)
	return f
}

func TestGzipIsUnpackedAndCappedAfterwards(t *testing.T) {
	for size, kind := range map[int]Kind{1000: "", 1001: TooLarge, 10 << 20: TooLarge} {
		f := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(bytes.Repeat([]byte{'1'}, size))
			_ = z.Close()
		})
		body, err := f.GetJSON(t.Context(), "/", nil)
		if got := kindOf(err); got != kind {
			t.Errorf("%d bytes: kind is %q (%v), want %q", size, got, err, kind)
		}
		if err == nil && len(body) != size {
			t.Errorf("got %d bytes, want %d", len(body), size)
		}
	}
}

func TestRedirectsStayOnTheHost(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect to another host was followed")
	}))
	defer elsewhere.Close()
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusMovedPermanently)
		case "/away":
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			_, _ = w.Write([]byte("{}"))
		}
	})
	if body, err := f.GetJSON(t.Context(), "/moved", nil); err != nil || string(body) != "{}" {
		t.Errorf("redirect on the host gave %q, %v", body, err)
	}
	for _, path := range []string{"/away", "/loop"} {
		if _, err := f.GetJSON(t.Context(), path, nil); kindOf(err) != Status {
			t.Errorf("%s gave %v, want its status", path, err)
		}
	}
}

func TestRedirectNeverLeavesTLS(t *testing.T) {
	request := func(address string) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	secure, plain := request("https://party.test/"), request("http://party.test/")
	if err := sameHost(plain, []*http.Request{secure}); err == nil {
		t.Error("https may be redirected to http")
	}
	if err := sameHost(secure, []*http.Request{plain}); err != nil {
		t.Errorf("http may not be redirected to https: %v", err)
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	var mu sync.Mutex // guards peers
	peers := map[string]bool{}
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		peers[r.RemoteAddr] = true
		mu.Unlock()
		if r.URL.Path == "/large" {
			_, _ = w.Write(bytes.Repeat([]byte{'1'}, 2000)) // more than the cap
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})
	for _, path := range []string{"/large", "/missing", "/large", "/missing"} {
		if _, err := f.Get(t.Context(), path, nil); err == nil {
			t.Errorf("%s succeeded", path)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(peers) != 1 {
		t.Errorf("%d connections for four requests, want one", len(peers))
	}
}
