package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"switchyard/econ/access"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(crowdURL); url != "" {
		os.Exit(becomeCrowd(url))
	}
	goleak.VerifyTestMain(m)
}

// serve starts a hub behind a real HTTP server; the subject may follow
// anything but topics that begin with "secret".
func serve(t testing.TB) (*Hub, string) {
	t.Helper()
	hub := NewHub()
	log := slog.New(slog.DiscardHandler)
	up := NewUpgrader(hub, log, func(r *http.Request) bool { return r.Header.Get("Origin") == "http://good" })
	subject := Subject{
		Role:  access.Executive,
		Allow: func(topic string) bool { return !strings.HasPrefix(topic, "secret") },
		Snapshot: func(_ context.Context, topic string, seen int64) ([]byte, error) {
			if topic == "broken" {
				return nil, errors.New("no database")
			}
			if seen == 7 {
				return nil, nil
			}
			return fmt.Appendf(nil, `{"topic":%q,"snap":true}`, topic), nil
		},
		Hello: func() []byte { return []byte(`{"op":"hello"}`) },
	}
	url := listen(t, func(w http.ResponseWriter, r *http.Request) {
		if err := up.Serve(w, r, subject); err != nil {
			t.Logf("upgrade: %v", err)
		}
	})
	t.Cleanup(hub.Close)
	return hub, url
}

// listen starts an HTTP server and returns its address as a socket's.
func listen(t testing.TB, handle http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(handle)
	t.Cleanup(srv.Close)
	return "ws" + strings.TrimPrefix(srv.URL, "http")
}

func dial(t *testing.T, url string) *websocket.Conn {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial(url, http.Header{"Origin": {"http://good"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	if err := ws.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	expect(t, ws, `{"op":"hello"}`)
	return ws
}

func expect(t *testing.T, ws *websocket.Conn, want string) {
	t.Helper()
	_, got, err := ws.ReadMessage()
	if err != nil {
		t.Fatalf("reading %s: %v", want, err)
	}
	if string(got) != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func say(t *testing.T, ws *websocket.Conn, msg string) {
	t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(msg)); err != nil {
		t.Fatal(err)
	}
}

func TestForeignOriginIsRefused(t *testing.T) {
	_, url := serve(t)
	_, res, err := websocket.DefaultDialer.Dial(url, http.Header{"Origin": {"http://evil"}})
	if err == nil || res == nil || res.StatusCode != http.StatusForbidden {
		t.Fatalf("got %v %v, want 403", res, err)
	}
}

func TestSubscribeSnapshotsDeniesAndPushes(t *testing.T) {
	hub, url := serve(t)
	ws := dial(t, url)
	say(t, ws, `{"op":"sub","topics":{"a":3}}`)
	expect(t, ws, `{"topic":"a","snap":true}`)
	say(t, ws, `{"op":"sub","topics":{"secret.b":0}}`)
	expect(t, ws, `{"v":1,"op":"denied","topic":"secret.b"}`)
	say(t, ws, `{"op":"sub","topics":{"c":7}}`) // up to date: no snapshot
	say(t, ws, `{"op":"ping"}`)
	expect(t, ws, `{"v":1,"op":"pong"}`)

	if n := hub.Publish("secret.b", access.Executive, []byte("leak")); n != 0 {
		t.Errorf("a denied topic has %d followers", n)
	}
	hub.Publish("c", access.Executive, []byte("pushed"))
	expect(t, ws, "pushed")

	say(t, ws, `{"op":"unsub","topics":{"c":0}}`)
	say(t, ws, `{"op":"ping"}`)
	expect(t, ws, `{"v":1,"op":"pong"}`)
	if n := hub.Publish("c", access.Executive, []byte("x")); n != 0 {
		t.Errorf("%d followers after unsub", n)
	}
}

func TestCloseTellsBrowsersTheServerGoesAway(t *testing.T) {
	hub, url := serve(t)
	ws := dial(t, url)
	hub.Close()
	_, _, err := ws.ReadMessage()
	if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Fatalf("got %v, want close 1001", err)
	}
}

func TestGarbageFailedSnapshotAndTooManyTopicsEndTheSocket(t *testing.T) {
	hub, url := serve(t)
	var many strings.Builder
	for i := range maxTopics + 1 {
		fmt.Fprintf(&many, `,"t%d":0`, i)
	}
	for _, msg := range []string{
		"{", `{"op":"shout"}`, `{"op":"sub","topics":{"broken":0}}`,
		`{"op":"sub","topics":{` + many.String()[1:] + `}}`,
		`{"op":"` + strings.Repeat("x", readLimit) + `"}`,
	} {
		ws := dial(t, url)
		say(t, ws, msg)
		if _, _, err := ws.ReadMessage(); err == nil {
			t.Errorf("socket still open after %.40s", msg)
		}
	}
	// The browser sees the end before the hub does.
	deadline := time.Now().Add(10 * time.Second)
	for n := 1; n != 0; n, _ = hub.Stats() {
		if time.Now().After(deadline) {
			t.Fatalf("%d clients left behind", n)
		}
		runtime.Gosched()
	}
}
