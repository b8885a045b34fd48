package jobs

import (
	"fmt"
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

func TestAnAlertIsToldOnceAndItsEndToo(t *testing.T) {
	w := newWatch(t)
	w.rule(nil)
	for _, v := range []float64{95, 101, 120, 95, 101} { // 95 is between the limits: nothing ends, nothing begins
		w.price(v)
		w.send()
		w.send()
	}
	w.hook.want("alert-1-fired")
	w.price(89)
	w.send()
	w.hook.want("alert-1-fired", "alert-1-resolved")
	list, err := w.d.As(access.Business).Alerts(t.Context(), 10)
	if err != nil || len(list) != 1 || list[0].ResolvedAt.IsZero() || list[0].Name != "Dear" {
		t.Errorf("whoever reads the market sees %+v (%v)", list, err)
	}
	if !strings.Contains(w.hook.body, "alert.resolved") {
		t.Errorf("the last notice says %s", w.hook.body)
	}
}

// The receiver is dead when the alert fires; it comes back, and the notice
// arrives with the number it had, once.
func TestAReceiverThatIsKilledGetsTheSameNoticeLater(t *testing.T) {
	w := newWatch(t)
	w.rule(nil)
	w.hook.down()
	w.price(101)
	for range 3 {
		w.send()
		w.clock.jump(time.Hour)
	}
	d := w.deliveries()[0]
	if d.Attempt != 3 || !d.DeliveredAt.IsZero() || d.Error == "" || strings.Contains(d.Error, w.hook.addr) {
		t.Errorf("tried %d times, error %q", d.Attempt, d.Error)
	}
	w.hook.up()
	w.clock.jump(3 * time.Hour)
	w.send()
	w.clock.jump(30 * 24 * time.Hour)
	w.send()
	w.hook.want("alert-1-fired")
}

// A sender dies between sending and noting it: another sends again, and the
// receiver can tell by the number.
func TestASenderThatDiesLeavesItsNoticeToAnother(t *testing.T) {
	w := newWatch(t)
	w.rule(nil)
	w.price(101)
	taken, err := w.env.Store.TakeParcels(t.Context(), 10, w.clock.Now().Add(parcelLease))
	if err != nil || len(taken) != 1 {
		t.Fatalf("took %d (%v)", len(taken), err)
	}
	if err := carry(t.Context(), w.env, taken[0]); err != nil {
		t.Fatal(err)
	} // and here it dies
	w.send()
	w.hook.want("alert-1-fired")
	w.clock.jump(parcelLease + time.Second)
	w.send()
	w.hook.want("alert-1-fired", "alert-1-fired")
}

func TestWhatARecipientMayReadIsAskedAgainAtDelivery(t *testing.T) {
	for name, change := range map[string]func(*watch){
		"the owner is deactivated": func(w *watch) {
			if err := w.d.As(access.Admin).Deactivate(w.t.Context(), access.Actor{Name: "Test"}, w.owner.ID); err != nil {
				w.t.Fatal(err)
			}
		},
		"the owner's role changes": func(w *watch) {
			if err := w.d.As(access.Admin).SetRole(w.t.Context(), access.Actor{Name: "Test"}, w.owner.ID, access.Business); err != nil {
				w.t.Fatal(err)
			}
		},
		"the channel is removed": func(w *watch) {
			if err := w.d.As(access.Admin).RemoveChannel(w.t.Context(), access.Actor{Name: "Test"}, w.channel); err != nil {
				w.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWatch(t)
			w.rule(func(r *alert.Record) {
				r.Figure, r.Room, r.Unit, r.Limit, r.Clear = "mining.headline.sites", access.RoomMining, "", -1, -2
			})
			w.look() // the unit has no site: 0 is above -1
			change(w)
			w.send()
			w.hook.want()
			if d := w.deliveries(); len(d) != 1 || d[0].FailedAt.IsZero() {
				t.Errorf("the delivery fared %+v", d)
			}
		})
	}
}

// A rule in a room that its owner may not read is blind: nothing it could tell
// ever leaves the room.
func TestARuleSeesWhatItsOwnerMaySeeAlone(t *testing.T) {
	w := newWatch(t)
	r := alert.Record{
		Rule:    alert.Rule{Name: "Spy", Owner: w.owner.Name, Figure: "finance.headline.cash_usd", Room: access.RoomFinance, Kind: alert.Threshold, Side: alert.Above, Limit: -1, Clear: -2},
		OwnerID: w.owner.ID, Channels: []int64{w.channel}, Version: record.Version{ValidFrom: w.clock.Now()},
	}
	if _, err := w.d.As(w.owner.Role).InsertRule(t.Context(), access.Actor{Name: "Spy"}, r); err == nil {
		t.Error("Postgres lets mining write a rule about finance")
	}
	if _, err := w.d.As(access.Finance).InsertRule(t.Context(), access.Actor{Name: "Spy"}, r); err != nil { // in their name, by somebody who may
		t.Fatal(err)
	}
	w.look()
	w.send()
	w.hook.want()
	if list, err := w.env.Store.Alerts(t.Context(), 10); err != nil || len(list) != 0 {
		t.Errorf("told %+v (%v)", list, err)
	}
}

func TestARuleThatIsChangedOrEndedTellsTheEnd(t *testing.T) {
	w := newWatch(t)
	r := w.rule(nil)
	w.price(101)
	w.send()
	r.Limit = 110
	w.clock.jump(time.Second)
	if err := w.d.As(access.Mining).UpdateRule(t.Context(), access.Actor{Name: "Test"}, r, []string{"limit"}); err != nil {
		t.Fatal(err)
	}
	w.price(105)
	w.send()
	w.hook.want("alert-1-fired", "alert-1-resolved")
	w.price(111)
	w.send()
	if err := w.d.As(access.Admin).Deactivate(t.Context(), access.Actor{Name: "Test"}, w.owner.ID); err != nil {
		t.Fatal(err)
	}
	w.look()
	w.send() // the channel hears of the end of what it was told
	w.hook.want("alert-1-fired", "alert-1-resolved", "alert-2-fired", "alert-2-resolved")
	if rules, err := w.env.Store.Rules(t.Context()); err != nil || len(rules) != 0 {
		t.Errorf("rules of somebody deactivated: %+v (%v)", rules, err)
	}
}

func TestAChannelThatIsGoneIsTurnedOffAndAdministratorsTold(t *testing.T) {
	w := newWatch(t)
	w.rule(nil)
	w.hook.answers(http.StatusGone)
	w.price(101)
	w.send()
	c, err := w.env.Store.Channel(t.Context(), w.channel)
	if err != nil || c.DisabledAt.IsZero() {
		t.Fatalf("the channel: %+v (%v)", c, err)
	}
	list, err := w.d.As(access.Admin).Alerts(t.Context(), 10)
	if err != nil || len(list) != 2 || list[0].Room != "core" && list[1].Room != "core" {
		t.Errorf("administrators are told %+v (%v)", list, err)
	}
	if list, err = w.d.As(access.Business).Alerts(t.Context(), 10); err != nil || len(list) != 1 {
		t.Errorf("others are told %+v (%v)", list, err)
	}
}

func TestAStaleFigureIsTold(t *testing.T) {
	w := newWatch(t)
	w.rule(func(r *alert.Record) { r.Kind, r.Side, r.MaxAge, r.Limit, r.Clear = alert.Stale, "", time.Minute, 0, 0 })
	w.price(50)
	w.clock.jump(2 * time.Minute)
	w.look()
	w.price(51)
	w.send()
	// Both are due at once; they may arrive in either order.
	if d := w.deliveries(); len(d) != 2 || d[0].DeliveredAt.IsZero() || d[1].DeliveredAt.IsZero() {
		t.Errorf("deliveries %+v", d)
	}
}

func TestAHeartbeatIsSilentOnceTheRulesAreNotLookedAt(t *testing.T) {
	w := newWatch(t)
	id := w.add(alert.Channel{Kind: alert.Heartbeat, Name: "Watchdog", Key: "k2", Sealed: "http://" + w.hook.addr})
	if _, err := beatHearts(t.Context(), w.env); err == nil {
		t.Error("a heartbeat before the first look")
	}
	w.look()
	for range 2 {
		if _, err := beatHearts(t.Context(), w.env); err != nil {
			t.Fatal(err)
		}
	}
	w.hook.want("beat", "beat")
	c, err := w.env.Store.Channel(t.Context(), id)
	if err != nil || c.BeatAt.IsZero() {
		t.Errorf("not noted: %+v (%v)", c, err)
	}
	w.clock.jump(heartbeatFresh + time.Minute)
	if _, err := beatHearts(t.Context(), w.env); err == nil {
		t.Error("a heartbeat though nobody looks at the rules")
	}
	w.hook.want("beat", "beat")
}

func TestATestOfAChannelArrives(t *testing.T) {
	w := newWatch(t)
	admin := w.person(access.Admin)
	for i := range 2 {
		if err := w.d.As(access.Admin).TestChannel(t.Context(), access.Actor{ID: admin.ID, Name: admin.Name}, w.channel, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		w.send()
	}
	w.hook.want("test-0", "test-1")
	if d := w.deliveries(); len(d) != 2 || d[0].To != "Pager" {
		t.Errorf("the log says %+v", d)
	}
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

// The mail server is killed and comes back: the owner gets one letter of the
// alert, and somebody new gets the link that stood sealed in the table.
func TestLettersArriveThroughAServerThatWasKilled(t *testing.T) {
	w := newWatch(t)
	office := newPost(t)
	_, port, err := net.SplitHostPort(office.addr)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	if w.env.Mail, err = notify.NewMailer(notify.MailOptions{Host: "127.0.0.1", Port: number, Security: notify.NoTLS, From: "alerts@example.com", Now: w.clock.Now}); err != nil {
		t.Fatal(err)
	}
	w.env.Open = func(key, sealed string) ([]byte, error) {
		return []byte(strings.TrimPrefix(sealed, "sealed under "+key+": ")), nil
	}
	w.rule(func(r *alert.Record) { r.Channels, r.Email = nil, true })
	if err := w.d.As(access.Admin).QueueLink(t.Context(), w.owner.ID, "link-1", "Your way in", "sealed under link-1: https://dash.example/welcome/x"); err != nil {
		t.Fatal(err)
	}
	office.down()
	w.price(101)
	w.send()
	w.clock.jump(time.Minute)
	w.send()
	if got := office.got(); len(got) != 0 {
		t.Fatalf("a dead server has %v", got)
	}
	office.up()
	w.clock.jump(time.Hour)
	w.send()
	w.clock.jump(30 * 24 * time.Hour)
	w.send()
	letters := strings.Join(office.got(), "\n----\n")
	if len(office.got()) != 2 || strings.Count(letters, "To: mining@example.com") != 2 || !strings.Contains(letters, "market.btc_usd is 101") || !strings.Contains(letters, "https://dash.example/welcome/x") {
		t.Errorf("the letters:\n%s", letters)
	}
}
