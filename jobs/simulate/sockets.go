package simulate

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// sockets are the open streams of one party.
type sockets struct {
	up websocket.Upgrader

	mu    sync.Mutex // guards open, ended and adding to group
	open  map[*websocket.Conn]struct{}
	ended bool           // no stream is opened any more
	group sync.WaitGroup // goroutines that serve them
}

func newSockets() *sockets {
	return &sockets{
		up:   websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }},
		open: make(map[*websocket.Conn]struct{}),
	}
}

// closeAll cuts every stream.
func (s *sockets) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ws := range s.open {
		_ = ws.Close() //nolint:errcheck // it is cut on purpose
	}
}

// end cuts every stream, lets no other begin, and waits for all.
func (s *sockets) end() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.closeAll()
	s.group.Wait()
}

// stream is one open socket: what the client said arrives on said, and send
// answers through the party's faults. One goroutine sends.
type stream struct {
	ws     *websocket.Conn
	faults *faults
	said   chan []byte   // capacity 16: clients say a handful of things
	gone   chan struct{} // closed when the client has left
}

// serve upgrades and runs speak until it returns, the client leaves or done is
// closed.
func (s *sockets) serve(w http.ResponseWriter, r *http.Request, f *faults, speak func(*stream)) {
	ws, err := s.up.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		_ = ws.Close() //nolint:errcheck // it came too late
		return
	}
	s.open[ws] = struct{}{}
	s.group.Add(1)
	s.mu.Unlock()
	defer s.group.Done()
	st := &stream{ws: ws, faults: f, said: make(chan []byte, 16), gone: make(chan struct{})}
	var reader sync.WaitGroup
	reader.Go(func() { st.read() })
	speak(st)
	_ = ws.Close() //nolint:errcheck // the conversation is over
	reader.Wait()
	s.mu.Lock()
	delete(s.open, ws)
	s.mu.Unlock()
}

func (s *stream) read() {
	defer close(s.gone)
	for {
		_, data, err := s.ws.ReadMessage()
		if err != nil {
			return
		}
		select {
		case s.said <- data:
		default: // nobody listens to a client that talks that much
		}
	}
}

// send writes v as JSON, as the fault in force has it; false when the
// conversation is over.
func (s *stream) send(v any) bool {
	body, err := json.Marshal(v)
	if err != nil {
		return false
	}
	switch f := s.faults.now(); f.Kind {
	case Silent, Delay, TooManyRequests, ServerError:
		return true
	case Refuse:
		return false
	case HalfBody:
		body = body[:len(body)/2]
	case Malformed:
		body = append([]byte("{"), body...)
	case Absurd:
		body = []byte(absurd(string(body)))
	}
	if err := s.ws.SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return false
	}
	return s.ws.WriteMessage(websocket.TextMessage, body) == nil
}
