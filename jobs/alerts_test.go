package jobs

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/alert"
	"switchyard/econ/record"
	"switchyard/jobs/notify"
)

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
