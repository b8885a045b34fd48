package live

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"switchyard/econ/access"
)

// Limits of one socket. A browser pings every 20 seconds, so three missed
// pings end it.
const (
	readLimit    = 16 << 10
	silenceLimit = 70 * time.Second
	writeTimeout = 10 * time.Second
	maxTopics    = 64
)

// Subject is who a socket belongs to and what it may ask for.
type Subject struct {
	Role  access.Role
	Owner string // its session, whose end ends the socket; empty: none
	// Allow says whether the subject may follow the topic now.
	Allow func(topic string) bool
	// Snapshot encodes the topic's present state, or returns nil if seen is
	// its newest number.
	Snapshot func(ctx context.Context, topic string, seen int64) ([]byte, error)
	// Hello is what the socket receives first, or nil: the state of the feed.
	Hello func() []byte
}

// Upgrader turns requests into sockets of the hub.
type Upgrader struct {
	hub *Hub
	log *slog.Logger
	up  websocket.Upgrader
}

// NewUpgrader returns an upgrader that accepts requests whose Origin
// sameOrigin approves.
func NewUpgrader(hub *Hub, log *slog.Logger, sameOrigin func(*http.Request) bool) *Upgrader {
	return &Upgrader{hub: hub, log: log, up: websocket.Upgrader{
		ReadBufferSize:  1 << 10,
		WriteBufferSize: 4 << 10,
		WriteBufferPool: &sync.Pool{},
		CheckOrigin:     sameOrigin,
	}}
}

// request is what a browser sends.
type request struct {
	Op     string           `json:"op"`
	Topics map[string]int64 `json:"topics"`
}

type reply struct {
	V     int    `json:"v"`
	Op    string `json:"op"`
	Topic string `json:"topic,omitempty"`
}

// Serve upgrades the request and returns at once; the socket is served by two
// goroutines that Hub.Close waits for. The handler goroutine and its buffers
// are thereby free again, which is most of a socket's memory. The error is
// that of the upgrade, whose answer has then been written.
func (u *Upgrader) Serve(w http.ResponseWriter, r *http.Request, s Subject) error {
	client := u.hub.Join(s.Role, s.Owner)
	if client == nil {
		http.Error(w, "The server is shutting down.", http.StatusServiceUnavailable)
		return nil
	}
	// Counted before the upgrade so that Close cannot miss it.
	u.hub.conns.Add(2)
	ws, err := u.up.Upgrade(w, r, nil)
	if err != nil {
		client.Leave()
		u.hub.conns.Add(-2)
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	c := &conn{ws: ws, client: client, subject: s, log: u.log}
	if s.Hello != nil {
		if msg := s.Hello(); msg != nil {
			client.Send(msg)
		}
	}
	go func() {
		defer u.hub.conns.Done()
		defer cancel()
		c.read(ctx)
	}()
	go func() {
		defer u.hub.conns.Done()
		c.write()
	}()
	return nil
}

// conn joins a websocket to a client of the hub.
type conn struct {
	ws      *websocket.Conn
	client  *Client
	subject Subject
	log     *slog.Logger
}

// read takes requests until the socket ends. It never writes: one goroutine
// writes to a socket.
func (c *conn) read(ctx context.Context) {
	defer c.client.Leave()
	c.ws.SetReadLimit(readLimit)
	for {
		if err := c.ws.SetReadDeadline(time.Now().Add(silenceLimit)); err != nil {
			return
		}
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		var req request
		if err := json.Unmarshal(data, &req); err != nil {
			return
		}
		switch req.Op {
		case "sub":
			if len(req.Topics) > maxTopics {
				return
			}
			c.subscribe(ctx, req.Topics)
		case "unsub":
			for topic := range req.Topics {
				c.client.Unfollow(topic)
			}
		case "ping":
			c.reply(reply{V: 1, Op: "pong"})
		default:
			return
		}
	}
}

// subscribe follows first and encodes the snapshot second, so that nothing
// published in between is missed; the browser drops what is not newer than it
// has.
func (c *conn) subscribe(ctx context.Context, topics map[string]int64) {
	for topic, seen := range topics {
		if !c.subject.Allow(topic) {
			c.reply(reply{V: 1, Op: "denied", Topic: topic})
			continue
		}
		c.client.Follow(topic)
		msg, err := c.subject.Snapshot(ctx, topic, seen)
		if err != nil {
			c.log.Warn("live snapshot failed", "topic", topic, "role", c.subject.Role, "error", err)
			c.client.Leave()
			return
		}
		if msg != nil {
			c.client.Send(msg)
		}
	}
}

func (c *conn) reply(r reply) {
	msg, err := json.Marshal(r)
	if err != nil {
		c.log.Error("live reply failed", "error", err)
		return
	}
	c.client.Send(msg)
}

// write empties the queue into the socket and closes it when the client has
// left, telling the browser why.
func (c *conn) write() {
	// Closing the socket also ends read.
	defer func() {
		c.client.Leave()
		if err := c.ws.Close(); err != nil {
			c.log.Debug("live close failed", "error", err)
		}
	}()
	for msg := range c.client.Messages() {
		if err := c.ws.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return
		}
		if err := c.ws.WriteMessage(websocket.TextMessage, msg); err != nil {
			return
		}
	}
	code, text := websocket.CloseNormalClosure, ""
	switch c.client.Why() {
	case Shutdown:
		code, text = websocket.CloseGoingAway, "server is stopping"
	case TooSlow:
		code, text = websocket.CloseTryAgainLater, "too slow"
	case Ended:
		code, text = websocket.ClosePolicyViolation, "session ended"
	case Here, Gone:
	}
	deadline := time.Now().Add(time.Second)
	if err := c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, text), deadline); err != nil {
		c.log.Debug("live close message failed", "error", err)
	}
}
