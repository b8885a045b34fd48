package upstream_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

// follow runs one session and returns the messages it took and its end.
func follow(ctx context.Context, t *testing.T, url string, s upstream.Session) ([]string, error) {
	t.Helper()
	var heard []string
	take := s.Message
	s.Message = func(data []byte) error {
		heard = append(heard, string(data))
		if take != nil {
			return take(data)
		}
		return nil
	}
	if s.Silence == 0 {
		s.Silence = 10 * time.Second
	}
	o := upstream.Options{WSURL: url, Timeout: 5 * time.Second}.Defaults(upstream.Options{Name: "party"})
	err := upstream.Stream(ctx, o, s)
	return heard, err
}

func TestStreamSaysHelloFirstAndHandsOverMessages(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Expect(`{"a":"1"}`)
		p.Expect(`{"a":"2"}`)
		p.Say("one", "two")
	})
	heard, err := follow(t.Context(), t, url, upstream.Session{Hello: []any{map[string]string{"a": "1"}, map[string]string{"a": "2"}}})
	if strings.Join(heard, " ") != "one two" {
		t.Errorf("heard %q, want one and two", heard)
	}
	if upstreamtest.Kind(err) != upstream.Refused {
		t.Errorf("error is %v, want that it broke off", err)
	}
}

func TestStreamPings(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		for range 3 {
			p.Expect(`"ping"`)
			p.Say("pong")
		}
	})
	heard, _ := follow(t.Context(), t, url, upstream.Session{Ping: "ping", PingEach: time.Millisecond})
	if len(heard) != 3 {
		t.Errorf("heard %q, want three answers", heard)
	}
}

func TestStreamEndsWhenThePeerIsSilent(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Say("one")
		p.Await()
	})
	heard, err := follow(t.Context(), t, url, upstream.Session{Silence: 50 * time.Millisecond})
	if upstreamtest.Kind(err) != upstream.Timeout || len(heard) != 1 {
		t.Errorf("heard %q, error %v; want one message and a timeout", heard, err)
	}
	upstreamtest.Contains(t, err, "has said nothing for 50ms")
}

func TestStreamEndsAtOnceWhenCancelled(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Say("one")
		p.Await()
	})
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	_, err := follow(ctx, t, url, upstream.Session{Silence: time.Hour, Message: func([]byte) error { cancel(); return nil }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s to end", took)
	}
}

func TestStreamEndsWithTheErrorOfAMessage(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Say("one", "two")
		p.Await()
	})
	stop := errors.New("enough")
	heard, err := follow(t.Context(), t, url, upstream.Session{Message: func([]byte) error { return stop }})
	if !errors.Is(err, stop) || len(heard) != 1 {
		t.Errorf("heard %q, error %v; want one message and %v", heard, err, stop)
	}
}

func TestStreamLeavesNothingBehindWhenAMessagePanics(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Say("one")
		p.Await()
	})
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
	}()
	_, _ = follow(t.Context(), t, url, upstream.Session{Message: func([]byte) error { panic("boom") }})
}

func TestStreamRefusesAHugeMessage(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Say(strings.Repeat("x", 8<<20+1))
		p.Await()
	})
	_, err := follow(t.Context(), t, url, upstream.Session{})
	if upstreamtest.Kind(err) != upstream.TooLarge {
		t.Errorf("error is %v, want that the message is too large", err)
	}
}

func TestStreamThatDoesNotOpen(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		kind   upstream.Kind
		status int
		retry  time.Duration
	}{
		{"429", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "12")
			w.WriteHeader(http.StatusTooManyRequests)
		}, upstream.RateLimited, 429, 12 * time.Second},
		{"503", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, upstream.Status, 503, 0},
		{"a page", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, upstream.Status, 200, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.answer)
			defer server.Close()
			_, err := follow(t.Context(), t, "ws"+strings.TrimPrefix(server.URL, "http"), upstream.Session{})
			var e *upstream.Error
			if !errors.As(err, &e) || e.Kind != tt.kind || e.Status != tt.status || e.RetryAfter != tt.retry {
				t.Errorf("error is %#v, want kind %q, status %d, retry after %s", err, tt.kind, tt.status, tt.retry)
			}
		})
	}
	t.Run("no server", func(t *testing.T) {
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		_, err := follow(t.Context(), t, "ws"+strings.TrimPrefix(server.URL, "http"), upstream.Session{})
		if upstreamtest.Kind(err) != upstream.Refused {
			t.Errorf("error is %v, want that there is no connection", err)
		}
	})
	t.Run("an address that is none", func(t *testing.T) {
		if _, err := follow(t.Context(), t, "http://party.test", upstream.Session{}); upstreamtest.Kind(err) != upstream.Refused {
			t.Errorf("error is %v, want a refusal", err)
		}
	})
	t.Run("silence", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		defer server.Close()
		o := upstream.Options{WSURL: "ws" + strings.TrimPrefix(server.URL, "http"), Timeout: 50 * time.Millisecond}
		err := upstream.Stream(t.Context(), o.Defaults(upstream.Options{Name: "party"}), upstream.Session{})
		if upstreamtest.Kind(err) != upstream.Timeout {
			t.Errorf("error is %v, want a timeout", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := follow(ctx, t, "ws://127.0.0.1:1/", upstream.Session{}); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want context.Canceled", err)
		}
	})
}
