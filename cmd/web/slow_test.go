package main

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// served is the server as it runs, its patience shortened a hundredfold so that a
// test sees its end, and beside it an answer to everything.
func served(t *testing.T) string {
	t.Helper()
	s := newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusRequestTimeout)
		}
	}), slog.New(slog.DiscardHandler))
	for name, d := range map[string]*time.Duration{"headers": &s.ReadHeaderTimeout, "reading": &s.ReadTimeout, "writing": &s.WriteTimeout, "idling": &s.IdleTimeout} {
		if *d <= 0 || *d > 2*time.Minute {
			t.Errorf("%s may take %v", name, *d)
		}
		*d /= 100
	}
	if s.MaxHeaderBytes <= 0 || s.MaxHeaderBytes > 64<<10 {
		t.Errorf("headers may take %d bytes", s.MaxHeaderBytes)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	}()
	t.Cleanup(func() { s.Close(); <-done })
	return l.Addr().String()
}

// Clients that dawdle over headers or a body are cut off, and nobody waits behind
// them.
func TestSlowClientsAreCutOff(t *testing.T) {
	addr := served(t)
	for name, begin := range map[string]string{
		"headers that do not end": "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"a body that does not":    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf",
		"silence":                 "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, begin); err != nil {
				t.Fatal(err)
			}
			if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection is held for ever")
			}
		})
	}
	res, err := http.Get("http://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("somebody else waits: %s", res.Status)
	}
}

func TestLargeHeadersAreRefused(t *testing.T) {
	conn, err := net.Dial("tcp", served(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		w := bufio.NewWriter(conn)
		io.WriteString(w, "GET / HTTP/1.1\r\nHost: x\r\n") //nolint:errcheck // the server may hang up
		for range 4000 {
			if _, err := io.WriteString(w, "X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"); err != nil {
				return
			}
		}
		io.WriteString(w, "\r\n") //nolint:errcheck // see above
		w.Flush()                 //nolint:errcheck // see above
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return // it hung up, which refuses too
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("answered %s", res.Status)
	}
}
