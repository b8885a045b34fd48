// Package live pushes encoded events to browsers.
//
// A Hub knows nothing of websockets: it keeps, for each client, the topics it
// follows and a bounded queue of messages. A queue that is full drops its
// client instead of delaying the others; the browser then reconnects and asks
// for a snapshot, so nothing is lost but a moment. Serve joins one websocket
// to one client.
package live

import (
	"maps"
	"slices"
	"sync"

	"switchyard/econ/access"
)

// queueLen is how many messages may wait for one browser. At two events a
// second for each of about a dozen topics it is several seconds of backlog:
// a browser further behind is better served by a snapshot.
const queueLen = 128

// Hub hands messages to the clients that follow their topic.
type Hub struct {
	mu      sync.Mutex // guards everything below
	clients map[*Client]struct{}
	topics  map[string]map[*Client]struct{}
	dropped int64
	closed  bool

	conns sync.WaitGroup // sockets that are being served
}

// Client is one browser's place in the hub.
type Client struct {
	hub   *Hub
	role  access.Role
	owner string // the session it belongs to; empty: none
	// queue holds up to queueLen messages for the one goroutine that writes to
	// the socket. It is closed by the hub when the client has left.
	queue  chan []byte
	topics map[string]struct{}
	left   bool
	why    Reason
}

// Reason says why a client is no longer in the hub.
type Reason int

// The reasons.
const (
	Here     Reason = iota // still in the hub
	Gone                   // the browser left
	TooSlow                // its queue was full
	Shutdown               // the hub was closed
	Ended                  // its session is over
)

// NewHub returns a hub without clients.
func NewHub() *Hub {
	return &Hub{
		clients: make(map[*Client]struct{}),
		topics:  make(map[string]map[*Client]struct{}),
	}
}

// Join adds a client that reads with the rights of role and belongs to owner.
// It returns nil after Close.
func (h *Hub) Join(role access.Role, owner string) *Client {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	c := &Client{hub: h, role: role, owner: owner, queue: make(chan []byte, queueLen), topics: make(map[string]struct{})}
	h.clients[c] = struct{}{}
	return c
}

// Follow makes the client receive what is published under topic. The caller
// has checked that the client's role may.
func (c *Client) Follow(topic string) {
	h := c.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.left {
		return
	}
	c.topics[topic] = struct{}{}
	if h.topics[topic] == nil {
		h.topics[topic] = make(map[*Client]struct{})
	}
	h.topics[topic][c] = struct{}{}
}

// Unfollow ends Follow.
func (c *Client) Unfollow(topic string) {
	h := c.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unfollow(c, topic)
}

func (h *Hub) unfollow(c *Client, topic string) {
	delete(c.topics, topic)
	delete(h.topics[topic], c)
	if len(h.topics[topic]) == 0 {
		delete(h.topics, topic)
	}
}

// Send queues a message for this client alone.
func (c *Client) Send(msg []byte) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	c.hub.send(c, msg)
}

// Messages is the client's queue. It is closed when the client has left.
func (c *Client) Messages() <-chan []byte { return c.queue }

// Leave takes the client out of the hub; it may be called more than once.
func (c *Client) Leave() {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	c.hub.remove(c, Gone)
}

// Why says whether and why the client has left.
func (c *Client) Why() Reason {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	return c.why
}

// send queues without waiting: a full queue ends the client.
func (h *Hub) send(c *Client, msg []byte) {
	if c.left {
		return
	}
	select {
	case c.queue <- msg:
	default:
		h.dropped++
		h.remove(c, TooSlow)
	}
}

func (h *Hub) remove(c *Client, why Reason) {
	if c.left {
		return
	}
	c.left, c.why = true, why
	for topic := range c.topics {
		h.unfollow(c, topic)
	}
	delete(h.clients, c)
	close(c.queue)
}

// Publish queues msg for every client of role that follows topic and returns
// how many there are.
func (h *Hub) Publish(topic string, role access.Role, msg []byte) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for c := range h.topics[topic] {
		if c.role == role {
			n++
			h.send(c, msg)
		}
	}
	return n
}

// Broadcast queues msg for every client.
func (h *Hub) Broadcast(msg []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		h.send(c, msg)
	}
}

// Roles lists the roles that follow topic: the readers an event must be
// encoded for.
func (h *Hub) Roles(topic string) []access.Role {
	h.mu.Lock()
	defer h.mu.Unlock()
	var roles []access.Role
	seen := make(map[access.Role]bool)
	for c := range h.topics[topic] {
		if !seen[c.role] {
			seen[c.role] = true
			roles = append(roles, c.role)
		}
	}
	return roles
}

// Owners lists whom the clients belong to, each once.
func (h *Hub) Owners() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := make(map[string]bool)
	for c := range h.clients {
		if c.owner != "" {
			seen[c.owner] = true
		}
	}
	return slices.Collect(maps.Keys(seen))
}

// End lets the clients go whose owner over says is over.
func (h *Hub) End(over func(owner string) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		if c.owner != "" && over(c.owner) {
			h.remove(c, Ended)
		}
	}
}

// Stats counts the clients now here and those dropped so far because their
// queue was full.
func (h *Hub) Stats() (clients int, dropped int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.clients), h.dropped
}

// Close lets every client go and waits until their sockets are closed. It may
// be called more than once.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	for c := range h.clients {
		h.remove(c, Shutdown)
	}
	h.mu.Unlock()
	h.conns.Wait()
}
