package upstream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Session describes one connection to a stream.
type Session struct {
	Hello    []any // sent as JSON after the connection stands
	Ping     any   // sent as JSON every PingEach; nil: nothing
	PingEach time.Duration
	Silence  time.Duration // without a message for so long the peer is dead
	// Message takes each message; its error ends the session.
	Message func(data []byte) error
}

const (
	socketLimit  = 8 << 20
	writeTimeout = 5 * time.Second
)

// Stream runs one session until the connection ends, Message fails or ctx is
// over. It never returns nil: what ended it is the error.
func Stream(ctx context.Context, o Options, s Session) error {
	dialer := websocket.Dialer{HandshakeTimeout: o.Timeout, NetDialContext: (&net.Dialer{Timeout: o.Timeout}).DialContext}
	ws, res, err := dialer.DialContext(ctx, o.WSURL, http.Header{"User-Agent": {o.UserAgent}})
	if err != nil {
		e := &Error{Party: o.Name, Kind: Unreachable, Msg: "no connection to the stream", Err: err}
		if res != nil {
			f := Fetcher{o: o}
			e.Status, e.RetryAfter = res.StatusCode, f.retryAfter(res.Header.Get("Retry-After"))
			e.Msg = fmt.Sprintf("the stream answered HTTP %d", res.StatusCode)
			if res.StatusCode == http.StatusTooManyRequests {
				e.Kind = RateLimited
			}
		}
		return e
	}
	ctx, cancel := context.WithCancel(ctx)
	var writer sync.WaitGroup
	defer writer.Wait()
	defer cancel()
	writer.Go(func() {
		write(ctx, ws, s)
		ws.Close() //nolint:errcheck // ends the reader too
	})
	ws.SetReadLimit(socketLimit)
	for {
		if err := ws.SetReadDeadline(time.Now().Add(s.Silence)); err != nil {
			return lost(ctx, o, s, err)
		}
		_, data, err := ws.ReadMessage()
		if err != nil {
			return lost(ctx, o, s, err)
		}
		if err := s.Message(data); err != nil {
			return err
		}
	}
}

// lost says why a session ended.
func lost(ctx context.Context, o Options, s Session, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var netErr net.Error
	if errors.As(err, &netErr) && netErr.Timeout() {
		return &Error{Party: o.Name, Kind: Silent, Msg: fmt.Sprintf("the stream has said nothing for %s", s.Silence), Err: err}
	}
	return &Error{Party: o.Name, Kind: Unreachable, Msg: "the stream was closed", Err: err}
}

// write sends the hello and then the pings: one goroutine writes to a socket.
func write(ctx context.Context, ws *websocket.Conn, s Session) {
	send := func(v any) bool {
		if err := ws.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return false
		}
		return ws.WriteJSON(v) == nil
	}
	for _, v := range s.Hello {
		if !send(v) {
			return
		}
	}
	if s.Ping == nil {
		<-ctx.Done()
		return
	}
	ticker := time.NewTicker(s.PingEach)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if !send(s.Ping) {
				return
			}
		}
	}
}
