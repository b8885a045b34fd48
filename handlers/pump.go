package handlers

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/live"
)

// eventGap is the shortest time between two events of one topic: at most two
// a second.
const eventGap = 500 * time.Millisecond

// event is what a browser receives. T and the times of points are Unix
// milliseconds.
type event struct {
	V      int               `json:"v"`
	Topic  string            `json:"topic"`
	Seq    int64             `json:"seq"`
	T      int64             `json:"t"`
	Text   map[string]string `json:"text,omitempty"`
	Points [][2]float64      `json:"points,omitempty"`
	Snap   bool              `json:"snap,omitempty"`
}

// feedState tells browsers whether this server itself hears the database.
type feedState struct {
	V     int    `json:"v"`
	Op    string `json:"op"`
	Up    bool   `json:"up"`
	Since int64  `json:"since"`
}

// pump turns notices into events: it coalesces bursts, encodes each topic once
// per role that has readers, and hands the bytes to the hub.
type pump struct {
	hub     *live.Hub
	encode  func(ctx context.Context, topic string, role access.Role) (event, error)
	log     *slog.Logger
	metrics *metrics
	now     func() time.Time

	mu      sync.Mutex // guards the six below
	due     map[string]bool
	sent    map[string]time.Time
	up      bool
	since   time.Time
	regain  time.Time     // when the listener last came back after a loss
	lost    bool          // it has been lost since the last regain
	changed chan struct{} // capacity 1: there is something due
}

func newPump(hub *live.Hub, log *slog.Logger, m *metrics, now func() time.Time,
	encode func(context.Context, string, access.Role) (event, error)) *pump {
	return &pump{
		hub: hub, encode: encode, log: log, metrics: m, now: now,
		due: make(map[string]bool), sent: make(map[string]time.Time),
		since: now(), changed: make(chan struct{}, 1),
	}
}

// notice marks a topic as due. It never blocks the listener.
func (p *pump) notice(n db.Notice) {
	p.mu.Lock()
	p.due[n.Topic] = true
	p.mu.Unlock()
	p.wake()
}

func (p *pump) wake() {
	select {
	case p.changed <- struct{}{}:
	default: // it is awake already
	}
}

// state hears from the listener whether it is connected, and tells browsers.
func (p *pump) state(up bool) {
	p.mu.Lock()
	if p.up != up {
		p.up, p.since = up, p.now()
		if up && p.lost {
			p.regain = p.since
		}
		p.lost = !up
	}
	p.mu.Unlock()
	if msg := p.hello(); msg != nil {
		p.hub.Broadcast(msg)
	}
}

// feed says whether the listener is connected, and since when that is so.
func (p *pump) feed() (up bool, since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.up, p.since
}

// hello is the first message of a socket: the state of the feed.
func (p *pump) hello() []byte {
	up, since := p.feed()
	msg, err := json.Marshal(feedState{V: 1, Op: "feed", Up: up, Since: since.UnixMilli()})
	if err != nil {
		p.log.Error("feed state not encoded", "error", err)
		return nil
	}
	return msg
}

// run encodes what is due until ctx ends.
func (p *pump) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		ready, wait := p.take(p.now())
		for topic, snap := range ready {
			p.push(ctx, topic, snap)
		}
		if len(ready) > 0 {
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-p.changed:
		case <-timer.C:
		}
	}
}

// take removes the topics that may be sent now, and says how long to wait for
// the next. A topic first sent after a loss is marked as a snapshot: browsers
// then fetch what they missed.
func (p *pump) take(now time.Time) (ready map[string]bool, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ready, wait = make(map[string]bool), time.Hour
	for topic := range p.due {
		if left := eventGap - now.Sub(p.sent[topic]); left > 0 {
			wait = min(wait, left)
			continue
		}
		delete(p.due, topic)
		ready[topic] = p.sent[topic].Before(p.regain)
		p.sent[topic] = now
	}
	return ready, wait
}

func (p *pump) push(ctx context.Context, topic string, snap bool) {
	for _, role := range p.hub.Roles(topic) {
		start := p.now()
		ev, err := p.encode(ctx, topic, role)
		if err != nil {
			if ctx.Err() == nil {
				p.log.Warn("event not encoded", "topic", topic, "role", role, "error", err)
			}
			continue
		}
		ev.Snap = snap
		msg, err := json.Marshal(ev)
		if err != nil {
			p.log.Error("event not encoded", "topic", topic, "role", role, "error", err)
			continue
		}
		p.metrics.encode.Observe(p.now().Sub(start).Seconds())
		n := p.hub.Publish(topic, role, msg)
		p.metrics.events.WithLabelValues(topic).Add(float64(n))
	}
}
