package jobs

import (
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/alert"
	"switchyard/econ/market"
	"switchyard/econ/record"
	"switchyard/jobs/notify"
)

const hookSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"

// watch is a house with an owner, a series and a channel.
type watch struct {
	t       *testing.T
	clock   *testClock
	d       *db.DB
	env     *Env
	owner   access.Person
	channel int64
	hook    *hook
}

// hook is a receiver of signed webhooks that can be killed and started again.
type hook struct {
	t      *testing.T
	addr   string
	server *http.Server

	mu   sync.Mutex // guards got and say
	got  []string   // numbers of the notices, in order
	say  int        // what it answers
	bad  int        // signatures that were wrong
	body string     // of the last
}

func newHook(t *testing.T) *hook {
	h := &hook{t: t, addr: "127.0.0.1:0", say: http.StatusNoContent}
	h.up()
	t.Cleanup(h.down)
	return h
}

func (h *hook) up() {
	h.t.Helper()
	l, err := net.Listen("tcp", h.addr)
	if err != nil {
		h.t.Fatal(err)
	}
	h.addr = l.Addr().String()
	h.server = &http.Server{Handler: h, ReadHeaderTimeout: time.Second}
	go h.server.Serve(l) //nolint:errcheck // ends with down
}

func (h *hook) down() { h.server.Close() }

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.Method == http.MethodGet {
		h.got = append(h.got, "beat")
		w.WriteHeader(h.say)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Error(err)
	}
	secret, err := notify.ParseSecret(hookSecret)
	if err != nil {
		h.t.Error(err)
	}
	id := r.Header.Get("webhook-id")
	at, err := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
	if err != nil || r.Header.Get("webhook-signature") != notify.Sign(id, time.Unix(at, 0), body, secret) {
		h.bad++
	}
	h.got, h.body = append(h.got, id), string(body)
	w.WriteHeader(h.say)
}

func (h *hook) answers(status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.say = status
}

func (h *hook) want(notices ...string) {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if strings.Join(h.got, " ") != strings.Join(notices, " ") || h.bad > 0 {
		h.t.Errorf("received %v with %d wrong signatures, want %v", h.got, h.bad, notices)
	}
}

func newWatch(t *testing.T) *watch {
	t.Helper()
	w := &watch{t: t, clock: &testClock{}, hook: newHook(t)}
	w.d, _ = dbtest.NewAt(t, w.clock.Now)
	w.env = &Env{Store: w.d.Jobs(), DB: w.d, Now: w.clock.Now, Log: testLog(t), Delivery: delivery(), notes: &notes{}, watchedAt: new(atomic.Int64)}
	w.env.Notify = notify.NewClient(notify.Options{AllowHTTP: true, AllowPrivate: true, Now: w.clock.Now})
	w.owner = w.person(access.Mining)
	if err := w.env.Store.EnsureSeries(t.Context(), market.SeriesDef{Key: "market.btc_usd", Unit: "USD", Interval: time.Second, Source: "test"}); err != nil {
		t.Fatal(err)
	}
	w.channel = w.add(alert.Channel{Kind: alert.Webhook, Name: "Pager", Rooms: []string{"market", "mining"}, Key: "k1", Sealed: "http://" + w.hook.addr, Secret: hookSecret})
	return w
}

func (w *watch) person(role access.Role) access.Person {
	w.t.Helper()
	p := access.Person{Email: string(role) + "@example.com", Name: "The " + string(role), Role: role}
	var err error
	if p.ID, err = w.d.As(access.Admin).InsertPerson(w.t.Context(), access.Actor{Name: "Test"}, p); err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *watch) add(c alert.Channel) int64 {
	w.t.Helper()
	id, err := w.d.As(access.Admin).InsertChannel(w.t.Context(), access.Actor{Name: "Test"}, c)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// rule watches bitcoin above 100, over once it is back at 90.
func (w *watch) rule(change func(*alert.Record)) alert.Record {
	w.t.Helper()
	r := alert.Record{
		Rule:    alert.Rule{Name: "Dear", Owner: w.owner.Name, Figure: "market.btc_usd", Unit: "USD", Room: access.RoomMarket, Kind: alert.Threshold, Side: alert.Above, Limit: 100, Clear: 90},
		OwnerID: w.owner.ID, Channels: []int64{w.channel}, Version: record.Version{ValidFrom: w.clock.Now()},
	}
	if change != nil {
		change(&r)
	}
	if wrong := r.Validate(); len(wrong) > 0 {
		w.t.Fatal(wrong)
	}
	id, err := w.d.As(w.owner.Role).InsertRule(w.t.Context(), access.Actor{ID: w.owner.ID, Name: w.owner.Name}, r)
	if err != nil {
		w.t.Fatal(err)
	}
	if r, err = w.d.As(w.owner.Role).Rule(w.t.Context(), id); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// price stores a price and looks at the rules.
func (w *watch) price(v float64) {
	w.t.Helper()
	w.clock.jump(time.Second)
	if _, err := w.env.Store.InsertTicks(w.t.Context(), map[string][]market.Point{"market.btc_usd": {{T: w.clock.Now(), V: v}}}); err != nil {
		w.t.Fatal(err)
	}
	w.look()
}

func (w *watch) look() {
	w.t.Helper()
	if _, err := watchAlerts(w.t.Context(), w.env); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watch) send() {
	w.t.Helper()
	if _, err := sendOutbox(w.t.Context(), w.env); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watch) deliveries() []alert.Delivery {
	w.t.Helper()
	list, err := w.env.Store.Deliveries(w.t.Context(), 100)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// post is a mail server that can be killed and started again.
type post struct {
	t      *testing.T
	addr   string
	server *smtp.Server

	mu      sync.Mutex // guards letters
	letters []string
}

func newPost(t *testing.T) *post {
	p := &post{t: t, addr: "127.0.0.1:0"}
	p.up()
	t.Cleanup(p.down)
	return p
}

func (p *post) up() {
	p.t.Helper()
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.addr = l.Addr().String()
	p.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{post: p}, nil }))
	p.server.Domain, p.server.ErrorLog = "mail.test", log.New(io.Discard, "", 0)
	go p.server.Serve(l) //nolint:errcheck // ends with down
}

func (p *post) down() { p.server.Close() }

func (p *post) got() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.letters
}

// session is one connection of the mail server.
type session struct {
	post *post
	to   string
}

func (s *session) Mail(string, *smtp.MailOptions) error      { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }
func (s *session) Reset()                                    {}
func (s *session) Logout() error                             { return nil }
func (s *session) Data(r io.Reader) error {
	letter, err := io.ReadAll(r)
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	s.post.letters = append(s.post.letters, "To: "+s.to+"\n"+string(letter))
	return err
}
