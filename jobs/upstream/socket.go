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

const (
	frameBytes   = 8 << 20 // of one message; mempool's first one is the largest
	writeTimeout = 5 * time.Second
	closeTimeout = 100 * time.Millisecond // for a goodbye
)

// Session describes one connection to a stream.
type Session struct {
	Hello    []any         // sent as JSON once the connection stands
	Ping     any           // sent as JSON every PingEach; nil: nothing
	PingEach time.Duration // zero without Ping
	Silence  time.Duration // without a message for so long the peer is taken for dead
	// Message takes each message; its error ends the session.
	Message func(data []byte) error
}

// Stream opens a websocket and runs one session until the connection is lost,
// the peer is silent, Message fails or ctx ends. It never returns nil: what
// ended the session is the error. Whatever it started has ended when it
// returns.
func Stream(ctx context.Context, o Options, s Session) error {
	conn, err := dial(ctx, o)
	if err != nil {
		return err
	}
	inner, cancel := context.WithCancelCause(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel(nil)
	group.Go(func() {
		<-inner.Done()
		hangUp(conn) // ends the reader and the writer, wherever they wait
	})
	group.Go(func() {
		if err := s.write(inner, conn); err != nil {
			cancel(&Error{Name: o.Name, Kind: Refused, Msg: "the stream takes no messages", Err: err})
		}
	})
	err = s.read(o, conn)
	if ctx.Err() != nil {
		return fmt.Errorf("%s: follow the stream: %w", o.Name, context.Cause(ctx))
	}
	if cause := context.Cause(inner); cause != nil { // the writer failed first
		return cause
	}
	return err
}

// dial opens the websocket.
func dial(ctx context.Context, o Options) (*websocket.Conn, error) {
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: o.Timeout}
	conn, res, err := dialer.DialContext(ctx, o.WSURL, http.Header{"User-Agent": {o.UserAgent}}) //nolint:bodyclose // the dialer has read and closed it
	if err == nil {
		conn.SetReadLimit(frameBytes)
		return conn, nil
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%s: open the stream: %w", o.Name, context.Cause(ctx))
	}
	if res != nil {
		e := statusError(o, res)
		e.Msg, e.Err = "the stream answered "+e.Msg, err
		return nil, e
	}
	e := &Error{Name: o.Name, Kind: Refused, Msg: "no connection to the stream", Err: err}
	if timedOut(err) {
		e.Kind, e.Msg = Timeout, fmt.Sprintf("no connection to the stream within %s", o.Timeout)
	}
	return nil, e
}

func timedOut(err error) bool {
	var netErr net.Error
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &netErr) && netErr.Timeout())
}

// read hands over every message. The deadlines are the machine's: a socket
// knows no other clock.
func (s Session) read(o Options, conn *websocket.Conn) error {
	for {
		if err := conn.SetReadDeadline(time.Now().Add(s.Silence)); err != nil {
			return s.lost(o, err)
		}
		_, data, err := conn.ReadMessage()
		if err != nil {
			return s.lost(o, err)
		}
		if err := s.Message(data); err != nil {
			return err
		}
	}
}

// lost says why no more messages come.
func (s Session) lost(o Options, err error) *Error {
	e := &Error{Name: o.Name, Kind: Refused, Msg: "the stream broke off", Err: err}
	var closed *websocket.CloseError
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		e.Kind, e.Msg = TooLarge, fmt.Sprintf("a message of the stream is larger than %d bytes", frameBytes)
	case timedOut(err):
		e.Kind, e.Msg = Timeout, fmt.Sprintf("the stream has said nothing for %s", s.Silence)
	case errors.As(err, &closed):
		e.Msg = "the stream was closed by the other side"
	}
	return e
}

// write sends the hello and then the pings: one goroutine writes to a socket.
func (s Session) write(ctx context.Context, conn *websocket.Conn) error {
	for _, v := range s.Hello {
		if err := send(conn, v); err != nil {
			return err
		}
	}
	if s.Ping == nil {
		return nil
	}
	ticker := time.NewTicker(s.PingEach)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := send(conn, s.Ping); err != nil {
				return err
			}
		}
	}
}

func send(conn *websocket.Conn, v any) error {
	if err := conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return fmt.Errorf("set the deadline of a message: %w", err)
	}
	if err := conn.WriteJSON(v); err != nil {
		return fmt.Errorf("send a message: %w", err)
	}
	return nil
}

// hangUp says goodbye and closes. Only these may be called beside the writer.
func hangUp(conn *websocket.Conn) {
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = conn.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(closeTimeout)) //nolint:errcheck // a courtesy
	_ = conn.Close()                                                                     //nolint:errcheck // nothing follows
}
