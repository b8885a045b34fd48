package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// redirected dials the receiver whatever the name, through the client's guard.
func redirected(c *Client, r *receiver) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{Control: c.control}).DialContext(ctx, network, r.Listener.Addr().String())
	}
}

func TestHeartbeatIsAPlainGet(t *testing.T) {
	r := newReceiver(t, says(200, "OK"))
	outcome{}.check(t, r.client(newClock()).Heartbeat(t.Context(), r.URL+"/ping/abc?x=1#fragment"))
	got := r.got()[0]
	if got.method != http.MethodGet || got.path != "/ping/abc?x=1" || len(got.body) != 0 || got.header.Get("Content-Type") != "" || got.header.Get("User-Agent") != "switchyard" {
		t.Errorf("request is %s %s with %d bytes and %v", got.method, got.path, len(got.body), got.header)
	}
	if got.header.Get("Referer") != "" || got.header.Get("Accept-Encoding") != "" {
		t.Errorf("headers are %v", got.header)
	}
}

func TestHeartbeatAnswers(t *testing.T) {
	for status, want := range map[int]outcome{
		204: {}, 302: {kind: Retry, status: 302}, 404: {kind: Retry, status: 404}, 410: {kind: Disable, status: 410}, 500: {kind: Retry, status: 500},
	} {
		r := newReceiver(t, says(status, ""))
		want.check(t, r.client(newClock()).Heartbeat(t.Context(), r.URL))
	}
}

// each tries every way of sending to an address.
func each(ctx context.Context, t *testing.T, c *Client, address string, check func(channel string, err error)) {
	t.Helper()
	check("heartbeat", c.Heartbeat(ctx, address))
	check("webhook", c.Webhook(ctx, address, []Secret{secret(t, vectorSecret)}, notice()))
	check("slack", c.Slack(ctx, address, notice()))
}

func TestSlowAnswersAreNotWaitedFor(t *testing.T) {
	r := newReceiver(t, hangs)
	c := r.client(newClock())
	c.o.Timeout = 50 * time.Millisecond
	each(t.Context(), t, c, r.URL, func(channel string, err error) {
		outcome{kind: Retry, msg: channel + ": no answer within 50ms"}.check(t, err)
	})
}

func TestAnAnswerThatDripsIsNotWaitedFor(t *testing.T) {
	r := newReceiver(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("o"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	c := r.client(newClock())
	patient := c.o.Timeout
	c.o.Timeout = 50 * time.Millisecond
	outcome{kind: Retry, msg: "slack: no answer within 50ms"}.check(t, c.Slack(t.Context(), r.URL, notice()))
	c.o.Timeout = patient
	outcome{}.check(t, c.Heartbeat(t.Context(), r.URL)) // its status is all that is needed
}

func TestACallerThatGivesUpIsToldItsOwnCause(t *testing.T) {
	reached := make(chan struct{}, 3) // one for each channel, so that none blocks
	r := newReceiver(t, func(w http.ResponseWriter, r *http.Request) { reached <- struct{}{}; hangs(w, r) })
	stop := errors.New("we close")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() { <-reached; cancel(stop) }()
	each(ctx, t, r.client(newClock()), r.URL, func(channel string, err error) { // the first is under way, the others come too late
		outcome{kind: Retry, msg: channel + ": the attempt was cut short"}.check(t, err)
		if !errors.Is(err, stop) {
			t.Errorf("%s: error is %v, want %v as its cause", channel, err, stop)
		}
	})
}

func TestAWaitForItsTurnEndsWithTheCaller(t *testing.T) {
	r := newReceiver(t, says(200, "ok"))
	c := r.client(newClock())
	stop := errors.New("we close")
	ctx, cancel := context.WithCancelCause(t.Context())
	c.o.Pause = func(ctx context.Context, _ time.Duration) error { cancel(stop); return pause(ctx, time.Hour) }
	outcome{}.check(t, c.Slack(ctx, r.URL, notice()))
	if err := c.Slack(ctx, r.URL, notice()); !errors.Is(err, stop) {
		t.Errorf("error is %v, want %v as its cause", err, stop)
	}
	if err := pause(t.Context(), time.Nanosecond); err != nil {
		t.Errorf("a pause failed: %v", err)
	}
}

func TestReceiversThatCannotBeReached(t *testing.T) {
	quiet := log.New(&bytes.Buffer{}, "", 0)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	strange := httptest.NewUnstartedServer(http.NotFoundHandler())
	strange.Config.ErrorLog = quiet
	strange.StartTLS()
	defer strange.Close()
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.Config.ErrorLog = quiet
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10} //nolint:gosec // it is to be refused
	old.StartTLS()
	defer old.Close()
	https := func(s *httptest.Server) string { return "https://" + s.Listener.Addr().String() }
	c := NewClient(Options{AllowPrivate: true})
	for name, tt := range map[string]struct{ address, want string }{
		"nobody listens":        {https(gone), "no connection, or it was lost"},
		"no TLS":                {https(plain), "the other side does not speak TLS"},
		"a strange certificate": {https(strange), "the TLS certificate is not accepted"},
		"old TLS":               {https(old), "no connection, or it was lost"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t.Context(), t, c, tt.address, func(channel string, err error) {
				outcome{kind: Retry, msg: channel + ": " + tt.want}.check(t, err)
			})
		})
	}
	unnamed := broken(t.Context(), "slack", time.Second, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}})
	outcome{kind: Retry, msg: "slack: the name of the host is not known"}.check(t, unnamed)
}

func TestManyDestinationsAreForgottenWhenTheyRest(t *testing.T) {
	clock := newClock()
	c := NewClient(Options{Now: clock.Now, Pause: clock.Pause})
	turn := func(i int) {
		if e := c.turn(t.Context(), message{channel: "slack", address: fmt.Sprint(i), every: time.Second}); e != nil {
			t.Fatal(e)
		}
	}
	for i := range manyBuckets {
		turn(i)
	}
	c.hold(message{channel: "slack", address: "0"}, time.Hour)
	clock.pass(time.Minute)
	turn(manyBuckets)
	if len(c.buckets) != 2 {
		t.Errorf("%d destinations are kept, want the held one and the new one", len(c.buckets))
	}
}

// Whatever goes wrong, neither an address nor a key nor what a receiver wrote
// may be told.
func TestNothingSecretIsInErrorsOrLogs(t *testing.T) {
	var logged bytes.Buffer
	writer, logger := log.Writer(), slog.Default()
	log.SetOutput(&logged)
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer func() { slog.SetDefault(logger); log.SetOutput(writer) }()

	const canary = "canary"
	key := secret(t, "whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5") // canarycanarycanarycanary
	quiet := log.New(&bytes.Buffer{}, "", 0)
	var told []string
	try := func(c *Client, address string) {
		for name, err := range map[string]error{
			"heartbeat": c.Heartbeat(t.Context(), address),
			"webhook":   c.Webhook(t.Context(), address, []Secret{key}, notice()),
			"slack":     c.Slack(t.Context(), address, notice()),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
				continue
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				told = append(told, fmt.Sprintf("%v %+v %#v %s", e, e, e, slog.AnyValue(e)))
			}
		}
		told = append(told, fmt.Sprintf("%v %+v %#v", c, c, c), fmt.Sprintf("%v %+v %#v", key, key, struct{ k Secret }{key}))
	}
	const path = "/services/canary/canary?sig=canary"
	for _, status := range []int{301, 400, 401, 403, 404, 410, 429, 500, 503} {
		r := newReceiver(t, asks(status, "canary "+path, "canary"))
		try(r.client(newClock()), r.URL+path)
	}
	cut := newReceiver(t, cutOff(500))
	try(cut.client(newClock()), cut.URL+path)
	slow := newReceiver(t, hangs)
	c := slow.client(newClock())
	c.o.Timeout = 50 * time.Millisecond
	try(c, slow.URL+path)
	strange := httptest.NewUnstartedServer(http.NotFoundHandler())
	strange.Config.ErrorLog = quiet
	strange.StartTLS()
	defer strange.Close()
	try(NewClient(Options{AllowPrivate: true}), strange.URL+path)
	for _, address := range []string{
		"https://canary@hooks.example", "http://canary.example", "canary", "https://canary.example/%zzcanary",
		"https://127.0.0.1:1" + path, "https://localhost:1" + path, "https://canary example",
	} {
		try(NewClient(Options{}), address)
	}
	told = append(told, fmt.Sprintf("%+v", broken(t.Context(), "slack", time.Second, &net.DNSError{Err: canary, Name: canary, Server: canary})))
	for _, text := range append(told, logged.String()) {
		for _, secret := range []string{canary, "99 97 110 97 114 121", "0x63, 0x61, 0x6e", "63616e617279", "Y2FuYXJ5"} {
			if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
				t.Errorf("%q holds a secret", text)
			}
		}
	}
}
