package upstreamtest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"

	"switchyard/jobs/upstream"
)

// Status is the HTTP status of an upstream's error; zero if there is none.
func Status(err error) int {
	var e *upstream.Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// Peer is the other side of one websocket in a test.
type Peer struct {
	t    testing.TB
	conn *websocket.Conn
}

// Socket serves websockets, each by script, and returns the address. A
// connection is closed when its script returns; the test ends when all have.
func Socket(t testing.TB, script func(p *Peer)) string {
	t.Helper()
	var scripts sync.WaitGroup
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scripts.Add(1) // before the upgrade: the client waits for that, so the test cannot end first
		defer scripts.Done()
		var up websocket.Upgrader
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			t.Errorf("upgrade: %v", err)
			return
		}
		defer conn.Close() //nolint:errcheck // the test is over
		script(&Peer{t: t, conn: conn})
	}))
	t.Cleanup(func() {
		scripts.Wait()
		server.Close()
	})
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

// Say sends messages; that the client is gone is no error.
func (p *Peer) Say(messages ...string) {
	for _, m := range messages {
		if err := p.conn.WriteMessage(websocket.TextMessage, []byte(m)); err != nil {
			return
		}
	}
}

// Hear is the next message from the client; empty if it has left.
func (p *Peer) Hear() string {
	_, data, err := p.conn.ReadMessage()
	if err != nil {
		return ""
	}
	return string(data)
}

// Expect fails the test unless the next message holds every text.
func (p *Peer) Expect(texts ...string) {
	p.t.Helper()
	got := p.Hear()
	for _, text := range texts {
		if !strings.Contains(got, text) {
			p.t.Errorf("the client said %q, which lacks %q", got, text)
		}
	}
}

// Await reads until the client has left.
func (p *Peer) Await() {
	for p.Hear() != "" {
	}
}
